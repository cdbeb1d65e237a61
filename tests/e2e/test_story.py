"""The hospital's story, restored by the demo: the 17 answers of its README, over HTTP."""

import pytest

HOSPITAL = "accounts/hosp-1"
PURCHASE = {"opportunity": "opp-ct", "tz": "Asia/Shanghai"}  # days are Beijing days


@pytest.fixture(scope="module")
def ask(stack):
    return lambda question, **query: stack.ask(f"{HOSPITAL}/{question}", **query)


def test_row_1_who_may_decide_what_and_finance_is_unknown(ask):
    chain = ask("decision-chain", as_of="2025-01-31", **PURCHASE)
    assert {(each["holder_name"], each["right"]) for each in chain["rights"]} == {
        ("采购部", "core_decision"),
        ("院长办公室", "final_approval"),
        ("设备科", "review"),
    }
    assert {(each["basis"]["assertion"], each["basis"]["confidence"]) for each in chain["rights"]} == {("told", 0.8)}
    assert [each["name"] for each in chain["unknown"]] == ["财务部"]


def test_row_2_a_vague_need_was_clarified_by_the_technical_exchange(ask):
    (need,) = ask("needs", tz="Asia/Shanghai")["needs"]
    told = [(each["clarity"], each["time"][:10], each["days_after"]) for each in need["course"]]
    assert (need["need"], told) == ("n-1", [(1, "2025-01-13", None), (4, "2025-02-26", 44)])
    assert [each["kind"] for each in need["course"][-1]["causes"]] == ["technical_exchange"]


@pytest.mark.parametrize(
    ("day", "known_at", "expected"),
    [
        ("2025-03-01", {"known_at": "2025-03-10"}, (1, 1, 0, 2)),
        ("2025-03-01", {"known_at": "2025-04-01"}, (1, 1, 1, 1)),
        ("2025-03-01", {}, (0, 1, 1, 2)),
        ("2025-05-31", {}, (3, 1, 0, 0)),
    ],
    ids=["row 3", "row 4", "row 5", "row 6"],
)
def test_rows_3_to_6_the_mix_of_attitudes_as_it_was_known_then_and_now(ask, day, known_at, expected):
    (point,) = ask("attitude-mix", as_of=day, **known_at, **PURCHASE)["points"]
    assert (point["support"], point["neutral"], point["oppose"], point["unknown"]) == expected


def test_row_7_what_was_learned_late_or_corrected_by_whom_and_what_it_moved(ask):
    finance, corrected = ask("restatements", tz="Asia/Shanghai")["restatements"]
    assert (finance["event"]["id"], finance["kind"], int(finance["days_late"])) == ("h32", "late", 44)
    assert (finance["actor"], finance["recorded_at"][:10]) == ("m-he", "2025-03-28")
    assert (corrected["event"]["id"], corrected["kind"]) == ("h59", "corrected")
    assert [corrected["moved"][each][:10] for each in ("from", "to")] == ["2025-02-26", "2025-03-12"]
    levels = [
        (change["name"], field["was"], field["is"])
        for answer in corrected["answers"]
        for change in answer["changes"]
        for field in change["fields"]
        if (answer["question"], change["path"], field["field"]) == ("attitude", "contacts", "level")
    ]
    assert levels == [("李强", 1, None)]


def test_row_8_finance_is_the_bottleneck(ask):
    steps = ask("decision-steps", opportunity="opp-ct")
    days = {each["name"]: (round(each["days"], 2), round(each["blocked_days"], 2)) for each in steps["steps"]}
    assert days == {"财务审核": (45.33, 31.33), "院长办公会审批": (15.00, 0)}
    assert [each["name"] for each in steps["bottlenecks"]] == ["财务审核"]
    blocked = ask("decision-steps", as_of="2025-04-08", **PURCHASE)["steps"]
    assert [each["blocked_since"] for each in blocked] == ["2025-04-07T01:00:00Z"]  # 9 o'clock in Beijing


def test_row_9_the_key_actions_and_what_they_moved_but_none_with_finance(ask):
    people = {each["name"]: each for each in ask("key-actions", opportunity="opp-ct")["people"] if each["say"]}
    done = {name: {each["kind"] for each in row["actions"] if each["done"]} for name, row in people.items()}
    assert done == {
        "李强": {"factory_visit", "technical_exchange"},
        "王敏": {"factory_visit", "solution_presentation"},
        "周国华": {"executive_meeting"},
        "赵芸": set(),
    }
    assert [name for name, row in people.items() if row["gap"]] == ["赵芸"]

    def moved(name, kind):
        (shown,) = [each for each in people[name]["actions"] if each["kind"] == kind]
        return [(each["before"]["level"], each["after"]["level"]) for each in shown["actions"]]

    assert moved("王敏", "solution_presentation") == [(0, 1)]
    assert moved("周国华", "executive_meeting") == [(None, 1)]


