"""Two curves of one measure: as it was by what we know now, and as we believed it at the time. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.account import AccountMerged
from schemas.event import wires_of
from schemas.interaction import InteractionRecorded
from services.projections.hindsight.measures import Attendance, Measure, Measured, Of, measured
from services.projections.hindsight.restating import Restating
from services.projections.hindsight.standing import as_believed, as_known_now
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.question import View, facts_of, key
from services.projections.views import AMENDMENTS

WIRES = (
    *wires_of(*facts_of("contact", "assessment", "opportunity"), InteractionRecorded, AccountMerged),
    *AMENDMENTS,
)


class CurvePoint(BaseModel):
    """What a measure was at a moment."""

    model_config = ConfigDict(frozen=True)

    time: datetime
    was: int | float | str | None = Field(description="as we know it now")
    believed: int | float | str | None = Field(description="as it was known at that time")


class Curve(BaseModel):
    """A measure of one contact or purchase over time, by what we know now and by what was known then."""

    model_config = ConfigDict(frozen=True)

    measure: Measure = Field(description="attitude: the level in that very scope; stage: or how it ended")
    contact: str | None
    contact_name: str | None
    opportunity: str | None = Field(description="of an attitude: null towards us")
    opportunity_name: str | None
    points: Annotated[list[CurvePoint], key("time")]


class Sample(NamedTuple):
    """A measure at a moment, by what we know now and as it was believed then; what told them apart since."""

    time: datetime
    was: Measured
    believed: Measured
    apart: frozenset[Any]


def curves(
    view: View, found: Mapping[Of, Sequence[Restating]], attendance: Attendance, regular: Sequence[datetime] | None
) -> list[Curve]:
    """Return the curves that differ by what was told late or amended, up to the view's moment, by measure and ids.

    Their points are where the two part, part in another way, or meet again; or else the `regular` moments, ascending.
    """
    turning = {of: _turning(each, view.moment.as_of) for of, each in found.items()}
    times = turning if regular is None else dict.fromkeys(turning, regular)
    places = frozenset(
        (told.partition, told.offset) for of in found for each in found[of] if (told := each.telling.target)
    )
    courses = _courses(view, times, attendance, places)
    kept = courses if regular is not None else {of: _turns(course) for of, course in courses.items()}
    people = People(view.states.contact)
    return [
        _curve(view, people, of, course)
        for of, course in sorted(kept.items(), key=lambda each: [part or "" for part in each[0]])
        if any(each.apart and each.was.value != each.believed.value for each in course)
    ]


def _turning(found: Iterable[Restating], as_of: datetime) -> list[datetime]:
    """Return when a curve may part or meet the other, ascending."""
    return sorted({time for each in found for time in each.turning if time <= as_of})


def _courses(
    view: View, times: Mapping[Of, Sequence[datetime]], attendance: Attendance, places: Container[Any]
) -> dict[Of, list[Sample]]:
    """Walk once through all moments, along what is known now and along what was believed."""
    facts = [fact for fact in view.told if fact.event.type in WIRES]
    at: dict[datetime, list[Of]] = defaultdict(list)
    for of, each in times.items():
        for time in each:
            at[time].append(of)
    courses: dict[Of, list[Sample]] = {of: [] for of in times}
    both = zip(as_known_now(facts, sorted(at)), as_believed(view.account, facts, sorted(at)), strict=True)
    for was, believed in both:
        for of in at[was.time]:
            one, other = (
                measured(each, of, attendance.of(of.contact, each.facts), view.policies) for each in (was, believed)
            )
            apart = frozenset(each for each in one.rests_on ^ other.rests_on if (each[0][3], each[0][2]) in places)
            courses[of].append(Sample(was.time, one, other, apart))
    return courses


def _turns(course: Sequence[Sample]) -> list[Sample]:
    """Leave out where nothing turned, and what is the same after as before."""
    before = [None, *course]
    return [each for each, then in zip(course, before, strict=False) if _turned(each, then)]


def _turned(each: Sample, before: Sample | None) -> bool:
    differs = each.was.value != each.believed.value
    if before is None:
        return differs and bool(each.apart)
    return each.apart != before.apart and (differs or before.was.value != before.believed.value)


def _curve(view: View, people: People, of: Of, course: Iterable[Sample]) -> Curve:
    return Curve(
        **of._asdict(),
        contact_name=people.name(of.contact) if of.contact else None,
        opportunity_name=deal_name(view.states.opportunity, of.opportunity),
        points=[CurvePoint(time=each.time, was=each.was.value, believed=each.believed.value) for each in course],
    )
