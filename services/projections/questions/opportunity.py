"""What do we know of this opportunity?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.buying import BuyingRole
from schemas.values import Money
from services.projections.folds.opportunity import Opportunity, Step
from services.projections.models import latest
from services.projections.models.assessment import attitude
from services.projections.models.buying import group as buying_group
from services.projections.models.contact.people import People
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.deal_changes import CHANGES, Change, changes
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key


class OpportunityParameters(Parameters):
    """Which opportunity."""

    opportunity: str = Field(description="its id")


class Stage(Row):
    """A stretch of time in one stage."""

    stage: str = Field(description="`identified` before any stage was entered")
    from_: datetime | None = Field(alias="from", description="null where only its end is known")
    to: datetime | None = Field(description="null while it lasts")
    days: float | None
    timebasis: str


class Turn(Row):
    """An end or a reopening."""

    time: datetime
    kind: Literal["won", "lost", "abandoned", "reopened"]
    amount: Money | None = Field(description="what it was won for")
    reason: str | None = Field(description="always said of a loss; `unknown` where nobody knows it")
    to_party: str | None = Field(description="to whom it was lost")
    timebasis: str


class Person(Row):
    """Someone with a role in the purchase, or with an attitude towards it."""

    contact: str
    name: str | None
    positions: list[str] = Field(description="titles held at as_of")
    roles: list[BuyingRole]
    level: int | None
    layer: attitude.Layer
    scope: Literal["opportunity", "account"] | None
    faded: bool
    left: datetime | None


class OpportunityAnswer(Answer):
    """All that is known of one opportunity; one that nobody spoke of by then has `known` false and nothing else."""

    opportunity: str
    known: bool
    name: str | None
    stage: str | None
    since: datetime | None
    value: Money | None
    owner: str | None
    owner_name: str | None
    expected_close: date | None
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None
    reason: str | None = Field(description="why it was lost or abandoned, while it is")
    lead: str | None
    pipeline: str | None
    products: list[str]
    stages: Annotated[list[Stage], key("stage", "from")]
    turns: Annotated[list[Turn], key("time", "kind")]
    changes: Annotated[list[Change], key("what", "event")]
    people: Annotated[list[Person], key("contact")]


def answer(view: View, parameters: OpportunityParameters) -> OpportunityAnswer:
    """Answer for the opportunity asked for, whether it is known or not."""
    wanted = parameters.opportunity
    known = wanted in view.states.opportunity.opportunities
    opportunity = view.states.opportunity.opportunities.get(wanted, Opportunity())
    people = People(view.states.contact)
    return OpportunityAnswer(
        opportunity=wanted,
        known=known,
        **_standing(view, opportunity),
        stages=[_stage(view, spell) for spell in deals.spells(opportunity)],
        turns=[_turn(step) for step in opportunity.steps if step.kind != "stage"],
        changes=changes(fact for fact in view.facts if getattr(fact.event.data, "opportunity", None) == wanted),
        people=[_person(view, people, each, wanted) for each in _involved(view, people, wanted)] if known else [],
    )


def _standing(view: View, opportunity: Opportunity) -> dict[str, Any]:
    spell, end = deals.current_spell(opportunity), deals.end(opportunity)
    member = view.states.account.members.get(opportunity.owner.value or "")
    return {
        "name": opportunity.name.value,
        "stage": spell.stage if spell else None,
        "since": spell.start if spell else None,
        "value": deals.value(opportunity),
        "owner": opportunity.owner.value,
        "owner_name": member.value.name if member and member.value else None,
        "expected_close": deals.expected_close(opportunity),
        "outcome": end.kind if end else None,
        "closed_at": end.time if end else None,
        "reason": end.reason if end else None,
        "lead": opportunity.lead.value,
        "pipeline": opportunity.pipeline.value,
        "products": opportunity.products.value or [],
    }


def _stage(view: View, spell: deals.Spell) -> Stage:
    return Stage.model_validate(
        {
            "stage": spell.stage,
            "from": spell.start,
            "to": spell.end,
            "days": spell.days(view.moment.as_of),
            "timebasis": spell.timebasis,
            "because": [(spell.at[3], spell.at[2])],
        }
    )


def _turn(step: Step) -> Turn:
    return Turn.model_validate(
        {
            "time": latest.time_at(step.at),
            "kind": step.kind,
            "amount": deals.money(step.amount),
            "reason": step.reason,
            "to_party": step.to_party,
            "timebasis": step.timebasis,
            "because": [(step.at[3], step.at[2])],
        }
    )


def _involved(view: View, people: People, opportunity: str) -> list[str]:
    assessed = {
        people.canonical(contact)
        for contact, scopes in view.states.assessment.attitude.items()
        if opportunity in scopes
    }
    playing = {part.contact for part in buying_group.parts(view.states.buying, people, opportunity)}
    return sorted(assessed | playing)


def _person(view: View, people: People, person: str, opportunity: str) -> Person:
    parts = [part for part in buying_group.parts(view.states.buying, people, opportunity) if part.contact == person]
    told = attitude.leading_first(
        view.states.assessment, people, person, opportunity, as_of=view.moment.as_of, model=view.policies.attitude
    )
    lead = told[0] if told else None
    gone = people.gone(person)
    positions = people.positions(person).values()
    return Person(
        contact=person,
        name=people.name(person),
        positions=[register.value.title for register in positions if register.value],
        roles=[part.role for part in parts],
        level=lead.level if lead else None,
        layer=attitude.layer(lead.level if lead else None),
        scope=("opportunity" if lead.scope else "account") if lead else None,
        faded=attitude.faded(lead, view.moment.as_of, view.policies.attitude) if lead else False,
        left=latest.time_of(gone) if gone else None,
        because=because(lead.register if lead else None, *(part.register for part in parts), *positions),
    )


question = AccountQuestion(
    name="opportunity",
    about="What do we know of this opportunity?",
    parameters=OpportunityParameters,
    answer_model=OpportunityAnswer,
    answer=answer,
    subjects=("opportunity", "account", "contact", "assessment", "buying"),
    history=CHANGES,
)
