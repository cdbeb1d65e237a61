from typing import Any

import pytest

from services.projections.question import Unanswerable
from tests.unit.customers import bought, criteria, decided, metric
from tests.unit.histories import ask, fact


def share(answer: Any) -> tuple[float, float, bool | None]:
    return answer["met"], answer["at_most"], answer["is_key"]


def metrics(answer: Any) -> dict[str, tuple[Any, bool | None]]:
    return {each["metric"]: (each["value"], each["met"]) for each in answer["metrics"]}


# Four purchases in 2024, of 250,000 each, by a customer since 1 January 2021: by the end of 2024 all three are met
# (frequency weighs 1, cooperation 1, sales 2).
STEADY = [
    bought("t-0", "2021-01-01", "10"),
    *(bought(f"t-{month}", f"2024-{month:02}-01", "250000") for month in (3, 5, 7, 9)),
]


def test_all_metrics_of_a_steady_customer_are_met_and_each_says_why():
    answer = ask("key-status", STEADY, "2024-12-31")
    assert share(answer) == (1.0, 1.0, True)
    assert answer["criteria"] == "default-1"
    values = metrics(answer)
    assert values["sales"] == ("1000000", True)
    assert values["purchase_frequency"] == ("4", True)
    assert values["length_of_cooperation"][0].startswith("4.00")  # 1,461 days less a microsecond over 365.2425
    assert [each["sentence"] for each in answer["metrics"]][2] == (
        "sales of the last 365 days: 1000000 CNY, which meets the threshold of 1000000 CNY"
    )
    assert answer["sentence"] == "A key account by criteria default-1: 100% is met, and 50% is enough."


def test_sales_that_leave_the_window_no_longer_count_and_the_share_falls():
    answer = ask("key-status", STEADY, "2025-06-30")  # of the four, July and September are left
    assert metrics(answer)["sales"] == ("500000", False)
    assert metrics(answer)["purchase_frequency"] == ("2", False)
    assert share(answer) == (0.25, 0.25, False)


def test_the_window_begins_after_its_first_moment_and_ends_with_its_last():
    facts = [bought("a", "2024-01-01T00:00:00"), bought("b", "2024-12-31T00:00:00")]
    at_the_end = metrics(ask("key-status", facts, "2024-12-31T00:00:00"))  # 365 days after the first, to the moment
    assert at_the_end["purchase_frequency"] == ("1", False)
    a_moment_before = metrics(ask("key-status", facts, "2024-12-30T23:59:59.999999"))
    assert a_moment_before["purchase_frequency"] == ("1", False)
    assert metrics(ask("key-status", [*facts, bought("c", "2024-01-01T00:00:01")], "2024-12-31T00:00:00"))[
        "purchase_frequency"
    ] == ("2", False)


def test_a_customer_of_whose_purchases_nobody_told_is_unknown_and_not_nothing():
    answer = ask("key-status", [fact("account.registered", "2020-01-01", {"name": "A"})], "2024-12-31")
    assert share(answer) == (0.0, 1.0, None)
    assert metrics(answer) == dict.fromkeys(("purchase_frequency", "length_of_cooperation", "sales"), (None, None))
    assert answer["metrics"][0]["sentence"] == (
        "purchases in the last 365 days: unknown, because nobody told of any purchase; the threshold is 4"
    )
    assert (answer["segment"]["segment"], answer["segment"]["focus"]) == (None, [])


def test_one_who_bought_once_and_no_more_has_sales_of_nothing():
    answer = ask("key-status", [bought("a", "2015-01-01")], "2024-12-31")
    assert metrics(answer)["sales"] == ("0", False)
    assert metrics(answer)["purchase_frequency"] == ("0", False)
    assert share(answer) == (0.25, 0.25, False)
    assert answer["segment"]["segment"] == "standard"


# The default's metrics, but for the currency of sales, which is the one in which the account buys.
UNNAMED = criteria(
    "any",
    metric("purchase_frequency", "4"),
    metric("length_of_cooperation", "3"),
    metric("sales", "1000000", 2),
)


