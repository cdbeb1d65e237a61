"""Around every question: who asked it, about what, as of when, and what became of it, for those who audit reads.

Nothing of the answer and no parameter is noted, only ids of accounts; nor whoever had no valid token, who read nothing;
nor who polled what tells nothing of a customer.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import uuid4

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import Caller
from services.access import Scope as Accounts
from services.projections.cut import Cut
from services.projections.store.reads import Read

LEFT, FAILED, STOPPED = 499, 500, 503  # the client left before an answer began; an error of ours; we had to stop
LONGEST = 200  # characters of an account's id
MOST = 20  # accounts of a request that get a read each
WIDEST = 1_000  # accounts in a scope: a wider one is noted as of all, so that whoever looks for one finds it
ALL = ("*",)
OF_AN_ACCOUNT, OF_ALL = "/v1/accounts/{account:path}/", "/v1/portfolio/"
NAMING = {  # routes that take `account` as a parameter
    *("/v1/changes", "/v1/replay", "/v1/dead-letters", "/v1/reads"),
    *("/v1/portfolio/predictions", "/v1/portfolio/diff"),
}
POLLED = {"/v1/positions", "/v1/receipts/{token}"}
OF_NO_CUSTOMER = {"/v1/reads"}


class About(NamedTuple):
    """What an answer is about: its moments, and the question that it compares the answers of."""

    as_of: datetime | None = None
    known_at: datetime | None = None
    compares: str | None = None


def about(request: Request, cut: Cut, compares: str | None = None) -> None:
    """Note the moments of the answer that is given to this request."""
    request.state.about = About(cut.as_of, cut.known_at, compares)


def merged(request: Request, accounts: Sequence[str]) -> None:
    """Note the accounts that are read with the one that this request is about, as merged into it."""
    request.state.merged = accounts


class Noting:
    """ASGI middleware: notes each read in `app.state.ledger` as its answer begins, be it a stream without end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked_at, noted, ledger = datetime.now(UTC), False, scope["app"].state.ledger
        ledger.expected += 1

        def note(status: int) -> None:
            nonlocal noted
            if not noted:
                noted = True
                ledger.expected -= 1
                for read in _reads(scope, asked_at, status):
                    ledger.add(read)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                note(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, told)
        except ClientDisconnect:
            raise
        except asyncio.CancelledError:  # only the end of our process does this: a client who leaves cancels nothing
            note(STOPPED)
            raise
        except Exception:
            note(FAILED)
            raise
        finally:
            note(LEFT)


def _reads(scope: Scope, asked_at: datetime, status: int) -> Iterator[Read]:
    """Yield a read for each account that was asked about by its id; one without account if none was, or too many."""
    state, route = scope.get("state", {}), getattr(scope.get("route"), "path", "")
    caller: Caller | None = state.get("caller")
    if caller is None or route in POLLED:
        return
    said = state.get("about", About())
    for account, others in _accounts(Request(scope), route, caller):
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
            scope=others,
        )


def _accounts(request: Request, route: str, caller: Caller) -> Iterator[tuple[str | None, tuple[str, ...] | None]]:
    """Yield accounts that were asked about, and with each of which others may have been told."""
    asked = request.path_params.get("account")
    if asked is not None:
        yield next(iter(_usable([asked])), None), _listed(getattr(request.state, "merged", ())) or None
        return
    named = list(dict.fromkeys(_usable(request.query_params.getlist("account")))) if route in NAMING else []
    of_token = (not named or route.startswith(OF_ALL)) and route not in OF_NO_CUSTOMER
    scope = _of_token(caller.accounts) if of_token else None
    for each in named[:MOST]:
        yield each, scope
    if named[MOST:] or not named:
        yield None, scope if of_token else _listed(named[MOST:]) or None


def _usable(ids: Iterable[str]) -> Iterator[str]:
    """Yield those that can be an account's; what is longer is cut."""
    return (each[:LONGEST] for each in ids if each.isprintable())


def _listed(ids: Iterable[str]) -> tuple[str, ...]:
    found = tuple(sorted(set(_usable(ids))))
    return found if len(found) <= WIDEST else ALL


@lru_cache(256)  # reads that wait share it
def _of_token(accounts: Accounts) -> tuple[str, ...]:
    return ALL if accounts == "*" else _listed(accounts)
