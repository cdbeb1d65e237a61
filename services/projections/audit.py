"""One process's part of `verify`: the log read once, beside the journal, and folded as far as each state says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.correction import Amendment
from services.partition import partition_of
from services.projections import loading
from services.projections.arrival import Arrival, Letter, read
from services.projections.bulk import records
from services.projections.folds import FOLDS, encode, subject_of
from services.projections.history import EPOCH, Recorded
from services.projections.kept import Kept, advance, refold, unpacked
from services.projections.project import recorded, settled, take
from services.projections.refusing import conflict, occupied
from services.projections.store import auditing, journal
from services.projections.store.auditing import Saved
from services.projections.store.journal import JOURNAL_COLUMNS, journal_row
from services.projections.store.reached import Position
from services.projections.store.states import Key
from services.settings import Kafka

AT_ONCE = 200  # accounts


class Difference(NamedTuple):
    """One thing that is not as the log says."""

    partition: int
    offset: int | None  # of a journal row or dead letter
    account: str | None
    subject: str | None  # of a state
    sentence: str

    def __str__(self) -> str:
        """Say it in one line, the place first."""
        what = f"state {self.subject}" if self.subject else "record"
        place = f"{self.partition}" if self.offset is None else f"{self.partition}/{self.offset}"
        return f"{what} of account {self.account or '?'} (partition {place}): {self.sentence}"


class Auditor:
    """Reads the log once, beside the journal, and folds it as far as each saved state says that it goes."""

    def __init__(
        self, connection: AsyncConnection, kafka: Kafka, positions: Mapping[int, Position], saved: Mapping[Key, Saved]
    ) -> None:
        self._connection, self._kafka = connection, kafka
        self._positions, self._saved = positions, saved
        self._folded: dict[Key, Kept] = {}
        self._amended: set[str] = set()
        self._told_since: dict[str, int] = {}  # account -> offset of its first fact that was not restored
        self.differences: list[Difference] = []
        self.records = self.compared = 0

    async def partition(self, partition: int) -> None:
        """Compare one partition's journal and dead letters with its log, and fold what the log says."""
        end = self._positions[partition].next_offset
        rows = auditing.journal_rows(self._connection, partition, end)
        letters = await auditing.letters(self._connection, partition)
        row = await anext(rows, None)
        at = Position(partition, 0, EPOCH, 0, EPOCH)
        repeated: list[tuple[Arrival, tuple[Any, ...] | None]] = []
        async for slice_ in records(self._kafka, {partition: 0}, {partition: end}):
            batch = take([read(record, self._kafka.partitions) for record in slice_], {partition: at})
            at = at._replace(next_offset=batch.ends[partition][0], recorded_at=batch.ends[partition][1])
            for letter, _ in batch.letters:
                self._letter(letter, letters.pop(letter.offset, None))
            for arrival, recorded_at in batch.arrivals:
                while row is not None and row[1] < arrival.offset:
                    self._differs(partition, row[1], row[2], "the journal has a fact that the log has not")
                    row = await anext(rows, None)
                if row is None or row[1] != arrival.offset:
                    repeated.append((arrival, letters.pop(arrival.offset, None)))
                    continue
                self._fact(arrival, recorded_at, row)
                row = await anext(rows, None)
            self._count(len(slice_))
        while row is not None:
            self._differs(partition, row[1], row[2], "the journal has a fact that the log has not")
            row = await anext(rows, None)
        await self._repeated(repeated)
        for offset, letter_row in letters.items():
            self._differs(partition, offset, letter_row[4], "there is a dead letter that the log does not explain")
        if extra := await auditing.beyond(self._connection, partition, end):
            self._differs(partition, end, None, f"the journal has {extra} facts beyond its position")

    async def states(self) -> None:
        """Compare every saved state with the fold of the log."""
        accounts = sorted({account for account, _ in self._saved} | {account for account, _ in self._folded})
        for start in range(0, len(accounts), AT_ONCE):
            some = accounts[start : start + AT_ONCE]
            for account in some:
                if account in self._amended:
                    await self._refold(account)
            found = {(row[0], row[1]): row[2] for row in await auditing.packed(self._connection, some)}
            for key in sorted(found.keys() | {key for key in self._folded if key[0] in set(some)}):
                self._state(key, found.get(key))
            for key in [key for key in self._folded if key[0] in set(some)]:
                del self._folded[key]

    def _letter(self, letter: Letter, row: tuple[Any, ...] | None) -> None:
        if row is None:
            account = letter.identity[0] if letter.identity else None
            self._differs(letter.partition, letter.offset, account, f"the dead letter ({letter.reason}) is missing")
        elif (row[3], row[7], row[8]) != (letter.reason, letter.key, letter.value):
            self._differs(letter.partition, letter.offset, row[4], "the dead letter is not what the log says")

    def _fact(self, arrival: Arrival, recorded_at: datetime, row: tuple[Any, ...]) -> None:
        expected = journal_row(arrival, recorded_at)
        if row != expected:
            wrong = [name for name, is_, should in zip(JOURNAL_COLUMNS, row, expected, strict=True) if is_ != should]
            sentence = f"the journal's {', '.join(wrong)} is not what the log says"
            self._differs(arrival.partition, arrival.offset, arrival.event.partitionkey, sentence)
        if self._is_late(arrival):
            sentence = "a restored event is a fact, though its account had others"
            self._differs(arrival.partition, arrival.offset, arrival.event.partitionkey, sentence)
        if arrival.recorded_at is None:
            self._told_since.setdefault(arrival.event.partitionkey, arrival.offset)
        self._fold(recorded(arrival, recorded_at))

    def _is_late(self, arrival: Arrival) -> bool:
        """Whether it is restored and comes after a fact of its account that is not."""
        since = self._told_since.get(arrival.event.partitionkey, arrival.offset)
        return arrival.recorded_at is not None and since < arrival.offset

    async def _repeated(self, repeated: Sequence[tuple[Arrival, tuple[Any, ...] | None]]) -> None:
        """Check that what is not in the journal repeats a fact that is, or came too late; and its dead letter."""
        for start in range(0, len(repeated), 5_000):
            some = repeated[start : start + 5_000]
            first = await auditing.firsts(self._connection, {arrival.identity for arrival, _ in some})
            for arrival, letter in some:
                self._repetition(arrival, first.get(arrival.identity), letter)

    def _repetition(self, arrival: Arrival, first: tuple[int, bytes] | None, letter: tuple[Any, ...] | None) -> None:
        account = arrival.event.partitionkey
        if first is None or first[0] > arrival.offset:
            if self._is_late(arrival):
                self._letter(occupied(arrival), letter)
            else:
                self._differs(arrival.partition, arrival.offset, account, "the journal lacks a fact that the log has")
        elif first[1] == arrival.digest and letter is not None:
            self._differs(arrival.partition, arrival.offset, account, "a mere repetition is a dead letter")
        elif first[1] != arrival.digest:
            self._letter(conflict(arrival), letter)

    def _fold(self, fact: Recorded) -> None:
        account, data = fact.event.partitionkey, fact.event.data
        if isinstance(data, Amendment):
            self._amended.add(account)
        if account in self._amended or (subject := subject_of(type(data))) is None:
            return
        key = (account, subject)
        saved = self._saved.get(key)
        to = saved.folded_to if saved else fact.log_time
        kept = self._folded.get(key) or Kept(FOLDS[subject].empty(), to, None)
        self._folded[key] = advance(subject, kept, [fact], to)

    async def _refold(self, account: str) -> None:
        """Fold an amended account from its journal, which has been compared with the log."""
        end = self._positions[partition_of(account, self._kafka.partitions)].next_offset
        facts = [fact for fact in await journal.all_of(self._connection, account) if fact.offset < end]
        for key, own in settled(facts).items():
            to = self._saved[key].folded_to if key in self._saved else facts[-1].log_time
            self._folded[key] = refold(key[1], own, to)

    def _state(self, key: Key, packed: bytes | None) -> None:
        self.compared += 1
        saved, folded = self._saved.get(key), self._folded.get(key)
        for sentence in _objections(key[1], saved, folded, packed):
            partition = partition_of(key[0], self._kafka.partitions)
            self.differences.append(Difference(partition, None, key[0], key[1], sentence))

    def _differs(self, partition: int, offset: int, account: str | None, sentence: str) -> None:
        self.differences.append(Difference(partition, offset, account, None, sentence))

    def _count(self, count: int) -> None:
        self.records += count
        loading.count(count)


def _objections(subject: str, saved: Saved | None, folded: Kept | None, packed: bytes | None) -> Iterator[str]:
    if folded is None:
        yield "a state is saved of which the log says nothing"
    elif saved is None or packed is None:
        yield "no state is saved, but the log has facts for it"
    elif saved.fold_version == FOLDS[subject].version:  # of another version it counts as absent, and is refolded
        if unpacked(packed) != encode(folded.state):  # how it was compressed does not matter
            yield "the saved state is not the fold of the log"
        if saved.due != folded.due:
            yield "the moment at which a fact falls due is not what the log says"
