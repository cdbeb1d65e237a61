"""What a follower reads: of which accounts, window by window, a few followers at a time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import POLICY
from services.partition import partition_of
from services.projections import answers
from services.projections.answers import Snapshot
from services.projections.store.changes import Stood, Written
from services.projections.worrier import Whose

READING = 3  # followers that read at once, so that answers always find a connection


class Wanted(NamedTuple):
    """Of which accounts to tell, and which may be seen, merged ones among them; None: all."""

    accounts: Sequence[str] | None
    among: Sequence[str] | None

    def digest(self, most: int) -> str:
        """Return what tells apart filters under which windows of `most` facts hold others."""
        return blake2b(msgspec.msgpack.encode((*self, most)), digest_size=8).hexdigest()

    def partitions(self, of: int) -> set[int]:
        """Return where the accounts are, of so many partitions."""
        return set(range(of)) if self.accounts is None else {partition_of(each, of) for each in self.accounts}


class Before(NamedTuple):
    """Where accounts stood, which others were merged into them, and where those and the policies stood at a tick."""

    stood: Mapping[str, Stood]
    merged: Mapping[str, Sequence[str]]
    known: Mapping[str, int]

    def whose(self, account: str, log_id: str) -> Whose:
        """Name an account with those merged into it."""
        return Whose(account, tuple(self.merged.get(account, ())), log_id)

    def others(self, account: str) -> dict[str, int]:
        """Return how much was known at the tick of what is not the account's own."""
        return {each: self.known[each] for each in (POLICY, *self.merged.get(account, ())) if each in self.known}


class Window(NamedTuple):
    """Facts of a partition up to an offset, and what stood before them."""

    partition: int
    end: int
    facts: Sequence[Written]
    before: Before


class Source:
    """The projection, as all followers read it: a few at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._turn = engine, asyncio.Semaphore(READING)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a snapshot, in turn."""
        async with self._turn, answers.snapshot(self._engine) as at:
            yield at
