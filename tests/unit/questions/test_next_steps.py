"""The one thing to do next: by the sources' rules, for each person who matters and each open deal."""

from typing import Any

from services.projections.models.advice.deeds import BY_RULE
from services.projections.models.warning_rules import RULES
from tests.unit.histories import ask, beijing, fact, hospital
from tests.unit.portfolios import ask_portfolio
from tests.unit.worries import attitude, close, contact, identified, limits, met, power, right

Step = tuple[str, str, str, list[str]]
Row = tuple[Any, ...]


def steps(facts: Any, as_of: Any, known_at: Any = None, **asked: Any) -> list[Step]:
    rows = ask("next-steps", facts, as_of, known_at, **asked)["steps"]
    return [(row["about"]["id"], row["what"], row["rule"], row["also"]) for row in rows]


def test_every_rule_that_warns_says_what_to_do():
    assert set(RULES) <= set(BY_RULE)


# 周国华 approves in the end and was in no executive meeting: he comes first, as long as that is so. Nobody with power
# supports us before 王敏 does (19 March): that is for the deal. 王敏 holds the core decision through her department,
# and none of the key actions took place with her before the factory visit of 12 March. Where nothing is wrong, each is
# engaged as they stand: support is mobilised by who decides, helped where they review (李强), told to who approves.
DIRECTOR: Step = ("c-zhou", "executive_meeting", "approver_not_covered", ["engagement_unknown"])
MANAGER: Step = ("c-wang", "invite", "key_action_missing", ["engagement_neutral"])
DEAL: Step = ("opp-ct", "win_support", "nobody_with_power_supports", ["no_next_step"])
SUPPORTERS: list[Step] = [
    ("c-wang", "mobilise", "engagement_support", []),
    ("c-li", "assist", "engagement_support", []),
]


def test_the_hospital_on_the_first_of_march_as_it_was_known_then_and_now():
    # Then: 李强 supported us since 26 February, 赵芸 was met and her attitude unknown.
    assert steps(hospital(), beijing("2025-03-01"), beijing("2025-03-10")) == [
        DIRECTOR,
        DEAL,
        MANAGER,
        ("c-zhao", "get_to_know", "engagement_unknown", []),
        ("c-li", "assist", "engagement_support", []),
    ]
    # Now: 赵芸 was against us since 12 February, and 李强 moved on 12 March only.
    assert steps(hospital(), beijing("2025-03-01")) == [
        DIRECTOR,
        DEAL,
        MANAGER,
        ("c-li", "get_to_know", "engagement_unknown", []),
        ("c-zhao", "find_concern", "engagement_oppose", []),
    ]


def test_the_hospital_on_the_eighth_of_april_as_it_was_known_before_the_block_and_now():
    # Then: the tender is planned for the deal; finance has a step, and no key action took place with 赵芸.
    assert steps(hospital(), beijing("2025-04-08"), beijing("2025-03-27")) == [
        DIRECTOR,
        ("c-zhao", "invite", "key_action_missing", ["engagement_unknown"]),
        ("opp-ct", "do_action", "next_action", []),
        *SUPPORTERS,
    ]
    # Now: finance is blocked, which is for the deal, and 赵芸 is against us with a say in it.
    assert steps(hospital(), beijing("2025-04-08")) == [
        DIRECTOR,
        ("opp-ct", "unblock", "decision_step_blocked", ["next_action"]),
        ("c-zhao", "find_concern", "opponent_with_power", ["key_action_missing", "engagement_oppose"]),
        *SUPPORTERS,
    ]
    _, deal, *_ = ask("next-steps", hospital(), beijing("2025-04-08"))["steps"]
    assert (deal["sentence"], deal["reason"], deal["by_name"], deal["severity"], deal["weight"]) == (
        "Give the customer what this step needs to go on: 财务审核 (st-fin).",
        "缺十年维护费用对比",
        "张伟",
        "high",
        5,
    )


PLANNED = {"action": "x", "owner": "m-2", "due": "2025-02-10", "text": "call them", "opportunity": "o"}
OBJECTION = {"objection": "b", "contact": "a", "kind": "price", "text": "too dear", "opportunity": "o"}
HISTORY = [
    identified("o"),
    fact("opportunity.owner_changed", "2025-01-01", {"opportunity": "o", "owner": "m-1"}),
    *map(contact, "ab"),
    right("contact:a", "core_decision", opportunity="o"),
    right("contact:b", "final_approval", opportunity="o"),
    fact("relationship_owner.assigned", "2025-01-01", {"contact": "a", "member": "m-3"}),
    met("ab", "2025-01-05", "executive_meeting", opportunity="o"),
    attitude("a", 1, "2025-01-05"),
    attitude("b", 0, "2025-01-05", opportunity="o"),
    fact("next_action.planned", "2025-02-01", PLANNED),
    fact("objection.raised", "2025-02-05", OBJECTION, recorded_at="2025-02-20"),
]


