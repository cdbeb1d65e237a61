"""Who competes with us for a purchase, how do we compare, and by how much were we dearer?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Money
from services.projections.course import Course
from services.projections.folds.competition import Position, Price
from services.projections.folds.opportunity import Opportunity
from services.projections.models.account.members import member_name
from services.projections.models.latest import time_at, time_of
from services.projections.models.opportunity import deals
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import money
from services.projections.models.opportunity.prices import Offer, best, leading, premium, quoted, standing_offers
from services.projections.models.opportunity.rivals import STANDING, party_name, rivals
from services.projections.models.shapes import Part
from services.projections.models.turns import began, last, places, places_of
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register


class CompetitionParameters(Parameters):
    """For which purchase."""

    opportunity: str | None = Field(None, description="only this one, even if nothing is known of competitors")


class FactorRow(Row):
    """How the customer sees us and them in one factor."""

    factor: str
    us: int = Field(description="1 to 5")
    them: int = Field(description="1 to 5")
    difference: int = Field(description="us less them: above 0, we are seen as better")
    time: datetime = Field(description="when it was assessed so")
    timebasis: str | None
    assessor: str | None
    assessor_name: str | None


class CompetitorRow(Row):
    """Another seller who wants, or wanted, the purchase."""

    party: str
    name: str | None
    status: Literal["in", "withdrew"]
    since: datetime | None = Field(description="since when it stands so; null: nobody told us that it was identified")
    timebasis: str | None = Field(description="of `since`")
    reason: str | None = Field(description="why it withdrew, while it did")
    positions: Annotated[list[FactorRow], key("factor")]
    offer: Money | None = Field(description="the last one that we know of")
    offered: datetime | None


class QuoteRow(Row):
    """One quote of ours, in its highest version."""

    quote: str
    version: int | None
    amount: Money
    submitted: datetime


class BestOffer(Part):
    """The lowest of the competing offers."""

    party: str
    name: str | None
    amount: Money
    learned_after: bool = Field(
        description="nothing was seen of its offers before the end: this is the first that was seen after"
    )


class CompetitionRow(Row):
    """The competition for one purchase; once it is closed, prices are compared as they were then."""

    opportunity: str
    opportunity_name: str | None
    outcome: Literal["won", "lost", "abandoned"] | None
    closed_at: datetime | None
    to_party: str | None = Field(description="to whom it was lost")
    to_party_name: str | None
    competitors: Annotated[list[CompetitorRow], key("party")]
    quotes: Annotated[list[QuoteRow], key("quote")]
    ours: Money | None = Field(description="what it was won for, else our last quote")
    best_offer: BestOffer | None = Field(
        description="of those who had not withdrawn; null: none, or in several currencies without rates"
    )
    premium_percent: float | None = Field(
        description="by how much `ours` is above the best offer; null: either is unknown, or no rate compares them"
    )


class CompetitionAnswer(Answer):
    """The purchases of which competition or a price is known, in order of id."""

    competitions: Annotated[list[CompetitionRow], key("opportunity")]


def answer(view: View, parameters: CompetitionParameters) -> CompetitionAnswer:
    """Answer from the competitors and prices that are told by the moment."""
    state, known = view.states.competition, view.states.opportunity.opportunities
    told = set().union(state.competitors, state.positions, state.offers, state.quotes)
    told |= {each for each, opportunity in known.items() if (end := deals.end(opportunity)) and end.to_party}
    if parameters.opportunity is not None:
        told = (told | known.keys()) & {parameters.opportunity}
    return CompetitionAnswer(competitions=[_row(view, each) for each in sorted(told)])


def _row(view: View, opportunity: str) -> CompetitionRow:
    state = view.states.competition
    end = deals.end(view.states.opportunity.opportunities.get(opportunity, Opportunity()))
    quotes = state.quotes.get(opportunity, {})
    last_quote = quoted(quotes, end)
    lowest = best(standing_offers(state, opportunity, end), view.policies.rates)
    ours = (end.amount if end else None) or (money(last_quote.told.amount) if last_quote else None)
    to_party = end.to_party if end else None
    return CompetitionRow(
        opportunity=opportunity,
        opportunity_name=deal_name(view.states.opportunity, opportunity),
        outcome=end.kind if end else None,
        closed_at=end.time if end else None,
        to_party=to_party,
        to_party_name=party_name(view.states, to_party),
        competitors=[_competitor(view, opportunity, each) for each in sorted(rivals(state, opportunity))],
        quotes=list(_quotes(quotes)),
        ours=ours,
        best_offer=_best(view, lowest) if lowest else None,
        premium_percent=premium(ours, lowest.amount if lowest else None, view.policies.rates),
        because=[
            *places(last_quote, lowest.turn if lowest else None),
            *([(end.step.at[3], end.step.at[2])] if end else []),
        ],
    )


def _best(view: View, lowest: Offer) -> BestOffer:
    name = party_name(view.states, lowest.party)
    return BestOffer(party=lowest.party, name=name, amount=lowest.amount, learned_after=lowest.learned_after)


def _competitor(view: View, opportunity: str, party: str) -> CompetitorRow:
    state = view.states.competition
    course = state.competitors.get(opportunity, {}).get(party, [])
    offers, since = state.offers.get(opportunity, {}).get(party, []), began(course, STANDING)
    withdrew = since is not None and since.kind == "withdrew"
    positions = state.positions.get(opportunity, {}).get(party, {})
    return CompetitorRow(
        party=party,
        name=party_name(view.states, party),
        status="withdrew" if withdrew else "in",
        since=time_at(since.at) if since else None,
        timebasis=since.ground.timebasis if since else None,
        reason=course[-1].told.reason if withdrew else None,
        positions=[_factor(view, *each) for each in sorted(positions.items())],
        offer=money(offers[-1].told.amount) if offers else None,
        offered=time_at(offers[-1].at) if offers else None,
        because=[*places_of(course), *places(last(offers))],
    )


def _factor(view: View, factor: str, register: Register[Position]) -> FactorRow:
    position, ground = register.value or Position(0, 0), register.ground
    return FactorRow(
        factor=factor,
        us=position.us,
        them=position.them,
        difference=position.us - position.them,
        time=time_of(register),
        timebasis=ground.timebasis if ground else None,
        assessor=ground.assessor if ground else None,
        assessor_name=member_name(view.states.account, ground.assessor) if ground else None,
        because=because(register),
    )


def _quotes(quotes: Mapping[str, Course[Price]]) -> Iterator[QuoteRow]:
    for quote, course in sorted(quotes.items()):
        turn = leading(course)
        amount = money(turn.told.amount) if turn else None
        if turn and amount:
            version, submitted = turn.told.version, time_at(turn.at)
            yield QuoteRow(quote=quote, version=version, amount=amount, submitted=submitted, because=places(turn))


question = AccountQuestion(
    name="competition",
    about="Who competes with us for a purchase, how do we compare, and by how much were we dearer?",
    parameters=CompetitionParameters,
    answer_model=CompetitionAnswer,
    answer=answer,
    subjects=("competition", "opportunity", "account"),
)
