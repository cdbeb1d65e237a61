"""What speaks against us, who says so, and is it still held?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import fsum
from typing import Annotated, Literal

from pydantic import Field

from services.projections.course import Course
from services.projections.folds.proposal import Objection
from services.projections.models import standing
from services.projections.models.course_rows import CourseRow, MetTurn, met_turns, standing_fields
from services.projections.models.interaction.meetings import MEETINGS
from services.projections.models.names import NAMED, Names
from services.projections.models.shapes import Standing
from services.projections.models.shapes import standing as attitude_of
from services.projections.models.turns import Spell, first, time_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, facts_of, key

Status = Literal["open", "answered", "resolved"]
ORDER = ("open", "answered", "resolved")


class ObjectionsParameters(Parameters):
    """Whose objections, in which purchase, and how they stand."""

    opportunity: str | None = Field(None, description="only this purchase")
    contact: str | None = Field(None, description="only of this contact")
    status: Status | None = Field(None, description="only those that stand so at as_of; the counts are of all")


class ObjectionRow(CourseRow):
    """Something that a person holds against us; answered: we said something to it, which may not have convinced."""

    status: Status
    objection: str
    contact: str | None = Field(description="who raised it; null: nobody told us that it was raised")
    name: str | None
    kind: str | None = Field(description="as price, product, service, timing or trust")
    text: str | None
    days: float | None = Field(description="how long it was held until it was resolved, up to as_of; null: unknown")
    reopened: int = Field(description="how often it was held again")
    attitude_then: Standing | None = Field(description="where the person stood when it was first raised")
    attitude_now: Standing | None = Field(description="where the person stands at as_of")
    course: Annotated[list[MetTurn], key("time", "turn")]


class Kind(Row):
    """How many objections of a kind stand how."""

    kind: str | None = Field(description="null: not told")
    open: int
    answered: int
    resolved: int


class ObjectionsAnswer(Answer):
    """Objections, open ones first, then those that were answered, the oldest first; and how many of each kind."""

    objections: Annotated[list[ObjectionRow], key("objection")]
    kinds: Annotated[list[Kind], key("kind")]


def answer(view: View, parameters: ObjectionsParameters) -> ObjectionsAnswer:
    """Answer for whoever objects, here or gone."""
    names = Names(view)
    person, _ = names.person(parameters.contact)
    attitudes = _attitudes(view, names)
    courses = sorted(view.states.proposal.objections.items(), key=lambda each: each[1][0].at)
    rows = [_row(view, names, *each, attitudes.get(each[0])) for each in courses]
    about = [each for each in rows if parameters.opportunity in (None, each.opportunity)]
    wanted = [each for each in about if person in (None, each.contact)]
    shown = [each for each in wanted if parameters.status in (None, each.status)]
    return ObjectionsAnswer(
        objections=sorted(shown, key=lambda each: ORDER.index(each.status)), kinds=list(_kinds(wanted))
    )


def _attitudes(view: View, names: Names) -> dict[str, Standing]:
    """Return by objection where the person stood when it was first raised, where that time is known."""
    raised: dict[datetime, list[tuple[str, Objection]]] = defaultdict(list)
    for objection, course in view.states.proposal.objections.items():
        if time := time_of(first(course, "raised")):
            raised[time].append((objection, standing.content("objection", course, Objection())))
    found: dict[str, Standing] = {}
    for time, states in view.walk(sorted(raised), "assessment"):
        then = view._replace(moment=view.moment._replace(as_of=time), states=states)
        for objection, told in raised[time]:
            if person := names.person(told.contact)[0]:
                found[objection] = attitude_of(then, names.people, person, names.purchase(told))
    return found


def _row(view: View, names: Names, objection: str, course: Course[Objection], then: Standing | None) -> ObjectionRow:
    found, told = standing.spells("objection", course), standing.content("objection", course, Objection())
    (person, name), deal = names.person(told.contact), names.purchase(told)
    return ObjectionRow(
        **standing_fields(names, deal, course, found[-1]),
        objection=objection,
        contact=person,
        name=name,
        kind=told.kind,
        text=told.text,
        days=_days(found, view.moment.as_of),
        reopened=_reopened(found),
        attitude_then=then,
        attitude_now=attitude_of(view, names.people, person, deal) if person else None,
        course=met_turns(names, course),
    )


def _days(found: Sequence[Spell[Objection]], now: datetime) -> float | None:
    """Add up the time in which it was held; of one of which nobody knows when it was raised, None."""
    held = [each.days(now) for each in found if each.state != "resolved"]
    known = [each for each in held if each is not None]
    return fsum(known) if found[0].begin.kind == "raised" and len(known) == len(held) else None


def _reopened(found: Sequence[Spell[Objection]]) -> int:
    """Count how often it was told to be held again, or was raised again after it was resolved."""
    parted = zip([None, *found], found, strict=False)
    return sum(each.begin.kind == "reopened" or (before and before.state) == "resolved" for before, each in parted)


def _kinds(rows: Iterable[ObjectionRow]) -> Iterator[Kind]:
    by_kind: dict[str | None, list[ObjectionRow]] = defaultdict(list)
    for each in rows:
        by_kind[each.kind].append(each)
    for kind in sorted(by_kind, key=lambda kind: (kind is None, kind or "")):
        statuses = [each.status for each in by_kind[kind]]
        yield Kind(
            kind=kind,
            open=statuses.count("open"),
            answered=statuses.count("answered"),
            resolved=statuses.count("resolved"),
            because=[place for each in by_kind[kind] for place in each.because],
        )


question = AccountQuestion(
    name="objections",
    about="What speaks against us, who says so, and is it still held?",
    parameters=ObjectionsParameters,
    answer_model=ObjectionsAnswer,
    answer=answer,
    subjects=(*NAMED, "assessment", "proposal"),
    history=(*MEETINGS, *facts_of("assessment")),
)
