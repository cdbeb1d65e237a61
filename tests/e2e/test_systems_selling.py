"""S13 to S22 of the domain, each told over HTTP and asked for over HTTP; every expected value is worked out by hand.

S15 stands in test_predict.py: what `rapport predict` foretells is scored against what happened.
"""

import pytest

from tests.e2e.telling import attitude, contact, define, event, met, pick, tell

DEAL = {"opportunity": "opp-1"}
IDENTIFIED = ("opportunity.identified", "2025-01-10", {**DEAL, "name": "五轴机床", "owner": "m-zhou"})
MEMBER = ("member.registered", "2024-01-01", {"member": "m-zhou", "name": "周洁"})


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def answered(day: str, step: str, subject: str, **answers: str):
    rows = [{"criterion": name, "subject": subject, "answer": each} for name, each in answers.items()]
    return "qualification.answered", day, {**DEAL, "step": step, "answers": rows}


def test_s13_a_lead_the_four_steps_for_us_and_a_competitor_and_the_decision_to_pursue(stack):
    ask = tell(
        stack,
        "s13",
        MEMBER,
        ("party.linked", "2025-01-01", {"party": "p-b", "kind": "competitor", "name": "B公司"}),
        ("lead.captured", "2025-01-05", {"lead": "l-1", "text": "要换机床", "origin": "fair", "owner": "m-zhou"}),
        ("lead.captured", "2025-01-06", {"lead": "l-2", "text": "只是询价", "origin": "fair"}),
        ("lead.dismissed", "2025-01-08", {"lead": "l-2", "reason": "没有预算"}),
        ("opportunity.identified", "2025-01-10", {**DEAL, "name": "五轴机床", "lead": "l-1"}),
        answered("2025-01-20", "win", "us", price="no", relationship="no", decision_criteria="unknown"),
        answered("2025-01-20", "win", "p-b", price="yes", relationship="unknown", decision_criteria="unknown"),
        ("pursuit.decided", "2025-01-21", {**DEAL, "decision": "reduce", "reason": "价格没有优势"}),
        answered("2025-02-10", "win", "us", price="yes", relationship="yes"),
        ("pursuit.decided", "2025-02-11", {**DEAL, "decision": "pursue", "reason": "标准已改变"}),
        ("opportunity.won", "2025-03-10", {**DEAL, "amount": cny("900000.00")}),
    )

    def won(as_of: str) -> tuple[str, str, str | None]:
        (row,) = ask("qualification", as_of=as_of, **DEAL)["qualifications"]
        steps = {each["subject"]: pick(each["steps"], step="win") for each in row["subjects"]}
        return steps["us"]["rating"], steps["p-b"]["rating"], row["pursuit"] and row["pursuit"]["decision"]

    assert won("2025-01-20") == ("red", "green", None)  # -20 and +10 of 30: a third is red, or green
    assert won("2025-02-12") == ("green", "green", "pursue")
    (late,) = ask("qualification", as_of="2025-03-11", **DEAL)["qualifications"]
    assert (late["became"], [each["turn"] for each in late["decisions"]]) == ("pursued, won", ["reduce", "pursue"])
    leads = [each for each in stack.ask("portfolio/leads", as_of="2025-03-11")["leads"] if each["account"] == "s13"]
    assert {each["lead"]: each["status"] for each in leads} == {"l-1": "converted", "l-2": "dismissed"}


def test_s14_stages_time_in_them_a_reopening_and_the_funnel_against_a_target(stack):
    define(stack, ("target.set", "2025-01-01", {"owner": "m-s14", "period": "2025", "amount": cny("1000000.00")}))
    ask = tell(
        stack,
        "s14",
        ("member.registered", "2024-01-01", {"member": "m-s14", "name": "钱进"}),
        ("opportunity.identified", "2025-01-10", {**DEAL, "name": "五轴机床", "owner": "m-s14"}),
        ("opportunity.value_changed", "2025-01-10", {**DEAL, "value": cny("800000.00")}),
        ("opportunity.expected_close_changed", "2025-01-11", {**DEAL, "expected_close": "2025-03-31"}),
        ("opportunity.stage_entered", "2025-01-20", {**DEAL, "stage": "proposal"}),
        ("opportunity.lost", "2025-02-19", {**DEAL, "reason": "预算冻结"}),
        ("opportunity.reopened", "2025-03-01", DEAL),
        ("opportunity.stage_entered", "2025-03-11", {**DEAL, "stage": "tender"}),
        ("opportunity.won", "2025-04-10", {**DEAL, "amount": cny("750000.00")}),
    )
    spells = [(each["stage"], each["days"]) for each in ask("stages", as_of="2025-12-31")["spells"]]
    assert spells == [("identified", 10), ("proposal", 30), ("proposal", 10), ("tender", 30)]
    (reopened,) = ask("opportunities", as_of="2025-03-05")
    assert (reopened["stage"], reopened["expected_close"], reopened["outcome"]) == ("proposal", None, None)
    groups = stack.ask("portfolio/funnel", group_by="account", as_of="2025-03-12")["groups"]
    assert pick(pick(groups, group="s14")["stages"], stage="tender")["count"] == 1
    targets = stack.ask("portfolio/targets", as_of="2025-12-31")["targets"]
    assert pick(targets, group="m-s14")["currencies"][0]["attainment"] == pytest.approx(0.75)


