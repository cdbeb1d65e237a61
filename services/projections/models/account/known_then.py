"""What was known of an account at a moment, in short: people, stances, roles, purchases, asks, last contact, plan."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from schemas.buying import BuyingRole
from schemas.values import Money
from services.projections.models.account import view_parts
from services.projections.models.account.view_people import AskOf, Meeting, meetings, open_asks
from services.projections.models.account.view_sales import OpenDeal, deals
from services.projections.models.assessment.attitude import Layer, layer, leading_first
from services.projections.models.assessment.champions import HELPING
from services.projections.models.assessment.mix import Mix, mix
from services.projections.models.buying.group import ROLES, all_parts
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.interaction.strength import by_person
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import end
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import Row, View, because, key
from services.projections.scope import ACCOUNT

SUBJECTS = ("account", "contact", "organisation", "assessment", "buying", "opportunity")


class Stance(Row):
    """Where a person stands, or which part a helper plays: in one purchase, or (null) whatever the purchase."""

    contact: str
    name: str | None
    opportunity: str | None
    opportunity_name: str | None


class Champion(Stance):
    """A person who plays champion or coach."""

    role: BuyingRole


class Leaning(Stance):
    """A person who supports or opposes us."""

    level: int
    layer: Layer


class DealThen(OpenDeal):
    """An opportunity that was open."""

    attitude: Mix = Field(description="of the people known, towards us in this purchase, else in the account")


class KnownThen(Row):
    """What was known."""

    people: int = Field(description="who were known or spoken of, and had not left")
    attitude: Mix = Field(description="of these, towards us in this account, whatever they think of single purchases")
    champions: Annotated[list[Champion], key("contact", "role", "opportunity")]
    supporters: Annotated[list[Leaning], key("contact", "opportunity")]
    opponents: Annotated[list[Leaning], key("contact", "opportunity")]
    missing_roles: list[BuyingRole] = Field(description="that nobody was known to play in any purchase that went on")
    opportunities: Annotated[list[DealThen], key("opportunity"), Field(description="that were open")]
    open_value: Annotated[list[Money], key("currency")]
    asks: Annotated[list[AskOf], key("contact", "ask"), Field(description="that were open")]
    last_contact: Meeting | None
    plan: view_parts.PlanSummary | None


class _Cast(NamedTuple):
    """The people of an account at a moment, and those of them who are there."""

    view: View
    people: People
    there: list[str]


def known_then(view: View, today: date) -> dict[str, Any]:
    """Return the fields of KnownThen; `view` shows all SUBJECTS and every visible fact, `today` is the day of it."""
    people = People(view.states.contact)
    cast = _Cast(view, people, present(view.states, people, by_person(view.facts, people)))
    met, _ = meetings(view, people, References(people, Units(view.states.organisation), view.states.account))
    parts = all_parts(view.states.buying, people, _over(view))
    playing = [part for part in parts if not people.gone(part.contact)]
    sold = deals(view)
    leanings = list(_leanings(cast))
    return {
        "people": len(cast.there),
        "attitude": _mix(cast, None),
        "champions": [
            Champion(**_who(cast, part.contact, part.scope), role=part.role, because=because(part.register))
            for part in playing
            if part.role in HELPING
        ],
        "supporters": [each for each in leanings if each.layer == "support"],
        "opponents": [each for each in leanings if each.layer == "oppose"],
        "missing_roles": [role for role in ROLES if role not in {part.role for part in playing}],
        "opportunities": [
            DealThen(**dict(each), attitude=_mix(cast, each.opportunity)) for each in sold["opportunities"]
        ],
        "open_value": sold["open_value"],
        "asks": list(open_asks(view, people, cast.there)),
        "last_contact": met[0] if met else None,
        "plan": view_parts.plan(view.states.account, today),
    }


def _over(view: View) -> set[str]:
    return {each for each, told in view.states.opportunity.opportunities.items() if end(told)}


def _leanings(cast: _Cast) -> Iterator[Leaning]:
    """Yield the leading assessment of each person in each scope in which anybody was assessed, but what is over."""
    state, over = cast.view.states.assessment, _over(cast.view)
    scopes = {scope for told in state.attitude.values() for scope in told} - over
    as_of, model = cast.view.moment.as_of, cast.view.policies.attitude
    for person in cast.there:
        for scope in sorted(scopes):
            told = leading_first(
                state, cast.people, person, scope or None, as_of=as_of, model=model, fallback=scope == ACCOUNT
            )
            if told:
                level, known = told[0].level, because(told[0].register)
                yield Leaning(**_who(cast, person, scope), level=level, layer=layer(level), because=known)


def _who(cast: _Cast, person: str, scope: str) -> dict[str, Any]:
    return {
        "contact": person,
        "name": cast.people.name(person),
        "opportunity": scope or None,
        "opportunity_name": deal_name(cast.view.states.opportunity, scope),
    }


def _mix(cast: _Cast, opportunity: str | None) -> Mix:
    as_of, model = cast.view.moment.as_of, cast.view.policies.attitude
    return mix(cast.view.states.assessment, cast.people, cast.there, opportunity=opportunity, as_of=as_of, model=model)