def test_the_default_counts_sales_in_the_currency_of_its_threshold_and_says_what_it_leaves_out():
    yen = ask("key-status", [bought("t-1", "2024-06-01", "1000000", "JPY")], "2024-12-31")
    assert (yen["metrics"][2]["value"], yen["metrics"][2]["currency"], yen["metrics"][2]["met"]) == ("0", "CNY", False)
    assert yen["metrics"][2]["sentence"] == (
        "sales of the last 365 days: 0 CNY, which does not meet the threshold of 1000000 CNY; "
        "not counted, since they are in other currencies: 1000000 JPY"
    )
    assert (yen["is_key"], yen["segment"]["segment"]) == (False, "standard")
    both = [bought("t-1", "2024-06-01", "9000000"), bought("t-2", "2024-06-02", "1", "USD")]
    answer = ask("key-status", both, "2024-12-31")
    assert (answer["metrics"][2]["value"], answer["is_key"]) == ("9000000", True)
    assert answer["segment"]["segment"] == "strategic"
    assert answer["segment"]["conditions"][0]["sentence"] == (
        "sales of the last 365 days: 9000000 CNY; not counted, since they are in other currencies: 1 USD"
    )


def test_several_currencies_and_none_named_leave_sales_unknown_and_the_rest_decides():
    facts = [*STEADY, bought("usd", "2024-06-01", "9", "USD"), UNNAMED]
    answer = ask("key-status", facts, "2024-12-31")
    assert metrics(answer)["sales"] == (None, None)
    assert share(answer) == (0.5, 1.0, True)  # enough without them
    one = ask("key-status", [bought("yen", "2024-06-01", "1000000", "JPY"), UNNAMED], "2024-12-31")
    assert (one["metrics"][2]["currency"], one["metrics"][2]["met"]) == ("JPY", True)


def test_sales_in_the_currency_that_the_policy_names_leave_the_others_out():
    named = criteria("usd", metric("sales", "900", currency="USD"))
    answer = ask("key-status", [*STEADY, bought("usd", "2024-06-01", "900", "USD"), named], "2024-12-31")
    assert (answer["metrics"][0]["value"], answer["is_key"]) == ("900", True)


def test_a_transaction_told_twice_counts_once_as_told_last_and_only_as_far_as_it_was_known():
    again = bought("t-9", "2024-09-01", "150000", recorded_at="2025-02-01")
    late = bought("t-10", "2024-10-01", "1", recorded_at="2025-03-01")
    facts = [*STEADY, again, late]
    assert metrics(ask("key-status", facts, "2024-12-31", "2025-01-31"))["sales"] == ("1000000", True)
    assert metrics(ask("key-status", facts, "2024-12-31", "2025-02-28"))["sales"] == ("900000", False)
    assert metrics(ask("key-status", facts, "2024-12-31"))["sales"] == ("900001", False)


def test_a_retracted_transaction_is_none():
    target = {"source": "crm", "id": STEADY[-1].event.id, "type": "account.transaction_recorded.v1"}
    retracted = fact("event.retracted", "2025-01-10", {"target": target, "reason": "wrong customer"})
    assert metrics(ask("key-status", [*STEADY, retracted], "2024-12-31"))["sales"] == ("750000", False)
    assert metrics(ask("key-status", [*STEADY, retracted], "2024-12-31", "2025-01-01"))["sales"] == ("1000000", True)


def test_a_purchase_of_an_unknown_moment_is_in_no_window_but_shows_how_long_they_have_bought():
    answer = ask("key-status", [bought("a", "2024-06-01", timebasis="since")], "2024-12-31")
    assert metrics(answer)["purchase_frequency"] == ("0", False)
    assert metrics(answer)["length_of_cooperation"][0].startswith("0.58")  # 214 days at least


def test_a_trait_counts_by_its_score_and_one_that_nobody_assessed_is_unknown():
    both = criteria("t", *(metric("trait", "4", 0.1, trait=each) for each in ("innovative", "loyal")))
    scored = fact("account.trait_assessed", "2024-01-01", {"trait": "loyal", "score": 5})
    answer = ask("key-status", [scored, both], "2024-12-31")
    assert [(each["trait"], each["value"], each["met"]) for each in answer["metrics"]] == [
        ("innovative", None, None),
        ("loyal", "5", True),
    ]
    assert share(answer) == (0.5, 1.0, True)


