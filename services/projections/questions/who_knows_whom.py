"""Who of ours knows whom at the customer, who is the best way to each person, and whom does nobody know?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.assessment.closeness import Close, everywhere
from services.projections.models.assessment.owners import owned
from services.projections.models.contact.people import People
from services.projections.models.contact.present import present
from services.projections.models.interaction.strength import Band, band, by_person, strength
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register
from services.projections.said import Said, Sentence, said


class WhoKnowsWhomParameters(Parameters):
    """Who, and whom."""

    member: str | None = Field(None, description="only what this one of ours knows")
    contact: str | None = Field(None, description="only this contact, even one who has left")


class Pair(Row):
    """One of ours and one of theirs."""

    member: str | None = Field(description="null: those of ours whom the interactions do not name by their id")
    member_name: str | None
    contact: str
    name: str | None
    closeness: int | None = Field(description="0 to 5, the last word in any scope; null: nobody told")
    owner: bool = Field(description="answers for the relationship, for the account or in a purchase")
    interactions: int
    last: datetime | None
    minutes: int | None = Field(description="of those interactions of which they are told")
    strength: float = Field(description="of just those interactions, 0 to 100")
    band: Band


class Way(Row):
    """The strongest way to a person: the closest of ours, among equals the one with most contact."""

    contact: str
    name: str | None
    member: str | None
    member_name: str | None
    sentence: Sentence


class Unknown(Row):
    """A person whom nobody of ours knows."""

    contact: str
    name: str | None


class WhoKnowsWhomAnswer(Answer):
    """Pairs, the way to each person, and people without one."""

    pairs: Annotated[list[Pair], key("member", "contact")]
    ways: Annotated[list[Way], key("contact")]
    unknown: Annotated[list[Unknown], key("contact")]


class Told(NamedTuple):
    """What is told of one of ours and one of theirs."""

    member: str | None
    contact: str
    close: Register[int] | None
    owns: Register[str] | None
    met: list[Recorded]


def answer(view: View, parameters: WhoKnowsWhomParameters) -> WhoKnowsWhomAnswer:
    """Answer for everyone who has not left, in order of ids."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    met = by_person(view.facts, people)
    everyone = present(view.states, people, met)
    rows: list[Pair] = []
    ways: list[Way] = []
    unknown: list[Unknown] = []
    for person in [people.canonical(parameters.contact)] if parameters.contact else everyone:
        told = _told(view, people, person, met.get(person, []))
        pairs = [_pair(view, references, each) for each in told]
        rows += [pair for pair in pairs if parameters.member in {None, pair.member}]
        if way := _way(references, pairs):
            ways.append(way)
        else:
            unknown.append(Unknown(contact=person, name=people.name(person)))
    return WhoKnowsWhomAnswer(pairs=rows, ways=ways, unknown=unknown)


def _told(view: View, people: People, person: str, met: Sequence[Recorded]) -> Iterator[Told]:
    """Yield what is told of a person and each of ours, in order of id, those without one last."""
    close = _last(everywhere(view.states.assessment, people, person))
    owns = owned(view.states.assessment, people, person)
    together: dict[str | None, list[Recorded]] = {}
    for fact in met:
        for member in _ours(fact):
            together.setdefault(member, []).append(fact)
    for member in sorted({*close, *owns, *together} - {None}, key=str):
        yield Told(member, person, close.get(member or ""), owns.get(member or ""), together.get(member, []))
    if None in together:
        yield Told(None, person, None, None, together[None])


def _last(told: Iterable[Close]) -> dict[str, Register[int]]:
    """Return by member the last word, whatever it is about."""
    ours = (each for each in told if each.side == "member")
    return {each.id or "": each.register for each in sorted(ours, key=lambda each: each.at)}


def _ours(fact: Recorded) -> set[str | None]:
    data = fact.event.data
    assert isinstance(data, InteractionRecorded)  # noqa: S101 -- narrows the type; chosen by by_person
    return {each if isinstance(each, str) else None for each in data.our_participants} or {None}


def _minutes(met: Sequence[Recorded]) -> int | None:
    data = (fact.event.data for fact in met)
    told = [each.minutes for each in data if isinstance(each, InteractionRecorded) and each.minutes is not None]
    return sum(told) if told else None


def _pair(view: View, references: References, told: Told) -> Pair:
    now = strength(told.met, view.moment.as_of, view.policies.strength)
    return Pair(
        member=told.member,
        member_name=references.name("member", told.member) if told.member else None,
        contact=told.contact,
        name=references.name("contact", told.contact),
        closeness=told.close.value if told.close else None,
        owner=told.owns is not None,
        interactions=len(told.met),
        last=max((fact.event.time for fact in told.met), default=None),
        minutes=_minutes(told.met),
        strength=now,
        band=band(now),
        because=[*because(told.close, told.owns), *((fact.partition, fact.offset) for fact in told.met)],
    )


def _way(references: References, pairs: Sequence[Pair]) -> Way | None:
    known = [pair for pair in pairs if pair.closeness or pair.interactions or pair.owner]
    if not known:
        return None
    best = min(known, key=lambda pair: (pair.member is None, -(pair.closeness or 0), -pair.strength, not pair.owner))
    return Way(
        contact=best.contact,
        name=best.name,
        member=best.member,
        member_name=best.member_name,
        sentence=_why(references, best),
        because=best.because,
    )


def _why(references: References, best: Pair) -> Said:
    told: dict[str, Said | int] = {
        "contact": references.spoken("contact", best.contact),
        "strength": round(best.strength),
    }
    if best.member is None:
        return said("Somebody of ours, whom nobody named, met {contact}: strength {strength} of 100.", **told)
    told["member"] = references.spoken("member", best.member)
    if best.closeness is None:
        return said("{member} is the way to {contact}: closeness not told, strength {strength} of 100.", **told)
    told["closeness"] = best.closeness
    return said("{member} is the way to {contact}: closeness {closeness} of 5, strength {strength} of 100.", **told)


question = AccountQuestion(
    name="who-knows-whom",
    about="Who of ours knows whom at the customer, who is the best way to each person, and whom does nobody know?",
    parameters=WhoKnowsWhomParameters,
    answer_model=WhoKnowsWhomAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment"),
    history=(InteractionRecorded,),
)
