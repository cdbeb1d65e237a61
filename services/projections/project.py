"""A batch of records becomes rows in ONE transaction: journal, states, dead letters and positions together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.correction import Amendment
from schemas.event import REGISTERED
from services.copied import Record
from services.projections.arrival import Arrival, Letter, read
from services.projections.folds import subject_of
from services.projections.history import Recorded, amend
from services.projections.kept import Kept, advance, refold, subject_types
from services.projections.refusing import Occupancy, conflict, occupied
from services.projections.store import control, dead_letters, journal, reached, states
from services.projections.store.reached import Position
from services.projections.store.states import Key

HOPELESS = 1_000  # undecodable records in a row: this is not a bad record but a bad log, or a bad worker
AT_ONCE = 2_000  # facts refolded at once: 5 MB, and a tenth of a second in which the event loop waits


class Applied(NamedTuple):
    """What became of a batch: new facts, repeated ones, dead letters, and the positions after it."""

    facts: int
    duplicates: int
    letters: tuple[Letter, ...]
    positions: dict[int, int]


class Superseded(Exception):  # noqa: N818 -- a sentence to stop by
    """Another version of the projection is active now."""


class Gap(Exception):  # noqa: N818 -- a sentence to stop by
    """The log handed over is not contiguous with the position."""


class Hopeless(Exception):  # noqa: N818 -- a sentence to stop by
    """Nothing on the log can be read."""


Timed = tuple[Arrival, datetime]  # and the log's own time


class Batch(NamedTuple):
    """The part of the records at or above the positions, with the log's own times, in log order."""

    arrivals: list[Timed]
    letters: list[tuple[Letter, datetime]]
    ends: dict[int, tuple[int, datetime]]  # partition -> next offset and running maximum of the log's own time


async def project(engine: AsyncEngine, version: int, records: Sequence[Record], partitions: int) -> Applied:
    """Apply records of any partitions, each in offset order, once; those below the position are dropped.

    Raises Gap, Superseded, Outdated or Hopeless, which mean: stop; what else the database raises may heal.
    """
    return await project_read(engine, version, [read(record, partitions) for record in records])


async def project_read(engine: AsyncEngine, version: int, records: Sequence[Arrival | Letter]) -> Applied:
    """Do the same with records that were read."""
    async with engine.begin() as connection:
        before = await reached.lock_positions(connection, sorted({record.partition for record in records}))
        await stop_unless_active(connection, version)
        applied = await apply(connection, records, before)
        await _stop_if_hopeless(connection, applied)
        return applied


async def apply(
    connection: AsyncConnection, records: Sequence[Arrival | Letter], before: dict[int, Position]
) -> Applied:
    """Write what records leave behind, in the caller's transaction, which holds the positions `before`."""
    batch = take(records, before)
    arrivals, late = await _admitted(connection, batch.arrivals)
    new, repeated = await _append(connection, arrivals)
    conflicts = await _conflicts(connection, repeated)
    letters = batch.letters + late + conflicts
    if letters:
        await dead_letters.bury(connection, [dead_letters.letter_row(*each) for each in letters])
    if new:
        await _fold(connection, new, {partition: each.next_offset for partition, each in before.items()})
    if batch.ends:
        await reached.move(connection, batch.ends)
    ends = {partition: end for partition, (end, _) in batch.ends.items()}
    return Applied(len(new), len(repeated) - len(conflicts), tuple(letter for letter, _ in letters), ends)


async def _stop_if_hopeless(connection: AsyncConnection, applied: Applied) -> None:
    """Raise Hopeless, before anything is committed, if nothing but undecodable records stands below a position."""
    for partition in {letter.partition for letter in applied.letters if letter.reason == "undecodable"}:
        end = applied.positions[partition]
        if await dead_letters.undecodable_below(connection, partition, end, HOPELESS) == HOPELESS:
            raise Hopeless(
                f"{HOPELESS:,} records in a row of partition {partition}, below {end}, cannot be decoded: "
                "this log or this worker is wrong."
            )


def take(records: Iterable[Arrival | Letter], positions: dict[int, Position]) -> Batch:
    """Drop what lies below the positions and stamp the rest; raises Gap if something is missing."""
    batch = Batch([], [], {})
    ends = {each.partition: (each.next_offset, each.recorded_at) for each in positions.values()}
    for record in records:
        expected, latest = ends[record.partition]
        if record.offset < expected:
            continue
        if record.offset > expected:
            raise Gap(f"Partition {record.partition} continues at {record.offset}; {expected} was expected.")
        recorded_at = max(latest, record.timestamp)  # a broker's clock may step back; record time may not
        ends[record.partition] = batch.ends[record.partition] = (record.offset + 1, recorded_at)
        if isinstance(record, Letter):
            batch.letters.append((record, recorded_at))
        else:
            batch.arrivals.append((record, recorded_at))
    return batch


def recorded(arrival: Arrival, log_time: datetime) -> Recorded:
    """Return the fact that an arrival is."""
    recorded_at, logged_at = arrival.clocks(log_time)
    return Recorded(arrival.event, recorded_at, arrival.partition, arrival.offset, logged_at=logged_at)


async def stop_unless_active(connection: AsyncConnection, version: int) -> None:
    """Raise Superseded if answers are read from another version of the projection than this one."""
    active = await control.active(connection)
    if active != version:
        raise Superseded(f"Version {active} of the projection is active; this worker projects version {version}.")


