"""One warning of a rule about a person, in however many purchases it holds."""

from collections.abc import Iterable, Iterator

from services.projections.history import EPOCH
from services.projections.models.warning_rules.finding import Finding
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, said


def once(scene: Scene, found: Iterable[Finding]) -> Iterator[Finding]:
    """Join what is found about the same; what it says is the newest of it, the least opportunity first."""
    about: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        about.setdefault((each.kind, each.id), []).append(each)
    yield from (_joined(scene, each) for each in about.values())


def _joined(scene: Scene, found: list[Finding]) -> Finding:
    if len(found) == 1:
        return found[0]
    ordered = sorted(found, key=lambda each: each.opportunity or "")
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
