"""Folds: no sequence of facts breaks them, no order of arrival changes them, and no change of them goes unnoticed.

`python -m tests.unit.test_folds` records the golden digests after a change of a fold and of its VERSION.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.event import REGISTERED
from services.projections import folds
from services.projections.folds import FOLDS, States, encode, fold, subject_of
from services.projections.history import Recorded, visible
from services.projections.question import Question
from services.projections.questions import ACCOUNT, PORTFOLIO
from tests.unit.golden import golden_history
from tests.unit.strategies import ALL, HISTORIES, START, WIRES, at_distinct_times, drafts, recorded

HERE = Path(__file__).parent
GOLDEN = HERE / "golden_folds.json"
FORMS: list[Question] = [*ACCOUNT.values(), *PORTFOLIO.values()]
RANDOM = st.randoms(use_true_random=False)

WIRES_OF = {name: [wire for wire in WIRES if subject_of(REGISTERED[wire]) == name] for name in FOLDS}
every_subject = pytest.mark.parametrize("subject", FOLDS)


def state_of(subject: str, facts: Iterable[Recorded]) -> bytes:
    """Fold facts, in the order in which they are given, and encode the state."""
    states = fold(States(), facts, [subject])
    return encode(getattr(states, subject))


def state_of_split(subject: str, facts: Sequence[Recorded], random: Random) -> bytes:
    """Fold facts in batches, the state saved and read again between them."""
    saved = encode(FOLDS[subject].empty())
    rest = list(facts)
    while rest:
        size = random.randint(1, len(rest))
        state = FOLDS[subject].decode(saved)
        for each in rest[:size]:
            state = FOLDS[subject].fold(state, each)
        saved, rest = encode(state), rest[size:]
    return saved


def without_offsets(encoded: bytes) -> Any:
    """Return a state in which every stamp has lost its offset."""

    def masked(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: masked(each) for key, each in value.items()}
        if isinstance(value, list):
            is_stamp = len(value) == 4 and all(type(each) is int for each in value)
            return value[:2] if is_stamp else [masked(each) for each in value]
        return value

    return masked(msgspec.msgpack.decode(encoded))


@every_subject
@given(data=st.data())
def test_no_order_split_or_repetition_of_arrivals_changes_a_single_byte(subject, data):
    facts = visible(recorded(data.draw(drafts(WIRES_OF[subject]))), ALL)
    random = data.draw(RANDOM)
    arrivals = facts + random.sample(facts, len(facts) // 2)
    random.shuffle(arrivals)
    assert state_of_split(subject, arrivals, random) == state_of(subject, facts)


@every_subject
@given(data=st.data())
def test_of_facts_true_from_different_times_the_order_of_arrival_changes_offsets_only(subject, data):
    told = at_distinct_times([each for each in data.draw(drafts(WIRES_OF[subject])) if each["id"].startswith("e")])
    late = data.draw(RANDOM).sample(told, len(told))
    one, two = (state_of(subject, visible(recorded(each, at=START), ALL)) for each in (told, late))
    assert without_offsets(one) == without_offsets(two)


@given(HISTORIES)
def test_no_sequence_of_facts_makes_a_fold_raise_not_even_one_with_amendments(history):
    for subject in FOLDS.values():
        state = subject.empty()
        for each in history:
            state = subject.fold(state, each)
        assert encode(subject.decode(encode(state))) == encode(state)


@every_subject
def test_a_fold_lets_facts_of_other_subjects_pass(subject):
    state = FOLDS[subject].empty()
    for each in golden_history():
        if subject_of(type(each.event.data)) != subject:
            state = FOLDS[subject].fold(state, each)
    assert encode(state) == encode(FOLDS[subject].empty())


@every_subject
def test_folding_one_state_leaves_nothing_in_the_next_empty_one(subject):
    untouched = encode(FOLDS[subject].empty())
    assert state_of(subject, golden_history()) != untouched
    assert encode(FOLDS[subject].empty()) == untouched


@pytest.mark.parametrize("wire", [wire for wires in WIRES_OF.values() for wire in wires])
def test_every_fact_of_a_subject_that_has_a_fold_leaves_something_behind_or_is_history_that_a_question_reads(wire):
    (example,) = [each for each in golden_history() if each.event.id == f"example-{wire}"]
    subject = str(subject_of(REGISTERED[wire]))
    left_behind = state_of(subject, [example]) != encode(FOLDS[subject].empty())
    assert left_behind or any(issubclass(REGISTERED[wire], form.history) for form in FORMS)


def digests() -> dict[str, dict[str, Any]]:
    """Return version and digest of each fold's state over the fixed history."""
    facts = visible(golden_history(), ALL)
    return {
        name: {"version": each.version, "digest": hashlib.sha256(state_of(name, facts)).hexdigest()}
        for name, each in FOLDS.items()
    }


def complaint(subject: str, recorded_one: dict[str, Any] | None, found: dict[str, Any]) -> str | None:
    """Return what to do about a fold that is not as it was recorded; None if it is."""
    if recorded_one is None or found["version"] != recorded_one["version"]:
        return (
            f"folds/{subject}.py has VERSION {found['version']}, recorded is another one: "
            "record it with `python -m tests.unit.test_folds`"
        )
    if found["digest"] != recorded_one["digest"]:
        return (
            f"folds/{subject}.py leaves another state behind than VERSION {found['version']} did: raise its VERSION, "
            "so that saved states are folded anew, then record it with `python -m tests.unit.test_folds`"
        )
    return None


@every_subject
def test_a_fold_that_changes_has_a_new_version(subject):
    golden = json.loads(GOLDEN.read_bytes())
    assert complaint(subject, golden.get(subject), digests()[subject]) is None


def test_a_changed_fold_without_a_changed_version_is_told_what_to_do():
    told = complaint("contact", {"version": 1, "digest": "a"}, {"version": 1, "digest": "b"})
    assert told
    assert "raise its VERSION" in told


def test_each_subject_has_the_same_name_everywhere():
    assert [field.name for field in msgspec.structs.fields(States)] == list(FOLDS)
    assert all(each.version == getattr(folds, name).VERSION for name, each in FOLDS.items())


def record() -> int:
    """Write the golden digests, unless a fold changed and its VERSION did not."""
    golden = json.loads(GOLDEN.read_bytes()) if GOLDEN.exists() else {}
    found = digests()
    forgotten = [
        said
        for name, each in found.items()
        if name in golden
        and golden[name]["version"] == each["version"]
        and (said := complaint(name, golden[name], each))
    ]
    if forgotten:
        sys.stderr.write("\n".join(forgotten) + "\n")
        return 1
    GOLDEN.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(record())
