"""S1 to S12 of the domain, each told over HTTP and asked for over HTTP; every expected value is worked out by hand.

A factory, 滨江机械, buys machine tools (opp-1); each row has an account of its own, so that none leans on another.
"""

import pytest

from tests.e2e.telling import attitude, contact, define, met, pick, tell

DEAL = {"opportunity": "opp-1"}
IDENTIFIED = ("opportunity.identified", "2025-01-10", {"opportunity": "opp-1", "name": "五轴机床"})


def test_s1_the_organisation_chart_of_any_date(stack):
    ask = tell(
        stack,
        "s1",
        ("unit.added", "2024-01-01", {"unit": "u-gm", "name": "总经理办公室", "function": "management"}),
        ("unit.added", "2024-01-01", {"unit": "u-buy", "name": "采购部", "function": "procurement", "parent": "u-gm"}),
        ("unit.added", "2024-01-01", {"unit": "u-eng", "name": "工程部", "function": "engineering", "parent": "u-buy"}),
        ("unit.moved", "2025-03-01", {"unit": "u-eng", "parent": "u-gm"}),
        *contact("c-lu", "陆敏", "middle", "u-buy"),
        *contact("c-fang", "方正", "frontline", "u-eng"),
        ("reporting_line.established", "2025-01-02", {"contact": "c-fang", "manager": "c-lu", "kind": "solid"}),
        ("contact.left", "2025-04-01", {"contact": "c-lu"}),
    )
    before, after = ask("org-map", as_of="2025-02-28"), ask("org-map", as_of="2025-04-02")
    assert pick(before["units"], unit="u-eng")["parent"] == "u-buy"
    assert pick(after["units"], unit="u-eng")["parent"] == "u-gm"
    assert pick(before["people"], contact="c-fang")["manager_name"] == "陆敏"
    assert pick(before["people"], contact="c-lu")["positions"][0]["unit_name"] == "采购部"
    assert [each["contact"] for each in after["people"]] == ["c-fang"]
    assert {each["unit"]: each["people"] for each in ask("departments", as_of="2025-02-28")["departments"]} == {
        "u-gm": 0,
        "u-buy": 1,
        "u-eng": 1,
    }


def test_s2_the_buying_group_has_roles_and_lines_of_its_own(stack):
    ask = tell(
        stack,
        "s2",
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        *contact("c-gao", "高峰", "executive"),
        *contact("c-fang", "方正", "frontline"),
        ("buying_role.assigned", "2025-01-12", {"contact": "c-lu", "role": "decision_maker", "domain": "采购", **DEAL}),
        ("buying_group.member_added", "2025-01-12", {"contact": "c-lu", **DEAL}),
        ("buying_group.member_added", "2025-01-12", {"contact": "c-gao", "reports_to": "c-lu", **DEAL}),
        ("buying_group.member_added", "2025-01-12", {"contact": "c-fang", "reports_to": "c-lu", **DEAL}),
        ("buying_group.member_removed", "2025-02-01", {"contact": "c-fang", **DEAL}),
    )
    group = ask("buying-committee", as_of="2025-01-20", **DEAL)
    assert {each["contact"] for each in group["group"]} == {"c-lu", "c-gao", "c-fang"}
    assert pick(group["group"], contact="c-lu")["head"] is True
    mismatch = pick(group["group_mismatches"], kind="rank")
    assert (mismatch["upper_name"], mismatch["lower_name"]) == ("陆敏", "高峰")  # a middle rank leads an executive
    assert {each["contact"] for each in group["without_role"]} == {"c-gao", "c-fang"}
    assert "final_approver" in {each["role"] for each in group["missing"]}
    later = ask("buying-committee", as_of="2025-02-02", **DEAL)
    assert {each["contact"] for each in later["group"]} == {"c-lu", "c-gao"}


