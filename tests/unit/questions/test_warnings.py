from typing import Any

import pytest

from tests.unit.histories import ask, beijing, fact, hospital
from tests.unit.portfolios import ask_portfolio
from tests.unit.worries import attitude, contact, found, identified, limits, lost, met, power, right, role

APPROVER = ("approver_not_covered", "c-zhou", "2025-01-15", ["h23", "h25"])
BLOCKED = ("decision_step_blocked", "st-fin", "2025-04-07", ["h46"])
OPPONENT = ("opponent_with_power", "c-zhao", "2025-02-12", ["h32", "h45"])
NOTHING_NEXT = ("no_next_step", "opp-ct", "2025-04-14", ["h49"])
NO_ACTION = ("key_action_missing", "u-fin", "2025-03-24", ["h45"])


def rows(answer: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row["rule"], row["about"]["id"], row["since"][:10], [event["id"] for event in row["events"]]) for row in answer
    ]


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"),
    [
        ("2025-04-08", "2025-03-27", [APPROVER, NO_ACTION]),  # before anybody told of 赵芸, or of the block
        ("2025-04-08", "2025-03-28", [APPROVER, OPPONENT, NO_ACTION]),
        ("2025-04-08", "2025-04-08", [APPROVER, BLOCKED, OPPONENT, NO_ACTION]),
        ("2025-04-08", "2025-12-31", [APPROVER, BLOCKED, OPPONENT, NO_ACTION]),
        ("2025-04-10", "2025-12-31", [BLOCKED, OPPONENT, NO_ACTION]),  # the director was met on 9 April
        # finance no longer opposes since 30 April; of our actions the only one was done on 14 April
        ("2025-05-01", "2025-12-31", [BLOCKED, NOTHING_NEXT, NO_ACTION]),
        ("2025-05-31", "2025-12-31", [NOTHING_NEXT]),
        ("2025-06-21", "2025-12-31", []),  # won
    ],
)
def test_the_hospital_warns_of_what_stood_in_the_way_on_that_day_as_it_was_known(as_of, known_at, expected):
    assert rows(ask("warnings", hospital(), beijing(as_of), beijing(known_at))) == expected


def test_a_warning_has_a_sentence_a_reason_names_and_weight():
    answer = ask("warnings", hospital(), beijing("2025-04-08"))
    assert [(row["severity"], row["weight"], row["about"]["kind"], row["about"]["name"]) for row in answer] == [
        ("high", 5, "contact", "周国华"),
        ("high", 0, "decision_step", "财务审核"),
        ("high", 0, "contact", "赵芸"),
        ("medium", 0, "unit", "财务部"),
    ]
    assert {(row["opportunity"], row["opportunity_name"]) for row in answer} == {("opp-ct", "128排CT采购")}
    assert [row["sentence"] for row in answer] == [
        "周国华 (c-zhou) approves 128排CT采购 (opp-ct), and is not covered.",
        "Step 财务审核 (st-fin) of 128排CT采购 (opp-ct) is blocked.",
        "赵芸 (c-zhao) is against us: oppose (-1).",
        "No key action with 财务部 (u-fin) for 128排CT采购 (opp-ct).",
    ]
    assert [row["reason"] for row in answer] == [
        "The attitude is unknown, and no executive meeting took place.",
        "缺十年维护费用对比",
        "A say in the decision.",
        (
            "财务部 (u-fin) has a say, and none of these took place: factory visit, technical exchange, "
            "solution presentation, executive meeting."
        ),
    ]


def test_what_matters_most_comes_first_severity_then_power_then_the_newest():
    facts = [
        contact("a"),
        contact("b"),
        contact("d"),
        power("a", 4),
        power("b", 5),
        power("d", 4),
        attitude("a", -1, "2025-02-01"),
        attitude("b", -1, "2025-01-10"),
        attitude("d", -2, "2025-02-02"),
        contact("e", "2025-01-05"),
        role("e", "champion"),
    ]
    assert [(row["severity"], row["rule"], row["about"]["id"]) for row in ask("warnings", facts, "2025-04-30")] == [
        ("high", "opponent_with_power", "b"),
        ("high", "opponent_with_power", "d"),
        ("high", "opponent_with_power", "a"),
        ("medium", "champion_silent", "e"),
    ]


def test_a_policy_moves_thresholds_and_switches_rules_off_from_its_time_on():
    facts = [contact("a"), role("a", "champion"), met(["a"], "2025-02-01"), limits("2025-05-01", silent_days=90)]
    assert found("champion_silent", facts, "2025-04-30") == [("a", None, "2025-02-01")]
    assert found("champion_silent", facts, "2025-05-01") == []  # 89 days, and the hours of that one
    assert found("champion_silent", facts, "2025-05-02") == [("a", None, "2025-02-01")]
    off = [*facts, limits("2025-06-01", off=["champion_silent"])]
    assert found("champion_silent", off, "2025-06-01") == []


