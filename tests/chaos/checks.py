"""What must hold of every campaign: each check is pure, and returns what breaks it, in sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from tests.chaos import oracle
from tests.chaos.logged import Identity, Judged, Logged, Place, identity
from tests.chaos.oracle import Fact, Moment
from tests.chaos.recording import Asked, Attempt, History, Look, Sample, Tables
from tests.chaos.truth import POLICY

TOLD = {"202", "422", "429", "503"}  # what ingest may answer; else there was no answer
ANSWERED = {200, 404}  # statuses of the read API
AT_LAST = 15.0  # seconds after which whoever can be reached has answered, whatever he lacks; at most 5 are promised
SHOWN = 5  # of each check: what follows is mostly more of the same


class Violation(NamedTuple):
    """A promise that was broken."""

    check: str
    detail: str


def of_the_log(history: History, log: Sequence[Logged], fates: Sequence[Judged]) -> list[Violation]:
    """Check what was sent against the log: acknowledged is there, refused is not, nothing else is, in order."""
    by_place = {each.place: each for each in log}
    return [
        *shown("acknowledged is on the log", _lost(history, by_place)),
        *shown("good is taken, and bad refused", _misheard(history.attempts)),
        *shown("refused is not on the log", _refused(history.attempts, log)),
        *shown("nothing that nobody sent is on the log", _unsent(history, log)),
        *shown("one value at a place", _shared(history.attempts)),
        *shown("an account's order is kept", _disordered(history.attempts, fates)),
    ]


def of_the_tables(tables: Tables, fates: Sequence[Judged]) -> list[Violation]:
    """Check that the journal holds each fact exactly once, as the log has it, and the dead letters all else."""
    facts = {each.record.place: each.record for each in fates if each.fate == "fact"}
    letters = {each.record.place: each for each in fates if each.fate not in {"fact", "duplicate"}}
    return [
        *shown(
            "every fact is in the journal",
            (f"{_named(facts[place])} is not" for place in facts.keys() - tables.journal),
        ),
        *shown("nothing else is in the journal", (f"{place} is" for place in tables.journal.keys() - facts)),
        *shown("the journal says what the log says", _differing(tables, facts)),
        *shown(
            "every dead letter is kept",
            (f"{_named(letters[place].record)}" for place in letters.keys() - tables.letters),
        ),
        *shown(
            "no other dead letter",
            (f"{place}: {tables.letters[place][0]}" for place in tables.letters.keys() - letters),
        ),
        *shown("dead letters say why", _misjudged(tables, letters)),
    ]


def of_the_positions(
    samples: Sequence[Sample], backwards: Iterable[tuple[int, int, int]], fates: Sequence[Judged]
) -> list[Violation]:
    """Check that no position ever went back, and in each snapshot that all below it is there, and nothing above."""
    facts, letters = _below(fates, {"fact"}), _below(fates, {"conflict", "undecodable", "misrouted"})
    back = [*backwards, *_gone_back(samples)]
    return [
        *shown("no position goes back", (f"partition {each}: from {was} to {became}" for each, was, became in back)),
        *shown("a position moves with its rows", _torn(samples, facts, letters)),
    ]


def of_the_answers(
    asked: Iterable[tuple[Asked, Moment, Mapping[int, int] | None]], fates: Sequence[Judged]
) -> list[Violation]:
    """Check answers against the oracle; with a cut, only facts below its offsets were there."""
    facts, places = defaultdict[str, list[Fact]](list), {}
    for each in fates:
        if each.fate == "fact":
            made = oracle.fact(each.record)
            facts[made.name[0]].append(made)
            places[made.name[0]] = each.record.place[0]
    asked = list(asked)
    silent = (f"{each.account} {each.question}: {each.status}" for each, *_ in asked if each.status not in ANSWERED)
    return [
        *shown("there is an answer", silent),
        *shown("answers are the oracle's", _wrong(asked, facts, places)),
    ]


def of_the_waiting(on: str, heard: Iterable[Attempt | Look]) -> list[Violation]:
    """Check that nobody hung, whatever was broken behind him."""
    waited = [each.ended - each.began for each in heard]
    return shown(f"{on} answers in time", (f"after {each:.1f} s" for each in waited if each > AT_LAST))


def of_the_repetitions(history: History) -> list[Violation]:
    """Check that an answer asked for again by its token says the same."""
    return shown(
        "an answer's token repeats it",
        (
            f"{first.account} {first.question}: {_difference(first.body.get('answer'), again.body.get('answer'))}"
            for first, again in history.repeated
            if again.status != 200 or again.body.get("answer") != first.body.get("answer")
        ),
    )


def shown(check: str, details: Iterable[str]) -> list[Violation]:
    """Make violations of a check of what breaks it: the first ones, and how many more there are."""
    found = list(details)
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return [Violation(check, each) for each in [*found[:SHOWN], *more]]


def _lost(history: History, by_place: Mapping[Place, Logged]) -> Iterator[str]:
    for each in (one for one in history.attempts if one.outcome == "ok"):
        for event, place in zip(each.events, each.places, strict=True):
            record = by_place.get(place)
            if record is None or record.event != event:
                yield f"{'/'.join(identity(event))} was acknowledged at {place}, where the log has {_named(record)}"


def _misheard(attempts: Iterable[Attempt]) -> Iterator[str]:
    for each in attempts:
        told = {"ok": "taken", "failed": "refused"}.get(each.outcome, each.expected)
        odd = each.said.isdigit() and each.said not in TOLD
        if odd or (told != each.expected and each.said != "429"):
            yield f"{'/'.join(identity(each.events[0]))} and what came with it was {told} ({each.said})"


def _refused(attempts: Sequence[Attempt], log: Iterable[Logged]) -> Iterator[str]:
    there = {orjson.dumps(record.event) for record in log if record.event}
    taken = {orjson.dumps(event) for each in attempts if each.outcome != "failed" for event in each.events}
    failed = [event for each in attempts if each.outcome == "failed" for event in each.events]
    return (
        "/".join(identity(event)) for event in failed if (sent := orjson.dumps(event)) in there and sent not in taken
    )


def _unsent(history: History, log: Iterable[Logged]) -> Iterator[str]:
    sent = defaultdict[Identity, list[Any]](list)
    for each in history.attempts:
        for event in each.events:
            sent[identity(event)].append(event)
    for record in log:
        if record.value not in history.planted and (
            record.event is None or record.event not in sent[identity(record.event)]
        ):
            yield _named(record)


def _shared(attempts: Iterable[Attempt]) -> Iterator[str]:
    told: dict[Place, Any] = {}
    for each in (one for one in attempts if one.outcome == "ok"):
        for event, place in zip(each.events, each.places, strict=True):
            if told.setdefault(place, event) is not event:
                yield f"{place} was given to {'/'.join(identity(told[place]))} and to {'/'.join(identity(event))}"


def _disordered(attempts: Sequence[Attempt], fates: Iterable[Judged]) -> Iterator[str]:
    """Of facts of one account that were acknowledged one after the other, the log has the earlier first."""
    first = {
        identity(each.record.event): each.record.place for each in fates if each.fate == "fact" and each.record.event
    }
    given_up = _given_up(attempts)  # may come at any time
    last: dict[str, tuple[Place, Identity]] = {}
    for each in (one for one in attempts if one.outcome == "ok"):
        for event in each.events:
            name = identity(event)
            place, before = None if name in given_up else first.pop(name, None), last.get(name[0])
            if place and before and place < before[0]:
                yield f"{'/'.join(name)} at {place} comes before {'/'.join(before[1])} at {before[0]}"
            if place:
                last[name[0]] = place, name


def _given_up(attempts: Sequence[Attempt]) -> set[Identity]:
    """Return what is in requests of unknown outcome that were not sent again until they were acknowledged."""
    acknowledged = {id(each.events) for each in attempts if each.outcome == "ok"}
    unknown = (each for each in attempts if each.outcome == "unknown" and id(each.events) not in acknowledged)
    return {identity(event) for each in unknown for event in each.events}


def _differing(tables: Tables, facts: Mapping[Place, Logged]) -> Iterator[str]:
    for place in facts.keys() & tables.journal.keys():
        record, (*name, recorded_at, raw) = facts[place], tables.journal[place]
        if record.event and tuple(name) != identity(record.event):
            yield f"{place} is {'/'.join(name)} there, and {_named(record)}"
        elif raw != record.value:
            yield f"{_named(record)} has other bytes"
        elif recorded_at != record.recorded_at:
            yield f"{_named(record)} was recorded at {record.recorded_at}, there it says {recorded_at}"


def _misjudged(tables: Tables, letters: Mapping[Place, Judged]) -> Iterator[str]:
    for place in letters.keys() & tables.letters.keys():
        reason, value = tables.letters[place]
        if (reason, value) != (letters[place].fate, letters[place].record.value):
            yield f"{place} is {reason}, and should be {letters[place].fate}"


def _below(fates: Iterable[Judged], wanted: set[str]) -> dict[int, list[int]]:
    """Return of each partition how many records of some fates lie below each offset, up to its end."""
    counts = defaultdict[int, list[int]](lambda: [0])
    for each in fates:
        of = counts[each.record.place[0]]
        of.append(of[-1] + (each.fate in wanted))
    return counts


def _torn(samples: Iterable[Sample], facts: Mapping[int, list[int]], letters: Mapping[int, list[int]]) -> Iterator[str]:
    for each in samples:
        for partition, position in each.positions.items():
            for name, rows, below in (("facts", each.journal, facts), ("dead letters", each.letters, letters)):
                known = below.get(partition, [0])
                expected = known[position] if position < len(known) else None
                if rows.get(partition, 0) != expected:
                    yield f"partition {partition} at {position}: {rows.get(partition, 0)} {name}, {expected} lie below"


def _wrong(
    asked: Iterable[tuple[Asked, Moment, Mapping[int, int] | None]],
    facts: Mapping[str, list[Fact]],
    places: Mapping[str, int],
) -> Iterator[str]:
    for each, moment, cut in asked:
        of, policies = (_there(facts.get(name, []), places.get(name), cut) for name in (each.account, POLICY))
        held = oracle.believed(of, moment)
        expected = oracle.ANSWERS[each.question](held, moment, oracle.fading(policies, moment))
        if each.status not in ANSWERED or (each.status == 404 and not of):
            continue
        found = oracle.told(each.question, each.body["answer"]) if each.status == 200 else each.body
        if found != expected:
            yield f"{each.account} {each.question} {each.parameters}: {_difference(found, expected)}"


def _gone_back(samples: Sequence[Sample]) -> Iterator[tuple[int, int, int]]:
    """Find what the database cannot tell by itself: positions that it has forgotten."""
    for before, after in pairwise(samples):
        for partition, position in before.positions.items():
            if after.positions.get(partition, 0) < position:
                yield partition, position, after.positions.get(partition, 0)


def _there(facts: list[Fact], partition: int | None, cut: Mapping[int, int] | None) -> list[Fact]:
    return (
        facts if cut is None or partition is None else [each for each in facts if each.offset < cut.get(partition, 0)]
    )


def _difference(found: Any, expected: Any) -> str:
    """Name the first place in which two answers differ."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in found.keys() | expected.keys():
            if found.get(key) != expected.get(key):
                return f"{key}: {_difference(found.get(key), expected.get(key))}"
    if isinstance(found, list) and isinstance(expected, list):
        for number, (one, other) in enumerate(zip(found, expected, strict=False)):
            if one != other:
                return f"[{number}] {_difference(one, other)}"
    return f"{str(found)[:200]} instead of {str(expected)[:200]}"


def _named(record: Logged | None) -> str:
    if record is None:
        return "nothing"
    return f"{'/'.join(identity(record.event)) if record.event else record.value[:40]!r} at {record.place}"


def doubled(tables: Tables) -> list[Violation]:
    """Check that no identity is in the journal twice."""
    counts = Counter(row[:3] for row in tables.journal.values())
    return shown("each identity once", (f"{'/'.join(name)}: {count}" for name, count in counts.items() if count > 1))
