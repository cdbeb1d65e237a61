"""The parts of a person's profile that are read from what was last told."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from pydantic import Field

from schemas.assessment import Motive
from services.projections.models.assessment.asks import asks
from services.projections.models.assessment.attitude import Layer, faded, layer, leading_first
from services.projections.models.assessment.open_asks import OpenAsk, is_open, open_ask
from services.projections.models.contact.people import People
from services.projections.models.latest import time_of, told_of
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.references import References
from services.projections.models.scoped import told_by_scope
from services.projections.question import Row, View, because
from services.projections.register import Register

T = TypeVar("T")


class Style(Row):
    """How a person decides."""

    style: str
    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None
    since: datetime


class Moved(Row):
    """A motive that holds."""

    motive: Motive
    strength: int = Field(description="1 to 5")
    text: str | None
    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None


class Stance(Row):
    """Where a person stands, by the assessment that leads."""

    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None
    level: int
    layer: Layer
    since: datetime
    faded: bool


class Owner(Row):
    """Who of ours answers for the relationship."""

    member: str
    name: str | None
    opportunity: str | None = Field(description="null: for the account")
    opportunity_name: str | None


class Known(NamedTuple):
    """What profiles are read from."""

    view: View
    people: People
    references: References

    def deal(self, opportunity: str | None) -> str | None:
        """Return the name of an opportunity."""
        return deal_name(self.view.states.opportunity, opportunity)


def styles(known: Known, person: str) -> list[Style]:
    """Return how a person decides, scope by scope."""
    told = _by_scope(known.view.states.assessment.styles, known.people, person)
    return [
        Style(
            style=each.value,
            opportunity=scope or None,
            opportunity_name=known.deal(scope),
            since=time_of(each),
            because=because(each),
        )
        for scope, each in told.items()
        if each.value
    ]


def motives(known: Known, person: str) -> list[Moved]:
    """Return the motives that hold, in order of motive and scope."""
    told = told_by_scope(known.view.states.assessment.motives, known.people, person)
    return [
        Moved(
            motive=cast("Motive", motive),
            strength=each.value.strength,
            text=each.value.text,
            opportunity=scope or None,
            opportunity_name=known.deal(scope),
            because=because(each),
        )
        for (motive, scope), each in told.items()
        if each.value
    ]


def open_asks(known: Known, person: str) -> list[OpenAsk]:
    """Return what a person asks and did not get yet, in order of id."""
    return [
        open_ask(known.view, each)
        for each in asks(known.view.states.assessment, known.people, person, None)
        if is_open(known.view, each)
    ]


def attitudes(known: Known, person: str) -> list[Stance]:
    """Return where a person stands in each scope in which somebody said so."""
    state, at, model = known.view.states.assessment, known.view.moment.as_of, known.view.policies.attitude
    scopes = sorted({scope for alias in known.people.aliases(person) for scope in state.attitude.get(alias, {})})
    held = {
        scope: leading_first(state, known.people, person, scope or None, as_of=at, model=model, fallback=False)[0]
        for scope in scopes
    }
    return [
        Stance(
            opportunity=scope or None,
            opportunity_name=known.deal(scope),
            level=leads.level,
            layer=layer(leads.level),
            since=leads.time,
            faded=faded(leads, at, model),
            because=because(leads.register),
        )
        for scope, leads in held.items()
    ]


def owners(known: Known, person: str) -> list[Owner]:
    """Return who of ours answers for the relationship, scope by scope."""
    told = _by_scope(known.view.states.assessment.owners, known.people, person)
    return [
        Owner(
            member=each.value,
            name=known.references.name("member", each.value),
            opportunity=scope or None,
            opportunity_name=known.deal(scope),
            because=because(each),
        )
        for scope, each in told.items()
        if each.value
    ]


def _by_scope(
    by_contact: Mapping[str, Mapping[str, Register[T]]], people: People, person: str
) -> dict[str, Register[T]]:
    scopes = sorted({scope for alias in people.aliases(person) for scope in by_contact.get(alias, {})})
    told = {scope: told_of(by_contact, people, person, [scope]) for scope in scopes}
    return {scope: register for scope, register in told.items() if register is not None}
