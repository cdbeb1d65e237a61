"""Who may do what: the one table that the matrix is made of. A route without a row fails; so does a row without one."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from fastapi import FastAPI
from starlette.routing import Route

from services.access import Role
from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.questions import PORTFOLIO

ROLES: tuple[Role, ...] = ("emitter", "manager", "auditor", "admin")
READERS: tuple[Role, ...] = ("manager", "auditor", "admin")
AUDITORS: tuple[Role, ...] = ("auditor", "admin")
SENDERS: tuple[Role, ...] = ("emitter", "admin")

# account: of one, which is in the path: another's does not exist. stream: the same, as a parameter. list: of all that
# the token is for; another's is not in it. nobody: of the log as a whole. open: to whoever has no token. send: of the
# accounts and sources in its body: another's is forbidden.
About = Literal["account", "stream", "list", "nobody", "open", "send"]


class Row(NamedTuple):
    """Which roles may take a route, and whose data it is about."""

    roles: tuple[Role, ...]
    about: About


OPEN = Row((), "open")
READ = {
    "GET /v1/accounts/{account}/{question}": Row(READERS, "account"),
    "GET /v1/accounts/{account}/diff": Row(READERS, "account"),
    "POST /v1/accounts/{account}/what-if": Row(READERS, "account"),
    "GET /v1/accounts/{account}/events": Row(AUDITORS, "account"),
    "GET /v1/portfolio/{question}": Row(READERS, "list"),
    "GET /v1/portfolio/diff": Row(READERS, "list"),
    "GET /v1/accounts": Row(READERS, "list"),
    "GET /v1/changes": Row(READERS, "stream"),
    "GET /v1/events": Row(AUDITORS, "list"),
    "GET /v1/replay": Row(AUDITORS, "list"),
    "GET /v1/dead-letters": Row(AUDITORS, "list"),
    "GET /v1/reads": Row(("auditor",), "list"),
    "GET /v1/positions": Row(READERS, "nobody"),
    "GET /v1/receipts/{token}": Row(ROLES, "nobody"),
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /metrics": OPEN,
    "GET /openapi.json": OPEN,
    "HEAD /openapi.json": OPEN,
}
INGEST = {
    "POST /v1/events": Row(SENDERS, "send"),
    "POST /v1/restore": Row(("admin",), "send"),
    "GET /v1/types": OPEN,
    "GET /v1/types/{wire_name}": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /metrics": OPEN,
    "GET /openapi.json": OPEN,
    "HEAD /openapi.json": OPEN,
}
# What is asked of an account and over all of them is declared as a question, and is a route by that.
OF_ACCOUNT = {f"/v1/accounts/{{account}}/{name}" for name in OF_AN_ACCOUNT}
OF_ALL = {f"/v1/portfolio/{name}" for name in (*OF_AN_ACCOUNT, *PORTFOLIO)}


def row_of(route: str) -> str:
    """Return the name of the row that a route needs: its own, but for questions."""
    method, path = route.split(" ")
    if path in OF_ACCOUNT:
        return f"{method} /v1/accounts/{{account}}/{{question}}"
    return f"{method} /v1/portfolio/{{question}}" if path in OF_ALL else route


def routes(app: FastAPI) -> list[str]:
    """Return every method and path of an app, in order; fails for what is no plain route, as a mount or a socket."""
    return sorted(
        f"{method} {route.path.replace('{account:path}', '{account}')}"
        for route in _walked(app.routes)
        for method in sorted(route.methods or ())
    )


def _walked(found: object) -> Iterator[Route]:
    for each in found:  # type: ignore[attr-defined]
        inner = getattr(each, "original_router", None)
        if inner is not None:
            yield from _walked(inner.routes)
        else:
            assert hasattr(each, "methods"), f"{each} is no plain route: the matrix cannot ask it"
            yield each
