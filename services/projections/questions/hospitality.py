"""What did we give to whom, when, and what was it worth?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from schemas.interaction import InteractionKind, InteractionRecorded
from schemas.values import Money
from services.projections.models.contact.people import People
from services.projections.models.interaction.attending import OfOurs, Present, of_ours, people_then, present
from services.projections.models.interaction.gifts import Gift, by, gifts
from services.projections.models.interaction.happenings import meeting
from services.projections.models.money import in_base
from services.projections.models.names import NAMED, Names
from services.projections.models.opportunity.portfolio import Windowed, total
from services.projections.policy import Rates
from services.projections.question import AccountQuestion, Answer, Row, View, facts_of, key
from services.projections.said import Sentence


class HospitalityParameters(Windowed):
    """What was given to whom, by whom, and when; what was given at an unknown moment only without a window."""

    contact: str | None = Field(None, description="only where this contact was a guest")
    member: str | None = Field(None, description="only where this one of ours was a host")
    opportunity: str | None = Field(None, description="only in interactions about this opportunity")


class Given(Row):
    """What was given in one interaction."""

    interaction: str
    time: datetime
    timebasis: str
    recorded_at: datetime
    kind: InteractionKind
    title: Sentence
    given: str
    value: Money | None = Field(description="of all that was given; null: not told")
    guests: Annotated[list[Present], key("contact", "name")]
    hosts: Annotated[list[OfOurs], key("member", "name")]
    opportunity: str | None
    opportunity_name: str | None


class PersonGiven(Row):
    """What one person took part in; `contact` is null for all those whom nobody knows under what the source named."""

    contact: str | None
    name: str | None
    times: int
    unvalued: int = Field(description="of these, how many of unknown value")
    value: Annotated[
        list[Money],
        key("currency"),
        Field(description="whole values, since nobody told the shares: several guests each have all of it"),
    ]
    in_base: Money | None = Field(description="of all currencies together; null without rates for each of them")
    last: datetime


class MemberGave(Row):
    """What one of ours gave, alone or with others; `member` is null for those whom a source named otherwise."""

    member: str | None
    name: str | None
    times: int
    unvalued: int
    value: Annotated[list[Money], key("currency"), Field(description="whole values, as for guests")]
    in_base: Money | None = Field(description="of all currencies together; null without rates for each of them")
    last: datetime


class HospitalityAnswer(Answer):
    """What was given, the latest first; sums by guest and by host; and all of it, each once. No limits are judged."""

    given: Annotated[list[Given], key("interaction")]
    guests: Annotated[list[PersonGiven], key("contact")]
    hosts: Annotated[list[MemberGave], key("member")]
    value: Annotated[list[Money], key("currency")]
    in_base: Money | None = Field(description="of all currencies together; null without rates for each of them")
    unvalued: int


def answer(view: View, parameters: HospitalityParameters) -> HospitalityAnswer:
    """Answer with what was given by the moment; of an interaction recorded again, with what was told last."""
    names = Names(view)
    found = sorted(gifts(view.facts, names.people), key=lambda each: each.fact.event.time)
    wanted = [each for each in found if _wanted(each, names.people, parameters)]
    then = people_then(view, [each.fact.event.time for each in wanted])
    given = [_given(view, names, each, people) for each, people in zip(wanted, then, strict=True)]
    rates = view.policies.rates
    return HospitalityAnswer(
        given=given[::-1],
        guests=[
            PersonGiven(contact=each, name=names.people.name(each) if each else None, **_sums(found, rates))
            for each, found in by(wanted, "guests").items()
        ],
        hosts=[
            MemberGave(member=each, name=names.member(each), **_sums(found, rates))
            for each, found in by(wanted, "hosts").items()
        ],
        **_worth(wanted, rates),
    )


def _wanted(each: Gift, people: People, asked: HospitalityParameters) -> bool:
    return (
        asked.within(None if each.fact.undated else each.fact.event.time)
        and asked.opportunity in (None, each.data.opportunity)
        and (asked.member is None or asked.member in each.hosts)
        and (asked.contact is None or people.canonical(asked.contact) in each.guests)
    )


def _given(view: View, names: Names, each: Gift, then: People) -> Given:
    fact, data = each.fact, each.data
    return Given(
        interaction=data.interaction,
        time=fact.event.time,
        timebasis=fact.event.timebasis,
        recorded_at=fact.recorded_at,
        kind=data.kind,
        title=meeting(data),
        given=data.hospitality.given if data.hospitality else "",
        value=each.value,
        guests=present(data.participants, fact.stamp, names.people, then),
        hosts=of_ours(data.our_participants, view),
        opportunity=data.opportunity,
        opportunity_name=names.deal(data.opportunity),
        because=[each.place],
    )


def _sums(gifts: list[Gift], rates: Rates) -> dict[str, Any]:
    return _worth(gifts, rates) | {
        "times": len(gifts),
        "last": max(each.fact.event.time for each in gifts),
        "because": [each.place for each in gifts],
    }


def _worth(gifts: list[Gift], rates: Rates) -> dict[str, Any]:
    worth = [each.value for each in gifts]
    known = [each for each in worth if each is not None]
    return {"value": total(known).value, "in_base": in_base(known, rates), "unvalued": worth.count(None)}


question = AccountQuestion(
    name="hospitality",
    about="What did we give to whom, when, and what was it worth?",
    parameters=HospitalityParameters,
    answer_model=HospitalityAnswer,
    answer=answer,
    subjects=NAMED,
    history=(InteractionRecorded, *facts_of("contact")),
)
