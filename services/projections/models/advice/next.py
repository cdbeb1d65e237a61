"""The one thing to do next for each person and each deal, and what else is due there."""

from collections.abc import Iterable
from typing import NamedTuple

from services.projections.models.advice.due import Due, of_warnings
from services.projections.models.advice.engaged import of_deals, of_people
from services.projections.models.warning_rules import warned
from services.projections.models.warning_rules.cast import Who
from services.projections.models.warning_rules.scene import Scene


class Next(NamedTuple):
    """The most pressing thing, and the other rules by which something is due there, the more pressing first."""

    due: Due
    also: list[str]


def next_steps(scene: Scene, opportunity: str | None = None) -> list[Next]:
    """Return the one thing for each, what matters most first: by severity, then by whose it is, then as they press.

    For an opportunity: it and those who matter in it, by what is due there or in the account as a whole.
    """
    wanted = {opportunity, None}
    warnings = [each for each in warned(scene) if opportunity is None or any(map(each.found.concerns, wanted))]
    due = [*of_warnings(scene, warnings), *of_people(scene), *of_deals(scene)]
    if opportunity is not None:
        involved = {each.about for each in due if each.opportunity == opportunity}
        due = [each for each in due if each.about in involved and each.opportunity in wanted]
    return sorted(_one_each(due), key=order)


def _one_each(due: Iterable[Due]) -> list[Next]:
    by_subject: dict[Who, list[Due]] = {}
    for each in due:
        by_subject.setdefault(each.about, []).append(each)
    found = []
    for of_one in by_subject.values():
        first, *rest = sorted(of_one, key=lambda one: one.pressing)
        others = dict.fromkeys(one.rule for one in rest if one.rule != first.rule)
        found.append(Next(first, list(others)))
    return found


def order(each: Next) -> tuple[int, int, int, Who]:
    """Sort by severity, then by weight, then as rules press, then by ids."""
    worst, rank, _ = each.due.pressing
    return worst, -each.due.weight, rank, each.due.about
