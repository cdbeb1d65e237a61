"""Each question is asked at two moments of each clock; here those about the chart and the purchases.

The four answers are those of `clocks.four`: before and after MARCH as known before LATE, then as known after it.
"""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.projections.hindsight.questions import OF_AN_ACCOUNT
from services.projections.history import Recorded
from services.projections.questions import PORTFOLIO
from tests.unit import clocks
from tests.unit.clocks import DEALS, JANUARY, MARCH, corrected, four, four_of_all, late, stage
from tests.unit.histories import fact
from tests.unit.worries import contact, placed, right, role, unit


@cache
def asked_on_both_clocks() -> set[str]:
    """Return the questions that some test asks by name together with a moment of knowledge."""
    modules = [ast.parse(each.read_text(encoding="utf-8")) for each in Path(clocks.__file__).parent.rglob("*.py")]
    return {name for module in modules for node in ast.walk(module) if (name := _knowing(node))}


def _knowing(node: ast.AST) -> str | None:
    match node:
        case ast.Call(ast.Name("four" | "four_of_all"), [ast.Constant(str(name)), *_]):
            return name
        case ast.Call(ast.Name("ask" | "ask_portfolio"), [ast.Constant(str(name)), _facts, _as_of, _known_at]):
            return name
        case ast.Call(ast.Name("ask" | "ask_portfolio"), [ast.Constant(str(name)), *_], named):
            return name if "known_at" in {each.arg for each in named} else None
    return None


@pytest.mark.parametrize("name", sorted(OF_AN_ACCOUNT.keys() | PORTFOLIO.keys()))
def test_every_question_is_asked_as_of_what_was_known(name):
    assert name in asked_on_both_clocks(), f"{name}: no test asks it at a moment of knowledge (tests/unit/clocks.py)"


def line(word: str, time: str, of: str) -> Recorded:
    return fact(f"reporting_line.{word}", time, {"contact": of, "manager": "b", "kind": "solid"})


def test_org_map():
    added = unit("x")
    facts = [added, contact("a"), contact("b"), line("established", "2025-01-01", "a"), line("ended", MARCH, "a")]
    facts += [*late(line("established", JANUARY, "c"), contact("c")), corrected(added, name="Y")]

    def chart(answer: Any) -> tuple[list[str], list[str]]:
        return [each["name"] for each in answer["units"]], [each["contact"] for each in answer["lines"]]

    assert four("org-map", facts, chart) == [(["X"], ["a"]), (["X"], []), (["Y"], ["a", "c"]), (["Y"], ["c"])]


def test_departments():
    facts = [unit("x"), contact("a"), placed("a", "x"), fact("contact.left", MARCH, {"contact": "a"})]
    facts += late(contact("b"), placed("b", "x", time=JANUARY))
    assert four("departments", facts, lambda answer: answer["departments"][0]["people"]) == [1, 0, 2, 1]


def test_decision_chain():
    held = {"holder": {"kind": "unit", "id": "x"}, "right": "veto"}
    facts = [unit("x"), right("unit:x", "veto"), fact("decision_right.withdrawn", MARCH, held)]
    facts += late(right("contact:a", "final_approval", JANUARY))

    def chain(answer: Any) -> tuple[set[str], list[str]]:
        return {each["holder"] for each in answer["rights"]}, [each["unit"] for each in answer["unknown"]]

    assert four("decision-chain", facts, chain) == [({"x"}, []), (set(), ["x"]), ({"x", "a"}, []), ({"a"}, ["x"])]


def test_decision_steps():
    step = {"opportunity": "o", "step": "s"}
    facts = [fact("decision_step.planned", "2025-01-01", {**step, "step_kind": "review"})]
    facts += [fact("decision_step.started", MARCH, step), *late(fact("decision_step.blocked", "2025-04-01", step))]
    statuses = four("decision-steps", facts, lambda answer: answer["steps"][0]["status"])
    assert statuses == ["planned", "running", "planned", "blocked"]


def test_buying_committee():
    ended = {"contact": "a", "role": "champion", "opportunity": "o"}
    facts = [role("a", "champion", opportunity="o"), fact("buying_role.ended", MARCH, ended)]
    facts += late(role("b", "user", JANUARY, opportunity="o"))

    def players(answer: Any) -> list[tuple[str, str]]:
        return [(each["contact"], each["role"]) for each in answer["members"]]

    a, b = ("a", "champion"), ("b", "user")
    assert four("buying-committee", facts, players, opportunity="o") == [[a], [], [a, b], [b]]


def test_purchase_criteria():
    def stated(time: str, criterion: str, weight: int) -> Recorded:
        told = {"opportunity": "o", "criterion": criterion, "weight": weight}
        return fact("purchase_criterion.stated", time, told)

    gone = fact("purchase_criterion.withdrawn", MARCH, {"opportunity": "o", "criterion": "price"})
    facts = [stated("2025-01-01", "price", 60), gone, *late(stated(JANUARY, "service", 20))]

    def weights(answer: Any) -> dict[str, float]:
        return {each["criterion"]: each["weight"] for each in answer["criteria"]}

    found = four("purchase-criteria", facts, weights)
    assert found == [{"price": 60}, {}, {"price": 60, "service": 20}, {"service": 20}]


def test_stages():
    facts = [stage("2025-01-11", "offer"), stage(MARCH, "talks"), *late(stage(JANUARY, "survey"))]

    def spells(answer: Any) -> list[tuple[str, str | None]]:
        return [(each["stage"], each["to"] and each["to"][:10]) for each in answer["spells"]]

    assert four("stages", facts, spells) == [
        [("offer", None)],
        [("offer", MARCH), ("talks", None)],
        [("offer", JANUARY), ("survey", None)],
        [("offer", JANUARY), ("survey", MARCH), ("talks", None)],
    ]


def test_opportunities():
    def outcomes(answer: Any) -> dict[str, str | None]:
        return {each["opportunity"]: each["outcome"] for each in answer}

    found = four("opportunities", DEALS, outcomes)
    assert found == [{"o": None}, {"o": "won"}, {"o": None, "p": "lost"}, {"o": "won", "p": "lost"}]


def test_funnel():
    def counts(answer: Any) -> tuple[int, ...]:
        (offer,) = [each for each in answer["stages"] if each["stage"] == "offer"]
        return offer["count"], answer["won"]["count"], answer["lost"]["count"]

    assert four_of_all("funnel", DEALS, counts) == [(1, 0, 0), (0, 1, 0), (1, 0, 1), (0, 1, 1)]


def test_win_loss():
    rates = four_of_all("win-loss", DEALS, lambda answer: answer["win_rate"])
    assert rates == [None, 1.0, 0.0, 0.5]


def test_cycle_time():
    def days(answer: Any) -> tuple[float | None, ...]:
        return tuple(each["mean_days"] for each in answer["outcomes"] if each["outcome"] != "abandoned")

    found = four_of_all("cycle-time", DEALS, days)
    assert found == [(None, None), (68.0, None), (None, 19.0), (68.0, 19.0)]
