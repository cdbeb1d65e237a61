"""The colour of a qualification step (ORACLES.md): through the question, and as a property of the model."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.course import Turn
from services.projections.folds.qualification import Answer
from services.projections.models.opportunity.qualifying import Judged, score
from services.projections.register import Ground
from tests.unit.histories import ask, fact

RANKS = {"red": 0, "yellow": 1, "green": 2}
OPPOSITE = {"red": "green", "yellow": "yellow", "green": "red", "grey": "grey"}
HIGHER = {"no": "unknown", "unknown": "yes"}
ANSWERS = st.sampled_from(("no", "unknown", "yes", None))
STEPS = st.lists(st.tuples(st.floats(0.001, 1_000), ANSWERS), max_size=6)


def template(**weights: float) -> Any:
    asked = [{"criterion": each, "weight": weight} for each, weight in weights.items()]
    return fact(
        "qualification_template.defined", "2025-01-01", {"version": "t", "steps": {"win": asked}}, account="$policy"
    )


def colour(*answers: tuple[str, str]) -> Any:
    """Return how the step `win` stands for us, of a range of ±30."""
    told = [{"criterion": criterion, "subject": "us", "answer": answer} for criterion, answer in answers]
    facts = [fact("opportunity.identified", "2025-01-01", {"opportunity": "o", "name": "O"}), template(a=10, b=9, c=11)]
    if told:
        facts.append(fact("qualification.answered", "2025-01-02", {"opportunity": "o", "step": "win", "answers": told}))
    (row,) = ask("qualification", facts, "2025-01-31")["qualifications"]
    step = row["subjects"][0]["steps"][2]
    return step["step"], step["points"], step["most"], step["rating"], step["colour"], step["symbol"]


@pytest.mark.parametrize(
    ("answers", "points", "rating", "shown"),
    [
        ([("a", "no")], -10, "red", ("#D55E00", "▼")),
        ([("b", "no")], -9, "yellow", ("#E69F00", "●")),
        ([("b", "yes")], 9, "yellow", ("#E69F00", "●")),
        ([("a", "yes")], 10, "green", ("#009E73", "▲")),
        ([], 0, "grey", ("#999999", "?")),
        ([("a", "unknown")], 0, "grey", ("#999999", "?")),  # it was asked, and nobody knows
        ([("a", "unknown"), ("b", "no")], -9, "yellow", ("#E69F00", "●")),
        ([("a", "no"), ("a", "yes")], 10, "green", ("#009E73", "▲")),  # of two in one fact, the last
    ],
)
def test_a_step_is_red_or_green_from_a_third_of_its_range_on(answers, points, rating, shown):
    assert colour(*answers) == ("win", points, 30, rating, *shown)


def criteria(step: list[tuple[float, str | None]]) -> list[Judged]:
    ground = Ground("exact", None, None, "m-1")
    courses = [[Turn((1, 0, 0, 0), answer, Answer(None), ground)] if answer else [] for _, answer in step]
    return [
        Judged(str(place), weight, None, asked=True, course=course, lead=None)
        for place, ((weight, _), course) in enumerate(zip(step, courses, strict=True))
    ]


@given(STEPS, st.data())
def test_a_better_answer_never_makes_the_colour_worse(step, data):
    places = [place for place, (_, answer) in enumerate(step) if answer in HIGHER]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    weight, answer = step[place]
    better = [*step[:place], (weight, HIGHER[answer or ""]), *step[place + 1 :]]
    after, before = score(criteria(better)).rating, score(criteria(step)).rating
    assert "grey" in {after, before} or RANKS[after] >= RANKS[before]  # of grey nothing is known


@given(STEPS)
def test_the_opposite_of_all_answers_has_the_opposite_colour(step):
    opposite = {"yes": "no", "no": "yes", "unknown": "unknown", None: None}
    mirrored = score(criteria([(weight, opposite[answer]) for weight, answer in step]))
    assert mirrored.rating == OPPOSITE[score(criteria(step)).rating]


def test_three_of_a_tenth_are_three_tenths():
    step: list[tuple[float, str | None]] = [(0.1, "yes"), (0.1, None), (0.1, None)]
    assert score(criteria(step)).rating == "green"  # in binary fractions, a third of the sum is a little more
