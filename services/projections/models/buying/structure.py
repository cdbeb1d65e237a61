"""Where the structure of a buying group does not follow the formal chart."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from schemas.buying import BuyingRole
from services.projections.models.buying.group import Member, Part
from services.projections.models.contact.people import People
from services.projections.models.contact.rank import below, rank
from services.projections.models.references import named
from services.projections.models.words import word
from services.projections.said import Said, said

# Who has the last word over whom in a purchase; coach and champion say who helps us, not who decides.
AUTHORITY: dict[BuyingRole, int] = {
    "final_approver": 3,
    "decision_maker": 2,
    "procurement": 1,
    "technical_evaluator": 1,
    "business_evaluator": 1,
    "financial_evaluator": 1,
    "influencer": 0,
    "user": 0,
    "gatekeeper": 0,
}


class Mismatch(NamedTuple):
    """Somebody with more authority in the purchase than somebody above them in the chart."""

    kind: Literal["rank", "line"]
    upper: Part
    lower: Part
    sentence: Said


def mismatches(parts: list[Part], people: People, managers: Mapping[str, str]) -> list[Mismatch]:
    """Compare every two people by their weightiest roles: against their ranks, and against who reports to whom.

    An unknown rank is no mismatch.
    """
    leading = _leading(parts)
    pairs = ((upper, lower) for upper in leading for lower in leading if AUTHORITY[upper.role] > AUTHORITY[lower.role])
    return [mismatch for pair in pairs for mismatch in _compared(*pair, people, managers)]


def _leading(parts: list[Part]) -> list[Part]:
    """Return for each person the role with the most authority."""
    leading: dict[str, Part] = {}
    for part in parts:
        if part.role in AUTHORITY:
            rival = leading.get(part.contact)
            if rival is None or AUTHORITY[part.role] > AUTHORITY[rival.role]:
                leading[part.contact] = part
    return list(leading.values())


def _compared(upper: Part, lower: Part, people: People, managers: Mapping[str, str]) -> Iterator[Mismatch]:
    one, other = rank(people, upper.contact), rank(people, lower.contact)
    who, whom = (_spoken(part, people) for part in (upper, lower))
    if below(one, other):
        sentence = said(
            "{who}, ranks {rank}, below {whom}, who ranks {other}.",
            who=who,
            rank=word(one),
            whom=whom,
            other=word(other),
        )
        yield Mismatch("rank", upper, lower, sentence)
    if lower.contact in _above(upper.contact, managers):
        yield Mismatch("line", upper, lower, said("{who}, reports to {whom}.", who=who, whom=whom))


def _spoken(part: Part, people: People) -> Said:
    return said("{name}, {role}", name=named(people.name(part.contact), part.contact), role=word(part.role))


def _above(person: str, managers: Mapping[str, str]) -> list[str]:
    chain: list[str] = []
    while (person := managers.get(person, "")) and person not in chain:
        chain.append(person)
    return chain


class GroupMismatch(NamedTuple):
    """Somebody who leads somebody in the group, directly or not, though the chart says otherwise."""

    kind: Literal["rank", "line"]
    upper: Member
    lower: Member
    sentence: Said


def group_mismatches(group: list[Member], people: People, managers: Mapping[str, str]) -> Iterator[GroupMismatch]:
    """Compare the lines of a group with ranks, and with who reports to whom; an unknown rank is no mismatch."""
    members = {each.contact: each for each in group}
    leaders = {each.contact: each.reports_to for each in group if each.reports_to}
    for lower in group:
        for leader in _above(lower.contact, leaders):
            if leader in members and leader != lower.contact:
                yield from _against_the_chart(members[leader], lower, people, managers)


def _against_the_chart(
    upper: Member, lower: Member, people: People, managers: Mapping[str, str]
) -> Iterator[GroupMismatch]:
    one, other = rank(people, upper.contact), rank(people, lower.contact)
    who, whom = (named(people.name(each.contact), each.contact) for each in (upper, lower))
    if below(one, other):
        sentence = said(
            "In the buying group {who} leads {whom}, but ranks {rank}, below {other}.",
            who=who,
            whom=whom,
            rank=word(one),
            other=word(other),
        )
        yield GroupMismatch("rank", upper, lower, sentence)
    if lower.contact in _above(upper.contact, managers):
        sentence = said(
            "In the buying group {who} leads {whom}, but reports to {whom} in the chart.", who=who, whom=whom
        )
        yield GroupMismatch("line", upper, lower, sentence)
