from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.customers import bought
from tests.unit.histories import ask, fact, moment

# 100 days from one to the next, the last on 28 October 2024.
REGULAR = [
    bought("a", "2024-01-02", "100", product="CT"),
    bought("b", "2024-04-11", "200", product="CT"),
    bought("c", "2024-07-20", "300"),
    bought("d", "2024-10-28", "400", "USD", product="service"),
]


def attitude(contact: str, level: int, time: str = "2024-01-01", **data: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **data})


def test_a_regular_customer_is_measured_by_its_own_rhythm():
    answer = ask("loyalty", REGULAR, "2024-11-07T00:00:00")
    assert (answer["transactions"], answer["intervals"], answer["median_days"]) == (4, 3, 100.0)
    assert (answer["days_since_last"], answer["rhythm"]) == (10.0, "active")
    assert answer["sentence"] == "They last bought 10 days ago, in their rhythm of 100 days."
    assert (answer["first"], answer["last"]) == ("2024-01-02T00:00:00Z", "2024-10-28T00:00:00Z")


@pytest.mark.parametrize(
    ("as_of", "rhythm"),
    [
        ("2025-03-27T00:00:00", "active"),  # 150 days
        ("2025-03-27T00:00:01", "slowing"),
        ("2025-08-24T00:00:00", "slowing"),  # 300 days
        ("2025-08-24T00:00:01", "lapsed"),
    ],
)
def test_a_customer_slows_after_one_and_a_half_and_is_lost_after_three_of_its_intervals(as_of, rhythm):
    assert ask("loyalty", REGULAR, as_of)["rhythm"] == rhythm


def test_the_median_is_that_of_uneven_intervals_and_what_was_bought_at_one_moment_is_one_purchase():
    facts = [
        bought("a", "2024-01-01"),
        bought("b", "2024-01-11"),
        bought("b2", "2024-01-11"),
        bought("c", "2024-02-10"),
    ]
    answer = ask("loyalty", facts, "2024-02-10")
    assert (answer["transactions"], answer["intervals"], answer["median_days"]) == (4, 2, 20.0)  # 10 and 30


def test_fewer_than_three_purchases_show_no_rhythm():
    answer = ask("loyalty", REGULAR[:2], "2024-05-01")
    assert (answer["rhythm"], answer["median_days"]) == ("unknown", 100.0)
    assert "fewer than three" in answer["sentence"]


def test_a_customer_of_whose_purchases_nobody_told_is_unknown():
    answer = ask("loyalty", [attitude("c-1", 1)], "2024-12-31")
    unknown = ("first", "last", "years", "per_year", "median_days", "days_since_last")
    assert [answer[each] for each in unknown] == [None] * 6
    assert (answer["rhythm"], answer["transactions"], answer["sales"], answer["products"]) == ("unknown", 0, [], [])
    assert answer["sentence"] == "No purchase of a known moment was told."


def test_years_and_purchases_a_year_begin_with_the_first_and_a_rate_needs_a_whole_year():
    within = ask("loyalty", REGULAR, "2024-12-31")
    assert (within["per_year"], round(within["years"], 2)) == (None, 1.0)  # 365 days are less than a year
    after = ask("loyalty", REGULAR, "2026-01-01")  # to the end of the day: 731 days
    assert round(after["years"], 4) == 2.0014
    assert round(after["per_year"], 3) == 1.999


def test_sales_of_a_year_are_compared_with_the_year_before_in_each_currency():
    facts = [*REGULAR, bought("e", "2025-06-01", "450"), bought("f", "2025-06-02", "500", "USD")]
    sales = ask("loyalty", facts, "2025-12-31")["sales"]
    assert [(each["currency"], each["last_year"], each["year_before"], each["change_percent"]) for each in sales] == [
        ("CNY", "450", "600", -25.0),
        ("USD", "500", "400", 25.0),
    ]
    assert [each["trend"] for each in sales] == ["down", "up"]
    first = ask("loyalty", facts, "2024-12-31")["sales"]
    assert [(each["trend"], each["change_percent"]) for each in first] == [("unknown", None)] * 2


def test_products_are_counted_and_what_nobody_named_comes_last():
    products = ask("loyalty", REGULAR, "2024-12-31")["products"]
    assert [(each["product"], each["count"], each["value"][0]["amount"]) for each in products] == [
        ("CT", 2, "300"),
        ("service", 1, "400"),
        (None, 1, "300"),
    ]


def test_supporters_are_those_who_still_support_us_and_have_not_left():
    facts = [
        *REGULAR,
        attitude("a", 2),
        attitude("b", 1),
        attitude("c", 1),
        attitude("c", -1, "2024-06-01"),
        attitude("d", 0),
        fact("contact.left", "2024-06-01", {"contact": "b"}),
        fact("contact.merged", "2024-06-01", {"contact": "a", "into": "z"}),
    ]
    assert [each["contact"] for each in ask("loyalty", facts, "2024-05-31")["supporters"]] == ["b", "c", "z"]
    assert [each["contact"] for each in ask("loyalty", facts, "2024-12-31")["supporters"]] == ["z"]


def test_a_purchase_told_late_changes_the_rhythm_only_from_then_on():
    late = bought("late", "2024-10-29", recorded_at="2025-02-01")
    corrected = fact(
        "event.corrected",
        "2025-03-01",
        {
            "target": {"source": "crm", "id": late.event.id, "type": "account.transaction_recorded.v1"},
            "data": {"transaction": "late", "amount": {"amount": "1", "currency": "CNY"}},
            "time": "2024-11-30T00:00:00Z",
            "reason": "the day it was delivered",
        },
    )
    facts = [*REGULAR, late, corrected]
    as_of = moment("2024-12-30T00:00:00")
    found = [
        ask("loyalty", facts, as_of, known)["days_since_last"] for known in ("2025-01-31", "2025-02-15", "2025-03-31")
    ]
    assert found == [63.0, 62.0, 30.0]


def test_a_refund_is_no_purchase_and_counts_in_sums_alone():
    facts = [*REGULAR, bought("r", "2024-11-05", "-100", product="CT"), bought("free", "2024-11-06", "0")]
    answer, without = ask("loyalty", facts, "2024-11-07T00:00:00"), ask("loyalty", REGULAR, "2024-11-07T00:00:00")
    counted = ("first", "last", "years", "transactions", "intervals", "median_days", "rhythm", "sentence")
    assert {each: answer[each] for each in counted} == {each: without[each] for each in counted}
    assert [(each["currency"], each["last_year"]) for each in answer["sales"]] == [("CNY", "500"), ("USD", "400")]
    assert [(each["product"], each["count"], each["value"][0]["amount"]) for each in answer["products"]] == [
        ("CT", 2, "200"),
        ("service", 1, "400"),
        (None, 1, "300"),
    ]
    assert answer["products"][0]["last"] == "2024-04-11T00:00:00Z"


def test_where_only_refunds_are_known_it_is_unknown_when_anything_was_bought():
    answer = ask("loyalty", [bought("r", "2024-11-05", "-100", product="CT")], "2024-12-31")
    assert (answer["first"], answer["transactions"], answer["rhythm"]) == (None, 0, "unknown")
    assert [(each["count"], each["last"]) for each in answer["products"]] == [(0, None)]
