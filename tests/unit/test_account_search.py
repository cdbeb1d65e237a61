"""Searching accounts by name reads each page once, and no policies: names take none."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.access import Caller
from services.projections import answers
from services.projections.answers import Snapshot
from services.projections.api import facts
from services.projections.api.facts import accounts
from services.projections.store import accounts as store
from services.projections.store import journal, states
from services.projections.store.reached import Position

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ALL = [f"a-{number}" for number in range(9)]


NOBODY: Any = None  # no database is needed
EMPTY: tuple[tuple[str, Any], ...] = ()


async def nothing(*_):
    for each in EMPTY:
        yield each


async def never(*_):
    raise AssertionError("policies are read")


@pytest.fixture
def pages(monkeypatch):
    """Return the pages that are read of a store in which nobody has a name."""
    read = []

    @asynccontextmanager
    async def snapshot(_):
        yield Snapshot(NOBODY, 1, {0: Position(0, 9, NOW, 9, NOW)}, "log")

    async def known(*_, beyond="", most=None):
        read.append([each for each in ALL if each > beyond][:most])
        return read[-1]

    monkeypatch.setattr(answers, "snapshot", snapshot)
    monkeypatch.setattr(store, "known", known)
    monkeypatch.setattr(states, "of_all", nothing)
    monkeypatch.setattr(journal, "all_facts", nothing)
    monkeypatch.setattr(states, "load", never)
    monkeypatch.setattr(journal, "facts", never)
    return read


async def search(q, limit):
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(engine=NOBODY)))
    return await accounts(request, Caller("x", "manager", "*", "*"), q, "", limit)


async def test_a_page_is_read_once_whatever_is_searched_and_however_few_are_wanted(pages, monkeypatch):
    monkeypatch.setattr(facts, "SEARCHED", 4)
    found = await search("-7", 2)
    assert ([each.account for each in found.accounts], found.next) == (["a-7"], None)
    assert pages == [ALL[0:4], ALL[4:8], ALL[8:]]


async def test_a_search_goes_on_after_what_it_found(pages, monkeypatch):
    monkeypatch.setattr(facts, "SEARCHED", 4)
    found = await search("a-", 2)
    assert ([each.account for each in found.accounts], found.next) == (["a-0", "a-1"], "a-1")
    assert pages == [ALL[0:4]]


async def test_a_page_that_is_full_is_the_last_one_read(pages):
    found = await search(None, 4)
    assert ([each.account for each in found.accounts], found.next) == (ALL[:4], "a-3")
    assert pages == [ALL[:4]]
