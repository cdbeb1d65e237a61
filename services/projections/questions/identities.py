"""Who is whom: who claims which address, whom did we meet without knowing them, who is one person, who moved?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.contact import ContactAdded, ContactDetailsChanged, Former
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.contact.identities import Dispute, Stranger, clashing, disputed, name_in, unresolved
from services.projections.models.contact.people import Claim, People
from services.projections.models.latest import time_at, time_of
from services.projections.models.shapes import Part, former
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key


class IdentitiesParameters(Parameters):
    """Nothing but the moments."""


class ClaimRow(Row):
    """Someone who has, or had, an address or key."""

    contact: str
    name: str | None
    current: bool = Field(description="has it at the moment; else had it earlier")
    since: datetime = Field(description="when it was first told of them")


class DisputeRow(Row):
    """An address or key that several people claim; participants named by it stay unresolved."""

    system: str | None = Field(description="whose key it is; null: an e-mail address")
    key: str
    since: datetime = Field(description="from when on there was more than one claim")
    claims: Annotated[list[ClaimRow], key("contact")]


class StrangerRow(Row):
    """An address or key of participants in interactions that leads to no one person."""

    system: str | None = Field(description="whose key it is; null: an e-mail address")
    key: str
    name: str | None = Field(description="as last told with the address")
    disputed: bool = Field(description="several people have it, or had it then; else nobody does")
    times: int = Field(description="in how many interactions")
    first: datetime
    last: datetime


class MergedRow(Row):
    """A contact that is the same person as another one."""

    alias: str
    alias_name: str | None
    contact: str
    name: str | None


class NameOf(Part):
    """What an account calls a contact."""

    account: str
    name: str | None


class ClashRow(Row):
    """A contact id that merged accounts use for different names; it is taken for one person all the same."""

    contact: str
    names: Annotated[list[NameOf], key("account")]


class MovedRow(Row):
    """A person who came from another account, or left for one; what was assessed there stays there."""

    contact: str
    name: str | None
    formerly: Former | None
    left: datetime | None
    to_account: str | None


class IdentitiesAnswer(Answer):
    """Who is whom at the moment."""

    disputed: Annotated[list[DisputeRow], key("system", "key")]
    unresolved: Annotated[list[StrangerRow], key("system", "key")]
    merged: Annotated[list[MergedRow], key("alias")]
    clashes: Annotated[list[ClashRow], key("contact")]
    moved: Annotated[list[MovedRow], key("contact")]


def answer(view: View, parameters: IdentitiesParameters) -> IdentitiesAnswer:  # noqa: ARG001 -- a question takes them
    """List addresses before keys, people in order of id; our own people are not looked for."""
    people, contacts = People(view.states.contact), view.states.contact.contacts
    return IdentitiesAnswer(
        disputed=[_dispute(people, each) for each in disputed(people)],
        unresolved=[_stranger(people, each) for each in unresolved(view.facts, people)],
        merged=[_merged(view, people, each) for each in sorted(contacts) if people.canonical(each) != each],
        clashes=[_clash(contact, told) for contact, told in clashing(view.facts).items()],
        moved=[row for person in people.everyone() if (row := _moved(people, person))],
    )


def _dispute(people: People, each: Dispute) -> DisputeRow:
    claims = [_claim(people, claim) for claim in each.claims]
    return DisputeRow(
        system=each.handle.system, key=each.handle.key, since=each.since, claims=claims, because=each.because
    )


def _claim(people: People, claim: Claim) -> ClaimRow:
    since = time_at(claim.since)
    return ClaimRow(contact=claim.person, name=people.name(claim.person), current=claim.current, since=since)


def _stranger(people: People, each: Stranger) -> StrangerRow:
    return StrangerRow(
        system=each.handle.system,
        key=each.handle.key,
        name=each.name,
        disputed=bool(people.claims(each.handle)),
        times=len(each.met),
        first=each.first,
        last=each.last,
        because=[(fact.partition, fact.offset) for fact in each.met],
    )


def _merged(view: View, people: People, alias: str) -> MergedRow:
    known, person = view.states.contact.contacts[alias], people.canonical(alias)
    return MergedRow(
        alias=alias,
        alias_name=known.name.value,
        contact=person,
        name=people.name(person),
        because=because(known.merged_into),
    )


def _clash(contact: str, told: Mapping[str, Recorded]) -> ClashRow:
    return ClashRow(
        contact=contact,
        names=[NameOf(account=account, name=name_in(fact)) for account, fact in sorted(told.items())],
        because=[(fact.partition, fact.offset) for _, fact in sorted(told.items())],
    )


def _moved(people: People, person: str) -> MovedRow | None:
    came, gone = people.formerly(person), people.gone(person)
    to_account = gone.value.to_account if gone and gone.value else None
    if not (came or to_account):
        return None
    return MovedRow(
        contact=person,
        name=people.name(person),
        formerly=former(came),
        left=time_of(gone) if gone else None,
        to_account=to_account,
        because=because(came, gone),
    )


question = AccountQuestion(
    name="identities",
    about="Who claims which address and key, whom did we meet without knowing them, who is one person, and who moved?",
    parameters=IdentitiesParameters,
    answer_model=IdentitiesAnswer,
    answer=answer,
    subjects=("contact",),
    history=(InteractionRecorded, ContactAdded, ContactDetailsChanged),
)
