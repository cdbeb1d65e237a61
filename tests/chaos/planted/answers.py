"""Bugs of the read API: what an answer rests on is not what its token says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.chaos.planted.hook import Changes


def policy_at_now() -> Changes:
    """Policies are what applies: now."""

    def change(answers: Any) -> None:
        defined = answers.defined

        async def now(at: Any, asked: Any, cut: Any) -> Any:
            del asked, cut
            return await defined(at, answers.Asked(), at.cut(answers.Asked(), []))

        answers.defined = now

    return {"services.projections.answers": change}


def token_without_policy() -> Changes:
    """A token names the partition of the account; policies are no account's."""

    def of_tokens(cut: Any) -> None:
        from schemas import POLICY  # noqa: PLC0415 -- loaded where the module is
        from services.partition import partition_of  # noqa: PLC0415

        encode = cut.Cut.encode

        def without(self: Any) -> Any:
            of_policies = partition_of(POLICY, len(self.offsets))
            left = {partition: end for partition, end in self.offsets.items() if partition != of_policies}
            return encode(self._replace(offsets=left))

        cut.Cut.encode = without

    def of_answers(answers: Any) -> None:
        again = answers.Snapshot._again

        def as_far_as_now(self: Any, cut: Any) -> Any:
            now = {each.partition: each.next_offset for each in self.positions.values()}
            return again(self, cut._replace(offsets=now | cut.offsets))

        answers.Snapshot._again = as_far_as_now

    return {"services.projections.cut": of_tokens, "services.projections.answers": of_answers}


def two_transactions() -> Changes:
    """First ask how far we are, then read."""

    def change(answers: Any) -> None:
        @asynccontextmanager
        async def snapshot(engine: Any) -> AsyncIterator[Any]:
            async with engine.begin() as connection:
                await answers.control.enter(connection)
                positions = await answers.reached.positions(connection)
                log = await answers.control.fitting_log(connection)
            async with engine.begin() as connection:
                projection = await answers.control.enter(connection)
                yield answers.Snapshot(connection, projection, positions, log.identity if log else "")

        answers.snapshot = snapshot

    return {"services.projections.answers": change}