def test_one_may_ask_for_a_rule_an_opportunity_and_a_least_severity():
    facts = [
        identified("o"),
        identified("p"),
        contact("a"),
        power("a", 5),
        attitude("a", -1),
        role("a", "decision_maker", opportunity="o"),
    ]

    def asked(**parameters: Any) -> list[tuple[str, str | None]]:
        answer = ask("warnings", facts, "2025-01-31", **parameters)
        return [(row["rule"], row["opportunity"]) for row in answer]

    both = [("nobody_with_power_supports", "o"), ("nobody_with_power_supports", "p")]
    assert asked(severity="high") == [("opponent_with_power", None), *both]
    assert asked(severity="high", opportunity="o") == [("opponent_with_power", None), both[0]]
    assert asked(severity="high", opportunity="o", fallback=False) == [both[0]]
    assert asked(rule="opponent_with_power") == [("opponent_with_power", None)]
    with pytest.raises(ValueError, match="expected one of action_overdue"):
        asked(rule="no_such_rule")


def test_all_accounts_warn_in_one_list_with_counts_of_all_and_as_many_rows_as_wanted():
    facts = [
        fact("account.registered", "2025-01-01", {"name": "Beta"}, account="beta"),
        *(identified("o", account=account) for account in ("acme", "beta")),
        contact("a"),
        power("a", 4),
        attitude("a", -1, "2025-01-02"),
    ]
    answer = ask_portfolio("warnings", facts, "2025-01-31", limit=3)
    assert [(row["account"], row["account_name"], row["rule"]) for row in answer["warnings"]] == [
        ("acme", None, "opponent_with_power"),
        ("acme", None, "nobody_with_power_supports"),
        ("acme", None, "single_threaded"),
    ]
    assert [(row["rule"], row["severity"], row["count"], row["accounts"]) for row in answer["counts"]] == [
        ("nobody_with_power_supports", "high", 1, 1),
        ("opponent_with_power", "high", 1, 1),
        ("single_threaded", "medium", 1, 1),
        ("no_people_known", "low", 1, 1),
    ]
    (last,) = ask_portfolio("warnings", facts, "2025-01-31")["warnings"][3:]
    assert (last["account"], last["account_name"], last["about"]["id"]) == ("beta", "Beta", "beta")


def test_a_closed_opportunity_worries_nobody():
    facts = [
        identified("o"),
        contact("a"),
        right("contact:a", "final_approval", opportunity="o"),
        lost("o", "2025-02-01"),
    ]
    assert ask("warnings", facts, "2025-02-02") == []
    assert {row["opportunity"] for row in ask("warnings", facts, "2025-01-31")} == {"o"}


def test_a_person_is_warned_of_once_by_a_rule_with_the_purchases_in_the_reason():
    roles = [role("a", "champion", opportunity=each) for each in "op"]
    anywhere = role("a", "champion", recorded_at="2025-06-01")
    facts = [*map(identified, "opq"), contact("a"), *roles, anywhere]

    def rows(known_at: str, **asked: Any) -> list[tuple[str | None, str]]:
        answer = ask("warnings", facts, "2025-04-30", known_at, rule="champion_silent", **asked)
        return [(row["opportunity"], row["reason"]) for row in answer]

    reason = "No contact for 119 days, where 60 are allowed."  # 1 January to the end of 30 April
    both = [(None, f"{reason} It concerns: O (o), P (p).")]
    assert rows("2025-05-31") == rows("2025-05-31", opportunity="o", fallback=False) == both
    assert rows("2025-05-31", opportunity="q") == []
    every = [(None, f"{reason} It concerns: the account as a whole, O (o), P (p).")]
    assert rows("2025-06-01") == rows("2025-06-01", opportunity="q") == every
    assert rows("2025-06-01", opportunity="q", fallback=False) == []
    (row,) = ask("warnings", facts, "2025-04-30", rule="champion_silent")
    assert [event["id"] for event in row["events"]] == [each.event.id for each in (*roles, anywhere)]
    alone = [*map(identified, "op"), contact("a"), roles[0]]
    assert found("champion_silent", alone, "2025-04-30") == [("a", "o", "2025-01-01")]
    coach = [*map(identified, "op"), contact("a"), *roles, role("a", "coach")]  # another word for the account
    assert [each[1] for each in found("champion_silent", coach, "2025-04-30")] == [None, "o", "p"]


def test_what_differs_from_purchase_to_purchase_is_warned_of_by_itself():
    stances = {"o": -1, "p": -2, "q": -1, "r": -2}
    facts = [*map(identified, "opqr"), contact("a"), power("a", 5)]
    facts += [attitude("a", level, f"2025-01-1{day}", opportunity=o) for day, (o, level) in enumerate(stances.items())]

    def rows(as_of: str, **asked: Any) -> list[tuple[str | None, str, str, str]]:
        answer = ask("warnings", facts, as_of, rule="opponent_with_power", **asked)
        return [(row["opportunity"], row["sentence"][-5:], row["reason"], row["since"][:10]) for row in answer]

    reason = "Power of 5: 5."
    apart = [("p", "(-2).", reason, "2025-01-11"), ("o", "(-1).", reason, "2025-01-10")]
    assert rows("2025-01-11") == apart
    assert rows("2025-01-11", opportunity="o", fallback=False) == apart[1:]
    both = (None, "(-1).", f"{reason} It concerns: O (o), Q (q).", "2025-01-12")
    assert rows("2025-01-12") == [both, apart[0]]
    assert rows("2025-01-12", opportunity="o", fallback=False) == [both]
    # Two could join now, but only one row may name no purchase: the one of the least purchase.
    assert rows("2025-01-13") == [("r", "(-2).", reason, "2025-01-13"), both, apart[0]]
