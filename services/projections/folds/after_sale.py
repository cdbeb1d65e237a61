"""What became of what was sold: contracts, deliveries, complaints and recommendations.

Payments, costs and surveys have no state: they are history, bounded by nothing, and questions read the journal.
"""

from datetime import date

import msgspec

from schemas import Fact
from schemas.after_sale import (
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResponded,
    ContractSigned,
    DeliveryBreached,
    DeliveryCommitted,
    DeliveryFulfilled,
    OfComplaint,
    OfDelivery,
    OfReferral,
    ReferralConverted,
    ReferralGiven,
    ReferralRequested,
)
from services.projections.course import Course, turn
from services.projections.history import Recorded

VERSION = 1

TURNS: dict[type[Fact], str] = {
    DeliveryCommitted: "committed",
    DeliveryFulfilled: "fulfilled",
    DeliveryBreached: "breached",
    ComplaintReceived: "received",
    ComplaintResponded: "responded",
    ComplaintResolved: "resolved",
    ReferralRequested: "requested",
    ReferralGiven: "given",
    ReferralConverted: "converted",
}


class Contract(msgspec.Struct, array_like=True, frozen=True):
    """What was sold, for how much: decimal string and currency."""

    amount: tuple[str, str]
    products: list[str]


class Delivery(msgspec.Struct, array_like=True, frozen=True):
    """What is due when, when committed; else how it was found, or why it was not delivered."""

    opportunity: str | None = None
    text: str | None = None
    due: date | None = None
    quality_ok: bool | None = None
    reason: str | None = None


class Complaint(msgspec.Struct, array_like=True, frozen=True):
    """Who complains of what, when received; else what was said to it."""

    contact: str | None = None
    text: str | None = None
    opportunity: str | None = None


class Referral(msgspec.Struct, array_like=True, frozen=True):
    """Who is asked to recommend us, or did, to whom; and what it became: an account and its opportunity."""

    contact: str | None = None
    text: str | None = None
    to: str | None = None
    account: str | None = None
    opportunity: str | None = None


class State(msgspec.Struct):
    """Bounded by contracts, deliveries, complaints and referrals, and the turns that each took."""

    contracts: dict[str, Course[Contract]] = {}  # opportunity
    deliveries: dict[str, Course[Delivery]] = {}
    complaints: dict[str, Course[Complaint]] = {}
    referrals: dict[str, Course[Referral]] = {}


def fold(state: State, fact: Recorded) -> State:
    """Take one fact about what was sold; the order of arrival does not matter."""
    match fact.event.data:
        case ContractSigned() as data:
            turn(state.contracts.setdefault(data.opportunity, []), "signed", Contract, fact)
        case OfDelivery() as data:
            turn(state.deliveries.setdefault(data.delivery, []), TURNS[type(data)], Delivery, fact)
        case OfComplaint() as data:
            turn(state.complaints.setdefault(data.complaint, []), TURNS[type(data)], Complaint, fact)
        case OfReferral() as data:
            turn(state.referrals.setdefault(data.referral, []), TURNS[type(data)], Referral, fact)
    return state
