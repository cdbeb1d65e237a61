"""Which way of engaging a person the sources' rules expect (DOMAIN.md, story 1 and S5).

Focus on who holds the core decision, report to the final approver, assist those who review or use; and in what
manner, by where the person stands.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from schemas.buying import BuyingRole, DecisionRight
from services.projections.models.assessment.attitude import Layer
from services.projections.models.buying.approvers import Customer, speakers
from services.projections.models.buying.group import Part
from services.projections.models.buying.rights import Held
from services.projections.models.references import References
from services.projections.models.words import word
from services.projections.said import Said, said

Mode = Literal["focus", "report", "assist"]
MODES: tuple[Mode, ...] = ("focus", "report", "assist")  # who is due several is due the first
BY_RIGHT: dict[DecisionRight, Mode] = {"core_decision": "focus", "final_approval": "report", "review": "assist"}
BY_ROLE: dict[BuyingRole, Mode] = {
    "decision_maker": "focus",
    "final_approver": "report",
    "user": "assist",
    "technical_evaluator": "assist",
    "business_evaluator": "assist",
    "financial_evaluator": "assist",
}


Fit = Literal["yes", "no", "unknown"]


class Verdict(NamedTuple):
    """Whether a way of engaging fits, and why."""

    fits: Fit
    reason: Said


class Expected(NamedTuple):
    """The way of engaging that is expected, and why."""

    mode: Mode
    why: Said


def rights_by_person(rights: Iterable[Held], of: Customer) -> dict[str, list[Held]]:
    """Return each person's rights: their own, and those of units for which they speak.

    Who is known to hold none has none through a unit either.
    """
    found: dict[str, list[Held]] = {}
    for each in rights:
        for person in speakers(of, each.kind, each.holder):
            found.setdefault(person, []).append(each)
    return {person: _unless_none(held) for person, held in found.items()}


def _unless_none(held: list[Held]) -> list[Held]:
    own = [each for each in held if each.kind == "contact"]
    return own if any(each.right == "none" for each in own) else held


def expected(rights: Sequence[Held], roles: Sequence[Part], references: References) -> Expected | None:
    """Return the way that somebody with these rights and roles is due; None where none of them tells."""
    due = [(BY_RIGHT[each.right], _right(each, references)) for each in rights if each.right in BY_RIGHT]
    due += [(BY_ROLE[each.role], _role(each, references)) for each in roles if each.role in BY_ROLE]
    return min((Expected(*each) for each in due), key=lambda each: MODES.index(each.mode), default=None)


def fit(mode: Mode | None, due: Expected | None) -> Verdict:
    """Compare the way that is set with the one that is due; where either is not known, so is the fit."""
    if due is None and mode is None:
        return Verdict("unknown", said("No way is set, and none is expected."))
    if due is None:
        return Verdict("unknown", said("No right and no role is known that would tell which way fits."))
    if mode is None:
        return Verdict("unknown", said("No way is set; {due} is expected: {why}.", due=word(due.mode), why=due.why))
    if mode != due.mode:
        return Verdict("no", said("{due} is expected: {why}.", due=word(due.mode), why=due.why))
    return Verdict("yes", said("{due} fits: {why}.", due=word(due.mode), why=due.why))


def _right(each: Held, references: References) -> Said:
    return said("{holder} holds {right}", holder=references.spoken(each.kind, each.holder), right=word(each.right))


def _role(each: Part, references: References) -> Said:
    return said("{name}, {role}", name=references.spoken("contact", each.contact), role=word(each.role))


def manner(layer: Layer, motives: Sequence[Said], concerns: Sequence[Said]) -> Said:
    """Return in what manner to engage a person who stands there, whom these motives move and these concerns trouble."""
    match layer:
        case "support":
            return said("Keep informed, and mobilise for us.")
        case "neutral" if motives:
            return said("Win over with benefits for what moves this person: {motives}.", motives=motives)
        case "neutral":
            return said("Win over with benefits; what moves this person is unknown.")
        case "oppose" if concerns:
            return said("Understand the concern and contain it: {concerns}.", concerns=concerns)
        case "oppose":
            return said("Understand the concern, which is unknown, and contain it.")
        case _:
            return said("Find out where this person stands.")
