"""What can happen to a person on the customer's side."""

from schemas.event import Account, Fact
from schemas.values import Email, ExternalKey, Frozen, Id, Label, Name, PersonalText, Phone, Rank, Several


class Former(Frozen):
    """The same person at an earlier employer."""

    account: Account
    contact: Id


class ContactAdded(Fact, wire="contact.added.v1"):
    """We know of a person at the customer."""

    contact: Id
    name: Name
    email: Email | None = None
    phone: Phone | None = None
    external_ids: Several[ExternalKey] = ()
    formerly: Former | None = None


class ContactDetailsChanged(Fact, wire="contact.details_changed.v1"):
    """The fields that are sent replace the old ones; null clears one; those left out stay."""

    contact: Id
    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    external_ids: Several[ExternalKey] = ()


class ContactPositionAssigned(Fact, wire="contact.position_assigned.v1"):
    """A person holds a position; several at a time are possible."""

    contact: Id
    position: Id
    title: Label
    level: Rank
    unit: Id | None = None
    responsibilities: PersonalText | None = None


class ContactPositionEnded(Fact, wire="contact.position_ended.v1"):
    """A person no longer holds a position."""

    contact: Id
    position: Id
    reason: PersonalText | None = None


class ContactLeft(Fact, wire="contact.left.v1"):
    """A person left the customer, perhaps for another account."""

    contact: Id
    to_account: Account | None = None


class ContactReturned(Fact, wire="contact.returned.v1"):
    """A person who had left is back."""

    contact: Id


class ContactMerged(Fact, wire="contact.merged.v1"):
    """Two contacts are one person, known from now on as `into`; once known, true for all times."""

    timeless = True

    contact: Id
    into: Id


class ContactChannelPreferred(Fact, wire="contact.channel_preferred.v1"):
    """How a person likes to be reached."""

    contact: Id
    channel: Label
