"""One process's share of a rebuild: its partitions become journal rows and states by COPY, without indexes."""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing.sharedctypes import Synchronized
from typing import NamedTuple

import asyncpg

from schemas.correction import Amendment
from services.projections.arrival import Arrival, read
from services.projections.bulk import records
from services.projections.folds import FOLDS, subject_of
from services.projections.history import EPOCH, Recorded
from services.projections.kept import Kept, advance
from services.projections.project import recorded, take
from services.projections.store.control import schema
from services.projections.store.dead_letters import LETTER_COLUMNS, letter_row
from services.projections.store.journal import JOURNAL_COLUMNS, journal_row
from services.projections.store.reached import Position
from services.projections.store.states import STATE_COLUMNS, Key, state_row
from services.settings import Database, Kafka

STATES_AT_ONCE = 500

# Set in each process by `share_counter`: records done, for the progress bar.
done: "Synchronized[int] | None" = None


class Share(NamedTuple):
    """Which partitions a process loads, up to which ends, into which version."""

    kafka: Kafka
    database: Database
    version: int
    ends: Mapping[int, int]


class Loaded(NamedTuple):
    """Where each partition's own time stands, and the accounts whose states need the whole journal.

    In `mixed` ones restored events come after others: whether they become facts shows only once all is loaded.
    """

    recorded_at: dict[int, datetime]
    amended: set[str]
    mixed: set[str]


def share_counter(counter: "Synchronized[int]") -> None:
    """Let this process count into `counter`."""
    global done  # noqa: PLW0603 -- a process of a pool has no other way to receive it
    done = counter
    gc.set_threshold(100_000, 50, 100)


def count(records_done: int) -> None:
    """Tell the progress bar, if there is one, that some more records are done."""
    if done is not None:
        with done.get_lock():
            done.value += records_done


def load(share: Share) -> Loaded:
    """Load one share; runs in a process of its own."""
    return asyncio.run(_load(share))


async def _load(share: Share) -> Loaded:
    connection = await asyncpg.connect(
        share.database.plain(),
        **share.database.connect_args(),
        server_settings={"search_path": schema(share.version), "synchronous_commit": "off"},
    )
    try:
        loader = Loader(connection, share)
        async for slice_ in records(share.kafka, dict.fromkeys(share.ends, 0), share.ends):
            await loader.take(slice_)
        await loader.finish()
        times = {partition: each.recorded_at for partition, each in loader.positions.items()}
        return Loaded(times, loader.amended, loader.mixed)
    finally:
        await connection.close()


class Loader:
    """Folds in memory, bounded by the things in the accounts, while the journal streams through."""

    def __init__(self, connection: asyncpg.Connection, share: Share) -> None:
        self._connection, self._partitions = connection, share.kafka.partitions
        self.positions = {each: Position(each, 0, EPOCH, 0, EPOCH) for each in share.ends}
        self.amended: set[str] = set()
        self.mixed: set[str] = set()
        self._restored: set[str] = set()  # accounts of which all that came was restored
        self._states: dict[Key, Kept] = {}
        self._later: dict[Key, list[Recorded]] = {}
        self._latest: dict[str, datetime] = {}

    async def take(self, slice_: Sequence[object]) -> None:
        """Write one slice of one partition and fold it."""
        batch = take([read(record, self._partitions) for record in slice_], self.positions)  # type: ignore[arg-type]
        for partition, (end, recorded_at) in batch.ends.items():
            self.positions[partition] = self.positions[partition]._replace(next_offset=end, recorded_at=recorded_at)
        await self._copy("journal", JOURNAL_COLUMNS, [journal_row(*each) for each in batch.arrivals])
        await self._copy("dead_letter", LETTER_COLUMNS, [letter_row(*each) for each in batch.letters])
        for arrival, log_time in batch.arrivals:
            self._mix(arrival)
            self._fold(recorded(arrival, log_time))
        count(len(slice_))

    async def finish(self) -> None:
        """Write the states of all accounts but those that need the whole journal."""
        ready = [key for key in self._states if key[0] not in self.amended and key[0] not in self.mixed]
        for start in range(0, len(ready), STATES_AT_ONCE):
            rows = [state_row(key, self._settled(key)) for key in ready[start : start + STATES_AT_ONCE]]
            await self._copy("account_state", STATE_COLUMNS, rows)

    def _mix(self, arrival: Arrival) -> None:
        account = arrival.event.partitionkey
        if arrival.recorded_at is None:
            self._restored.discard(account)
        elif account not in self._latest:
            self._restored.add(account)
        elif account not in self._restored:
            self.mixed.add(account)

    def _fold(self, fact: Recorded) -> None:
        account, data = fact.event.partitionkey, fact.event.data
        self._latest[account] = to = fact.log_time
        if isinstance(data, Amendment):
            self.amended.add(account)
        if account in self.amended or (subject := subject_of(type(data))) is None:
            return
        key = (account, subject)
        if fact.undated or fact.event.time <= to:
            kept = self._states.get(key) or Kept(FOLDS[subject].empty(), to, None)
            self._states[key] = advance(subject, kept, [fact], to)
        else:
            self._later.setdefault(key, []).append(fact)
            self._states.setdefault(key, Kept(FOLDS[subject].empty(), to, None))

    def _settled(self, key: Key) -> Kept:
        """Fold in what has fallen due by the last time that the log has of the account."""
        return advance(key[1], self._states[key], self._later.get(key, []), self._latest[key[0]])

    async def _copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            await self._connection.copy_records_to_table(table, records=rows, columns=columns)
