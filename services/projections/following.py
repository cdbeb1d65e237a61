"""Going through what was projected since a bookmark: window by window, account by account, and tick by tick."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import POLICY
from services.projections import answers
from services.projections.answers import Snapshot
from services.projections.bookmark import DAY, Bookmark
from services.projections.hindsight.worrying import Stand, Turned
from services.projections.pulse import Beat
from services.projections.store import accounts, changes, journal
from services.projections.store.changes import Stood, Written
from services.projections.worrier import Whose, Worrier

MOST = 500  # facts, or accounts, that are held at once


class OtherLog(Exception):  # noqa: N818 -- a sentence to stop by
    """The log that the bookmark is of is not projected any more."""


class Wanted(NamedTuple):
    """Of which accounts to tell, and which may be seen, merged ones among them; None: all."""

    accounts: Sequence[str] | None
    among: Sequence[str] | None


class Step(NamedTuple):
    """What was found on the way to a bookmark: facts of an account, or a tick, or nothing that is wanted."""

    mark: Bookmark
    account: str | None = None
    facts: Sequence[Written] = ()
    turned: Turned | None = None


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


class Follower:
    """Goes on from `mark`, which moves with each step; holds no connection between steps."""

    def __init__(
        self, engine: AsyncEngine, wanted: Wanted, mark: Bookmark, worrier: Worrier | None, most: int = MOST
    ) -> None:
        self._engine, self._wanted, self.mark, self._worrier, self._most = engine, wanted, mark, worrier, most

    async def steps(self, beat: Beat, now: datetime) -> AsyncIterator[Step]:
        """Yield the steps to where a beat found the positions, and the ticks that are due by now.

        What the log got by a tick comes before it, unless it is projected only after that. Raises OtherLog.
        """
        self._must_be_of(beat.log_id)
        if within := self.mark.within:  # another window must not begin before this one is done
            async for step in self._windows(within.partition, within.end):
                yield step
            if self.mark.within:
                return  # an older version of the projection is back: it will come as far again
        while self.mark.tick + DAY <= now:
            if self.mark.ticking is None:
                async for step in self._facts(beat, self.mark.tick + DAY):
                    yield step
            async for step in self._tick():
                yield step
        async for step in self._facts(beat, None):
            yield step

    async def _facts(self, beat: Beat, until: datetime | None) -> AsyncIterator[Step]:
        for partition, end in beat.offsets.items():
            if end > self.mark.offsets[partition]:
                async for step in self._windows(partition, await self._end(partition, end, until)):
                    yield step

    async def _end(self, partition: int, end: int, until: datetime | None) -> int:
        """Return where what the log got by `until` ends."""
        if until is None:
            return end
        async with self._snapshot() as at:
            start = self.mark.offsets[partition]
            later = await changes.first_after(at.connection, partition, start, end, until)
        return end if later is None else later

    async def _windows(self, partition: int, below: int) -> AsyncIterator[Step]:
        while (start := self.mark.offsets[partition]) < below:
            async with self._snapshot() as at:
                if at.positions[partition].next_offset < below:
                    return
                facts = await changes.window(at.connection, partition, start, below, self._wanted.accounts, self._most)
                names = sorted({each.account for each in facts})
                before = await self._before(at, names, {partition: start})
            end = facts[-1].offset + 1 if len(facts) == self._most else below
            async for step in self._accounts(partition, end, facts, before):
                yield step
            self.mark = self.mark.told(partition, end)
            yield Step(self.mark)

    async def _accounts(
        self, partition: int, end: int, facts: Iterable[Written], before: Before
    ) -> AsyncIterator[Step]:
        told = self.mark.within.last if self.mark.within else ""
        for account, group in groupby(sorted(facts, key=attrgetter("account", "offset")), attrgetter("account")):
            if account > told:
                of_account = list(group)
                last = of_account[-1]
                turned = await self._after(account, before, Stood(last.offset + 1, last.logged_at))
                self.mark = self.mark.told(partition, end, account)
                yield Step(self.mark, account, of_account, turned)

    async def _after(self, account: str, before: Before, after: Stood) -> Turned | None:
        if self._worrier is None:
            return None
        tick, others = self.mark.tick, before.others(account)
        stood = before.stood.get(account, Stood(0, tick))
        return await self._worrier.turned(
            before.whose(account, self.mark.log_id),
            Stand(max(tick, stood.logged_at), stood.below, others),
            Stand(max(tick, after.logged_at), after.below, others),
        )

    async def _tick(self) -> AsyncIterator[Step]:
        more = True
        while self._worrier and more:
            names, before, after = await self._page()
            for account in names:
                turned = await self._ticked(self._worrier, account, before, after)
                self.mark = self.mark._replace(ticking=account)
                yield Step(self.mark, account, turned=turned) if any(turned) else Step(self.mark)
            more = len(names) == self._most
        self.mark = self.mark.ticked()
        yield Step(self.mark)

    async def _page(self) -> tuple[Sequence[str], Before, Before]:
        """Return the accounts that come next in a tick, and how they stood with what was known before and after it."""
        offsets, beyond = self.mark.offsets, self.mark.ticking or ""
        async with self._snapshot() as at:
            names = await accounts.known(
                at.connection, self._wanted.accounts, offsets, None, beyond=beyond, most=self._most
            )
            return names, await self._before(at, names, offsets), await self._before(at, names, offsets, offsets)

    async def _ticked(self, worrier: Worrier, account: str, before: Before, after: Before) -> Turned:
        stood, tick = before.stood[account], self.mark.tick
        return await worrier.turned(
            before.whose(account, self.mark.log_id),
            Stand(max(tick, stood.logged_at), stood.below, before.others(account)),
            Stand(max(tick + DAY, stood.logged_at), stood.below, after.others(account)),
        )

    async def _before(
        self, at: Snapshot, names: Sequence[str], offsets: Mapping[int, int], known: Mapping[int, int] | None = None
    ) -> Before:
        if self._worrier is None or not names:
            return Before({}, {}, {})
        holding = await accounts.merged(at.connection, names)
        merged = {each: await journal.merged_into(at.connection, each, self._wanted.among) for each in holding}
        others = {POLICY, *(each for of in merged.values() for each in of)}
        known_of = await changes.stood(at.connection, others, self.mark.known if known is None else known)
        stood = await changes.stood(at.connection, names, offsets)
        return Before(stood, merged, {each: of.below for each, of in known_of.items()})

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Snapshot]:
        async with answers.snapshot(self._engine) as at:
            self._must_be_of(at.log_id)
            yield at

    def _must_be_of(self, log_id: str) -> None:
        if log_id != self.mark.log_id:
            raise OtherLog("Another log is projected now.")
