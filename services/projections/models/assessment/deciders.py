"""Who decides in a purchase by role or by right."""

from schemas.buying import BuyingRole, DecisionRight
from services.projections.folds.buying import State
from services.projections.models.buying.group import all_parts, parts
from services.projections.models.buying.rights import held
from services.projections.models.contact.people import People
from services.projections.models.references import References

ROLES: frozenset[BuyingRole] = frozenset({"decision_maker", "final_approver"})
RIGHTS: frozenset[DecisionRight] = frozenset({"core_decision", "final_approval", "veto"})


def deciders(state: State, people: People, references: References, opportunity: str | None) -> set[tuple[str, str]]:
    """Return kind and id of those who may decide, approve or veto in a purchase; without one, in any."""
    played = parts(state, people, opportunity) if opportunity else all_parts(state, people)
    by_role = {("contact", part.contact) for part in played if part.role in ROLES}
    return by_role | {(each.kind, each.holder) for each in held(state, references, opportunity) if each.right in RIGHTS}
