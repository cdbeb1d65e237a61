"""What an account has open beside people and purchases: actions, questions, objections, needs, complaints."""

from collections.abc import Mapping
from typing import Any

from services.projections.course import Course
from services.projections.folds import States
from services.projections.models.opportunity.rivals import party_name
from services.projections.models.references import named
from services.projections.models.standing import TELLS, Kind
from services.projections.models.turns import last
from services.projections.said import Said

LONGEST = 100  # characters of a text in a name


def name_of(states: States, kind: str, id_: str, opportunity: str | None = None) -> str | None:
    """Return the beginning of the text by which people know a thing; None where nobody told it."""
    text = party_name(states, id_) if kind == "party" else _text(states, kind, id_, opportunity or "")
    return text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def spoken(states: States, kind: str, id_: str, opportunity: str | None = None) -> Said:
    """Return how a sentence names a thing: the beginning of its text, if there is one, and its id."""
    return named(name_of(states, kind, id_, opportunity), id_)


def _text(states: States, kind: str, id_: str, opportunity: str) -> str | None:
    """Return the text of a thing as it was told last."""
    for each, courses in _courses(states, opportunity).items():
        if each == kind:
            turn = last(courses.get(id_, []), *TELLS[each])
            return turn.told.text if turn else None
    return None


def _courses(states: States, opportunity: str) -> Mapping[Kind, Mapping[str, Course[Any]]]:
    return {
        "action": states.action.actions,
        "question": states.action.questions,
        "objection": states.proposal.objections,
        "need": states.proposal.needs.get(opportunity, {}),
        "capability_gap": states.qualification.gaps.get(opportunity, {}),
        "complaint": states.after_sale.complaints,
        "delivery": states.after_sale.deliveries,
    }
