"""The retailer's story: every row of its table in services/importers/data/stories/README.md."""

import pytest

from tests.unit.histories import ask, beijing, story

STORY = story("retailer")
END = beijing("2024-12-31")


@pytest.mark.parametrize(
    ("opportunity", "steps", "bottleneck"),
    [
        ("opp-north", {"运营部审核": (30, 0), "财务部审核": (120, 92), "总裁办审批": (31, 0)}, "财务部审核"),
        ("opp-south", {"运营部审核": (59, 0), "总裁办审批": (61, 0)}, "总裁办审批"),
    ],
    ids=["row 1", "row 3"],
)
def test_rows_1_and_3_six_months_with_finance_four_without(opportunity, steps, bottleneck):
    told = ask("decision-steps", STORY, END, opportunity=opportunity)
    done = [each for each in told["steps"] if each["status"] == "completed"]
    assert {each["name"]: (each["days"], each["blocked_days"]) for each in done} == steps
    assert sum(each["days"] for each in done) == {"opp-north": 181, "opp-south": 120}[opportunity]
    assert {each["name"] for each in told["steps"] if each["status"] == "dropped"} == (
        {"财务部审核"} if opportunity == "opp-south" else set()
    )
    assert [each["name"] for each in told["bottlenecks"]] == [bottleneck]


def test_row_2_that_finance_went_on_was_known_a_week_later():
    as_of = beijing("2023-06-05")
    for known_at, since in ((as_of, "2023-03-01T01:00:00Z"), (None, None)):
        steps = ask("decision-steps", STORY, as_of, known_at, opportunity="opp-north")["steps"]
        (finance,) = [each for each in steps if each["step_kind"] == "finance"]
        assert finance["blocked_since"] == since


def test_row_4_the_blocked_step_is_a_warning():
    found = ask("warnings", STORY, beijing("2023-05-01"), rule="decision_step_blocked")
    assert [each["about"]["name"] for each in found] == ["财务部审核"]
    assert ask("warnings", STORY, beijing("2023-06-05"), rule="decision_step_blocked") == []


def test_row_5_the_deal_stands_in_approval_meanwhile():
    (deal,) = ask("opportunities", STORY, beijing("2023-05-01"))
    assert (deal["name"], deal["stage"], deal["since"]) == ("北区收银系统", "approval", "2023-01-16T01:00:00Z")


def test_row_6_fewer_revisions_once_sales_and_engineering_share_what_they_know():
    solutions = ask("solutions", STORY, END)["solutions"]
    assert {each["opportunity"]: each["revisions"] for each in solutions} == {"opp-north": 4, "opp-south": 1}


def test_row_7_the_customer_is_more_satisfied_than_a_year_ago():
    (last,) = ask("satisfaction", STORY, END)["latest"]
    assert (last["time"][:10], last["percent"], last["change"]) == ("2024-09-02", 95.0, 15.0)
