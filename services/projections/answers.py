"""Reading what a question needs: saved states for now, the journal for any other moment. All in one snapshot."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas import POLICY
from schemas.account import AccountMerged
from schemas.event import REGISTERED, wires_of
from services.partition import partition_of
from services.projections.cut import Cut, code_version, known
from services.projections.folds.policy import State as PolicyState
from services.projections.hindsight.told import Told
from services.projections.history import Moment
from services.projections.kept import subject_types
from services.projections.models.policies import in_force
from services.projections.policy import Policies
from services.projections.question import Question, View
from services.projections.store import accounts, control, journal, reached, states
from services.projections.store.reached import Position
from services.projections.views import (
    AMENDMENTS,
    END_OF_TIME,
    defined_by,
    held,
    history,
    of_one,
    reads,
    usable,
    view_of_facts,
    view_of_saved,
)

FRESH = timedelta(seconds=3)  # how old the last look at the log's end may be for an answer about now


class Asked(NamedTuple):
    """The moments asked for; None: now, as far as the log has been read. A `cut` asks for exactly that again."""

    as_of: datetime | None = None
    known_at: datetime | None = None
    cut: Cut | None = None

    @property
    def about_now(self) -> bool:
        """Whether saved states can answer."""
        return self == Asked()


class OtherCluster(Exception):  # noqa: N818 -- a sentence for the caller
    """A token of another log."""


class Behind(Exception):  # noqa: N818 -- a sentence for the caller
    """A token of a cut that this projection has not reached."""


class Snapshot(NamedTuple):
    """One transaction's view: the connection, how far each partition has come, and of which log."""

    connection: AsyncConnection
    projection: int
    positions: dict[int, Position]
    log_id: str

    def cut(self, asked: Asked, partitions: Iterable[int]) -> Cut:
        """Resolve the moments asked for; `partitions` are those that the answer reads, besides the one of policies."""
        if asked.cut is not None:
            return self._again(asked.cut)
        of = [self.positions[each] for each in {*partitions, partition_of(POLICY, len(self.positions))}]
        now = datetime.now(UTC)
        read_to = min(max(each.seen_at, each.recorded_at) for each in of)
        caught_up = all(each.next_offset >= each.log_end for each in of)
        seen = min(each.seen_at for each in of)
        return Cut(
            as_of=asked.as_of or max(now, read_to),
            known_at=asked.known_at or read_to,
            only_known=asked.known_at is not None,
            complete=caught_up and (seen > asked.known_at if asked.known_at else now - seen < FRESH),
            offsets={partition: each.next_offset for partition, each in self.positions.items()},
            log_id=self.log_id,
            version=code_version(),
        )

    def _again(self, cut: Cut) -> Cut:
        if cut.log_id != self.log_id or cut.offsets.keys() != self.positions.keys():
            raise OtherCluster("This token is of another log.")
        if any(self.positions[each].next_offset < offset for each, offset in cut.offsets.items()):
            raise Behind("This projection has not come as far as the token; try again in a moment.")
        return cut


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    """Open one REPEATABLE READ transaction on the active version: everything in it is of one instant.

    Raises OtherLayout: from what another release made, answers would be wrong.
    """
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            projection = await control.enter(connection)
            positions = await reached.positions(connection)
            log = await control.fitting_log(connection)
            yield Snapshot(connection, projection, positions, log.identity if log else "")


async def defined(at: Snapshot, asked: Asked, cut: Cut) -> PolicyState:
    """Return which policies were defined at the cut: one small query, whatever is asked of however many accounts."""
    if asked.about_now:
        saved = await states.load(at.connection, [(POLICY, "policy")])
        by_subject = {subject: kept for (_, subject), kept in saved.items()}
        waiting = any(each and each.due for each in by_subject.values())  # perhaps criteria that may be tried already
        if usable(by_subject, ("policy",), cut.as_of) and not waiting:
            return held(by_subject).policy
    facts = await journal.facts(at.connection, [POLICY], subject_types("policy"))
    return defined_by(known(facts, cut), Moment(cut.as_of, END_OF_TIME))


async def account_view(  # noqa: PLR0913, PLR0917 -- what all views take, what is merged, and what holds for all
    at: Snapshot,
    account: str,
    question: Question,
    asked: Asked,
    cut: Cut,
    merged: Sequence[str] | None = None,
    policies: Policies | None = None,
) -> View:
    """Return what `question` may see of one account, and of those `merged` into it (None: all), at the cut.

    `policies` are those in force there; None: they are looked up.
    """
    policies = policies or in_force(await defined(at, asked, cut))
    merged = await journal.merged_into(at.connection, account) if merged is None else merged
    if asked.about_now and not merged and not question.told:
        saved = await states.load(at.connection, [(account, subject) for subject in question.subjects])
        by_subject = {subject: kept for (_, subject), kept in saved.items()}
        if usable(by_subject, question.subjects, cut.as_of):
            facts = await journal.facts(at.connection, [account], history(question)) if question.history else []
            return view_of_saved(account, question, by_subject, facts, cut.moment, policies)
    wires = [*reads(question), *wires_of(AccountMerged)] if merged else reads(question)
    facts = await journal.facts(at.connection, [account, *merged], wires)
    return view_of_facts(account, question, of_one(account, known(facts, cut)), cut.moment, policies)


async def restored(at: Snapshot, account: str, cut: Cut, merged: Sequence[str]) -> bool:
    """Whether anything that is known at the cut of the account was restored, or of those that are `merged` into it."""
    wires = [*wires_of(AccountMerged), *AMENDMENTS]
    facts = await journal.facts(at.connection, [account, *merged], wires) if merged else []
    joined = {fact.event.partitionkey for fact in of_one(account, known(facts, cut))}
    return await accounts.restored(at.connection, {account, *joined}, cut.offsets, cut.asked_known_at)


async def told(at: Snapshot, account: str, cut: Cut, merged: Sequence[str] | None = None) -> Told:
    """Return all that was told by the cut of one account, of those `merged` into it (None: all), and of policies."""
    merged = await journal.merged_into(at.connection, account) if merged is None else merged
    facts = known(await journal.facts(at.connection, [account, *merged], REGISTERED), cut)
    policies = known(await journal.facts(at.connection, [POLICY], REGISTERED), cut)
    in_order = sorted(facts, key=lambda fact: (fact.partition, fact.offset))
    return Told(account, in_order, sorted(policies, key=lambda fact: fact.offset))
