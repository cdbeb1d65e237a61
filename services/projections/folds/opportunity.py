"""Where each possible sale stands, and the way it took: the funnel is asked for now, so its steps are state."""

from datetime import date

import msgspec

from schemas.opportunity import (
    BudgetConfirmed,
    CommitmentObtained,
    OpportunityAbandoned,
    OpportunityExpectedCloseChanged,
    OpportunityIdentified,
    OpportunityLost,
    OpportunityOwnerChanged,
    OpportunityReopened,
    OpportunityStageEntered,
    OpportunityValueChanged,
    OpportunityWon,
)
from schemas.values import Money
from services.projections.course import Course, turn
from services.projections.history import Recorded, Stamp
from services.projections.register import Register, insert

VERSION = 4

Amount = tuple[str, str]  # decimal string, ISO 4217 code


class Step(msgspec.Struct, array_like=True, frozen=True):
    """One entry of a stage, or one end or reopening, at the stamp of the fact that says so."""

    at: Stamp
    kind: str  # "stage", "won", "lost", "abandoned" or "reopened"
    stage: str | None = None
    amount: Amount | None = None
    reason: str | None = None
    to_party: str | None = None
    timebasis: str = "exact"


class Commitment(msgspec.Struct, array_like=True, frozen=True):
    """What the customer promised us, and who there did."""

    text: str
    contact: str | None = None


def _text() -> "Register[str]":
    return Register()


class Opportunity(msgspec.Struct):
    """A possible sale; one that was only referred to has no `identified`."""

    identified: Register[bool] = msgspec.field(default_factory=Register)
    name: Register[str] = msgspec.field(default_factory=_text)
    external_ids: Register[list[tuple[str, str]]] = msgspec.field(default_factory=Register)
    owner: Register[str] = msgspec.field(default_factory=_text)
    value: Register[Amount] = msgspec.field(default_factory=Register)
    expected_close: Register[date] = msgspec.field(default_factory=Register)
    lead: Register[str] = msgspec.field(default_factory=_text)
    pipeline: Register[str] = msgspec.field(default_factory=_text)
    products: Register[list[str]] = msgspec.field(default_factory=Register)
    steps: list[Step] = []  # in fold order
    budget: Register[Amount] = msgspec.field(default_factory=Register)  # that the customer has set aside
    commitments: Course[Commitment] = []


class State(msgspec.Struct):
    """Bounded by opportunities, the stages that each went through, and what was promised us in each."""

    opportunities: dict[str, Opportunity] = {}


def fold(state: State, fact: Recorded) -> State:  # noqa: C901 -- one short case an event
    """Take one fact about an opportunity; the order of arrival does not matter."""
    match fact.event.data:
        case OpportunityIdentified() as data:
            _identify(_opportunity(state, data.opportunity), data, fact)
        case OpportunityStageEntered() as data:
            _step(state, data.opportunity, _at(fact, "stage", stage=data.stage))
        case OpportunityValueChanged() as data:
            _opportunity(state, data.opportunity).value.put(_amount(data.value), fact)
        case OpportunityExpectedCloseChanged() as data:
            _opportunity(state, data.opportunity).expected_close.put(data.expected_close, fact)
        case OpportunityOwnerChanged() as data:
            _opportunity(state, data.opportunity).owner.put(data.owner, fact)
        case OpportunityWon() as data:
            _step(state, data.opportunity, _at(fact, "won", amount=_amount(data.amount)))
        case OpportunityLost() as data:
            _step(state, data.opportunity, _at(fact, "lost", reason=data.reason, to_party=data.to_party))
        case OpportunityAbandoned() as data:
            _step(state, data.opportunity, _at(fact, "abandoned", reason=data.reason))
        case OpportunityReopened() as data:
            _step(state, data.opportunity, _at(fact, "reopened"))
        case BudgetConfirmed() as data:
            _opportunity(state, data.opportunity).budget.put(_amount(data.amount), fact)
        case CommitmentObtained() as data:
            turn(_opportunity(state, data.opportunity).commitments, "obtained", Commitment, fact)
    return state


def _opportunity(state: State, opportunity: str) -> Opportunity:
    return state.opportunities.setdefault(opportunity, Opportunity())


def _at(  # noqa: PLR0913 -- one argument for each field of a step
    fact: Recorded,
    kind: str,
    *,
    stage: str | None = None,
    amount: Amount | None = None,
    reason: str | None = None,
    to_party: str | None = None,
) -> Step:
    return Step(fact.stamp, kind, stage, amount, reason, to_party, fact.event.timebasis)


def _amount(money: Money | None) -> Amount | None:
    return (str(money.amount), money.currency) if money else None


def _identify(opportunity: Opportunity, data: OpportunityIdentified, fact: Recorded) -> None:
    opportunity.identified.put(True, fact)  # noqa: FBT003 -- a register's value
    opportunity.name.put(data.name, fact)
    opportunity.external_ids.put([(key.system, key.key) for key in data.external_ids], fact)
    opportunity.owner.put(data.owner, fact)
    opportunity.value.put(_amount(data.value), fact)
    opportunity.expected_close.put(data.expected_close, fact)
    if data.lead is not None:  # it was a lead once and for all: told again without, it still was
        opportunity.lead.put(data.lead, fact)
    opportunity.pipeline.put(data.pipeline, fact)
    opportunity.products.put(list(data.products), fact)


def _step(state: State, opportunity: str, step: Step) -> None:
    insert(_opportunity(state, opportunity).steps, step)