def test_s16_positions_prices_and_the_premium_at_the_win(stack):
    ask = tell(
        stack,
        "s16",
        IDENTIFIED,
        ("competitor.identified", "2025-01-15", {**DEAL, "party": "p-b", "name": "B公司"}),
        ("competitor.identified", "2025-01-15", {**DEAL, "party": "p-c", "name": "C公司"}),
        ("competitor_position.assessed", "2025-01-20", {**DEAL, "party": "p-b", "factor": "price", "us": 2, "them": 4}),
        ("competitor_offer.observed", "2025-02-01", {**DEAL, "party": "p-b", "amount": cny("1000000.00")}),
        ("competitor_offer.observed", "2025-02-02", {**DEAL, "party": "p-c", "amount": cny("900000.00")}),
        ("quote.submitted", "2025-02-03", {**DEAL, "quote": "q", "version": 1, "amount": cny("1200000.00")}),
        ("quote.submitted", "2025-02-20", {**DEAL, "quote": "q", "version": 2, "amount": cny("1050000.00")}),
        ("competitor.withdrew", "2025-02-25", {**DEAL, "party": "p-c", "reason": "交期"}),
        ("opportunity.won", "2025-03-10", {**DEAL, "amount": cny("1050000.00")}),
    )
    (early,) = ask("competition", as_of="2025-02-10", **DEAL)["competitions"]
    (now,) = ask("competition", as_of="2025-03-11", **DEAL)["competitions"]
    assert (early["best_offer"]["name"], round(early["premium_percent"], 1)) == ("C公司", 33.3)  # 1.2 over 0.9 million
    assert (now["best_offer"]["name"], now["premium_percent"]) == ("B公司", 5.0)
    assert [(each["factor"], each["us"], each["them"]) for each in now["competitors"][0]["positions"]] == [
        ("price", 2, 4)
    ]


def test_s17_a_meeting_in_three_parts_an_open_question_and_an_overdue_action(stack):
    kind, data = "interaction.recorded", met("2025-02-10", "i-1", "site_visit", ["c-lu"])[2]
    ask = tell(
        stack,
        "s17",
        MEMBER,
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        (kind, "2025-02-10", {**data, **DEAL, "minutes": 30, "feedback": "车间太小"}),
        (
            "next_action.planned",
            "2025-02-10",
            {"action": "a-1", "owner": "m-zhou", "due": "2025-02-20", "text": "重画布局", "interaction": "i-1", **DEAL},
        ),
        (
            "question.asked",
            "2025-02-10",
            {"question": "q-1", "text": "地基要多深?", "asked_by": {"kind": "contact", "id": "c-lu"}, **DEAL},
        ),
        ("question.answered", "2025-02-14", {"question": "q-1", "text": "八十厘米"}),
        ("next_action.completed", "2025-02-25", {"action": "a-1"}),
    )
    (record,) = ask("interactions", as_of="2025-02-11")["interactions"]
    assert (record["feedback"], [each["name"] for each in record["participants"]]) == ("车间太小", ["陆敏"])
    assert [each["text"] for each in record["next_actions"]] == ["重画布局"]
    (open_,) = ask("questions-open", as_of="2025-02-12")["questions"]
    assert (open_["status"], open_["asked_by_name"]) == ("open", "陆敏")
    assert ask("questions-open", as_of="2025-02-15")["questions"] == []
    (late,) = ask("actions", as_of="2025-02-24")["actions"]
    (done,) = ask("actions", as_of="2025-02-26")["actions"]
    assert (late["status"], late["overdue_days"], late["owner_name"]) == ("open", 4, "周洁")
    assert (done["status"], done["days_late"]) == ("done", 5)


