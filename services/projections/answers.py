"""Reading what a question needs: saved states for now, the journal for any other moment. All in one snapshot."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.account import AccountMerged
from schemas.correction import Amendment
from schemas.event import REGISTERED, wires_of
from services.projections import cut as cuts
from services.projections.cut import Cut
from services.projections.folds import States, fold
from services.projections.history import Moment, Recorded, visible
from services.projections.kept import Kept, subject_types
from services.projections.policy import DEFAULT
from services.projections.question import Question, View
from services.projections.store import control, journal, states
from services.projections.store.control import Position

FRESH = timedelta(seconds=3)  # how old the last look at the log's end may be for an answer about now
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
AMENDMENTS = tuple(wire for wire, payload in REGISTERED.items() if issubclass(payload, Amendment))


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
        """Resolve the moments asked for; `partitions` are those that the answer reads."""
        if asked.cut is not None:
            return self._again(asked.cut)
        of = [self.positions[partition] for partition in partitions]
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
            version=cuts.version(DEFAULT),
        )

    def _again(self, cut: Cut) -> Cut:
        if cut.log_id != self.log_id or cut.offsets.keys() != self.positions.keys():
            raise OtherCluster("This token is of another log.")
        if any(self.positions[each].next_offset < offset for each, offset in cut.offsets.items()):
            raise Behind("This projection has not come as far as the token; try again in a moment.")
        return cut


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    """Open one REPEATABLE READ transaction on the active version: everything in it is of one instant."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            projection = await control.enter(connection)
            positions = await control.positions(connection)
            log = await control.log(connection)
            yield Snapshot(connection, projection, positions, log.identity if log else "")


async def account_view(  # noqa: PLR0913, PLR0917 -- what all views take, and what is merged
    at: Snapshot, account: str, question: Question, asked: Asked, cut: Cut, merged: Sequence[str] | None = None
) -> View:
    """Return what `question` may see of one account, and of those `merged` into it (None: all), at the cut."""
    merged = await journal.merged_into(at.connection, account) if merged is None else merged
    if asked.about_now and not merged:
        saved = await states.load(at.connection, [(account, subject) for subject in question.subjects])
        by_subject = {subject: kept for (_, subject), kept in saved.items()}
        if usable(by_subject, question.subjects, cut):
            facts = await journal.facts(at.connection, [account], _history(question)) if question.history else []
            return view_of_saved(account, question, by_subject, facts, cut)
    wires = [*reads(question), *wires_of(AccountMerged)] if merged else reads(question)
    facts = await journal.facts(at.connection, [account, *merged], wires)
    return view_of_facts(account, question, _of_one(account, known(facts, cut)), cut)


def usable(saved: Mapping[str, Kept | None], subjects: Iterable[str], cut: Cut) -> bool:
    """Whether saved states hold just what is true by the cut: readable, not beyond it, and nothing has fallen due."""
    kept = [saved[subject] for subject in subjects if subject in saved]  # no row: no such fact
    return all(
        each is not None and each.folded_to <= cut.as_of and (each.due is None or each.due > cut.as_of) for each in kept
    )


def view_of_saved(
    account: str, question: Question, saved: Mapping[str, Kept | None], facts: Iterable[Recorded], cut: Cut
) -> View:
    """Make a view of saved states, and of the history that the question reads."""
    held = States()
    for subject, kept in saved.items():
        if kept is not None:
            setattr(held, subject, kept.state)
    seen = visible(facts, Moment(cut.as_of, END_OF_TIME)) if question.history else []
    return View(account, cut.moment, DEFAULT, held, seen)


def view_of_facts(account: str, question: Question, facts: Iterable[Recorded], cut: Cut) -> View:
    """Make a view by folding facts that were known at the cut."""
    seen = visible(facts, Moment(cut.as_of, END_OF_TIME))
    held = fold(States(), seen, question.subjects)
    read = [fact for fact in seen if isinstance(fact.event.data, question.history)] if question.history else []
    return View(account, cut.moment, DEFAULT, held, read)


def known(facts: Iterable[Recorded], cut: Cut) -> Iterator[Recorded]:
    """Yield the facts below the cut's offsets, and if a `known_at` was asked for, recorded by then."""
    for fact in facts:
        if fact.offset < cut.offsets.get(fact.partition, 0) and not (
            cut.only_known and fact.recorded_at > cut.known_at
        ):
            yield fact


def _of_one(account: str, facts: Iterable[Recorded]) -> list[Recorded]:
    """Keep the facts of the account, and of those that are still said to be one customer with it, by any chain."""
    facts = list(facts)
    held = visible(facts, Moment(END_OF_TIME, END_OF_TIME))
    mergers = [fact for fact in held if isinstance(fact.event.data, AccountMerged)]
    joined, known_to_join = {account}, set[str]()
    while joined != known_to_join:
        known_to_join = set(joined)
        joined |= {fact.event.partitionkey for fact in mergers if _into(fact) in joined}
    return [fact for fact in facts if fact.event.partitionkey in joined]


def _into(fact: Recorded) -> str | None:
    data = fact.event.data
    return data.into if isinstance(data, AccountMerged) else None


def _history(question: Question) -> list[str]:
    return [*wires_of(*question.history), *AMENDMENTS]


def reads(question: Question) -> list[str]:
    """Return the types of all facts that a question reads, amendments among them."""
    own = {wire for subject in question.subjects for wire in subject_types(subject)}
    return sorted(own | set(_history(question)))
