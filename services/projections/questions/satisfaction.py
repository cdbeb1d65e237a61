"""How satisfied is the customer, and where is it heading?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import fsum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from schemas.after_sale import SatisfactionSurveyed
from schemas.values import EventRef
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.opportunity.portfolio import Windowed
from services.projections.models.periods import Series, Step
from services.projections.question import AccountQuestion, Answer, Row, View, key

Trend = Literal["up", "flat", "down"]
Asked = tuple[str, str | None]  # method, person: None is the customer as a whole


class SatisfactionParameters(Series, Windowed):
    """Of whom, by which method; surveys and points within `from` and `to`, the latest as of as_of.

    Surveys at an unknown moment are listed only without a window.
    """

    contact: str | None = Field(None, description="only of this contact")
    method: str | None = Field(None, description="only by this method, as csat, nps or ces")
    step: Step = Field("P1M", description="from one point to the next, an ISO 8601 duration as P7D, P1W or P1M")


class SurveyRow(Row):
    """One survey; `percent` is the score as a share of the greatest that there is."""

    contact: str | None = Field(description="null: the customer as a whole")
    name: str | None
    method: str
    time: datetime
    timebasis: str
    score: float
    scale_max: float
    percent: float = Field(description="0 to 100")
    change: float | None = Field(
        description="in points of percent, from the survey before of the same person by the same method; null: none"
    )
    trend: Trend | None = Field(description="what that change is")


class ToldSurvey(SurveyRow):
    """A survey, and the event that tells of it."""

    account: str
    event: EventRef


class MethodRow(Row):
    """What the surveys by one method say together."""

    method: str
    percent: float = Field(description="the mean of everybody's latest survey, 0 to 100")
    people: int = Field(description="whose latest survey counts, the customer as a whole as one")
    surveys: int = Field(description="in all")


class PointRow(Row):
    """The same at one moment."""

    time: datetime
    method: str
    percent: float
    people: int


class SatisfactionAnswer(Answer):
    """What each person said last, what that makes by method and over time, and every survey."""

    latest: Annotated[list[SurveyRow], key("method", "contact")]
    methods: Annotated[list[MethodRow], key("method")]
    points: Annotated[list[PointRow], key("method", "time")]
    surveys: Annotated[list[ToldSurvey], key("account", "event")]


class Survey(NamedTuple):
    """A survey by whom it is of, and the one before it of the same."""

    fact: Recorded
    data: SatisfactionSurveyed
    person: str | None
    before: "Survey | None" = None

    @property
    def asked(self) -> Asked:
        """Whom, and by which method."""
        return self.data.method, self.person

    @property
    def percent(self) -> float:
        """The share of its scale."""
        return 100 * self.data.score / self.data.scale_max

    @property
    def change(self) -> float | None:
        """In points of percent, from the one before."""
        return round(self.percent - self.before.percent, 2) + 0.0 if self.before else None  # + 0.0: never -0.0


def answer(view: View, parameters: SatisfactionParameters) -> SatisfactionAnswer:
    """Take the surveys in fold order: of two of one person and method the later one is the latest.

    Raises Unanswerable if `from` up to `as_of` would give too many points.
    """
    people, times = People(view.states.contact), parameters.points(view.moment.as_of, parameters.step)
    surveys = list(_surveys(view.facts, people, parameters))
    latest = {each.asked: each for each in surveys}
    in_order = [latest[asked] for asked in sorted(latest, key=lambda asked: (asked[0], asked[1] or ""))]
    return SatisfactionAnswer(
        latest=[SurveyRow(**_fields(people, each)) for each in in_order],
        methods=[
            MethodRow(**mean, surveys=sum(each.data.method == mean["method"] for each in surveys))
            for mean in _means(latest)
        ],
        points=[PointRow(time=time, **mean) for time in times for mean in _means(_by(surveys, time))],
        surveys=[
            ToldSurvey(account=each.fact.event.partitionkey, event=each.fact.ref, **_fields(people, each))
            for each in surveys
            if parameters.within(None if each.fact.undated else each.fact.event.time)
        ],
    )


def _surveys(facts: Sequence[Recorded], people: People, asked: SatisfactionParameters) -> Iterator[Survey]:
    wanted = people.canonical(asked.contact) if asked.contact else None
    before: dict[Asked, Survey] = {}
    for fact in facts:
        data = fact.event.data
        assert isinstance(data, SatisfactionSurveyed)  # noqa: S101 -- narrows the type; of no other type are facts read
        each = Survey(fact, data, people.canonical(data.contact) if data.contact else None)
        if asked.method in (None, data.method) and wanted in (None, each.person):
            before[each.asked] = found = each._replace(before=before.get(each.asked))
            yield found


def _by(surveys: Sequence[Survey], time: datetime) -> dict[Asked, Survey]:
    return {each.asked: each for each in surveys if each.fact.undated or each.fact.event.time <= time}


def _means(latest: Mapping[Asked, Survey]) -> Iterator[dict[str, Any]]:
    """Yield the mean of the latest surveys by each method, in order."""
    by_method: dict[str, list[Survey]] = defaultdict(list)
    for (method, _), each in latest.items():
        by_method[method].append(each)
    for method, surveys in sorted(by_method.items()):
        percent = round(fsum(each.percent for each in surveys) / len(surveys), 2)
        yield {"method": method, "percent": percent, "people": len(surveys), "because": _places(surveys)}


def _places(surveys: Sequence[Survey]) -> list[tuple[int, int]]:
    return sorted((each.fact.partition, each.fact.offset) for each in surveys)


def _fields(people: People, each: Survey) -> dict[str, Any]:
    change, before = each.change, [each.before] if each.before else []
    return {
        "contact": each.person,
        "name": people.name(each.person) if each.person else None,
        "method": each.data.method,
        "time": each.fact.event.time,
        "timebasis": each.fact.event.timebasis,
        "score": each.data.score,
        "scale_max": each.data.scale_max,
        "percent": round(each.percent, 2),
        "change": change,
        "trend": None if change is None else "up" if change > 0 else "down" if change < 0 else "flat",
        "because": _places([each, *before]),
    }


question = AccountQuestion(
    name="satisfaction",
    about="How satisfied is the customer, and where is it heading?",
    parameters=SatisfactionParameters,
    answer_model=SatisfactionAnswer,
    answer=answer,
    subjects=("contact",),
    history=(SatisfactionSurveyed,),
)