def test_s18_the_key_actions_for_each_key_person_and_what_they_moved(stack):
    ask = tell(
        stack,
        "s18",
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        *contact("c-gao", "高峰", "executive"),
        ("buying_role.assigned", "2025-01-12", {"contact": "c-lu", "role": "decision_maker", "domain": "采购", **DEAL}),
        (
            "buying_role.assigned",
            "2025-01-12",
            {"contact": "c-gao", "role": "final_approver", "domain": "审批", **DEAL},
        ),
        attitude("2025-01-15", "c-lu", 0),
        ("interaction.recorded", "2025-02-10", {**met("2025-02-10", "i-1", "factory_visit", ["c-lu"])[2], **DEAL}),
        attitude("2025-02-12", "c-lu", 1),
        ("purchase_criterion.stated", "2025-02-13", {**DEAL, "criterion": "精度", "weight": 40, "stated_by": "c-lu"}),
    )
    told = ask("key-actions", as_of="2025-03-01", **DEAL)
    people = {each["name"]: each for each in told["people"]}
    visit = pick(people["陆敏"]["actions"], kind="factory_visit")
    assert [(each["before"]["level"], each["after"]["level"]) for each in visit["actions"]] == [(0, 1)]
    assert [each["name"] for each in told["people"] if each["gap"]] == ["高峰"]
    (criterion,) = ask("purchase-criteria", as_of="2025-03-01", **DEAL)["criteria"]
    assert (criterion["criterion"], criterion["stated_by_name"]) == ("精度", "陆敏")


def test_s19_a_need_made_clear_an_objection_reopened_and_a_value_confirmed(stack):
    objection = {"objection": "o-1", "contact": "c-lu", "kind": "price", "text": "太贵", **DEAL}
    ask = tell(
        stack,
        "s19",
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        ("need.stated", "2025-01-12", {**DEAL, "need": "n-1", "text": "要快", "clarity": 1}),
        ("need.clarified", "2025-02-11", {**DEAL, "need": "n-1", "text": "每件三分钟", "clarity": 5}),
        ("objection.raised", "2025-02-01", objection),
        ("objection.answered", "2025-02-03", {"objection": "o-1", "text": "全生命周期成本"}),
        ("objection.resolved", "2025-02-05", {"objection": "o-1"}),
        ("objection.reopened", "2025-02-20", {"objection": "o-1", "reason": "对手降价"}),
        ("value.proposed", "2025-02-04", {"value": "v-1", "text": "省两名工人", "contact": "c-lu", **DEAL}),
        ("value.confirmed", "2025-02-21", {"value": "v-1", "contact": "c-lu"}),
        ("solution.presented", "2025-02-06", {**DEAL, "solution": "s-1", "version": 1}),
        ("solution.revised", "2025-02-22", {**DEAL, "solution": "s-1", "version": 2, "reason": "价格"}),
    )
    (need,) = ask("needs", as_of="2025-02-12")["needs"]
    assert (need["clarity"], [each["clarity"] for each in need["course"]]) == (5, [1, 5])
    statuses = [
        each["status"]
        for day in ("2025-02-02", "2025-02-04", "2025-02-06", "2025-02-21")
        for each in ask("objections", as_of=day)["objections"]
    ]
    assert statuses == ["open", "answered", "resolved", "open"]
    assert [each["status"] for each in ask("values", as_of="2025-02-22")["values"]] == ["confirmed"]
    (solution,) = ask("solutions", as_of="2025-02-23")["solutions"]
    assert (solution["version"], solution["revisions"]) == (2, 1)


