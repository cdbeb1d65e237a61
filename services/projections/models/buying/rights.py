"""Who may decide what: the rights that hold in a purchase, by holder."""

from typing import NamedTuple, get_args

from schemas.buying import DecisionRight
from schemas.values import Money
from services.projections.folds.buying import Right, State
from services.projections.history import Stamp
from services.projections.models.latest import latest
from services.projections.models.opportunity.deals import money
from services.projections.models.references import References
from services.projections.register import Register
from services.projections.scope import ACCOUNT

ORDER: tuple[DecisionRight, ...] = get_args(DecisionRight)


class Held(NamedTuple):
    """A right that somebody holds, in a scope: an opportunity, or the account."""

    scope: str
    kind: str
    holder: str
    right: DecisionRight
    register: Register[Right]

    @property
    def up_to(self) -> Money | None:
        """Up to which amount, or None where no limit is known."""
        return money(self.register.value.up_to) if self.register.value else None


def held(state: State, references: References, opportunity: str | None) -> list[Held]:
    """Return the rights that hold, by right, then holder: for an opportunity its own and the account's; else all.

    The opportunity's own word on a right, a withdrawal too, goes before the account's. Holding `none` and holding
    something exclude each other: what was told last stands.
    """
    if opportunity is None:
        scopes = (_in_scope(state, references, scope) for scope in sorted(state.rights))
        rights = [each for told in scopes for each in _consistent(told)]
    else:
        near, far = (_in_scope(state, references, scope) for scope in (opportunity, ACCOUNT))
        rights = _consistent(list({_key(each): each for each in (*far, *near)}.values()))
    return sorted(rights, key=lambda each: (ORDER.index(each.right), each.kind, each.holder, each.scope))


def _in_scope(state: State, references: References, scope: str) -> list[Held]:
    """Return the rights told of in a scope; the register of one that was withdrawn has no value."""
    told: dict[tuple[str, str, DecisionRight], list[Register[Right]]] = {}
    for reference, rights in state.rights.get(scope, {}).items():
        kind, holder = references.canonical(reference)
        for right in ORDER:
            if right in rights:
                told.setdefault((kind, holder, right), []).append(rights[right])
    found = []
    for (kind, holder, right), registers in told.items():
        last = latest(registers)
        if last is not None:
            found.append(Held(scope, kind, holder, right, last))
    return found


def _key(each: Held) -> tuple[str, str, str]:
    return each.kind, each.holder, each.right


def _consistent(rights: list[Held]) -> list[Held]:
    """Drop what was withdrawn, and what a later or nearer word contradicts: `none` against any other of the holder."""
    held = [each for each in rights if each.register.value is not None]
    return [each for each in held if not any(_contradicts(other, each) for other in held)]


def _contradicts(other: Held, each: Held) -> bool:
    same_holder = (other.kind, other.holder) == (each.kind, each.holder)
    return same_holder and (other.right == "none") != (each.right == "none") and _weight(other) > _weight(each)


def _weight(each: Held) -> tuple[bool, Stamp]:
    """The opportunity's own word goes before the account's; then the one told last."""
    return each.scope != ACCOUNT, each.register.at or (0, 0, 0, 0)