def rows(as_of: str, known_at: str = "2025-12-31", **asked: Any) -> list[Row]:
    answer = ask("next-steps", HISTORY, as_of, known_at, **asked)["steps"]
    return [(row["about"]["id"], row["what"], row["rule"], row["by"], row["due"], row["also"]) for row in answer]


def test_by_whom_and_until_when_as_it_was_true_and_known():
    # a decides and supports: mobilise, by who answers for a. b approves, met an executive and is neutral: report, by
    # who leads the deal, as nobody answers for b. The deal needs the action, until its day by whoever is to do it.
    mobilise: Row = ("a", "mobilise", "engagement_support", "m-3", None, [])
    report: Row = ("b", "report", "engagement_neutral", "m-1", None, [])
    missing = ("b", "assign_owner", "owner_missing", "m-1", None, ["engagement_neutral"])
    planned: Row = ("o", "do_action", "next_action", "m-2", "2025-02-10", [])
    overdue: Row = ("o", "do_action", "action_overdue", "m-2", "2025-02-10", [])
    objection = ("a", "answer_objection", "objection_open", "m-3", None, ["engagement_support"])
    assert rows("2025-02-10", "2025-02-10") == [missing, planned, mobilise]
    assert rows("2025-02-10") == [objection, missing, planned]
    assert rows("2025-02-11", "2025-02-11") == [overdue, missing, mobilise]
    assert rows("2025-02-11") == [objection, overdue, missing]
    assert rows("2025-02-20") == [objection, overdue, missing]  # older than two weeks, it is high
    assert rows("2025-02-11", member="m-2") == [overdue]
    assert rows("2025-02-11", contact="b") == [missing]
    assert rows("2025-02-11", opportunity="o") == [objection, overdue, missing]
    assert rows("2025-02-11", opportunity="p") == []
    owned = [*HISTORY, fact("relationship_owner.assigned", "2025-01-02", {"contact": "b", "member": "m-1"})]
    (step,) = ask("next-steps", owned, "2025-02-11", contact="b")["steps"]
    assert (step["what"], step["rule"], step["by"], step["severity"]) == (*report[1:4], None)


def test_a_rule_that_is_switched_off_advises_nothing():
    # What is overdue by that rule is but the next of what is planned; where nothing is planned, nothing is due.
    off = [*HISTORY, limits(off=["action_overdue", "no_next_step"])]
    assert steps(off, "2025-02-11")[-1] == ("o", "do_action", "next_action", [])
    done = fact("next_action.completed", "2025-02-10", {"action": "x"})
    assert "o" in {about for about, *_ in steps([*HISTORY, done], "2025-02-11")}
    assert "o" not in {about for about, *_ in steps([*off, done], "2025-02-11")}


def test_who_is_about_no_deal_and_what_is_about_neither():
    facts = [
        *map(contact, "cd"),
        power("c", 4),
        close("c", 1),
        attitude("c", 1),
        fact("complaint.received", "2025-01-10", {"complaint": "k", "contact": "d", "text": "too loud"}),
        fact("delivery.breached", "2025-01-10", {"delivery": "v"}),
    ]
    # c has power and supports: a champion. d complains. What was not delivered is about neither a person nor a deal.
    assert [each[:3] for each in steps(facts, "2025-01-31")] == [
        ("d", "resolve_complaint", "complaint_open"),
        ("acme", "deliver", "delivery_overdue"),
        ("c", "mobilise", "engagement_support"),
    ]


def test_all_accounts_are_told_what_to_do_in_one_order_and_counted():
    facts = [
        *HISTORY,
        identified("p", account="beta"),
        fact("account.registered", "2025-01-01", {"name": "B"}, account="beta"),
    ]
    answer = ask_portfolio("next-steps", facts, "2025-02-11", limit=3)
    assert answer["count"] == 5
    # Of beta nobody is known, nor who decides: low, as that nobody of ours answers for b, and both weigh 5; to know
    # who decides is the more pressing.
    told = [(row["account"], row["about"]["id"], row["rule"]) for row in answer["steps"]]
    assert told == [
        ("acme", "a", "objection_open"),
        ("acme", "o", "action_overdue"),
        ("beta", "p", "decision_right_unknown"),
    ]
