"""What a sale promised, and the facts that say so. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import Field

from schemas.opportunity import OpportunityIdentified, OpportunityValueChanged
from schemas.values import Money
from services.projections.course import Course, Turn
from services.projections.folds.after_sale import Contract
from services.projections.folds.opportunity import Opportunity
from services.projections.history import Recorded
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.prices import quoted
from services.projections.models.opportunity.stakes import promise
from services.projections.models.shapes import Part
from services.projections.models.turns import last, places
from services.projections.question import Place, View

VALUES = (OpportunityIdentified, OpportunityValueChanged)  # tell what a deal would be worth


class Promised(Part):
    """What we expected of the sale; null: unknown."""

    identified: Money | None = Field(description="its value as it was told when it was first identified")
    value: Money | None = Field(description="its value as it was told last before it was closed")
    quoted: Money | None = Field(description="our last quote before it was closed")
    won: Money | None = Field(description="what it was won for")
    contract: Money | None = Field(description="the contract signed last, since it was reopened if it was")
    profit: Money | None = Field(description="the profit that was estimated last")


class Promise(NamedTuple):
    """What was promised, and where the facts stand."""

    of: Promised
    because: list[Place]


def promised(view: View, opportunity: str, told: Iterable[Recorded]) -> Promise:
    """Return what a sale promised when it was closed, or promises; `told` are the facts of it that told its value."""
    known = view.states.opportunity.opportunities.get(opportunity, Opportunity())
    end = deals.end(known)
    told = list(told)
    identified = [each for each in told if isinstance(each.event.data, OpportunityIdentified)][:1]
    told = [each for each in told if deals.by_then(end, each.stamp)]
    quote = quoted(view.states.competition.quotes.get(opportunity, {}), end)
    contract = _contract(view.states.after_sale.contracts.get(opportunity, []), known)
    exposure = promise(view, opportunity)
    of = Promised(
        identified=_value(identified),
        value=_value(told),
        quoted=deals.money(quote.told.amount) if quote else None,
        won=end.amount if end else None,
        contract=deals.money(contract.told.amount) if contract else None,
        profit=exposure.profit if exposure else None,
    )
    facts = [(each.partition, each.offset) for each in (*identified, *told[-1:])]
    ended = [(end.step.at[3], end.step.at[2])] if end else []
    return Promise(of, [*facts, *places(quote, contract), *(exposure.because if exposure else ()), *ended])


def _value(told: list[Recorded]) -> Money | None:
    data = told[-1].event.data if told else None
    return data.value if isinstance(data, VALUES) else None


def _contract(course: Course[Contract], opportunity: Opportunity) -> Turn[Contract] | None:
    """Return the contract signed last; a deal that was reopened has those no more that were signed before."""
    anew = max((step.at[:2] for step in opportunity.steps if step.kind == "reopened"), default=(0, 0))
    return last([each for each in course if each.at[:2] >= anew])
