"""Going through what was projected since a bookmark: window by window, account by account, and tick by tick."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from schemas import POLICY
from services.projections.answers import Snapshot
from services.projections.bookmark import Bookmark
from services.projections.hindsight.worrying import Stand, Turned
from services.projections.pulse import Beat
from services.projections.store import accounts, changes, journal
from services.projections.store.changes import Stood, Written
from services.projections.windows import Before, Source, Wanted, Window
from services.projections.worrier import Worrier

MOST = 500  # facts, or accounts, that are held at once


class OtherLog(Exception):  # noqa: N818 -- a sentence to stop by
    """The log that the bookmark is of is not projected any more."""


class Step(NamedTuple):
    """What was found on the way to a bookmark: facts of an account, or a tick, or nothing that is wanted."""

    mark: Bookmark
    account: str | None = None
    facts: Sequence[Written] = ()
    turned: Turned | None = None


class Follower:
    """Goes on from `mark`, which moves with each step; holds no connection between steps."""

    def __init__(
        self, source: Source, wanted: Wanted, mark: Bookmark, worrier: Worrier | None, most: int = MOST
    ) -> None:
        self._source, self._wanted, self._worrier, self._most = source, wanted, worrier, most
        self._partitions = wanted.partitions(len(mark.offsets))
        self.mark = mark.under(wanted.digest(most))

    async def steps(self, beat: Beat, now: datetime) -> AsyncIterator[Step]:
        """Yield the steps to where a beat found the positions, and the ticks that are due by now.

        What the log got by a tick comes before it, unless it is projected only after that. Raises OtherLog.
        """
        self._must_be_of(beat.log_id)
        if within := self.mark.within:  # another window must not begin before this one is done
            async for step in self._windows({within.partition: within.end}):
                yield step
            if self.mark.within:
                return  # an older version of the projection is back: it will come as far again
        while to := self.mark.due(now):
            if self.mark.ticking is None:
                async for step in self._windows(await self._ends(beat, to)):
                    yield step
            async for step in self._tick(to):
                yield step
            if self.mark.tick < to:
                return  # as above
        self._pass(beat)
        async for step in self._windows(beat.offsets):
            yield step

    def _pass(self, beat: Beat) -> None:
        """Move past what came in partitions where nothing is wanted, without reading it."""
        offsets = self.mark.offsets
        past = {each: end for each, end in beat.offsets.items() if each not in self._partitions and end > offsets[each]}
        self.mark = self.mark._replace(offsets={**offsets, **past})

    async def _ends(self, beat: Beat, until: datetime) -> dict[int, int]:
        """Return where what the log got by `until` ends, in the partitions that moved."""
        moved = {each: end for each, end in beat.offsets.items() if end > self.mark.offsets[each]}
        async with self._snapshot() as at:
            for each, end in moved.items():
                later = await changes.first_after(at.connection, each, self.mark.offsets[each], end, until)
                moved[each] = end if later is None else later
        return moved

    async def _windows(self, ends: Mapping[int, int]) -> AsyncIterator[Step]:
        while windows := await self._read(ends):
            for window in windows:
                async for step in self._accounts(window):
                    yield step
                self.mark = self.mark.told(window.partition, window.end)
                yield Step(self.mark)

    async def _read(self, ends: Mapping[int, int]) -> list[Window]:
        """Return the windows that come next, of partitions that the projection has read to their ends, if it has."""
        offsets, left = self.mark.offsets, self._most
        found: list[tuple[int, int, list[Written]]] = []
        ahead = {each: end for each, end in ends.items() if end > offsets[each]}
        if not ahead:
            return []
        async with self._snapshot() as at:
            for each, end in ahead.items():
                if left and end <= at.positions[each].next_offset:
                    facts = await changes.window(at.connection, each, offsets[each], end, self._wanted.accounts, left)
                    found.append((each, facts[-1].offset + 1 if len(facts) == left else end, facts))
                    left -= len(facts)
            names = sorted({fact.account for _, _, facts in found for fact in facts})
            before = await self._before(at, names, offsets)
        return [Window(*each, before) for each in found]

    async def _accounts(self, window: Window) -> AsyncIterator[Step]:
        told = self.mark.within.last if self.mark.within else ""
        facts = sorted(window.facts, key=attrgetter("account", "offset"))
        for account, group in groupby(facts, attrgetter("account")):
            if account > told:
                of_account = list(group)
                last = of_account[-1]
                turned = await self._after(account, window.before, Stood(last.offset + 1, last.logged_at))
                self.mark = self.mark.told(window.partition, window.end, account)
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

    async def _tick(self, to: datetime) -> AsyncIterator[Step]:
        more = True
        while self._worrier and more:
            page = await self._page()
            if page is None:
                return
            names, before, after = page
            for account in names:
                turned = await self._ticked(self._worrier, account, to, before, after)
                self.mark = self.mark.ticked(to, account)
                yield Step(self.mark, account, turned=turned) if any(turned) else Step(self.mark)
            more = len(names) == self._most
        self.mark = self.mark.ticked(to)
        yield Step(self.mark)

    async def _page(self) -> tuple[Sequence[str], Before, Before] | None:
        """Return the accounts that come next in a tick, and how they stood with what was known before and after it.

        None: the projection has not come as far.
        """
        offsets, beyond = self.mark.offsets, self.mark.ticking.last if self.mark.ticking else ""
        async with self._snapshot() as at:
            if any(at.positions[each].next_offset < offset for each, offset in offsets.items()):
                return None
            names = await accounts.known(
                at.connection, self._wanted.accounts, offsets, None, beyond=beyond, most=self._most
            )
            return names, await self._before(at, names, offsets), await self._before(at, names, offsets, offsets)

    async def _ticked(self, worrier: Worrier, account: str, to: datetime, before: Before, after: Before) -> Turned:
        stood = before.stood[account]
        return await worrier.turned(
            before.whose(account, self.mark.log_id),
            Stand(max(self.mark.tick, stood.logged_at), stood.below, before.others(account)),
            Stand(max(to, stood.logged_at), stood.below, after.others(account)),
            passing=True,
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
        async with self._source.snapshot() as at:
            self._must_be_of(at.log_id)
            yield at

    def _must_be_of(self, log_id: str) -> None:
        if log_id != self.mark.log_id:
            raise OtherLog("Another log is projected now.")
