"""Facts as rectangles over both clocks: they say at any pair of moments just what a fold of what is visible says."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.projections.folds import FOLDS, States, fold
from services.projections.history import Moment, Recorded, Stamp, visible
from services.projections.models.asserted import asserted, plain
from services.projections.models.bitemporal import Rectangle, Said, rectangles, versions
from services.projections.models.fact_columns import of_path
from services.projections.register import Register
from tests.unit.golden import golden_history
from tests.unit.strategies import MOMENTS, drafts, recorded
from tests.unit.test_questions import LATE

Path = tuple[str, tuple[str, ...], tuple[str, ...]]
SUBJECTS = [subject for subject in FOLDS if subject != "policy"]
CROWDED = (  # few things, so that several facts are about the same one; a merger is true for all times
    *("contact.merged.v1", "attitude.assessed.v1", "power.assessed.v1", "opportunity.stage_entered.v1"),
    *("unit.renamed.v1", "plan.set.v1", "decision_step.started.v1", "reporting_line.established.v1"),
)
HISTORIES = drafts(CROWDED, max_size=30).map(recorded)


def tiles(facts: Sequence[Recorded]) -> dict[Path, list[Rectangle]]:
    said: dict[Path, list[Said]] = defaultdict(list)
    for version in versions(facts):
        for path, value in asserted(version.fact):
            said[path.subject, path.fields, path.keys].append(Said(version, value))
    return {path: rectangles(each) for path, each in said.items()}


def holds(each: Rectangle, at: Moment) -> bool:
    return (
        (each.valid_from is None or each.valid_from <= at.as_of)
        and (each.valid_to is None or at.as_of < each.valid_to)
        and each.known_from <= at.known_at
        and (each.known_to is None or at.known_at < each.known_to)
    )


def folded(facts: Sequence[Recorded], at: Moment) -> dict[Path, tuple[Any, Stamp]]:
    """Return what the fold says at a moment, register by register, and the stamp of the fact that says it."""
    states = fold(States(), visible(facts, at), SUBJECTS)
    return {
        (subject, fields, keys): (plain(value, fields[-1]), stamp)
        for subject in SUBJECTS
        for fields, keys, value, stamp in registers(getattr(states, subject), (), ())
    }


def registers(
    part: Any, fields: tuple[str, ...], keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Any, Stamp]]:
    if isinstance(part, Register):
        if part.at:
            yield fields, keys, part.value, part.at
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from registers(each, fields, (*keys, key))
    elif isinstance(part, list):
        if part:
            yield fields, keys, part[-1], part[-1].at
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from registers(getattr(part, name), (*fields, name), keys)


def apart(one: Rectangle, other: Rectangle) -> bool:
    def before(end: datetime | None, start: datetime | None) -> bool:
        return end is not None and start is not None and end <= start

    return (
        before(one.valid_to, other.valid_from)
        or before(other.valid_to, one.valid_from)
        or before(one.known_to, other.known_from)
        or before(other.known_to, one.known_from)
    )


@given(facts=HISTORIES, moments=st.lists(MOMENTS, min_size=8, max_size=8))
def test_the_rectangle_around_a_moment_says_what_the_fold_says_there(facts, moments):
    found = tiles(facts)
    for at in moments:
        there = {path: [each for each in told if holds(each, at)] for path, told in found.items()}
        says = {
            path: [(each.said.value, each.said.version.fact.stamp) for each in told]
            for path, told in there.items()
            if told
        }
        assert says == {path: [told] for path, told in folded(facts, at).items()}


@given(facts=HISTORIES)
def test_rectangles_of_one_thing_never_overlap_and_have_a_width(facts):
    for told in tiles(facts).values():
        assert all(apart(one, other) for one, other in combinations(told, 2))
        assert all(each.valid_to is None or each.valid_from != each.valid_to for each in told)
        assert all(each.known_from != each.known_to for each in told)


def test_every_register_of_every_state_is_told_in_columns_that_tell_it_from_all_others():
    paths = {path for fact in golden_history() for path, _ in asserted(fact)}
    assert {(path.subject, path.fields, path.keys) for path in paths} >= folded(golden_history(), LATE).keys()
    assert len({of_path(path, "acme") for path in paths}) == len(paths)
    unnamed = [path for path in paths if not set(of_path(path, "acme").field.split(".")) <= set(path.fields)]
    assert unnamed == [], "models/fact_columns.py: in which column does the last key stand?"
