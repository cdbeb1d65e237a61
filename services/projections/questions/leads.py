"""What became of each lead: is it open, was it dismissed, or is it an opportunity?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field

from schemas.opportunity import OpportunityIdentified
from schemas.values import Money
from services.projections.course import Course
from services.projections.folds.qualification import Lead
from services.projections.history import DAY, Stamp
from services.projections.models import standing
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import Deal, Group, Windowed, every_deal, grouped, person
from services.projections.models.turns import first, places_of, time_of, told
from services.projections.question import Answer, PortfolioQuestion, Row, View, key
from services.projections.register import Register

Status = Literal["open", "dismissed", "converted"]


class LeadsParameters(Windowed):
    """A window counts the leads that were captured in it."""

    group_by: Literal["origin", "owner"] = Field("origin", description="what to count under")


class Became(Row):
    """An opportunity that names the lead as what it was."""

    opportunity: str
    opportunity_name: str | None
    identified: datetime | None
    value: Money | None = Field(description="what it was won for, else what it would be worth")
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None


class LeadRow(Row):
    """A lead; it is not yet an opportunity."""

    account: str
    account_name: str | None
    lead: str
    text: str | None
    origin: str | None
    owner: str | None
    owner_name: str | None
    captured: datetime | None = Field(description="for the first time; null: nobody told us that it was captured")
    timebasis: str | None = Field(description="of `captured`")
    age_days: float | None = Field(
        description="since then, up to as_of while it is open, else up to `since`; null where that is unknown"
    )
    status: Status = Field(description="converted: an opportunity names it, whatever else was told")
    since: datetime = Field(description="since when it stands so")
    reason: str | None = Field(description="why it was dismissed, while it is")
    opportunities: Annotated[list[Became], key("opportunity")]


class Counts(BaseModel):
    """How many leads there are."""

    model_config = ConfigDict(frozen=True)

    count: int
    open: int
    dismissed: int
    converted: int
    conversion_rate: float | None = Field(description="converted / count, 0 to 1; null without any")


class GroupCounts(Counts, Row):
    """The leads of one origin or owner; `group` is null where it is not known."""

    group: str | None
    name: str | None


class LeadsAnswer(Counts, Answer):
    """The leads in order of account and id, and how many there are, in all and by group."""

    groups: Annotated[list[GroupCounts], key("group")]
    leads: Annotated[list[LeadRow], key("account", "lead")]


class Named(NamedTuple):
    """A deal that names a lead as what it was, and where it did so for the first time."""

    deal: Deal
    at: Stamp


class Counted(NamedTuple):
    """A lead and what it counts under."""

    group: Group
    row: LeadRow


def answer(views: Iterable[View], parameters: LeadsParameters) -> LeadsAnswer:
    """Answer with the leads of the window; one that was captured at an unknown time counts only without a window."""
    found = [each for view in views for each in _leads(view, parameters)]
    return LeadsAnswer(
        **_counts([each.row for each in found]),
        groups=[GroupCounts(group=each.id, name=each.name, **_counts(rows)) for each, rows in grouped(found)],
        leads=[each.row for each in found],
    )


def _leads(view: View, asked: LeadsParameters) -> Iterator[Counted]:
    became = _by_lead(view)
    for lead, course in sorted(view.states.qualification.leads.items()):
        if asked.within(time_of(first(course, "captured"))):
            row = _row(view, lead, course, became.get(lead, []))
            under = person(view, row.owner) if asked.group_by == "owner" else Group(row.origin, row.origin)
            yield Counted(under, row)


def _by_lead(view: View) -> Mapping[str, list[Named]]:
    named: dict[tuple[str, str | None], Stamp] = {}
    for fact in view.facts:
        if isinstance(data := fact.event.data, OpportunityIdentified):
            named.setdefault((data.opportunity, data.lead), fact.stamp)
    found: dict[str, list[Named]] = defaultdict(list)
    for deal in every_deal([view]):
        lead = deal.opportunity.lead.value
        if lead is not None and (deal.id, lead) in named:
            found[lead].append(Named(deal, named[deal.id, lead]))
    return found


def _row(view: View, lead: str, course: Course[Lead], became: Sequence[Named]) -> LeadRow:
    captured, now = first(course, "captured"), standing.stand("lead", course)
    converted = min((time_at(each.at) for each in became), default=None)
    status: Status = "converted" if converted else cast("Status", now.state)
    since, begun = converted or time_at(now.begin.at), time_of(captured)
    until = view.moment.as_of if status == "open" else since
    known = standing.content("lead", course, Lead())
    age = (until - begun) / DAY if begun else None
    return LeadRow(
        account=view.account,
        account_name=view.states.account.profile.get("name", Register[str]()).value,
        lead=lead,
        text=known.text,
        origin=known.origin,
        owner=known.owner,
        owner_name=member_name(view.states.account, known.owner),
        captured=time_at(captured.at) if captured else None,
        timebasis=captured.ground.timebasis if captured else None,
        age_days=None if age is None or age < 0 else age,
        status=status,
        since=since,
        reason=told(standing.during(course, now), "reason", "dismissed") if status == "dismissed" else None,
        opportunities=[_became(*each) for each in became],
        because=places_of(course),
    )


def _became(deal: Deal, at: Stamp) -> Became:
    end = deals.end(deal.opportunity)
    return Became(
        opportunity=deal.id,
        opportunity_name=deal.opportunity.name.value,
        identified=deals.began(deal.opportunity),
        value=deals.value(deal.opportunity),
        outcome=end.kind if end else None,
        closed_at=end.time if end else None,
        because=[(at[3], at[2])],
    )


def _counts(rows: Sequence[LeadRow]) -> dict[str, Any]:
    statuses = [row.status for row in rows]
    converted = statuses.count("converted")
    return {
        "count": len(rows),
        "open": statuses.count("open"),
        "dismissed": statuses.count("dismissed"),
        "converted": converted,
        "conversion_rate": converted / len(rows) if rows else None,
    }


question = PortfolioQuestion(
    name="leads",
    about="What became of each lead: is it open, was it dismissed, or is it an opportunity?",
    parameters=LeadsParameters,
    answer_model=LeadsAnswer,
    answer=answer,
    subjects=("qualification", "opportunity", "account"),
    history=(OpportunityIdentified,),
)
