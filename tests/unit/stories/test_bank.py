"""The bank's story: every row of its table in services/importers/data/stories/README.md."""

from tests.unit.histories import beijing, story
from tests.unit.portfolios import ask_portfolio

STORY = story("bank")
END = beijing("2024-12-31")


def test_row_1_each_customer_was_put_into_a_segment():
    told = ask_portfolio("segments", STORY, END)["segments"]
    put = {(account["name"], each["segment"], account["told"]) for each in told for account in each["accounts"]}
    assert {(name, segment) for name, segment, by_somebody in put if by_somebody} == {
        ("宁波港务", "strategic"),
        ("越州纺织", "growth"),
        ("明湖食品", "standard"),
    }


def test_row_4_what_was_won_in_each_segment_and_why_one_was_lost():
    groups = ask_portfolio("win-loss", STORY, END, group_by="segment")["groups"]
    won = {each["group"]: (each["won"]["count"], each["won"]["value"]) for each in groups}
    assert won == {
        "strategic": (2, [{"amount": "8500000.00", "currency": "CNY"}]),
        "growth": (1, [{"amount": "3000000.00", "currency": "CNY"}]),
        "standard": (0, []),
    }
    (lost,) = ask_portfolio("win-loss", STORY, END)["reasons"]
    assert (lost["reason"], lost["count"]) == ("价格", 1)
