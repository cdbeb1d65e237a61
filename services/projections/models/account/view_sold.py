"""What the central view of an account shows of what was sold: contracts, and how satisfied the customer is."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from schemas.after_sale import SatisfactionSurveyed
from schemas.values import Money
from services.projections.course import Turn
from services.projections.folds.after_sale import Contract
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.latest import time_at
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.turns import places
from services.projections.question import Row, View


class SignedContract(Row):
    """What was sold, by the contract signed last for the purchase."""

    opportunity: str
    opportunity_name: str | None
    amount: Money
    products: list[str]
    time: datetime


class LastSurvey(Row):
    """How satisfied the customer, or one person there, was when asked last: `score` of at most `scale_max`."""

    method: str
    score: float
    scale_max: float
    contact: str | None
    name: str | None
    time: datetime


def contracts(view: View) -> Iterator[SignedContract]:
    """Yield the contract signed last for each purchase, in order of id."""
    yield from (_contract(view, each, course[-1]) for each, course in sorted(view.states.after_sale.contracts.items()))


def satisfaction(facts: Iterable[Recorded], people: People) -> LastSurvey | None:
    """Return the last survey; None where nobody was asked."""
    asked = [(fact, data) for fact in facts if isinstance(data := fact.event.data, SatisfactionSurveyed)]
    return next((_survey(fact, data, people) for fact, data in reversed(asked)), None)


def _contract(view: View, opportunity: str, signed: Turn[Contract]) -> SignedContract:
    amount, currency = signed.told.amount
    return SignedContract(
        opportunity=opportunity,
        opportunity_name=deal_name(view.states.opportunity, opportunity),
        amount=Money.model_validate({"amount": amount, "currency": currency}),
        products=signed.told.products,
        time=time_at(signed.at),
        because=places(signed),
    )


def _survey(fact: Recorded, data: SatisfactionSurveyed, people: People) -> LastSurvey:
    person = people.canonical(data.contact) if data.contact else None
    return LastSurvey(
        method=data.method,
        score=data.score,
        scale_max=data.scale_max,
        contact=person,
        name=people.name(person) if person else None,
        time=fact.event.time,
        because=[(fact.partition, fact.offset)],
    )