def test_s3_who_may_decide_and_where_the_decision_is_stuck(stack):
    engineering, finance = {"kind": "unit", "id": "u-eng"}, {"kind": "unit", "id": "u-fin"}
    ask = tell(
        stack,
        "s3",
        IDENTIFIED,
        ("unit.added", "2024-01-01", {"unit": "u-eng", "name": "工程部", "function": "engineering"}),
        ("unit.added", "2024-01-01", {"unit": "u-fin", "name": "财务部", "function": "finance"}),
        ("decision_right.asserted", "2025-01-12", {"holder": engineering, "right": "core_decision", **DEAL}),
        ("decision_step.planned", "2025-02-01", {"step": "st-2", "step_kind": "finance", "order": 2, **DEAL}),
        ("decision_step.started", "2025-02-01", {"step": "st-1", "step_kind": "technical", "order": 1, **DEAL}),
        ("decision_step.completed", "2025-02-11", {"step": "st-1", "outcome": "approved", **DEAL}),
        ("decision_step.started", "2025-02-11", {"step": "st-2", "owner": finance, **DEAL}),
        ("decision_step.blocked", "2025-02-21", {"step": "st-2", "reason": "预算未批", **DEAL}),
        ("milestone.announced", "2025-02-20", {"kind": "award", "date": "2025-04-01", **DEAL}),
    )
    chain = ask("decision-chain", as_of="2025-03-13", **DEAL)
    assert [(each["holder_name"], each["right"]) for each in chain["rights"]] == [("工程部", "core_decision")]
    assert [each["right"] for each in chain["missing"]] == ["final_approval"]
    steps = ask("decision-steps", as_of="2025-03-13T12:00:00Z", **DEAL)
    first, second = steps["steps"]
    assert (first["days"], first["outcome"], second["days"], second["blocked_days"]) == (10, "approved", 30, 20)
    assert (second["owner_name"], second["status"], second["reason"]) == ("财务部", "blocked", "预算未批")
    assert [(each["step"], each["days"]) for each in steps["bottlenecks"]] == [("st-2", 30)]
    assert [each["gap"] for each in steps["approver_gaps"]] == ["no_approver"]
    assert steps["milestones"][0]["days_until"] == 19
    early = ask("decision-steps", as_of="2025-02-05", **DEAL)
    assert [each["status"] for each in early["steps"]] == ["running", "planned"]


def test_s4_hidden_deciders_and_brokers(stack):
    def sways(from_: tuple[str, str], to: str, *, hidden: bool):
        ends = {"from": dict(zip(("kind", "id"), from_, strict=True)), "to": {"kind": "contact", "id": to}}
        return "influence.asserted", "2025-01-15", ends | {"kind": "advice", "weight": 4, "hidden": hidden}

    ask = tell(
        stack,
        "s4",
        *contact("c-fang", "方正", "frontline"),
        *contact("c-lu", "陆敏", "middle"),
        *contact("c-gao", "高峰", "executive"),
        ("party.linked", "2025-01-01", {"party": "p-c", "kind": "consultant", "name": "明德咨询"}),
        sways(("party", "p-c"), "c-fang", hidden=True),
        sways(("contact", "c-fang"), "c-gao", hidden=True),
        sways(("contact", "c-gao"), "c-lu", hidden=False),
    )
    influence = ask("influence", as_of="2025-02-01")
    upward = pick(influence["edges"], upward=True)
    assert (upward["from_name"], upward["to_name"], upward["hidden"]) == ("方正", "高峰", True)
    assert pick(influence["edges"], from_kind="party")["from_name"] == "明德咨询"
    assert {each["name"] for each in influence["nodes"] if each["broker"]} == {"方正", "高峰"}
    assert ask("influence", as_of="2025-01-14")["edges"] == []
    (outsider,) = ask("external-parties", as_of="2025-02-01")["parties"]
    assert (outsider["name"], outsider["influence"][0]["to_name"]) == ("明德咨询", "方正")


def test_s5_the_attitude_of_a_champion_how_it_changed_and_why(stack):
    visit = met("2025-02-10", "i-1", "factory_visit", ["c-lu"])
    cause = [{"source": "crm", "id": "interaction.recorded-3"}]
    ask = tell(
        stack,
        "s5",
        *contact("c-lu", "陆敏", "middle"),
        attitude("2025-01-15", "c-lu", 0),
        visit,
        attitude("2025-02-12", "c-lu", 2, causes=cause),
        attitude("2025-02-20", "c-lu", -1, "m-he"),
    )
    assert ask("attitude", as_of="2025-01-31")["contacts"][0]["layer"] == "neutral"
    assert ask("attitude", as_of="2025-01-14")["contacts"][0]["layer"] == "unknown"
    (now,) = ask("attitude", as_of="2025-02-21")["contacts"]
    assert (now["layer"], now["assessor"], [each["assessor"] for each in now["others"]]) == (
        "oppose",
        "m-he",
        ["m-zhou"],
    )
    shift = pick(ask("attitude-shifts", as_of="2025-02-15")["shifts"], contact="c-lu")
    assert (shift["from"]["layer"], shift["to"]["level"]) == ("neutral", 2)
    assert [each["type"] for each in shift["causes"]] == ["interaction.recorded.v1"]
    (difference,) = ask("disagreements", as_of="2025-02-21")["disagreements"]
    assert (difference["kind"], difference["spread"], difference["leading"]) == ("layer", 3, "m-he")


