"""All rules that warn: one function each, and its line in the table."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from services.projections.history import EPOCH, MICROSECOND
from services.projections.models.warning_rules.champions import champion_left, champion_silent, champion_turned
from services.projections.models.warning_rules.finding import Finding
from services.projections.models.warning_rules.once import once
from services.projections.models.warning_rules.powers import competitor_closer, opponent_with_power, owner_missing
from services.projections.models.warning_rules.purchases import (
    approver_not_covered,
    decision_step_blocked,
    key_action_missing,
    no_people_known,
    nobody_with_power_supports,
    single_threaded,
)
from services.projections.models.warning_rules.records import disputed_address, stale_map, unresolved_participant
from services.projections.models.warning_rules.scene import Scene

# high: a decision may go against us now; medium: our footing is thin; low: what we know is thin.
Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the worst first


class Rule(NamedTuple):
    """A rule, and how bad it is when it is broken."""

    find: Callable[[Scene], Iterator[Finding]]
    severity: Severity
    once: bool = False  # about a person in several purchases it warns but once


RULES = {
    rule.find.__name__: rule
    for rule in (
        Rule(approver_not_covered, "high"),
        Rule(champion_left, "high", once=True),
        Rule(champion_turned, "high"),
        Rule(decision_step_blocked, "high"),
        Rule(nobody_with_power_supports, "high"),
        Rule(opponent_with_power, "high", once=True),
        Rule(champion_silent, "medium", once=True),
        Rule(competitor_closer, "medium", once=True),
        Rule(key_action_missing, "medium"),
        Rule(single_threaded, "medium"),
        Rule(disputed_address, "low"),
        Rule(no_people_known, "low"),
        Rule(owner_missing, "low", once=True),
        Rule(stale_map, "low"),
        Rule(unresolved_participant, "low"),
    )
}


class Warned(NamedTuple):
    """What a rule found, how bad that is, and how much what it is about matters, 0 to 5."""

    rule: str
    severity: Severity
    weight: int
    found: Finding


def warned(scene: Scene) -> list[Warned]:
    """Return what the rules find that are not switched off, what matters most first."""
    found = [
        Warned(name, rule.severity, scene.weight((each.kind, each.id), each.opportunity), each)
        for name, rule in RULES.items()
        if name not in scene.view.policies.warnings.off
        for each in (once(scene, rule.find(scene)) if rule.once else rule.find(scene))
    ]
    return sorted(found, key=order)


def order(each: Warned) -> tuple[int, int, bool, int, str, str, str, str]:
    """Sort by severity, then by weight, then the newest first, then by rule and ids."""
    found = each.found
    newest = _age(found.since)
    return (
        SEVERITIES.index(each.severity),
        -each.weight,
        *newest,
        each.rule,
        found.kind,
        found.id,
        found.opportunity or "",
    )


def _age(since: datetime | None) -> tuple[bool, int]:
    return since is None, -((since - EPOCH) // MICROSECOND) if since else 0
