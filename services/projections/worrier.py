"""Which warnings a change brought or took: looked up once, however many follow the account."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import POLICY
from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections import answers
from services.projections.hindsight.told import Told
from services.projections.hindsight.worrying import Stand, Turned, turned, worries
from services.projections.kept import subject_types
from services.projections.questions.warnings import WarningRow
from services.projections.questions.warnings import question as warnings
from services.projections.store import journal
from services.projections.views import reads

WIRES = sorted({*reads(warnings), *wires_of(AccountMerged)})
POLICIES = subject_types("policy")
REMEMBERED = 1_000  # answers
AT_ONCE = 2  # threads that work them out, beside the one that serves


class Whose(NamedTuple):
    """An account, the accounts merged into it that may be seen, and whose log told of them."""

    account: str
    merged: tuple[str, ...]
    log_id: str


class Worrier:
    """Answers the warnings question for all who follow, and remembers the last answers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._turn = engine, asyncio.Semaphore(AT_ONCE)
        self._found = OrderedDict[object, asyncio.Task[list[WarningRow]]]()

    async def turned(self, whose: Whose, before: Stand, after: Stand) -> Turned:
        """Compare the warnings from two stands."""
        return turned(await self._worries(whose, before), await self._worries(whose, after))

    async def _worries(self, whose: Whose, stand: Stand) -> Sequence[WarningRow]:
        key = (whose, stand.as_of, stand.below, tuple(sorted(stand.known.items())))
        task = self._found.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._found[key] = asyncio.create_task(self._look_up(whose, stand))
        self._found.move_to_end(key)
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        return await asyncio.shield(task)  # whoever leaves does not take it from the others

    async def _look_up(self, whose: Whose, stand: Stand) -> list[WarningRow]:
        async with self._turn:
            async with answers.snapshot(self._engine) as at:
                facts = await journal.facts(at.connection, [whose.account, *whose.merged], WIRES)
                policies = await journal.facts(at.connection, [POLICY], POLICIES)
            return await asyncio.to_thread(worries, Told(whose.account, facts, policies), stand)