def test_s6_the_relationship_map_in_colours_with_their_reasons(stack):
    ask = tell(
        stack,
        "s6",
        *contact("c-lu", "陆敏", "middle"),
        *contact("c-gao", "高峰", "executive"),
        attitude("2025-01-15", "c-lu", 1),
        ("closeness.assessed", "2025-01-20", {"contact": "c-lu", "level": 2, "member": "m-zhou"}),
        ("closeness.assessed", "2025-01-20", {"contact": "c-lu", "level": 4, "party": "p-b"}),
        ("ask.raised", "2025-01-25", {"contact": "c-lu", "ask": "a-1", "kind": "concern", "text": "交货太慢"}),
        ("ask.met", "2025-03-01", {"contact": "c-lu", "ask": "a-1"}),
    )
    people = ask("relationship-map", as_of="2025-02-01")["people"]
    known, unknown = pick(people, contact="c-lu"), pick(people, contact="c-gao")
    assert (known["support"]["layer"], known["closeness"]["level"], known["asks_open"]) == ("support", 2, 1)
    assert [(each["party"], each["higher"]) for each in known["competitors"]] == [("p-b", True)]
    assert (unknown["support"]["layer"], unknown["closeness"]["level"]) == ("unknown", None)
    assert known["colour"] != unknown["colour"]
    assert known["reasons"]
    assert unknown["reasons"]
    assert pick(ask("relationship-map", as_of="2025-03-02")["people"], contact="c-lu")["asks_open"] == 0


def test_s7_the_power_interest_matrix_and_who_moved_in_it(stack):
    ask = tell(
        stack,
        "s7",
        *contact("c-lu", "陆敏", "middle"),
        ("power.assessed", "2025-01-15", {"contact": "c-lu", "level": 4}),
        ("interest.assessed", "2025-01-15", {"contact": "c-lu", "level": 2}),
        ("interest.assessed", "2025-02-15", {"contact": "c-lu", "level": 5}),
    )
    matrix = ask("power-interest", as_of="2025-03-01", from_="2025-02-01")
    assert pick(matrix["contacts"], contact="c-lu")["quadrant"] == "manage_closely"
    (mover,) = matrix["movers"]
    assert (mover["from"]["quadrant"], mover["to"]["interest"]) == ("keep_satisfied", 5)
    assert ask("power-interest", as_of="2025-01-10")["contacts"][0]["quadrant"] == "unknown"


def test_s8_what_moves_people_and_what_they_ask(stack):
    ask = tell(
        stack,
        "s8",
        *contact("c-lu", "陆敏", "middle"),
        ("motive.identified", "2025-01-15", {"contact": "c-lu", "motive": "financial", "strength": 3}),
        ("motive.identified", "2025-01-15", {"contact": "c-lu", "motive": "business", "strength": 5}),
        ("motive.withdrawn", "2025-02-15", {"contact": "c-lu", "motive": "business"}),
        ("ask.raised", "2025-01-20", {"contact": "c-lu", "ask": "a-1", "kind": "expectation", "text": "两年质保"}),
        ("ask.raised", "2025-01-20", {"contact": "c-lu", "ask": "a-2", "kind": "wish", "text": "参观工厂"}),
        ("ask.withdrawn", "2025-02-20", {"contact": "c-lu", "ask": "a-2"}),
    )
    assert {each["motive"] for each in ask("motives", as_of="2025-02-01")["motives"]} == {"financial", "business"}
    assert {each["motive"] for each in ask("motives", as_of="2025-03-01")["motives"]} == {"financial"}
    asks = {each["ask"]: (each["status"], each["kind"]) for each in ask("asks", as_of="2025-03-01")["asks"]}
    assert asks == {"a-1": ("open", "expectation"), "a-2": ("withdrawn", "wish")}
    assert {each["status"] for each in ask("asks", as_of="2025-02-01")["asks"]} == {"open"}


def test_s9_strength_explained_trust_and_who_knows_whom(stack):
    ask = tell(
        stack,
        "s9",
        *contact("c-lu", "陆敏", "middle"),
        ("member.registered", "2025-01-01", {"member": "m-zhou", "name": "周洁"}),
        met("2025-01-15", "i-1", "email", ["c-lu"], "inbound"),
        met("2025-03-01", "i-2", "factory_visit", [{"email": "C-LU@binjiang.example"}]),
        ("trust_signal.observed", "2025-03-02", {"contact": "c-lu", "kind": "promise_kept", "sign": 1}),
    )
    at = pick(ask("strength", as_of="2025-01-15T12:00:00Z")["contacts"], contact="c-lu")
    assert at["strength"] == pytest.approx(7.2257, abs=5e-5)  # one inbound e-mail now: ORACLES
    (explained,) = ask("strength-explained", as_of="2025-08-28T12:00:00Z", contact="c-lu")["contacts"]
    email, visit = explained["terms"]
    assert visit["value"] == pytest.approx(7.2)  # 12 · 1.2 · 0.5: one half-life of 180 days old
    assert email["value"] == pytest.approx(1.5 * 0.5 ** (225 / 30))
    assert sum(each["value"] for each in explained["terms"]) == pytest.approx(explained["raw"])
    (trust,) = ask("trust", as_of="2025-03-03")["contacts"]
    assert (trust["balance"], trust["signals"][0]["kind"]) == (1, "promise_kept")
    (pair,) = ask("who-knows-whom", as_of="2025-03-03")["pairs"]
    assert (pair["member_name"], pair["name"], pair["interactions"]) == ("周洁", "陆敏", 2)


