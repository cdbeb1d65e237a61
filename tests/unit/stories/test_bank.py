"""The bank's story: every row of its table in services/importers/data/stories/README.md."""

import orjson
import pytest

import schemas
from services.importers import TARGET
from services.projections.history import Recorded
from tests.unit.histories import beijing, story
from tests.unit.portfolios import ask_portfolio

STORY = story("bank")
END = beijing("2024-12-31")
TARGETED = Recorded(schemas.parse(orjson.dumps(orjson.loads(TARGET.read_bytes()))), beijing("2024-01-01"), 1, 0)


def test_row_1_each_customer_was_put_into_a_segment():
    told = ask_portfolio("segments", STORY, END)["segments"]
    put = {(account["name"], each["segment"], account["told"]) for each in told for account in each["accounts"]}
    assert {(name, segment) for name, segment, by_somebody in put if by_somebody} == {
        ("宁波港务", "strategic"),
        ("越州纺织", "growth"),
        ("明湖食品", "standard"),
    }


@pytest.mark.parametrize(
    ("as_of", "known_at", "won", "attainment"),
    [
        ("2024-12-31", None, "11500000.00", 1.15),
        ("2024-09-30", None, "8500000.00", 0.85),
        ("2024-09-30", "2024-10-01", "6000000.00", 0.60),
    ],
    ids=["row 2", "row 3, now", "row 3, then"],
)
def test_rows_2_and_3_the_target_was_exceeded(as_of, known_at, won, attainment):
    known = beijing(known_at) if known_at else None
    (target,) = ask_portfolio("targets", [*STORY, TARGETED], beijing(as_of), known)["targets"]
    (figures,) = target["currencies"]
    assert (target["group"], target["group_name"], target["period"]) == ("m-qiao", "乔安", "2024")
    assert (figures["won"]["amount"], figures["target"]["amount"]) == (won, "10000000.00")
    assert figures["attainment"] == pytest.approx(attainment)


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
