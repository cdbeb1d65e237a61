"""What changed in the pipeline since then?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, get_args

from pydantic import Field

from schemas.values import Money
from services.projections.history import Recorded
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_changes import CHANGES
from services.projections.models.opportunity.moves import Kind, Move, difference, moves, postponed
from services.projections.models.opportunity.pipeline import order, pipeline_id
from services.projections.models.opportunity.portfolio import Deal, Group, GroupBy, every_deal, group, grouped, total
from services.projections.moments import Instant
from services.projections.policy import Pipelines
from services.projections.question import Answer, Parameters, PortfolioQuestion, Row, View, Views, key

USUAL = timedelta(days=7)


class PipelineChangesParameters(Parameters):
    """Since when: up to as_of."""

    from_: Instant | None = Field(None, alias="from", description="from this moment on; without it, the last 7 days")
    group_by: GroupBy | None = Field(None, description="sums for each of these, instead of for all")


class DealMove(Row):
    """One change of a deal; from and to are ids, days, stages or amounts with their currency, null where unknown.

    A deal moves forward or back by the order of its pipeline; where the policy gives none, it has moved. A value or an
    expected close that was unknown before or after, or is in another currency, has only changed.
    """

    group: str | None
    account: str
    account_name: str | None
    opportunity: str
    opportunity_name: str | None
    owner: str | None = Field(description="at as_of")
    owner_name: str | None
    kind: Kind
    time: datetime
    from_: str | None = Field(alias="from")
    to: str | None
    value: Money | None = Field(description="of the deal after it; what it was won for")
    difference: Money | None = Field(description="of the value, below zero where it fell")
    days: int | None = Field(description="by which the expected close was moved out, below zero where in")


class KindSum(Row):
    """All changes of one kind."""

    group: str | None
    group_name: str | None
    kind: Kind
    count: int
    value: Annotated[list[Money], key("currency")] = Field(description="of the deals after it, each change by itself")
    difference: Annotated[list[Money], key("currency")]


class PipelineChangesAnswer(Answer):
    """The changes in order of time, and their sums; what did not change anything is none."""

    changes: Annotated[list[DealMove], key("account", "opportunity", "kind", "time")]
    totals: Annotated[list[KindSum], key("group", "kind")]


def answer(views: Views, parameters: PipelineChangesParameters) -> PipelineChangesAnswer:
    """List what happened from then up to as_of; what was true already before a time that is not known did not."""
    since, by = parameters.from_ or views.moment.as_of - USUAL, parameters.group_by
    found = [
        (group(deal, by), deal, move)
        for view in views
        for deal, each in _by_deal(view, views.policies.pipelines)
        for move in each
        if move.change.at[0] and time_at(move.change.at) >= since
    ]
    found.sort(key=lambda each: (each[2].change.at[:2], each[1].view.account, each[1].id, each[2].change.at))
    sums = grouped((each, (move.kind, move)) for each, _, move in found)
    return PipelineChangesAnswer(
        changes=[_row(*each) for each in found],
        totals=[row for each, of in sums for row in _sums(each, of)],
    )


def _by_deal(view: View, pipelines: Pipelines) -> Iterator[tuple[Deal, list[Move]]]:
    told: dict[str, list[Recorded]] = defaultdict(list)
    for fact in view.facts:
        told[getattr(fact.event.data, "opportunity", "")].append(fact)
    for deal in every_deal([view]):
        pipeline = pipelines.each.get(pipeline_id(deal.opportunity, pipelines) or "")
        yield deal, moves(deal.opportunity, told[deal.id], order(pipeline))


def _row(of: Group, deal: Deal, move: Move) -> DealMove:
    account, change, owner = deal.view.states.account, move.change, deal.opportunity.owner.value
    return DealMove.model_validate(
        {
            "group": of.id,
            "account": deal.view.account,
            "account_name": account.profile["name"].value if "name" in account.profile else None,
            "opportunity": deal.id,
            "opportunity_name": deal.opportunity.name.value,
            "owner": owner,
            "owner_name": member_name(account, owner),
            "kind": move.kind,
            "time": time_at(change.at),
            "from": _text(change.before),
            "to": _text(change.after),
            "value": move.worth,
            "difference": difference(change),
            "days": postponed(change),
            "because": [(change.at[3], change.at[2])],
        }
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 -- what changed
    match value:
        case Money():
            return f"{value.amount} {value.currency}"
        case date():
            return value.isoformat()
        case _:
            return value or None


def _sums(each: Group, of: Sequence[tuple[Kind, Move]]) -> Iterator[KindSum]:
    kinds: dict[str, list[Move]] = defaultdict(list)
    for kind, move in of:
        kinds[kind].append(move)
    for kind in (kind for kind in get_args(Kind) if kind in kinds):
        worth = total(move.worth for move in kinds[kind])
        yield KindSum(
            group=each.id,
            group_name=each.name,
            kind=kind,
            count=worth.count,
            value=worth.value,
            difference=total(_known(kinds[kind])).value,
        )


def _known(found: Iterable[Move]) -> Iterator[Money | None]:
    return (difference(move.change) for move in found)


question = PortfolioQuestion(
    name="pipeline-changes",
    about="What changed in the pipeline since then?",
    parameters=PipelineChangesParameters,
    answer_model=PipelineChangesAnswer,
    answer=answer,
    subjects=("opportunity", "account"),
    history=CHANGES,
)
