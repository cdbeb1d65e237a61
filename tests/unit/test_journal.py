"""What the journal keeps parsed: short facts, which together stay small and which no fold gets hold of."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

import schemas
from schemas import dump
from services.projections.folds import FOLDS, States, fold
from services.projections.history import Recorded
from services.projections.store import journal
from services.projections.store.journal import LONGEST_PARSED, PARSED, event_of
from tests.unit.sending import event

EXAMPLES = Path(schemas.__file__).parent / "examples"


def raw(length):
    sent = event("note.recorded.v1", {"kind": "research", "text": "x"})
    missing = length - len(json.dumps(sent))
    return json.dumps(sent | {"data": {"kind": "research", "text": "x" * (1 + missing)}}).encode()


def kept():
    return journal._parsed.cache_info().currsize


def test_a_short_fact_is_parsed_once_and_a_long_one_is_never_kept():
    journal._parsed.cache_clear()
    short, long = raw(LONGEST_PARSED), raw(LONGEST_PARSED + 1)
    assert (len(short), len(long)) == (LONGEST_PARSED, LONGEST_PARSED + 1)
    assert event_of(long) == event_of(long)
    assert kept() == 0
    assert event_of(short) is event_of(short)
    assert kept() == 1
    assert PARSED * LONGEST_PARSED < 100_000_000


def changeable(value):
    """Yield all that is within a value and could be changed in place, by identity."""
    if isinstance(value, dict | list | set):
        yield id(value)
    if isinstance(value, BaseModel):
        value = dict(value)
    elif hasattr(value, "__struct_fields__"):
        value = [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict | list | tuple | set | frozenset):
        for each in value.values() if isinstance(value, dict) else value:
            yield from changeable(each)


@pytest.mark.parametrize("wire", sorted(path.name for path in EXAMPLES.iterdir()))
def test_a_state_holds_nothing_of_an_event_that_could_be_changed_so_that_one_answered_twice_is_unharmed(wire):
    event = event_of((EXAMPLES / wire / "1.json").read_bytes())
    before = dump(event)
    fact = Recorded(event, event.time, 0, 0)
    states = [fold(States(), [fact]) for _ in range(2)]
    shared = {each for subject in FOLDS for each in changeable(getattr(states[0], subject))}
    assert shared.isdisjoint(changeable(event))
    assert states[0] == states[1]
    assert dump(event) == before