def test_s10_what_was_not_confirmed_for_long_and_which_reviews_are_overdue(stack):
    ask = tell(
        stack,
        "s10",
        ("account.registered", "2024-01-01", {"name": "滨江机械"}),
        *contact("c-lu", "陆敏", "executive"),
        attitude("2025-01-15", "c-lu", 1),
        ("power.assessed", "2025-01-15", {"contact": "c-lu", "level": 4}),
        (
            "review.completed",
            "2025-05-01",
            {"scope": "account", "confirmed": [{"source": "crm", "id": "power.assessed-4"}]},
        ),
        met("2025-02-01", "i-1", "meeting", ["c-lu"]),
    )
    facts = ask("freshness", as_of="2025-08-01T12:00:00Z")["facts"]
    told, confirmed = pick(facts, kind="attitude"), pick(facts, kind="power")
    assert (told["age_days"], told["stale"], told["basis"]["confidence"]) == (198, True, 0.8)
    assert (confirmed["age_days"], confirmed["stale"]) == (92, False)
    overdue = ask("reviews-overdue", as_of="2025-08-01T12:00:00Z")
    assert pick(overdue["reviews"], scope="account")["overdue_days"] == 2  # every 90 days; 92 have passed
    assert pick(overdue["visits"], contact="c-lu")["overdue_days"] == 91  # executives every 90; 181 have passed


def test_s11_key_accounts_by_versioned_criteria_and_another_rule(stack):
    metric = {"metric": "sales", "threshold": 500_000, "weight": 1, "currency": "CNY"}
    define(stack, ("criteria.defined", "2025-02-01", {"version": "e2e-strict", "metrics": [metric], "least": 1}))
    sale = {"transaction": "t-1", "amount": {"amount": "400000.00", "currency": "CNY"}}
    more = {"transaction": "t-2", "amount": {"amount": "200000.00", "currency": "CNY"}}
    ask = tell(
        stack,
        "s11",
        ("account.registered", "2024-01-01", {"name": "滨江机械"}),
        ("account.transaction_recorded", "2025-01-10", sale),
        ("account.transaction_recorded", "2025-03-10", more),
        ("account.segmented", "2025-01-10", {"scheme": "value", "segment": "growth"}),
        ("key_account.designated", "2025-03-11", {"criteria_version": "e2e-strict", "inputs": {}, "reason": "达标"}),
    )
    before, after = ask("key-status", as_of="2025-03-01"), ask("key-status", as_of="2025-03-12")
    assert (before["criteria"], before["is_key"], after["is_key"]) == ("e2e-strict", False, True)
    assert (after["metrics"][0]["value"], after["designation"]["reason"], after["agrees"]) == (
        "600000.00",
        "达标",
        True,
    )
    assert ask("key-status", as_of="2025-01-31")["criteria"] == "default-1"
    assert before["segment"]["segment"] == "growth"
    changed = stack.ask("portfolio/reclassify", criteria="default-1", as_of="2025-03-12")["accounts"]
    assert pick(changed, account="s11")["from"] == "key"


def test_s12_the_profile_of_a_person_and_of_an_account(stack):
    of_lu = {"kind": "contact", "id": "c-lu"}
    ask = tell(
        stack,
        "s12",
        ("account.registered", "2024-01-01", {"name": "滨江机械", "industry": "机械"}),
        ("account.culture_observed", "2025-01-05", {"culture": "hierarchical"}),
        *contact("c-lu", "陆敏", "middle"),
        ("contact.channel_preferred", "2025-01-06", {"contact": "c-lu", "channel": "微信"}),
        ("decision_style.observed", "2025-01-07", {"contact": "c-lu", "style": "analytical"}),
        ("note.recorded", "2025-01-08", {"kind": "background", "about": of_lu, "text": "留德"}),
        attitude("2025-02-15", "c-lu", 1),
    )
    (person,) = ask("profiles", as_of="2025-02-01")["contacts"]
    assert (person["name"], person["channel"], person["attitudes"]) == ("陆敏", "微信", [])
    assert [each["text"] for each in person["notes"]] == ["留德"]
    assert [each["style"] for each in person["styles"]] == ["analytical"]
    account = ask("account-360", as_of="2025-02-20")
    assert (account["profile"]["name"], account["culture"]) == ("滨江机械", "hierarchical")
    assert ask("loyalty", as_of="2025-02-20")["rhythm"] == "unknown"
