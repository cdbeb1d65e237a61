"""When each fact that matters was last confirmed, and which of them are stale by the cadence in force.

A fact is confirmed by being told, told again, or named in a review; what has left, closed or been withdrawn is out, and
so is what was told of a purchase that is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from schemas import Fact
from schemas.account import AccountProfileChanged, AccountRegistered, ReviewCompleted
from schemas.assessment import (
    AskMet,
    AskRaised,
    AskWithdrawn,
    AttitudeAssessed,
    ClosenessAssessed,
    InfluenceAsserted,
    InfluenceWithdrawn,
    InterestAssessed,
    MotiveIdentified,
    MotiveWithdrawn,
    PowerAssessed,
)
from schemas.buying import BuyingRoleAssigned, BuyingRoleEnded, DecisionRightAsserted, DecisionRightWithdrawn
from schemas.contact import ContactAdded, ContactDetailsChanged, ContactPositionAssigned, ContactPositionEnded
from schemas.organisation import ReportingLineEnded, ReportingLineEstablished
from schemas.policy_values import FactKind
from services.projections.history import DAY, Recorded, Stamp
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deals import over
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.question import View

SubjectKind = Literal["contact", "unit", "party", "member", "account"]


class Says(NamedTuple):
    """What kind of fact an event sets or (`holds` False) takes back, and which field tells several of a kind apart."""

    kind: FactKind
    field: str | None = None
    holds: bool = True


SAYS: dict[type[Fact], Says] = {
    AttitudeAssessed: Says("attitude"),
    PowerAssessed: Says("power"),
    InterestAssessed: Says("interest"),
    ClosenessAssessed: Says("closeness"),
    MotiveIdentified: Says("motive", "motive"),
    MotiveWithdrawn: Says("motive", "motive", holds=False),
    AskRaised: Says("ask", "ask"),
    AskMet: Says("ask", "ask", holds=False),
    AskWithdrawn: Says("ask", "ask", holds=False),
    BuyingRoleAssigned: Says("role", "role"),
    BuyingRoleEnded: Says("role", "role", holds=False),
    DecisionRightAsserted: Says("right", "right"),
    DecisionRightWithdrawn: Says("right", "right", holds=False),
    ContactPositionAssigned: Says("position", "position"),
    ContactPositionEnded: Says("position", "position", holds=False),
    InfluenceAsserted: Says("influence", "kind"),
    InfluenceWithdrawn: Says("influence", "kind", holds=False),
    ReportingLineEstablished: Says("reporting_line", "kind"),
    ReportingLineEnded: Says("reporting_line", "kind", holds=False),
    ContactAdded: Says("profile"),
    ContactDetailsChanged: Says("profile"),
    AccountRegistered: Says("profile"),
    AccountProfileChanged: Says("profile"),
}
FACTS: tuple[type[Fact], ...] = (*SAYS, ReviewCompleted)  # the `history` of a question that asks for fresh facts
SUBJECTS = ("account", "organisation", "contact", "opportunity")  # and its `subjects`


class Key(NamedTuple):
    """What a fact is about; of several that say something about the same, the last in fold order stands."""

    kind: FactKind
    about: tuple[tuple[str, str], ...]  # kind and id; the one who sways, reports or is close, then the other one
    detail: str | None  # which motive, ask, role, right, position, or kind of influence or line
    scope: str | None  # the opportunity; an ask has its own identity, whatever it is about


class FreshFact(NamedTuple):
    """A fact that stands, the last review that confirmed it later, its age at the moment, and the limit."""

    key: Key
    fact: Recorded
    review: Recorded | None
    age_days: float
    limit_days: float | None

    @property
    def confirmed(self) -> datetime:
        """When it was last said to be so."""
        return (self.review or self.fact).event.time

    @property
    def stale(self) -> bool:
        """Whether it is older than its limit; without one, nothing is."""
        return self.limit_days is not None and self.age_days > self.limit_days


def fresh_facts(view: View) -> list[FreshFact]:
    """Return the facts that stand, in order of their keys; `view` must show FACTS and SUBJECTS."""
    people = People(view.states.contact)
    references = References(people, Units(view.states.organisation), view.states.account)
    last: dict[Key, Recorded] = {}
    for fact in view.facts:
        if type(fact.event.data) in SAYS and not _of_a_merged_account(fact, view.account):
            last[_key(fact.event.data, references, view.account)] = fact
    held = _consistent({key: fact for key, fact in last.items() if SAYS[type(fact.event.data)].holds})
    closed = over(view.states.opportunity)
    going_on = (each for each, fact in held.items() if _opportunity(fact.event.data) not in closed)
    standing = [each for each in going_on if not _gone(each, people, references)]
    reviews = _reviews(view.facts)
    return [_fresh(view, each, held[each], reviews) for each in sorted(standing, key=_order)]


def _of_a_merged_account(fact: Recorded, account: str) -> bool:
    """Whether it tells of another account, whose profile at most fills gaps of this one."""
    return isinstance(fact.event.data, AccountRegistered | AccountProfileChanged) and fact.event.partitionkey != account


def _key(data: Fact, references: References, account: str) -> Key:
    says = SAYS[type(data)]
    about = tuple(references.canonical(each) for each in _about(data, account))
    detail = getattr(data, says.field) if says.field else None
    return Key(says.kind, about, detail, _opportunity(data) if says.kind != "ask" else None)


def _opportunity(data: Fact) -> str | None:
    told: str | None = getattr(data, "opportunity", None)
    return told


def _about(data: Fact, account: str) -> list[str]:
    match data:
        case InfluenceAsserted() | InfluenceWithdrawn():
            return [f"{end.kind}:{end.id}" for end in (data.from_, data.to)]
        case DecisionRightAsserted() | DecisionRightWithdrawn():
            return [f"{data.holder.kind}:{data.holder.id}"]
        case ReportingLineEstablished() | ReportingLineEnded():
            return [f"contact:{data.contact}", f"contact:{data.manager}"]
        case ClosenessAssessed():
            side = f"party:{data.party}" if data.party else f"member:{data.member}" if data.member else None
            return [f"contact:{data.contact}", *([side] if side else [])]
        case AccountRegistered() | AccountProfileChanged():
            return [f"account:{account}"]
        case _:
            return [f"contact:{getattr(data, 'contact', '')}"]


def _consistent(held: Mapping[Key, Recorded]) -> dict[Key, Recorded]:
    """Drop the rights that a later word excludes: holding `none` and holding something exclude each other."""
    told = {key: fact for key, fact in held.items() if key.kind == "right"}
    last: dict[tuple[object, ...], Stamp] = {}
    for key, fact in told.items():
        side = (key.about, key.scope, key.detail == "none")
        last[side] = max(last.get(side, fact.stamp), fact.stamp)
    return {
        key: fact
        for key, fact in held.items()
        if key not in told or last.get((key.about, key.scope, key.detail != "none"), fact.stamp) <= fact.stamp
    }


def _gone(key: Key, people: People, references: References) -> bool:
    if key.kind == "position":
        return key.detail not in people.positions(key.about[0][1])  # who left holds none of those of before
    return any(references.gone(*each) for each in key.about)


def _reviews(facts: Sequence[Recorded]) -> dict[tuple[str, str, str], Recorded]:
    """Return for each event, by its identity, the last review that confirmed it."""
    return {
        (fact.event.partitionkey, each.source, each.id): fact
        for fact in facts
        if isinstance(fact.event.data, ReviewCompleted)
        for each in fact.event.data.confirmed
    }


def _fresh(view: View, key: Key, fact: Recorded, reviews: Mapping[tuple[str, str, str], Recorded]) -> FreshFact:
    review = reviews.get(fact.identity)
    if review is not None and review.event.time <= fact.event.time:
        review = None
    age = max((view.moment.as_of - (review or fact).event.time) / DAY, 0.0)
    return FreshFact(key, fact, review, age, view.policies.cadence.fresh.get(key.kind))


def _order(key: Key) -> tuple[str, tuple[tuple[str, str], ...], str, str]:
    return key.kind, key.about, key.detail or "", key.scope or ""
