"""Small facts about people and purchases, and the one way in which tests read the warnings about them."""

from collections.abc import Iterable
from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def contact(contact: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("contact.added", time, {"contact": contact, "name": contact.upper(), **data})


def placed(contact: str, unit: str, level: str = "middle", time: str = "2025-01-01") -> Recorded:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "T", "level": level, "unit": unit}
    return fact("contact.position_assigned", time, position)


def unit(unit: str, time: str = "2025-01-01") -> Recorded:
    return fact("unit.added", time, {"unit": unit, "name": unit.upper(), "function": "any"})


def identified(opportunity: str = "o", time: str = "2025-01-01", account: str = "acme") -> Recorded:
    data = {"opportunity": opportunity, "name": opportunity.upper()}
    return fact("opportunity.identified", time, data, account=account)


def lost(opportunity: str, time: str) -> Recorded:
    return fact("opportunity.lost", time, {"opportunity": opportunity, "reason": "unknown"})


def role(contact: str, role: str, time: str = "2025-01-01", recorded_at: str | None = None, **data: Any) -> Recorded:
    told = {"contact": contact, "role": role, "domain": "any", **data}
    return fact("buying_role.assigned", time, told, recorded_at=recorded_at)


def right(holder: str, right: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    kind, _, id_ = holder.partition(":")
    return fact("decision_right.asserted", time, {"holder": {"kind": kind, "id": id_}, "right": right, **data})


def attitude(
    contact: str, level: int, time: str = "2025-01-01", recorded_at: str | None = None, **data: Any
) -> Recorded:
    told = {"contact": contact, "level": level, **data}
    return fact("attitude.assessed", time, told, recorded_at=recorded_at)


def power(contact: str, level: int, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("power.assessed", time, {"contact": contact, "level": level, **data})


def close(contact: str, level: int, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("closeness.assessed", time, {"contact": contact, "level": level, **data})


def met(
    people: Iterable[Any], time: str, kind: str = "meeting", recorded_at: str | None = None, **data: Any
) -> Recorded:
    told = {
        "interaction": data.pop("interaction", f"i-{time}-{kind}"),
        "kind": kind,
        "direction": "mutual",
        "our_participants": ["m-1"],
        "participants": list(people),
    }
    return fact("interaction.recorded", time, told | data, recorded_at=recorded_at)


def limits(time: str = "2025-01-01", off: Iterable[str] = (), **thresholds: float) -> Recorded:
    told = {"version": "ours", "thresholds": thresholds, "off": list(off)}
    return fact("warnings.defined", time, told, account="$policy")


def found(
    rule: str, facts: Iterable[Recorded], as_of: str, known_at: str | None = None, **parameters: Any
) -> list[tuple[str, str | None, str]]:
    """Return what a rule warns about: the id, the opportunity, and the day since when."""
    rows = ask("warnings", facts, as_of, known_at, rule=rule, **parameters)
    return [(row["about"]["id"], row["opportunity"], row["since"][:10]) for row in rows]


def told(rule: str, facts: Iterable[Recorded], as_of: str) -> tuple[str, str]:
    """Return sentence and reason of the only warning of a rule."""
    (row,) = ask("warnings", facts, as_of, rule=rule)
    return row["sentence"], row["reason"]
