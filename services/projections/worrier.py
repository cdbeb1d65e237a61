"""Which warnings a change brought or took: looked up once, however many follow the account."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping
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

Answers = Mapping[Hashable, list[WarningRow]]


class Whose(NamedTuple):
    """An account, the accounts merged into it that may be seen, and whose log told of them."""

    account: str
    merged: tuple[str, ...]
    log_id: str


class Worrier:
    """Answers the warnings question for all who follow, and remembers the last answers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._turn = engine, asyncio.Semaphore(AT_ONCE)
        self._found = OrderedDict[Hashable, asyncio.Task[Answers]]()

    async def turned(self, whose: Whose, before: Stand, after: Stand, *, passing: bool = False) -> Turned:
        """Compare the warnings from two stands; `passing`: of one account among all."""
        if before == after:
            return Turned([], [])
        stands = {_key(whose, each): each for each in (before, after)}
        if missing := {key: stand for key, stand in stands.items() if self._is_missing(key)}:
            task = asyncio.create_task(self._look_up(whose, missing, passing=passing))
            self._found.update(dict.fromkeys(missing, task))
        tasks = [(key, self._found[key]) for key in stands]
        for key in stands:
            self._found.move_to_end(key)
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        was, now = [(await asyncio.shield(task))[key] for key, task in tasks]  # whoever leaves does not take it away
        return turned(was, now)

    def _is_missing(self, key: Hashable) -> bool:
        task = self._found.get(key)
        return task is None or (task.done() and (task.cancelled() or task.exception() is not None))

    async def _look_up(self, whose: Whose, stands: Mapping[Hashable, Stand], *, passing: bool) -> Answers:
        read = journal.facts_once if passing else journal.facts
        async with self._turn:
            async with answers.snapshot(self._engine) as at:
                facts = await read(at.connection, [whose.account, *whose.merged], WIRES)
                policies = await journal.facts(at.connection, [POLICY], POLICIES)
            told = Told(whose.account, facts, policies)
            return {key: await asyncio.to_thread(worries, told, stand) for key, stand in stands.items()}


def _key(whose: Whose, stand: Stand) -> Hashable:
    return whose, stand.as_of, stand.below, tuple(sorted(stand.known.items()))