def test_weights_are_added_as_they_were_written():
    written = criteria("t", *(metric("trait", "1", each, trait=f"x{each}") for each in (0.1, 0.2, 0.7)), least=0.3)
    scored = [fact("account.trait_assessed", "2024-01-01", {"trait": f"x{each}", "score": 1}) for each in (0.1, 0.2)]
    answer = ask("key-status", [*scored, written], "2024-12-31")
    assert answer["is_key"] is True  # 0.1 + 0.2 of binary fractions is not 0.3


def test_a_decision_of_people_is_shown_with_its_inputs_and_whether_it_still_follows():
    facts = [*STEADY, decided("designated", "2025-01-02", "default-0")]
    before, then, later = (ask("key-status", facts, day) for day in ("2025-01-01", "2025-01-31", "2025-12-31"))
    assert (before["designation"], before["agrees"]) == (None, None)
    assert [each["kind"] for each in before["remarks"]] == ["never_followed_up"]
    assert then["designation"]["inputs"] == [
        {"input": "sales", "value": "1200000 EUR"},
        {"input": "years", "value": 4.5},
    ]
    told = then["designation"]
    assert (told["is_key"], told["since"], told["by"], told["reason"]) == (True, "2025-01-02T00:00:00Z", "m-1", "board")
    assert (then["agrees"], [each["kind"] for each in then["remarks"]]) == (True, ["other_version"])
    assert (later["agrees"], [each["kind"] for each in later["remarks"]]) == (
        False,
        ["other_version", "no_longer_follows"],
    )
    revoked = ask("key-status", [*facts, decided("revoked", "2025-12-01")], "2025-12-31")
    assert (revoked["designation"]["is_key"], revoked["agrees"], revoked["remarks"]) == (False, True, [])


def test_another_known_version_may_be_asked_for_and_an_unknown_one_is_refused():
    facts = [*STEADY, criteria("strict-2", metric("purchase_frequency", "3"), time="2025-01-01")]
    at_once = ask("key-status", facts, "2025-06-30")
    assert (at_once["criteria"], at_once["in_force"], at_once["metrics"][0]["threshold"]) == ("strict-2", True, "3")
    before = ask("key-status", facts, "2024-12-31", criteria="default-1")
    after = ask("key-status", facts, "2025-06-30", criteria="default-1")
    assert (before["in_force"], after["in_force"], after["is_key"]) == (True, False, False)
    with pytest.raises(Unanswerable, match="default-1, strict-2"):
        ask("key-status", facts, "2025-06-30", criteria="strict-3")
    with pytest.raises(Unanswerable):  # nobody had defined it yet
        ask("key-status", facts, "2024-12-31", "2024-12-31", criteria="strict-2")


def test_the_segment_follows_the_rules_until_somebody_says_otherwise():
    placed = fact("account.segmented", "2025-01-01", {"scheme": "value", "segment": "growth"})
    other = fact("account.segmented", "2024-01-01", {"scheme": "tiers", "segment": "gold"})
    facts = [*STEADY, placed, other]
    by_rules = ask("key-status", facts, "2024-12-31")["segment"]
    assert (by_rules["segment"], by_rules["told"]) == ("strategic", False)
    assert [(each["value"], each["at_least"], each["holds"]) for each in by_rules["conditions"]] == [
        ("1000000", "1000000", True)
    ]
    assert by_rules["focus"][0].startswith("Who decides")
    told = ask("key-status", facts, "2025-01-31")["segment"]
    assert (told["segment"], told["told"], told["by_rules"]) == ("growth", True, "strategic")
    assert told["focus"][0].startswith("Which needs")


def test_a_refund_lowers_sales_and_is_neither_a_purchase_nor_the_first_one():
    refunds = [bought("r-0", "2020-01-01", "-1"), bought("r-1", "2024-10-01", "-250000")]
    values, before = (metrics(ask("key-status", facts, "2024-12-31")) for facts in ([*STEADY, *refunds], STEADY))
    assert values["sales"] == ("750000", False)
    for each in ("purchase_frequency", "length_of_cooperation"):
        assert values[each] == before[each]
