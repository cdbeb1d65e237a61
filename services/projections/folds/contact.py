"""What we know of the people on the customer's side."""

import msgspec

from schemas.contact import (
    ContactAdded,
    ContactChannelPreferred,
    ContactDetailsChanged,
    ContactLeft,
    ContactMerged,
    ContactPositionAssigned,
    ContactPositionEnded,
    ContactReturned,
)
from services.projections.history import Recorded, Stamp
from services.projections.register import Register

VERSION = 4
DETAILS = ("name", "email", "phone")


class Position(msgspec.Struct, array_like=True, frozen=True):
    """A position that a person holds."""

    title: str
    level: str
    unit: str | None
    responsibilities: str | None


class Gone(msgspec.Struct, array_like=True, frozen=True):
    """A person left, perhaps for an account that we know."""

    to_account: str | None


def _details() -> "Register[str]":
    return Register()


class Contact(msgspec.Struct):
    """A person; one who was only referred to has no `added`."""

    added: Register[bool] = msgspec.field(default_factory=Register)
    name: Register[str] = msgspec.field(default_factory=_details)
    email: Register[str] = msgspec.field(default_factory=_details)
    phone: Register[str] = msgspec.field(default_factory=_details)
    external_ids: Register[list[tuple[str, str]]] = msgspec.field(default_factory=Register)
    emails: dict[str, Stamp] = {}  # every address ever told, casefolded -> where it was first told
    keys: dict[str, dict[str, Stamp]] = {}  # system -> every key ever told -> as above
    formerly: Register[tuple[str, str]] = msgspec.field(default_factory=Register)  # account, contact
    positions: dict[str, Register[Position]] = {}  # null once it ended
    assigned: Register[bool] = msgspec.field(default_factory=Register)  # the last time to any position, ended or not
    left: Register[Gone] = msgspec.field(default_factory=Register)  # the last time, back since or not
    returned: Register[bool] = msgspec.field(default_factory=Register)
    merged_into: Register[str] = msgspec.field(default_factory=_details)
    channel: Register[str] = msgspec.field(default_factory=_details)


class State(msgspec.Struct):
    """Bounded by people, their positions, and the addresses and keys that they ever had."""

    contacts: dict[str, Contact] = {}


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about a person; the order of arrival does not matter."""
    match fact.event.data:
        case ContactAdded() as data:
            contact = _contact(state, data.contact)
            contact.added.put(True, fact)  # noqa: FBT003 -- a register's value
            _change(contact, data, fact, {*DETAILS, "external_ids"})
            if data.formerly:
                contact.formerly.put((data.formerly.account, data.formerly.contact), fact)
        case ContactDetailsChanged() as data:
            _change(_contact(state, data.contact), data, fact, data.model_fields_set)
        case ContactPositionAssigned() as data:
            position = Position(data.title, data.level, data.unit, data.responsibilities)
            _position(state, data.contact, data.position).put(position, fact)
            _contact(state, data.contact).assigned.put(True, fact)  # noqa: FBT003 -- as above
        case ContactPositionEnded() as data:
            _position(state, data.contact, data.position).put(None, fact)
        case ContactLeft() as data:
            _contact(state, data.contact).left.put(Gone(data.to_account), fact)
        case ContactReturned() as data:
            _contact(state, data.contact).returned.put(True, fact)  # noqa: FBT003 -- as above
        case ContactMerged() as data:
            _contact(state, data.contact).merged_into.put(data.into, fact)
        case ContactChannelPreferred() as data:
            _contact(state, data.contact).channel.put(data.channel, fact)
    return state


def _contact(state: State, contact: str) -> Contact:
    return state.contacts.setdefault(contact, Contact())


def _position(state: State, contact: str, position: str) -> Register[Position]:
    return _contact(state, contact).positions.setdefault(position, Register())


def _change(contact: Contact, data: ContactAdded | ContactDetailsChanged, fact: Recorded, fields: set[str]) -> None:
    if "name" in fields:
        contact.name.put(data.name, fact)
    if "email" in fields:
        contact.email.put(data.email, fact)
        if data.email:
            _first(contact.emails, data.email.casefold(), fact)
    if "phone" in fields:
        contact.phone.put(data.phone, fact)
    if "external_ids" in fields:
        contact.external_ids.put([(key.system, key.key) for key in data.external_ids], fact)
        for key in data.external_ids:
            _first(contact.keys.setdefault(key.system, {}), key.key, fact)


def _first(told: dict[str, Stamp], each: str, fact: Recorded) -> None:
    told[each] = min(told.get(each, fact.stamp), fact.stamp)
