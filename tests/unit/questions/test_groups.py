"""What counts under one of our people is one row, however differently accounts name them."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio

# What each question calls its groups, by question: the list, the id, the name, and what narrows it to one row a group.
SHAPES = {
    "funnel": ("groups", "group", "name", {}),
    "win-loss": ("groups", "group", "name", {}),
    "cycle-time": ("outcomes", "group", "group_name", {"outcome": "won"}),
    "decision-steps": ("kinds", "group", "group_name", {}),
}
every_shape = pytest.mark.parametrize("question", SHAPES)


def named(account: str, name: str, time: str, member: str = "m-1", manager: str | None = None, **how: Any) -> Recorded:
    data = {"member": member, "name": name, "manager": manager}
    return fact("member.registered", time, data, account=account, **how)


def deal(account: str, owner: str = "m-1") -> list[Recorded]:
    purchase, amount = {"opportunity": "o-1"}, {"amount": "1", "currency": "EUR"}
    return [
        fact("opportunity.identified", "2025-01-05", purchase | {"name": "x", "owner": owner}, account=account),
        fact("decision_step.started", "2025-01-06", purchase | {"step": "s-1"}, account=account),
        fact("opportunity.won", "2025-01-15", purchase | {"amount": amount}, account=account),
    ]


def groups(question: str, facts: list[Recorded], as_of: str, known_at: str | None = None, by: str = "owner"):
    rows, group, name, narrow = SHAPES[question]
    answer = ask_portfolio(question, facts, as_of, known_at, group_by=by)
    return [(row[group], row[name]) for row in answer[rows] if narrow.items() <= row.items()]


@every_shape
def test_one_of_ours_is_one_row_under_the_name_that_was_told_last_at_each_moment_of_each_clock(question):
    facts = [
        named("acme", "Ann Lee", "2025-01-01"),
        named("globex", "Ann Wang", "2025-03-01", recorded_at="2025-03-10"),
        *deal("acme"),
        *deal("globex"),
        *deal("hooli"),  # which does not name her
        named("acme", "Ann Abel", "2025-06-01"),
    ]
    assert groups(question, facts, "2025-02-28") == [("m-1", "Ann Lee")]
    assert groups(question, facts, "2025-03-31", "2025-03-05") == [("m-1", "Ann Lee")]
    assert groups(question, facts, "2025-03-31", "2025-03-31") == [("m-1", "Ann Wang")]
    assert groups(question, facts, "2025-06-30") == [("m-1", "Ann Abel")]
    assert groups(question, facts, "2024-12-31") == []


@every_shape
def test_a_name_that_held_from_an_unknown_start_is_told_before_all_that_have_a_date(question):
    facts = [
        named("acme", "Ann Lee", "2025-01-01"),
        named("globex", "Ann Wang", "2025-03-01", timebasis="since"),
        *deal("acme"),
        *deal("globex"),
    ]
    assert groups(question, facts, "2025-06-30") == [("m-1", "Ann Lee")]


@every_shape
def test_of_names_told_for_one_moment_the_last_of_the_alphabet_stands_whoever_told_it_first(question):
    names = [named("acme", "Ann Wang", "2025-01-01"), named("globex", "Ann Lee", "2025-01-01")]
    facts = [*names, *deal("acme"), *deal("globex")]
    assert groups(question, facts, "2025-06-30") == [("m-1", "Ann Wang")]


@every_shape
def test_a_manager_is_one_row_too_and_what_nobody_named_comes_with_no_name(question):
    facts = [
        named("acme", "Bob", "2025-01-01", "m-2", manager="m-9"),
        named("acme", "Cy Old", "2025-01-01", "m-9"),
        named("globex", "Bob", "2025-01-01", "m-2", manager="m-9"),
        named("globex", "Cy New", "2025-02-01", "m-9"),
        *deal("acme", "m-2"),
        *deal("globex", "m-2"),
        *deal("hooli", "m-3"),
    ]
    assert groups(question, facts, "2025-06-30", by="manager") == [("m-9", "Cy New"), (None, None)]
    assert groups(question, facts, "2025-06-30") == [("m-2", "Bob"), ("m-3", None)]
