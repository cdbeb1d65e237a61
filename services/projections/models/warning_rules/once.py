"""One warning of a rule about a person, in however many purchases the same holds."""

from collections.abc import Iterable, Iterator

from services.projections.history import EPOCH
from services.projections.models.warning_rules.finding import Finding
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, render, said


def once(scene: Scene, found: Iterable[Finding]) -> Iterator[Finding]:
    """Join what says the same about the same, since the newest of it; what differs stands by itself.

    One row alone may name no opportunity: what says the same as of the account as a whole, else the most that agree.
    """
    about: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        about.setdefault((each.kind, each.id), []).append(each)
    for told in about.values():
        alike = _alike(told)
        joined = set(map(id, alike))
        yield from (each for each in told if id(each) not in joined)
        yield _joined(scene, alike)


def _alike(found: list[Finding]) -> list[Finding]:
    """Return those to join, maybe one alone; of equally many, those with the least opportunity."""
    says: dict[tuple[str, str], list[Finding]] = {}
    for each in sorted(found, key=_opportunity):
        says.setdefault((render(each.sentence), render(each.reason)), []).append(each)
    return min(says.values(), key=lambda alike: (alike[0].opportunity is not None, -len(alike)))


def _opportunity(each: Finding) -> str:
    return each.opportunity or ""


def _joined(scene: Scene, ordered: list[Finding]) -> Finding:
    if len(ordered) == 1:
        return ordered[0]
    newest = max(ordered, key=lambda each: each.since or EPOCH)
    where = [_where(scene, each.opportunity) for each in ordered]
    return newest._replace(
        opportunity=None,
        reason=said("{reason} It concerns: {purchases}.", reason=newest.reason, purchases=where),
        places=list(dict.fromkeys(place for each in ordered for place in each.places)),
        among=tuple(each.opportunity for each in ordered),
    )


def _where(scene: Scene, opportunity: str | None) -> Said:
    return scene.deal[opportunity].name if opportunity else said("the account as a whole")