def test_s20_what_became_of_what_was_sold_and_what_it_paid(stack):
    ask = tell(
        stack,
        "s20",
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        ("opportunity.won", "2025-03-01", {**DEAL, "amount": cny("1000000.00")}),
        ("contract.signed", "2025-03-05", {**DEAL, "amount": cny("1000000.00")}),
        ("delivery.committed", "2025-03-06", {"delivery": "d-1", "due": "2025-04-01", **DEAL}),
        ("delivery.fulfilled", "2025-04-05", {"delivery": "d-1", "quality_ok": True}),
        ("payment.received", "2025-04-20", {"amount": cny("600000.00"), **DEAL}),
        ("cost.booked", "2025-04-21", {"amount": cny("350000.00"), "kind": "installation", **DEAL}),
        ("complaint.received", "2025-05-01", {"complaint": "k-1", "contact": "c-lu", "text": "噪音", **DEAL}),
        ("complaint.resolved", "2025-05-11", {"complaint": "k-1", "contact": "c-lu"}),
        ("satisfaction.surveyed", "2025-06-01", {"method": "csat", "score": 9, "scale_max": 10, "contact": "c-lu"}),
        ("referral.given", "2025-06-02", {"referral": "r-1", "contact": "c-lu", "to": "远山机械"}),
    )
    (delivery,) = ask("deliveries", as_of="2025-04-06")["deliveries"]
    assert (delivery["days_late"], delivery["quality_ok"]) == (4, True)
    assert ask("deliveries", as_of="2025-04-03")["overdue"] == 1
    (sale,) = ask("worth", as_of="2025-06-30", **DEAL)["sales"]
    assert (sale["paid"], sale["margin"]) == ([cny("600000.00")], [cny("250000.00")])
    (complaint,) = ask("complaints", as_of="2025-06-30")["complaints"]
    assert complaint["days_to_resolution"] == 10
    assert ask("satisfaction", as_of="2025-06-30")["latest"][0]["percent"] == 90
    assert [each["to"] for each in ask("referrals", as_of="2025-06-30")["referrals"]] == ["远山机械"]


def test_s21_the_team_acts_on_one_plan_and_hands_over_what_it_knows(stack):
    plan = {"goals": ["拿下五轴机床"], "actions": [{"text": "拜访总经理", "owner": "m-zhou", "due": "2025-02-01"}]}
    ask = tell(
        stack,
        "s21",
        MEMBER,
        ("member.registered", "2024-01-01", {"member": "m-li", "name": "李立"}),
        IDENTIFIED,
        *contact("c-lu", "陆敏", "middle"),
        ("team_member.assigned", "2025-01-10", {"member": "m-zhou", "team_role": "account_manager"}),
        ("plan.set", "2025-01-11", plan),
        attitude("2025-01-15", "c-lu", -1),
        (
            "objection.raised",
            "2025-01-20",
            {"objection": "o-1", "contact": "c-lu", "kind": "price", "text": "贵", **DEAL},
        ),
        ("handover.completed", "2025-02-10", {"from_member": "m-zhou", "to_member": "m-li"}),
        attitude("2025-02-20", "c-lu", 1, "m-li"),
        ("effort.spent", "2025-02-21", {"member": "m-li", "hours": 6.5, **DEAL}),
    )
    assert [each["action"] for each in ask("plan", as_of="2025-01-12")["actions"]] == ["拜访总经理"]
    assert [each["name"] for each in ask("team", as_of="2025-01-12")["members"] if each["roles"]] == ["周洁"]
    (handover,) = ask("handover", as_of="2025-03-01")["handovers"]
    assert handover["to_name"] == "李立"
    steps = ask("next-steps", as_of="2025-01-21")["steps"]
    assert {each["about"]["name"]: each["rule"] for each in steps}["陆敏"] == "objection_open"
    assert ask("effort", as_of="2025-03-01", **DEAL)["hours"] == 6.5
    friday = {"question": "attitude", "from_": "2025-02-14", "to": "2025-02-21", "path_": "contacts", "field": "level"}
    (change,) = stack.ask("accounts/s21/diff", **friday)["changes"]
    assert [(each["was"], each["is"]) for each in change["fields"] if each["field"] == "level"] == [(-1, 1)]


def test_s22_many_sources_each_fact_once_and_one_central_view(stack):
    account = "s22"
    ask = tell(
        stack,
        account,
        ("account.registered", "2024-01-01", {"name": "滨江机械"}),
        *contact("c-lu", "陆敏", "middle"),
        (*met("2025-02-10", "i-1", "meeting", [{"email": "c-lu@binjiang.example"}]), {"source": "calendar"}),
        ("complaint.received", "2025-02-12", {"complaint": "k-1", "text": "迟到"}, {"source": "mail"}),
    )
    again = event(
        account, 4, "complaint.received", "2025-02-12", {"complaint": "k-1", "text": "迟到"}, {"source": "mail"}
    )
    token = stack.send([again])
    sources = {
        each["source"]: each["events"] for each in stack.ask(f"accounts/{account}/intake", after=token)["sources"]
    }
    assert sources == {"crm": 3, "calendar": 1, "mail": 1}
    view = ask("account-360", as_of="2025-02-20")
    assert view["profile"]["name"] == "滨江机械"
    assert {each["source"] for each in view["sources"]} == {"crm", "calendar", "mail"}
    (meeting,) = ask("interactions", as_of="2025-02-20")["interactions"]
    assert [each["name"] for each in meeting["participants"]] == ["陆敏"]  # known only by an address
