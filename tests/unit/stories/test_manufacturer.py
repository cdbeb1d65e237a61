"""The manufacturer's story: every row of its table in services/importers/data/stories/README.md."""

import pytest

from tests.unit.histories import ask, beijing, story

STORY = story("manufacturer")
LINE = {"opportunity": "opp-line"}
END = beijing("2024-12-31")


def test_row_1_procurement_decides_the_office_approves_and_engineering_reviews():
    chain = ask("decision-chain", STORY, beijing("2024-01-31"), **LINE)
    held = {each["holder_name"]: (each["right"], each["basis"]["assertion"]) for each in chain["rights"]}
    assert held == {
        "采购部": ("core_decision", "told"),
        "总经理办公室": ("final_approval", "told"),
        "工程部": ("review", "told"),
    }
    assert {each["basis"]["confidence"] for each in chain["rights"]} == {0.9}


def test_row_2_each_is_engaged_in_the_way_that_fits_what_they_may_decide():
    rows = ask("engagement", STORY, beijing("2024-01-31"))["contacts"]
    set_for = {each["name"]: (each["mode"], each["fits"]) for each in rows if each["mode"]}
    assert set_for == {"何建": ("focus", "yes"), "马总": ("report", "yes"), "林工": ("assist", "yes")}


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"),
    [
        ("2024-02-10", None, (1, 1, 0, 1)),
        ("2024-03-10", "2024-03-10", (2, 1, 0, 0)),
        ("2024-03-10", None, (3, 0, 0, 0)),
    ],
    ids=["row 3", "row 4", "row 5"],
)
def test_rows_3_to_5_support_grows_and_a_shift_is_told_late(as_of, known_at, expected):
    known = beijing(known_at) if known_at else None
    (point,) = ask("attitude-mix", STORY, beijing(as_of), known, **LINE)["points"]
    assert (point["support"], point["neutral"], point["oppose"], point["unknown"]) == expected


def test_row_6_the_approval_took_two_months():
    (step,) = ask("decision-steps", STORY, END, **LINE)["steps"]
    assert (step["name"], step["days"], step["blocked_days"]) == ("总经理办公室审批", 61.0, 0)


def test_row_7_the_days_in_each_stage_add_up_to_the_whole():
    told = ask("stages", STORY, END)
    assert [(each["stage"], round(each["days"], 2)) for each in told["spells"]] == [
        ("identified", 5.00),
        ("qualified", 40.96),
        ("approval", 66.04),
    ]
    assert [each["days"] for each in told["cycles"]] == [112.0]


def test_row_8_each_was_shown_what_concerns_them_and_moved_towards_us():
    people = ask("key-actions", STORY, END, **LINE)["people"]
    found = {
        (each["name"], action["kind"]): (at["before"]["level"], at["after"]["level"])
        for each in people
        for action in each["actions"]
        for at in action["actions"]
    }
    assert found == {
        ("林工", "technical_exchange"): (None, 1),
        ("林工", "solution_presentation"): (1, None),
        ("何建", "solution_presentation"): (0, 1),
        ("马总", "executive_meeting"): (None, 1),
    }


def test_row_9_it_was_won_for_five_million():
    (deal,) = ask("opportunities", STORY, END)
    assert (deal["outcome"], deal["closed_at"][:10]) == ("won", "2024-05-06")
    assert deal["value"] == {"amount": "5000000.00", "currency": "CNY"}
    (sale,) = ask("worth", STORY, END)["sales"]
    assert sale["promised"]["identified"] == {"amount": "5200000.00", "currency": "CNY"}
    assert sale["promised"]["contract"] == {"amount": "5000000.00", "currency": "CNY"}
