"""What an account has open beside people and purchases: actions, questions, objections, needs, complaints."""

from services.projections.course import Course
from services.projections.folds import States
from services.projections.folds.action import Action
from services.projections.models.opportunity.rivals import party_name
from services.projections.models.references import named
from services.projections.models.turns import last, told
from services.projections.said import Said

LONGEST = 100  # characters of a text in a name


def name_of(states: States, kind: str, id_: str, opportunity: str | None = None) -> str | None:
    """Return the beginning of the text by which people know a thing; None where nobody told it."""
    text: str | None = None
    within = opportunity or ""
    match kind:
        case "action":
            text = told(states.action.actions.get(id_, []), "text", "planned")
        case "question":
            text = told(states.action.questions.get(id_, []), "text", "asked")
        case "objection":
            text = told(states.proposal.objections.get(id_, []), "text", "raised")
        case "need":
            text = told(states.proposal.needs.get(within, {}).get(id_, []), "text", "stated", "clarified")
        case "capability_gap":
            text = told(states.qualification.gaps.get(within, {}).get(id_, []), "text", "identified")
        case "complaint":
            text = told(states.after_sale.complaints.get(id_, []), "text", "received")
        case "delivery":
            text = told(states.after_sale.deliveries.get(id_, []), "text", "committed")
        case "party":
            text = party_name(states, id_)
    return text if text is None or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def spoken(states: States, kind: str, id_: str, opportunity: str | None = None) -> Said:
    """Return how a sentence names a thing: the beginning of its text, if there is one, and its id."""
    return named(name_of(states, kind, id_, opportunity), id_)


def is_open(course: Course[Action]) -> bool:
    """Whether an action is still to be done."""
    turn = last(course)
    return turn is not None and turn.kind == "planned"


def of_opportunity(course: Course[Action]) -> str | None:
    """Return the opportunity that an action is for; None where nobody told one."""
    found: str | None = told(course, "opportunity", "planned")
    return found
