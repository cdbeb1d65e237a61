"""What did a sale promise, what did it cost us, and what did it pay?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.account import EffortSpent
from schemas.after_sale import CostBooked, PaymentReceived
from schemas.interaction import InteractionRecorded
from schemas.values import Money
from services.projections.folds.opportunity import Opportunity
from services.projections.history import Recorded
from services.projections.models.account.efforts import Item, Spent, items_of, spent, whole
from services.projections.models.money import in_base
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.portfolio import total
from services.projections.models.opportunity.promised import VALUES, Promised, promised
from services.projections.models.shapes import Part
from services.projections.policy import Rates
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, key

_SUMMED = (PaymentReceived, CostBooked)  # effort has its own places


class WorthParameters(Parameters):
    """Which sale."""

    opportunity: str | None = Field(None, description="only this one")


class KindRow(Row):
    """What was booked for one kind of cost."""

    kind: str | None = Field(description="null: not said")
    amounts: Annotated[list[Money], key("currency")]


class InBase(Part):
    """The sums in one currency, by the rates in force; null where one of them has no rate."""

    currency: str
    paid: Money | None
    spent: Money | None
    margin: Money | None


class WorthRow(Row):
    """What one sale promised, cost and paid; sums are by currency."""

    opportunity: str
    opportunity_name: str | None
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None
    promised: Promised
    paid: Annotated[list[Money], key("currency")]
    costs: Annotated[list[KindRow], key("kind")]
    effort: Spent = Field(description="hours and costs of our people that were booked, and minutes in interactions")
    spent: Annotated[list[Money], key("currency")] = Field(description="all costs, those of our people's effort too")
    margin: Annotated[list[Money], key("currency")] = Field(description="paid so far, less all that was spent")
    in_base: InBase | None = Field(description="null: no rates are defined")


class WorthAnswer(Answer):
    """The sales in order of id."""

    sales: Annotated[list[WorthRow], key("opportunity")]
    unassigned: Annotated[list[Money], key("currency")] = Field(
        description="paid without a word for which sale, and in none of them"
    )


def answer(view: View, parameters: WorthParameters) -> WorthAnswer:
    """Add up what was told by the moment; a payment and a cost told twice were two."""
    told: dict[str | None, list[Recorded]] = defaultdict(list)
    for fact in view.facts:
        told[getattr(fact.event.data, "opportunity", None)].append(fact)
    items: dict[str | None, list[Item]] = defaultdict(list)
    for item in items_of(view.facts):
        items[item.data.opportunity].append(item)
    wanted = {each for each in (*told, *view.states.opportunity.opportunities) if each is not None}
    if parameters.opportunity is not None:
        wanted &= {parameters.opportunity}
    return WorthAnswer(
        sales=[_row(view, each, told[each], items[each]) for each in sorted(wanted)],
        unassigned=total(_payments(told[None])).value,
    )


def _row(view: View, opportunity: str, told: Sequence[Recorded], items: Iterable[Item]) -> WorthRow:
    end = deals.end(view.states.opportunity.opportunities.get(opportunity, Opportunity()))
    promise = promised(view, opportunity, [each for each in told if isinstance(each.event.data, VALUES)])
    effort = Spent(**spent(whole(items)))
    paid, costs = list(_payments(told)), [*(each.amount for each in _costs(told)), *effort.costs]
    margin = [*paid, *(Money(amount=-each.amount, currency=each.currency) for each in costs)]
    return WorthRow(
        opportunity=opportunity,
        opportunity_name=deal_name(view.states.opportunity, opportunity),
        outcome=end.kind if end else None,
        closed_at=end.time if end else None,
        promised=promise.of,
        paid=total(paid).value,
        costs=_kinds(told),
        effort=effort,
        spent=total(costs).value,
        margin=total(margin).value,
        in_base=_in_base(paid, costs, margin, view.policies.rates),
        because=[
            *promise.because,
            *((each.partition, each.offset) for each in told if isinstance(each.event.data, _SUMMED)),
        ],
    )


def _payments(told: Iterable[Recorded]) -> Iterator[Money]:
    return (data.amount for each in told if isinstance(data := each.event.data, PaymentReceived))


def _costs(told: Iterable[Recorded]) -> Iterator[CostBooked]:
    return (data for each in told if isinstance(data := each.event.data, CostBooked))


def _kinds(told: Iterable[Recorded]) -> list[KindRow]:
    kinds: dict[str | None, list[Money]] = defaultdict(list)
    for each in _costs(told):
        kinds[each.kind].append(each.amount)
    return [
        KindRow(kind=kind, amounts=total(kinds[kind]).value)
        for kind in sorted(kinds, key=lambda kind: (kind is None, kind or ""))
    ]


def _in_base(paid: Iterable[Money], costs: Iterable[Money], margin: Iterable[Money], rates: Rates) -> InBase | None:
    if rates.base is None:
        return None
    sums = (in_base(each, rates) for each in (paid, costs, margin))
    return InBase(currency=rates.base, **dict(zip(("paid", "spent", "margin"), sums, strict=True)))


question = AccountQuestion(
    name="worth",
    about="What did a sale promise, what did it cost us, and what did it pay?",
    parameters=WorthParameters,
    answer_model=WorthAnswer,
    answer=answer,
    subjects=("opportunity", "competition", "after_sale", "qualification", "account"),
    history=(*VALUES, *_SUMMED, EffortSpent, InteractionRecorded),
)
