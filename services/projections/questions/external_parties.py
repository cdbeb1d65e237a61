"""Which outsiders have to do with the customer, as what, and what is their weight there?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas.account import PartyKind, PartyLinked, PartyUnlinked
from services.projections.folds.opportunity import Opportunity
from services.projections.models.assessment.closeness import Close
from services.projections.models.assessment.influences import Edge
from services.projections.models.assessment.outsiders import Outsider, Status, outsiders
from services.projections.models.contact.people import People
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.runs import Run
from services.projections.models.shapes import RightHeld, right_held
from services.projections.question import AccountQuestion, Answer, Parameters, Place, Row, View, because, key


class ExternalPartiesParameters(Parameters):
    """Which outsiders."""

    unlinked: bool = Field(default=False, description="1: also those without a link any more")


class Link(Row):
    """What an outsider is, or was, to the customer."""

    kind: PartyKind
    linked: bool
    since: datetime
    timebasis: str = Field(description="of `since`")


class Swayed(Row):
    """Someone whom an outsider sways."""

    to_kind: Literal["contact", "unit", "party", "member"]
    to: str
    to_name: str | None
    kind: str
    weight: int = Field(description="1 to 5")
    hidden: bool
    opportunity: str | None = Field(description="null: in every purchase")


class CloseContact(Row):
    """How close a person is to an outsider."""

    contact: str
    name: str | None
    level: int = Field(description="0 to 5")
    opportunity: str | None = Field(description="null: in every purchase")


class Purchase(Row):
    """A purchase in which an outsider has influence, a right, or somebody close."""

    opportunity: str
    name: str | None


class PartyRow(Row):
    """An outsider; one that is only referred to has no name."""

    party: str
    name: str | None
    status: Status
    since: datetime | None = Field(description="since when it has any link, or has none any more")
    kinds: Annotated[list[Link], key("kind")]
    influence: Annotated[list[Swayed], key("to_kind", "to", "kind", "opportunity")]
    rights: Annotated[list[RightHeld], key("right", "opportunity")]
    closeness: Annotated[list[CloseContact], key("contact", "opportunity")]
    opportunities: Annotated[list[Purchase], key("opportunity")]


class ExternalPartiesAnswer(Answer):
    """Outsiders in order of id."""

    parties: Annotated[list[PartyRow], key("party")]


def answer(view: View, parameters: ExternalPartiesParameters) -> ExternalPartiesAnswer:
    """List outsiders with a link, and those who are only referred to."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    told = outsiders(view.states, view.facts, people, references)
    shown = [each for each in told if parameters.unlinked or each.status != "unlinked"]
    opportunities = view.states.opportunity.opportunities
    return ExternalPartiesAnswer(parties=[_party(references, opportunities, each) for each in shown])


def _party(references: References, opportunities: Mapping[str, Opportunity], told: Outsider) -> PartyRow:
    linked = {kind: run for kind, run in told.kinds.items() if run.value}
    begun = [run.fact.event.time for run in (linked or told.kinds).values()]
    return PartyRow(
        party=told.party,
        name=references.name("party", told.party),
        status=told.status,
        since=(min(begun) if linked else max(begun)) if begun else None,
        kinds=[_link(kind, run) for kind, run in (linked or told.kinds).items()],
        influence=[_swayed(references, each) for each in told.sways],
        rights=[right_held(each) for each in told.rights],
        closeness=[_close(references, *each) for each in told.close],
        opportunities=[_purchase(opportunities, each) for each in told.opportunities],
        because=[_place(run) for run in told.kinds.values()] + because(*told.registers),
    )


def _link(kind: str, run: Run[bool]) -> Link:
    event = run.fact.event
    return Link(
        kind=cast("PartyKind", kind),
        linked=run.value,
        since=event.time,
        timebasis=event.timebasis,
        because=[_place(run)],
    )


def _place(run: Run[bool]) -> Place:
    return run.fact.partition, run.fact.offset


def _swayed(references: References, edge: Edge) -> Swayed:
    kind, to = edge.to
    return Swayed(
        to_kind=cast("Literal['contact', 'unit', 'party', 'member']", kind),
        to=to,
        to_name=references.name(kind, to),
        kind=edge.kind,
        weight=edge.weight,
        hidden=edge.hidden,
        opportunity=edge.scope or None,
        because=because(edge.register),
    )


def _close(references: References, contact: str, close: Close) -> CloseContact:
    return CloseContact(
        contact=contact,
        name=references.name("contact", contact),
        level=close.level,
        opportunity=close.scope or None,
        because=because(close.register),
    )


def _purchase(opportunities: Mapping[str, Opportunity], opportunity: str) -> Purchase:
    known = opportunities.get(opportunity)
    return Purchase(opportunity=opportunity, name=known.name.value if known else None)


question = AccountQuestion(
    name="external-parties",
    about="Which outsiders have to do with the customer, as what, and what is their weight there?",
    parameters=ExternalPartiesParameters,
    answer_model=ExternalPartiesAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
    history=(PartyLinked, PartyUnlinked),
)