def test_row_10_the_days_in_each_stage_and_of_the_whole_cycle(ask):
    spells = ask("stages", opportunity="opp-ct")["spells"]
    days = [each["days"] for each in spells if each["days"] is not None]
    assert [round(each, 2) for each in days] == [69.96, 63.00, 25.29]
    assert round(sum(days), 2) == 158.25
    other = [each["days"] for each in ask("stages", opportunity="opp-us")["spells"] if each["days"] is not None]
    assert round(sum(other), 2) == 196.25


def test_row_11_the_award_came_within_the_predicted_interval_four_days_early(ask):
    (told,) = [
        each for each in ask("prediction", opportunity="opp-ct")["predictions"] if each["model"] == "kaplan-meier"
    ]
    assert (told["value"], told["low"], told["high"]) == ("2025-06-24", "2025-06-03", "2025-07-22")
    assert (told["happened"], told["inside"], told["days_off"]) == ("2025-06-20", True, -4)


def test_row_12_won_at_ten_percent_above_the_competitor(ask):
    (told,) = ask("competition", opportunity="opp-ct")["competitions"]
    assert (told["ours"]["amount"], told["best_offer"]["amount"]["amount"]) == ("8000000.00", "7272727.27")
    assert told["premium_percent"] == 10.0


def test_row_13_the_second_purchase_took_30_percent_less_of_our_time_than_the_first(ask):
    effort = ask("effort", opportunity="opp-ct", compare="opp-us")
    other = effort["compared"]
    assert (effort["ours"], other["ours"], other["ours_percent"]) == (1_050, 1_500, -30.0)
    assert (effort["theirs"], other["theirs"]) == (600, 500)


def test_row_14_a_hidden_influence_goes_up_the_ranks(ask):
    (edge,) = ask("influence", opportunity="opp-ct")["edges"]
    assert (edge["from_name"], edge["to_name"], edge["hidden"]) == ("李强", "周国华", True)
    assert (edge["from_rank"], edge["to_rank"], edge["upward"]) == ("middle", "executive", True)
    assert (edge["basis"]["assertion"], edge["basis"]["confidence"]) == ("inferred", 0.6)


def test_row_15_what_stood_in_the_way_on_8_april_finances_opposition_being_known_now(ask):
    found = {(each["rule"], each["about"]["name"]) for each in ask("warnings", as_of="2025-04-08", tz="Asia/Shanghai")}
    assert found == {
        ("approver_not_covered", "周国华"),
        ("decision_step_blocked", "财务审核"),
        ("opponent_with_power", "赵芸"),
        ("key_action_missing", "财务部"),
    }


def test_row_16_what_the_customer_judges_by_who_said_so_and_what_led_to_it(ask):
    assert ask("purchase-criteria", as_of="2025-02-25", **PURCHASE)["criteria"] == []
    (row,) = ask("purchase-criteria", as_of="2025-02-26", **PURCHASE)["criteria"]
    assert (row["criterion"], row["weight"], row["stated_by_name"]) == ("十年总成本", 30, "李强")
    assert [each["kind"] for each in row["causes"]] == ["technical_exchange"]


def test_row_17_the_departments_and_the_first_buyer_of_the_year_before(ask):
    chart = ask("org-map", as_of="2024-06-30", tz="Asia/Shanghai")
    assert {each["name"] for each in chart["units"]} == {"采购部", "院长办公室", "设备科", "财务部"}
    (buyer,) = [each for each in chart["people"] if each["name"] == "王敏"]
    assert [each["unit_name"] for each in buyer["positions"]] == ["采购部"]
    others = [each for each in chart["units"] if each["name"] != "采购部"]
    assert {each["basis"]["timebasis"] for each in others} == {"since"}


def test_the_other_stories_are_restored_too(stack):
    def only(account, question, rows, **query):
        (row,) = stack.ask(f"accounts/{account}/{question}", tz="Asia/Shanghai", **query)[rows]
        return row

    assert only("mfr-1", "attitude-mix", "points", opportunity="opp-line", as_of="2024-03-10")["support"] == 3
    assert only("retail-1", "decision-steps", "bottlenecks", opportunity="opp-north")["name"] == "财务部审核"
    assert only("it-1", "qualification", "qualifications", opportunity="opp-data")["became"] == "pursued, won"
    assert only("supply-1", "deliveries", "deliveries")["days_late"] == -3


def test_the_bank_exceeded_its_target(stack):
    targets = stack.ask("portfolio/targets", as_of="2024-12-31", period="2024", tz="Asia/Shanghai")["targets"]
    assert [each["currencies"][0]["attainment"] for each in targets if each["group"] == "m-qiao"] == [1.15]
