"""Reads on their way to the database: what has no room is counted, and a process ends in time."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client import REGISTRY

from deploy.local import process
from services.access import Caller
from services.projections.api import app, ledger, noting, serving
from services.projections.api.ledger import Ledger
from services.projections.api.noting import Noting
from services.projections.store import control
from services.projections.store.reads import Read
from services.settings import Database
from tests.unit.test_compose import SERVICES

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
NOWHERE = Database.model_validate({"RAPPORT_DATABASE": "postgresql://u:p@127.0.0.1:1/d"})  # nothing listens there


def a_read(account: str | None, time: datetime = NOON, caller: str = "m-1") -> Read:
    return Read(
        time=time,
        id=uuid4(),
        caller=caller,
        role="manager",
        question="attitude",
        compares=None,
        portfolio=False,
        account=account,
        as_of=None,
        known_at=None,
        status=200,
    )


def lost() -> float:
    return REGISTRY.get_sample_value("rapport_reads_lost_total") or 0


async def test_what_has_no_room_is_counted_and_no_caller_takes_the_room_of_others(monkeypatch):
    monkeypatch.setattr(ledger, "ROOM", 5)
    monkeypatch.setattr(ledger, "SHARE", 3)
    book, before = Ledger(), lost()
    for caller in "aaaabb":
        book.add(a_read("acme", caller=caller))
    assert lost() - before == 1  # the fourth of a
    book.add(a_read("acme", caller="c"))
    assert lost() - before == 2  # the sixth of all
    assert [each.caller for each in book._waiting] == list("aaabb")


async def test_closing_while_the_database_is_dead_ends_and_counts_what_is_lost(monkeypatch, caplog):
    monkeypatch.setattr(ledger, "PATIENCE", 2.0)
    monkeypatch.setattr(ledger, "BEAT", 0.01)
    book, before, engine = Ledger(), lost(), control.connect(NOWHERE)
    book.add(a_read("acme"))
    book.add(a_read("globex"))
    await book.close(engine)
    await engine.dispose()
    assert lost() - before == 2
    said = [each.getMessage() for each in caplog.records if each.name == ledger.__name__]
    assert said == [
        "Reads wait for the database: ConnectionRefusedError",  # once, however often it was tried
        "2 reads are not recorded: the database did not take them",
    ]


def test_an_orderly_stop_takes_less_than_supervisor_and_compose_wait():
    longest = serving.GRACE + ledger.PATIENCE + app.DISPOSING
    assert longest <= process.GRACE - 2
    assert longest <= int(SERVICES["api"]["stop_grace_period"].removesuffix("s")) - 10


@pytest.fixture
def served() -> FastAPI:
    """An app of two routes for whoever comes, that notes reads."""
    made = FastAPI()
    made.state.ledger = Ledger()
    made.add_middleware(Noting)

    @made.get("/v1/changes")
    async def changes(request: Request) -> None:
        request.state.caller = Caller("m-1", "manager", frozenset({"acme", "globex"}), frozenset())

    @made.get("/v1/positions")
    async def positions(request: Request) -> None:
        await changes(request)

    @made.get("/v1/portfolio/slow")
    async def slow(request: Request) -> None:
        await changes(request)
        await asyncio.Event().wait()

    return made


def reader(of: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(of), base_url="http://reader")


async def test_what_is_noted_of_a_request_is_bounded_and_names_what_it_may_have_told_of(served):
    many = [f"a-{number:02}" for number in range(noting.MOST + 2)]
    async with reader(served) as client:
        await client.get("/v1/changes", params={"account": many})
        await client.get("/v1/changes")
        await client.get("/v1/positions", params={"account": many})
    found = [(each.account, each.scope) for each in served.state.ledger._waiting]
    each = [(account, None) for account in many[: noting.MOST]]
    assert found == [*each, (None, ("a-20", "a-21")), (None, ("acme", "globex"))]


async def test_a_request_that_our_own_stop_ends_was_not_left_by_its_client(served):
    async with reader(served) as client:
        asked = asyncio.create_task(client.get("/v1/portfolio/slow"))
        while not served.state.ledger.expected:  # noqa: ASYNC110 -- it has no event to wait for
            await asyncio.sleep(0)
        for _ in range(20):  # until it waits
            await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    [read] = served.state.ledger._waiting
    assert (read.status, read.portfolio, served.state.ledger.expected) == (503, True, 0)
