"""All rules that warn: one function each, and its line in the table."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from services.projections.history import EPOCH, MICROSECOND
from services.projections.models.warning_rules.champions import champion_left, champion_silent, champion_turned
from services.projections.models.warning_rules.deals_stuck import (
    expected_close_overdue,
    ghosted_after_proposal,
    no_next_step,
    stalled_stage,
)
from services.projections.models.warning_rules.doubts import (
    capability_gap_open,
    competitor_ahead,
    need_vague,
    objection_open,
    pursuit_hopeless,
)
from services.projections.models.warning_rules.finding import SEVERITIES, Finding, Severity
from services.projections.models.warning_rules.once import once
from services.projections.models.warning_rules.powers import competitor_closer, opponent_with_power, owner_missing
from services.projections.models.warning_rules.promises import (
    action_overdue,
    complaint_open,
    delivery_overdue,
    question_unanswered,
)
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
        Rule(ghosted_after_proposal, "high"),
        Rule(nobody_with_power_supports, "high"),
        Rule(opponent_with_power, "high", once=True),
        Rule(pursuit_hopeless, "high"),
        Rule(action_overdue, "medium"),
        Rule(capability_gap_open, "medium"),
        Rule(champion_silent, "medium", once=True),
        Rule(competitor_ahead, "medium"),
        Rule(competitor_closer, "medium", once=True),
        Rule(complaint_open, "medium"),
        Rule(delivery_overdue, "medium"),
        Rule(expected_close_overdue, "medium"),
        Rule(key_action_missing, "medium"),
        Rule(no_next_step, "medium"),
        Rule(objection_open, "medium"),
        Rule(question_unanswered, "medium"),
        Rule(single_threaded, "medium"),
        Rule(stalled_stage, "medium"),
        Rule(disputed_address, "low"),
        Rule(need_vague, "low"),
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
        Warned(
            name,
            each.severity or rule.severity,
            scene.weight(each.whose or (each.kind, each.id), each.opportunity),
            each,
        )
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
