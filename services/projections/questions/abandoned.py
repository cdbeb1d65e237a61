"""Which deals did we give up, or lose without having gone all out for them, and what became of deals by decision?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Money
from services.projections.course import Turn
from services.projections.folds.qualification import Pursuit
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.portfolio import (
    Deal,
    GroupBy,
    Total,
    Windowed,
    every_deal,
    group,
    grouped,
    total,
)
from services.projections.models.opportunity.pursuits import DECISIONS, Decision, before
from services.projections.models.opportunity.rivals import party_name
from services.projections.models.turns import places
from services.projections.question import Answer, PortfolioQuestion, Row, View, key
from services.projections.register import Register

_HALF_HEARTED = {"monitor", "reduce", "abandon"}  # before a loss that was our own doing, too


class AbandonedParameters(Windowed):
    """A window counts the deals that were closed in it, and all that are open."""

    group_by: GroupBy | None = Field(None, description="what became of deals also for each of these")


class AbandonedRow(Row):
    """A deal that we gave up, or lost after deciding to give it up, to put less into it, or to watch it only."""

    account: str
    account_name: str | None
    opportunity: str
    opportunity_name: str | None
    owner: str | None
    owner_name: str | None
    outcome: Literal["lost", "abandoned"]
    closed_at: datetime
    timebasis: str = Field(description="of `closed_at`")
    reason: str | None = Field(description="as it was told; `unknown` where nobody knew")
    to_party: str | None = Field(description="to whom it was lost")
    to_party_name: str | None
    value: Money | None = Field(description="what it was last said to be worth")
    stage: str | None = Field(description="in which it was closed; `identified` before any stage was entered")
    decision: Decision | None = Field(description="that stood when it was closed; null: nothing was decided")
    decided: datetime | None = Field(description="when that was told last")
    decision_reason: str | None


class DecisionRow(Row):
    """What became of the deals of which this was decided last before they were closed, or up to as_of."""

    decision: Decision | None = Field(description="null: nothing was decided")
    open: Total
    won: Total
    lost: Total
    abandoned: Total


class Measures(BaseModel):
    """What became of deals, by decision."""

    model_config = ConfigDict(frozen=True)

    decisions: Annotated[list[DecisionRow], key("decision")]


class GroupDecisions(Measures, Row):
    """The deals of one group; `group` is null where it is not known."""

    group: str | None
    name: str | None


class AbandonedAnswer(Measures, Answer):
    """What became of deals by decision, in all and (without group_by, once) by group; and those given up."""

    groups: Annotated[list[GroupDecisions], key("group")]
    deals: Annotated[list[AbandonedRow], key("account", "opportunity")]


class Decided(NamedTuple):
    """A deal, read once."""

    deal: Deal
    end: deals.End | None
    turn: Turn[Pursuit] | None

    @property
    def decision(self) -> str | None:
        """What was decided."""
        return self.turn.kind if self.turn else None

    @property
    def given_up(self) -> bool:
        """Whether it ended by our own doing."""
        return self.end is not None and (
            self.end.kind == "abandoned" or (self.end.kind == "lost" and self.decision in _HALF_HEARTED)
        )


def answer(views: Iterable[View], parameters: AbandonedParameters) -> AbandonedAnswer:
    """Answer for the deals as they stand at as_of: one that was reopened since is open."""
    found = list(_decided(views, parameters))
    groups = grouped((group(each.deal, parameters.group_by), each) for each in found)
    return AbandonedAnswer(
        decisions=_decisions(found),
        groups=[GroupDecisions(group=each.id, name=each.name, decisions=_decisions(under)) for each, under in groups],
        deals=[_row(each, each.end) for each in found if each.end and each.given_up],
    )


def _decided(views: Iterable[View], asked: AbandonedParameters) -> Iterator[Decided]:
    for deal in every_deal(views):
        end = deals.end(deal.opportunity)
        if end is None or asked.within(end.time):
            course = deal.view.states.qualification.pursuits.get(deal.id, [])
            yield Decided(deal, end, before(course, end))


def _decisions(found: Iterable[Decided]) -> list[DecisionRow]:
    """Return the decisions that were taken, from most to least, and those without one last."""
    worth: dict[str | None, dict[str, list[Money | None]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        worth[each.decision][each.end.kind if each.end else "open"].append(deals.value(each.deal.opportunity))
    return [_decision(each, worth[each]) for each in (*DECISIONS, None) if each in worth]


def _decision(decision: str | None, worth: dict[str, list[Money | None]]) -> DecisionRow:
    ends = {kind: total(worth.get(kind, ())) for kind in ("open", "won", "lost", "abandoned")}
    return DecisionRow.model_validate({"decision": decision, **ends})


def _row(each: Decided, end: deals.End) -> AbandonedRow:
    deal, view = each.deal, each.deal.view
    spell, owner = deals.current_spell(deal.opportunity), deal.opportunity.owner.value
    return AbandonedRow.model_validate(
        {
            "account": view.account,
            "account_name": view.states.account.profile.get("name", Register[str]()).value,
            "opportunity": deal.id,
            "opportunity_name": deal.opportunity.name.value,
            "owner": owner,
            "owner_name": member_name(view.states.account, owner),
            "outcome": end.kind,
            "closed_at": end.time,
            "timebasis": end.step.timebasis,
            "reason": end.reason,
            "to_party": end.to_party,
            "to_party_name": party_name(view.states, end.to_party),
            "value": deals.value(deal.opportunity),
            "stage": spell.stage if spell else None,
            "decision": each.decision,
            "decided": time_at(each.turn.at) if each.turn else None,
            "decision_reason": each.turn.told.reason if each.turn else None,
            "because": [*places(each.turn), (end.step.at[3], end.step.at[2])],
        }
    )


question = PortfolioQuestion(
    name="abandoned",
    about="Which deals did we give up, or lose half-heartedly, and what became of deals by what we decided?",
    parameters=AbandonedParameters,
    answer_model=AbandonedAnswer,
    answer=answer,
    subjects=("opportunity", "account", "qualification", "competition"),
)
