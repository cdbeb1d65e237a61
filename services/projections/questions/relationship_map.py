"""How close is each person to us and to competitors, do they support us, and what do they ask?"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.assessment.asks import Asked, asks
from services.projections.models.assessment.attitude import Assessed, leading_first
from services.projections.models.assessment.closeness import Close, Closeness, Competitor, in_scope, ours, theirs
from services.projections.models.assessment.leading import Lead, Support, lead, support_of
from services.projections.models.assessment.looks import look, why_strength, why_support
from services.projections.models.assessment.open_asks import OpenAsk, is_open, open_ask
from services.projections.models.assessment.owners import owner
from services.projections.models.contact.people import People
from services.projections.models.contact.person_parts import Role, roles
from services.projections.models.contact.present import present
from services.projections.models.interaction.strength import Band, band, by_person, strength
from services.projections.models.latest import scopes, told_of
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Sentence


class RelationshipMapParameters(Parameters):
    """In which purchase."""

    opportunity: str | None = Field(None, description="closeness, support, asks and roles in this purchase")
    fallback: bool = Field(default=True, description="0: nothing account-wide in place of what is missing")


class PersonOnMap(Row):
    """A person on the map; `colour` and `symbol` show the support."""

    contact: str
    name: str | None
    colour: str = Field(description="#rrggbb, by the style in force")
    symbol: str
    support: Support
    closeness: Closeness
    competitors: Annotated[list[Competitor], key("party")]
    asks_open: int
    asks: Annotated[list[OpenAsk], key("ask")]
    power: int | None = Field(description="1 to 5")
    roles: Annotated[list[Role], key("role", "opportunity")]
    strength: float = Field(description="0 to 100; 0 where no contact is on record")
    band: Band
    strength_colour: str
    strength_symbol: str
    reasons: list[Sentence] = Field(description="why the colours are as they are")


class RelationshipMapAnswer(Answer):
    """The map at the moment."""

    people: Annotated[list[PersonOnMap], key("contact")]


class Drawing(NamedTuple):
    """All that the map is drawn from."""

    view: View
    people: People
    references: References
    scopes: list[str]
    asked: RelationshipMapParameters


class Told(NamedTuple):
    """What is told of one person."""

    held: list[Assessed]
    lead: Lead | None
    close: list[Close]
    asks: list[Asked]


def answer(view: View, parameters: RelationshipMapParameters) -> RelationshipMapAnswer:
    """Show everyone who has not left, in order of id."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    wanted = scopes(parameters.opportunity, fallback=parameters.fallback)
    drawing = Drawing(view, people, references, wanted, parameters)
    met, played = by_person(view.facts, people), roles(view.states.buying, people, parameters.opportunity)
    shown = present(view.states, people, met)
    return RelationshipMapAnswer(
        people=[_person(drawing, each, met.get(each, []), played.get(each, [])) for each in shown]
    )


def _told(drawing: Drawing, person: str) -> Told:
    view, people, asked = drawing.view, drawing.people, drawing.asked
    state, as_of, model = view.states.assessment, view.moment.as_of, view.policies.attitude
    held = leading_first(state, people, person, asked.opportunity, as_of=as_of, model=model, fallback=asked.fallback)
    owns = owner(state, people, person, scopes(asked.opportunity))
    open_ = asks(state, people, person, asked.opportunity, fallback=asked.fallback)
    return Told(
        held=held,
        lead=lead(held, owns, model, drawing.references),
        close=in_scope(state, people, person, drawing.scopes),
        asks=[each for each in open_ if is_open(view, each)],
    )


def _person(drawing: Drawing, person: str, met: Sequence[Recorded], played: list[Role]) -> PersonOnMap:
    view, told = drawing.view, _told(drawing, person)
    as_of, policies = view.moment.as_of, view.policies
    support = support_of(told.lead, as_of, policies.attitude, drawing.references)
    power = told_of(view.states.assessment.power, drawing.people, person, drawing.scopes)
    now = strength(met, as_of, policies.strength)
    shown, shown_strength = look(policies.style, support.layer), look(policies.style, band(now))
    name = drawing.references.spoken("contact", person)
    last = max((fact.event.time for fact in met), default=None)
    why = why_support(name, told.held, told.lead, drawing.asked.opportunity, as_of, policies.attitude)
    return PersonOnMap(
        contact=person,
        name=drawing.people.name(person),
        colour=shown.colour,
        symbol=shown.symbol,
        support=support,
        closeness=ours(drawing.references, told.close),
        competitors=theirs(drawing.references, told.close),
        asks_open=len(told.asks),
        asks=[open_ask(view, each) for each in told.asks],
        power=power.value if power else None,
        roles=played,
        strength=now,
        band=band(now),
        strength_colour=shown_strength.colour,
        strength_symbol=shown_strength.symbol,
        reasons=[*why, *why_strength(now, band(now), last)],
        because=[
            *because(*(each.register for each in told.held), *(each.register for each in told.close), power),
            *((fact.partition, fact.offset) for fact in met),
        ],
    )


question = AccountQuestion(
    name="relationship-map",
    about="How close is each person to us and to competitors, do they support us, and what do they ask?",
    parameters=RelationshipMapParameters,
    answer_model=RelationshipMapAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
    history=(InteractionRecorded,),
)
