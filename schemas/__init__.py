"""The facts: every event that may be told to Rapport, and nothing else.

Add an event type by adding a class to its subject's module; it registers itself under its wire name.
"""

from schemas import (
    account,
    action,
    after_sale,
    assessment,
    buying,
    competition,
    contact,
    correction,
    interaction,
    opportunity,
    organisation,
    policy,
    prediction,
    proposal,
    qualification,
)
from schemas.catalogue import Catalogue, catalogue, dump
from schemas.event import POLICY, STAMPED, Event, Fact
from schemas.identity import identity_digest

SUBJECTS = (
    account,
    organisation,
    contact,
    assessment,
    buying,
    opportunity,
    qualification,
    competition,
    proposal,
    prediction,
    interaction,
    action,
    after_sale,
    policy,
    correction,
)

AnyEvent = catalogue().adapter
parse = catalogue().parse

__all__ = [
    "POLICY",
    "STAMPED",
    "SUBJECTS",
    "AnyEvent",
    "Catalogue",
    "Event",
    "Fact",
    "catalogue",
    "dump",
    "identity_digest",
    "parse",
]