async def _admitted(
    connection: AsyncConnection, arrivals: list[Timed]
) -> tuple[list[Timed], list[tuple[Letter, datetime]]]:
    """Return the arrivals without restored ones whose account has others, and the dead letters of those."""
    accounts = {arrival.event.partitionkey for arrival, _ in arrivals if arrival.recorded_at is not None}
    if not accounts:
        return arrivals, []
    identities = {arrival.identity for arrival, _ in arrivals if arrival.event.partitionkey in accounts}
    known = await journal.digests(connection, identities)
    occupancy = Occupancy(known, await journal.telling(connection, accounts))
    late = {id(arrival) for arrival, _ in arrivals if occupancy.refuses(arrival)}
    letters = [(occupied(arrival), log_time) for arrival, log_time in arrivals if id(arrival) in late]
    return [each for each in arrivals if id(each[0]) not in late], letters


async def _append(connection: AsyncConnection, arrivals: Sequence[Timed]) -> tuple[list[Recorded], list[Timed]]:
    """Insert what is new; return it, and the arrivals whose identity was known already."""
    first: dict[tuple[str, str, str], Timed] = {}
    for each in arrivals:
        first.setdefault(each[0].identity, each)
    if not first:
        return [], []
    inserted = await journal.append(connection, [journal.journal_row(*each) for each in first.values()])
    new, repeated = [], []
    for arrival, recorded_at in arrivals:
        if (arrival.partition, arrival.offset) in inserted:
            new.append(recorded(arrival, recorded_at))
        else:
            repeated.append((arrival, recorded_at))
    return new, repeated


async def _conflicts(connection: AsyncConnection, repeated: Sequence[Timed]) -> list[tuple[Letter, datetime]]:
    """Return a dead letter for each repetition whose content differs from the fact that came first."""
    if not repeated:
        return []
    digests = await journal.digests(connection, {arrival.identity for arrival, _ in repeated})
    return [
        (conflict(arrival), recorded_at)
        for arrival, recorded_at in repeated
        if digests[arrival.identity] != arrival.digest
    ]


async def _fold(connection: AsyncConnection, new: Sequence[Recorded], starts: dict[int, int]) -> None:
    """Fold new facts into the saved states of the subjects that they touch."""
    by_account = defaultdict[str, list[Recorded]](list)
    for fact in new:
        by_account[fact.event.partitionkey].append(fact)
    amended = amended_keys(new, await journal.targets(connection, by_account))
    touched = group(new)
    keys = touched.keys() | amended
    if not keys:
        return
    saved = {key: kept for key, kept in (await states.load(connection, keys)).items() if kept is not None}
    to = {account: facts[-1].log_time for account, facts in by_account.items()}
    stale = {key for key in keys if key in amended or key not in saved or is_due(saved[key], to[key[0]])}
    advanced = {key: advance(key[1], saved[key], touched[key], to[key[0]]) for key in keys - stale}
    await states.save(connection, advanced)
    if stale:
        await _refold(connection, stale, by_account, starts)


async def _refold(
    connection: AsyncConnection, stale: set[Key], new: dict[str, list[Recorded]], starts: dict[int, int]
) -> None:
    """Fold some states anew, handful by handful: together, the journals of their accounts may be of any length."""
    of = defaultdict[str, set[str]](set)
    for account, subject in stale:
        of[account].add(subject)
    for accounts in handfuls(await journal.sizes(connection, of), AT_ONCE):
        subjects = {subject for account in accounts for subject in of[account]}
        types = {wire for subject in subjects for wire in subject_types(subject)}
        before = {account: starts[new[account][0].partition] for account in accounts}
        facts = await journal.earlier(connection, before, types)
        facts += (fact for account in accounts for fact in new[account])
        told = {key: own for key, own in settled(facts).items() if key in stale}  # an amendment alone tells nothing
        await states.save(connection, {key: refold(key[1], own, new[key[0]][-1].log_time) for key, own in told.items()})


def handfuls(sizes: Mapping[str, int], most: int) -> Iterator[list[str]]:
    """Divide accounts of so many facts each: up to `most` facts together, or one account that has more by itself."""
    some, count = list[str](), 0
    for account, size in sizes.items():
        if some and count + size > most:
            yield some
            some, count = [], 0
        some.append(account)
        count += size
    if some:
        yield some


def settled(facts: Sequence[Recorded]) -> dict[Key, list[Recorded]]:
    """Amend facts and group them; nothing is left of a subject of which all was retracted, but it has been told."""
    amended = group(amend(facts))
    return {key: amended[key] for key in group(facts)}


def group(facts: Iterable[Recorded]) -> dict[Key, list[Recorded]]:
    """Group facts by account and the subject whose fold takes them."""
    touched = defaultdict[Key, list[Recorded]](list)
    for fact in facts:
        if subject := subject_of(type(fact.event.data)):
            touched[fact.event.partitionkey, subject].append(fact)
    return touched


def amended_keys(new: Iterable[Recorded], targets: set[tuple[str, str, str]]) -> set[Key]:
    """Return the states that amendments change: of their targets' types, or of a target that came after them."""
    keys = set[Key]()
    for fact in new:
        data = fact.event.data
        if isinstance(data, Amendment) and data.target.type in REGISTERED:
            subject = subject_of(REGISTERED[data.target.type])
        else:
            subject = subject_of(type(data)) if fact.identity in targets else None
        if subject:
            keys.add((fact.event.partitionkey, subject))
    return keys


def is_due(kept: Kept, to: datetime) -> bool:
    """Whether a fact that waited in the journal has to be folded in by now."""
    return kept.due is not None and kept.due <= to
