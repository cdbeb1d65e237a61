"""Around every question: who asked it, about what, as of when, and what became of it, for those who audit reads.

Nothing of the answer and no parameter is noted, only ids of accounts; nor whoever had no valid token, who read nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import Caller
from services.projections.cut import Cut
from services.projections.store.reads import Read

LEFT, FAILED = 499, 500  # the client left before an answer began; an error of ours
LONGEST = 200  # characters of an account's id
OF_AN_ACCOUNT, OF_ALL = "/v1/accounts/{account:path}/", "/v1/portfolio/"


class About(NamedTuple):
    """What an answer is about: its moments, and the question that it compares the answers of."""

    as_of: datetime | None = None
    known_at: datetime | None = None
    compares: str | None = None


def about(request: Request, cut: Cut, compares: str | None = None) -> None:
    """Note the moments of the answer that is given to this request."""
    request.state.about = About(cut.as_of, cut.known_at, compares)


class Noting:
    """ASGI middleware: notes each read in `app.state.ledger` as its answer begins, be it a stream without end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        asked_at, noted = datetime.now(UTC), False

        def note(status: int) -> None:
            nonlocal noted
            if not noted and scope["type"] == "http":
                for read in _reads(scope, asked_at, status):
                    scope["app"].state.ledger.add(read)
            noted = True

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                note(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, told)
        except ClientDisconnect:
            raise
        except Exception:
            note(FAILED)
            raise
        finally:
            note(LEFT)


def _reads(scope: Scope, asked_at: datetime, status: int) -> Iterator[Read]:
    """Yield a read for each account that was asked about by its id; one without account if none was."""
    state, route = scope.get("state", {}), getattr(scope.get("route"), "path", "")
    caller: Caller | None = state.get("caller")
    if caller is None:
        return
    said = state.get("about", About())
    for account in _accounts(Request(scope)):
        yield Read(
            time=asked_at,
            id=uuid4(),
            caller=caller.subject,
            role=caller.role,
            question=route.removeprefix(OF_AN_ACCOUNT).removeprefix(OF_ALL).removeprefix("/v1/").partition("/")[0],
            compares=said.compares,
            portfolio=route.startswith(OF_ALL),
            account=account,
            as_of=said.as_of,
            known_at=said.known_at,
            status=status,
        )


def _accounts(request: Request) -> list[str | None]:
    asked = request.path_params.get("account")
    named = [asked] if asked is not None else request.query_params.getlist("account")
    return list(dict.fromkeys(each[:LONGEST] if each.isprintable() else None for each in named)) or [None]
