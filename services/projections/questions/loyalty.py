"""How loyal is this customer: how long and how regularly does it buy, and who there stays with us?"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from schemas.account import AccountTransactionRecorded
from schemas.values import Money
from services.projections.history import DAY
from services.projections.models.account.criteria import YEAR
from services.projections.models.account.purchases import Transaction, purchases, transactions
from services.projections.models.account.sales import Sales, sales
from services.projections.models.assessment import attitude
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.opportunity.portfolio import total
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Said, Sentence, said

FEWEST = 3  # purchases, of which two intervals are known: fewer have no rhythm
LATE, LOST = 1.5, 3.0  # times the median interval since the last purchase

Rhythm = Literal["active", "slowing", "lapsed", "unknown"]


class LoyaltyParameters(Parameters):
    """Nothing but the moments."""


class Product(Row):
    """What they bought; null where nobody said what it was."""

    product: str | None
    count: int = Field(description="of purchases; a refund is none")
    value: Annotated[list[Money], key("currency")]
    last: datetime | None = Field(description="null: nothing but refunds is known of it")


class Supporter(Row):
    """Somebody on the customer's side who supports us and has not left."""

    contact: str
    name: str | None
    level: int
    since: datetime


class LoyaltyAnswer(Answer):
    """How the customer buys; everything about purchases is null or unknown where none is known."""

    first: datetime | None = Field(description="when they first bought, as far as we know")
    last: datetime | None
    years: float | None = Field(description="since the first purchase, of 365.2425 days")
    transactions: int = Field(description="purchases; a refund counts in the values and sales alone")
    per_year: float | None = Field(description="transactions a year; null within the first year")
    intervals: int = Field(description="from one purchase to the next; what was bought at one moment is one purchase")
    median_days: float | None = Field(description="of the intervals")
    days_since_last: float | None
    rhythm: Rhythm = Field(description="against their own: active up to 1.5 times the median, slowing up to 3 times")
    sentence: Sentence
    products: Annotated[list[Product], key("product")]
    sales: Annotated[list[Sales], key("currency")]
    supporters: Annotated[list[Supporter], key("contact"), Field(description="by the last word for the account")]


class Course(NamedTuple):
    """When the customer bought; moments that nobody knows are left out."""

    times: list[datetime]
    as_of: datetime

    @property
    def gaps(self) -> list[float]:
        """The days from each purchase to the next."""
        return [(later - earlier) / DAY for earlier, later in pairwise(self.times)]

    @property
    def typical(self) -> float | None:
        """The median of the gaps, or None for fewer than two of them."""
        return median(self.gaps) if len(self.times) >= FEWEST else None

    @property
    def since_last(self) -> float | None:
        """The days since the last purchase."""
        return (self.as_of - self.times[-1]) / DAY if self.times else None


def answer(view: View, parameters: LoyaltyParameters) -> LoyaltyAnswer:  # noqa: ARG001 -- a question takes its parameters
    """Answer from the transactions visible at the moment, and from the last word on each person there."""
    told, as_of = transactions(view.facts), view.moment.as_of
    bought = purchases(told)
    first = min((each.time for each in bought), default=None)
    years = max(as_of - first, timedelta()) / YEAR if first else None
    course = Course(sorted({each.time for each in bought if each.dated}), as_of)
    rhythm = _rhythm(course)
    return LoyaltyAnswer(
        first=first,
        last=course.times[-1] if course.times else None,
        years=years,
        transactions=len(bought),
        per_year=len(bought) / years if years and years >= 1 else None,
        intervals=len(course.gaps),
        median_days=median(course.gaps) if course.gaps else None,
        days_since_last=course.since_last,
        rhythm=rhythm,
        sentence=_sentence(course, rhythm),
        products=list(_products(told)),
        sales=list(sales(told, as_of)),
        supporters=list(_supporters(view)),
    )


def _rhythm(course: Course) -> Rhythm:
    typical, since_last = course.typical, course.since_last
    if typical is None or since_last is None:
        return "unknown"
    return "active" if since_last <= LATE * typical else "slowing" if since_last <= LOST * typical else "lapsed"


def _sentence(course: Course, rhythm: Rhythm) -> Said:
    if not course.times:
        return said("No purchase of a known moment was told.")
    days = {"days": f"{course.since_last:.0f}", "typical": f"{course.typical or 0:.0f}"}
    match rhythm:
        case "unknown":
            return said("They last bought {days} days ago; fewer than three purchases show no rhythm.", **days)
        case "active":
            return said("They last bought {days} days ago, in their rhythm of {typical} days.", **days)
        case "slowing":
            return said("They last bought {days} days ago, which is late for their rhythm of {typical} days.", **days)
        case _:
            return said("They last bought {days} days ago and seem lost, by their rhythm of {typical} days.", **days)


def _products(told: Sequence[Transaction]) -> Iterator[Product]:
    """Yield each product in order of its name, what nobody named last."""
    for product in sorted({each.product for each in told}, key=lambda name: (name is None, name or "")):
        of_it = [each for each in told if each.product == product]
        yield Product(
            product=product,
            count=len(purchases(of_it)),
            value=total(each.amount for each in of_it).value,
            last=max((each.time for each in purchases(of_it)), default=None),
            because=[each.place for each in of_it],
        )


def _supporters(view: View) -> Iterator[Supporter]:
    people, held, model = People(view.states.contact), view.states.assessment, view.policies.attitude
    for person in present(view.states, people):
        told = attitude.leading_first(held, people, person, None, as_of=view.moment.as_of, model=model)
        if told and attitude.layer(told[0].level) == "support":
            lead = told[0]
            name = people.name(person)
            yield Supporter(
                contact=person, name=name, level=lead.level, since=lead.time, because=because(lead.register)
            )


question = AccountQuestion(
    name="loyalty",
    about="How loyal is this customer: how long and how regularly does it buy, and who there stays with us?",
    parameters=LoyaltyParameters,
    answer_model=LoyaltyAnswer,
    answer=answer,
    subjects=("contact", "assessment"),
    history=(AccountTransactionRecorded,),
)
