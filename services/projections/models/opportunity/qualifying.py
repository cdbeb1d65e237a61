"""Which colour a qualification step has: what its criteria weigh, for us or for a competitor (ORACLES.md). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from services.projections.course import Course
from services.projections.folds.qualification import Answer
from services.projections.policy import Weighted

Rating = Literal["green", "yellow", "red", "grey"]
SIGNS = {"yes": 1, "no": -1, "unknown": 0}
US = "us"
WEIGHT = 10.0  # of a criterion that the template does not ask: as much as one of the default's

Answered = Mapping[str, Mapping[str, Course[Answer]]]  # criterion -> subject


class Judged(NamedTuple):
    """One criterion for one subject: asked by the template, answered, or both; open while `course` is empty."""

    criterion: str
    weight: float
    text: str | None
    asked: bool
    course: Course[Answer]
    lead: str | None  # of which it was answered, and not of the opportunity itself


class Score(NamedTuple):
    """The points of a step, of `most` that there may be (or as many below 0), and its colour."""

    rating: Rating
    points: float
    most: float


def judged(template: Iterable[Weighted], subject: str, told: Iterable[tuple[str | None, Answered]]) -> list[Judged]:
    """Return the criteria of a step for a subject, those that the template asks first.

    `told` are the answers about the thing itself (None), then those about the lead that it was (its id): these hold
    until they are given anew.
    """
    asked = {each.criterion: each for each in template}
    courses: dict[str, tuple[Course[Answer], str | None]] = {}
    for lead, answered in told:
        for criterion, by_subject in sorted(answered.items()):
            if subject in by_subject:
                courses.setdefault(criterion, (by_subject[subject], lead))
    others = (Weighted(each, WEIGHT) for each in sorted(courses.keys() - asked.keys()))
    return [
        Judged(*each, each.criterion in asked, *courses.get(each.criterion, ([], None)))
        for each in (*asked.values(), *others)
    ]


def score(criteria: Sequence[Judged]) -> Score:
    """Return the colour: red up to a third of the way down, green from a third of the way up, grey without yes or no.

    A `yes` counts with its weight, a `no` against it; an open criterion, and one of which nobody knows, widens the
    range only.
    """
    answered = [each for each in criteria if each.course and SIGNS[each.course[-1].kind]]
    points = sum((SIGNS[each.course[-1].kind] * _exact(each.weight) for each in answered), Fraction(0))
    most = sum((_exact(each.weight) for each in criteria), Fraction(0))
    return Score(_rating(points, most) if answered else "grey", float(points), float(most))


def _rating(points: Fraction, most: Fraction) -> Rating:
    if 3 * points <= -most:
        return "red"
    return "green" if 3 * points >= most else "yellow"


def _exact(weight: float) -> Fraction:
    """Return a weight as it was written, so that three of 0.1 are 0.3."""
    return Fraction(str(weight))
