from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import DEALS, four_of_all
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio

STAGES = [{"stage": "talk", "order": 1}, {"stage": "offer", "order": 2}]
PIPELINE = fact(
    "pipeline.defined", "2025-01-01", {"version": "1", "pipeline": "p", "stages": STAGES}, account="$policy"
)


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def deal(word: str, time: str, opportunity: str = "o", **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data}, id=f"{opportunity}-{word}-{time}")


def identified(time: str = "2025-01-01", opportunity: str = "o", **data: Any) -> Recorded:
    return deal("identified", time, opportunity, name=opportunity.upper(), **data)


def value(time: str, amount: str, currency: str = "EUR") -> Recorded:
    return deal("value_changed", time, value={"amount": amount, "currency": currency})


def close(time: str, day: str | None) -> Recorded:
    return deal("expected_close_changed", time, expected_close=day)


def entered(time: str, stage: str) -> Recorded:
    return deal("stage_entered", time, stage=stage)


BEFORE = [
    PIPELINE,
    identified(value=euros("100"), expected_close="2025-06-30", owner="m-1"),
    entered("2025-01-02", "talk"),
]


def changes(facts: list[Recorded], as_of: str = "2025-12-31", **asked: Any) -> list[tuple[Any, ...]]:
    rows = ask_portfolio("pipeline-changes", [*BEFORE, *facts], as_of, from_="2025-02-01", **asked)["changes"]
    return [(row["kind"], row["from"], row["to"]) for row in rows]


def test_what_changed_since_then_is_told_with_old_and_new_and_what_was_told_again_is_none():
    facts = [
        entered("2025-02-01", "offer"),
        entered("2025-02-02", "offer"),
        entered("2025-02-03", "talk"),
        value("2025-02-04", "100.00"),
        value("2025-02-05", "120"),
        value("2025-02-06", "90"),
        value("2025-02-07", "80", "USD"),
        close("2025-02-08", "2025-06-30"),
        close("2025-02-09", "2025-07-10"),
        close("2025-02-10", "2025-06-10"),
        close("2025-02-11", None),
        deal("owner_changed", "2025-02-12", owner="m-1"),
        deal("owner_changed", "2025-02-13", owner="m-2"),
    ]
    assert changes(facts) == [
        ("moved_forward", "talk", "offer"),
        ("moved_back", "offer", "talk"),
        ("value_up", "100 EUR", "120 EUR"),
        ("value_down", "120 EUR", "90 EUR"),
        ("value_changed", "90 EUR", "80 USD"),
        ("close_pushed_out", "2025-06-30", "2025-07-10"),
        ("close_pulled_in", "2025-07-10", "2025-06-10"),
        ("close_changed", "2025-06-10", None),
        ("owner_changed", "m-1", "m-2"),
    ]
    answer = ask_portfolio("pipeline-changes", [*BEFORE, *facts], "2025-12-31", from_="2025-02-01")
    assert [row["days"] for row in answer["changes"] if row["days"]] == [10, -30]
    (up,) = [row for row in answer["totals"] if row["kind"] == "value_up"]
    assert (up["count"], up["value"], up["difference"]) == (1, [euros("120")], [euros("20")])


def test_of_several_told_for_one_time_the_last_stands_and_what_went_back_at_once_is_none():
    facts = [
        value("2025-02-01", "150"),
        fact("opportunity.value_changed", "2025-02-01", {"opportunity": "o", "value": euros("100")}),
    ]
    facts += [entered("2025-02-02", "offer"), entered("2025-02-02T00:00:00Z", "talk")]
    assert changes(facts) == []


def test_a_deal_that_is_won_and_reopened_begins_its_expected_close_anew():
    facts = [
        deal("won", "2025-03-01", amount=euros("95")),
        value("2025-03-01", "95"),
        close("2025-03-02", "2025-03-01"),
        deal("reopened", "2025-04-01"),
        deal("lost", "2025-05-01", reason="price"),
    ]
    assert changes(facts) == [("won", None, "won"), ("reopened", "won", None), ("lost", None, "lost")]
    again = close("2025-04-02", "2025-06-30")
    assert changes([*facts[:1], facts[3], again])[2:] == [("close_changed", None, "2025-06-30")]


def test_a_new_deal_is_told_once_and_sums_are_by_kind_group_and_currency():
    facts = [
        *BEFORE,
        identified("2025-02-01", "a", owner="m-1", value=euros("5")),
        identified("2025-02-02", "b", owner="m-2", value={"amount": "7", "currency": "USD"}),
        identified("2025-02-03", "c", owner="m-2", value=euros("1")),
        deal("abandoned", "2025-02-04", "c", reason="no need"),
    ]
    answer = ask_portfolio("pipeline-changes", facts, "2025-02-28", from_="2025-02-01", group_by="owner")
    assert [(row["kind"], row["opportunity_name"], row["to"]) for row in answer["changes"]] == [
        ("new", "A", "identified"),
        ("new", "B", "identified"),
        ("new", "C", "identified"),
        ("abandoned", "C", "abandoned"),
    ]
    assert [(row["group"], row["kind"], row["count"], row["value"]) for row in answer["totals"]] == [
        ("m-1", "new", 1, [euros("5")]),
        ("m-2", "new", 2, [euros("1"), {"amount": "7", "currency": "USD"}]),
        ("m-2", "abandoned", 1, [euros("1")]),
    ]


def test_without_from_it_is_the_last_seven_days_and_without_an_order_a_deal_has_only_moved():
    facts = [*BEFORE[1:], entered("2025-02-01", "offer")]
    (row,) = ask_portfolio("pipeline-changes", facts, "2025-02-07")["changes"]
    assert (row["kind"], row["time"], len(row["because"])) == ("moved", "2025-02-01T00:00:00Z", 1)
    assert ask_portfolio("pipeline-changes", facts, "2025-02-08")["changes"] == []


def test_both_clocks():
    def kinds(answer: Any) -> list[tuple[str, str]]:
        return [(row["opportunity"], row["kind"]) for row in answer["changes"]]

    assert four_of_all("pipeline-changes", DEALS, kinds, from_="2025-01-15") == [
        [],
        [("o", "won")],
        [("p", "lost")],
        [("p", "lost"), ("o", "won")],
    ]


def test_what_changed_in_the_crm_since_friday():
    # by a script over the CSV: from 23 to 30 June 252 were engaged, 144 won (433,747), 33 lost
    totals = ask_crm("pipeline-changes", "2017-06-30", from_="2017-06-23")["totals"]
    assert [(row["kind"], row["count"]) for row in totals] == [("new", 252), ("won", 144), ("lost", 33)]
    assert totals[1]["value"] == [{"amount": "433747", "currency": "USD"}]
