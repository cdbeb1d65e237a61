import pytest

from services.projections.question import Unanswerable
from tests.unit.customers import bought, criteria, metric, registered
from tests.unit.portfolios import ask_portfolio

STRICT = criteria("strict", metric("purchase_frequency", "3"), metric("sales", "100"), time="2020-01-02", least=0.6)
EASY = criteria("easy", metric("purchase_frequency", "1"), metric("sales", "100"), time="2021-01-01", least=0.6)
FACTS = [
    STRICT,
    EASY,
    registered("a"),
    bought("t-1", "2024-06-01", "100", account="a"),
    registered("b"),
    *(bought(f"t-{number}", "2024-06-01", "100", account="b") for number in range(3)),
    registered("c"),
    bought("t-1", "2024-06-01", "99", account="c"),
    registered("d"),
]


def test_who_changes_class_under_another_version_and_by_which_metrics():
    answer = ask_portfolio("reclassify", FACTS, "2024-12-31", criteria="strict")
    assert (answer["from_criteria"], answer["to_criteria"], answer["unchanged"]) == ("easy", "strict", 3)
    (row,) = answer["accounts"]  # b meets all of both, c too little of either, nobody knows about d
    assert (row["account"], row["name"], row["from"], row["to"]) == ("a", "A", "key", "not_key")
    assert (row["met_before"], row["met_after"]) == (1.0, 0.5)
    (moved,) = row["metrics"]  # sales are judged alike
    assert (moved["metric"], moved["value"]) == ("purchase_frequency", "1")
    assert (moved["threshold_before"], moved["met_before"]) == ("1", True)
    assert (moved["threshold_after"], moved["met_after"]) == ("3", False)
    assert moved["sentence"] == "purchases in the last 365 days: 1, which does not meet the threshold of 3"


def test_a_metric_that_only_one_version_has_is_shown_with_nothing_on_the_other_side():
    loyal = criteria("loyal", metric("trait", "4", trait="loyal"), time="2020-01-03")
    answer = ask_portfolio("reclassify", [*FACTS, loyal], "2024-12-31", criteria="loyal")
    (a, b, c) = answer["accounts"]
    assert [(each["account"], each["from"], each["to"]) for each in (a, b, c)] == [
        ("a", "key", "unknown"),
        ("b", "key", "unknown"),
        ("c", "not_key", "unknown"),
    ]
    assert [(each["metric"], each["threshold_before"], each["threshold_after"]) for each in a["metrics"]] == [
        ("purchase_frequency", "1", None),
        ("sales", "100", None),
        ("trait", None, "4"),
    ]


def test_under_the_version_in_force_nobody_changes_and_an_unknown_one_is_refused():
    assert ask_portfolio("reclassify", FACTS, "2024-12-31", criteria="easy")["accounts"] == []
    with pytest.raises(Unanswerable, match="default-1, easy, strict"):
        ask_portfolio("reclassify", FACTS, "2024-12-31", criteria="other")


def test_at_another_moment_other_facts_and_other_criteria_are_in_force():
    early = ask_portfolio("reclassify", FACTS, "2020-12-31", criteria="default-1")
    assert (early["from_criteria"], early["accounts"], early["unchanged"]) == ("strict", [], 4)
    late = bought("t-2", "2024-06-01", "1", account="a", recorded_at="2025-02-01")
    more = [late, bought("t-3", "2024-06-01", "1", account="a", recorded_at="2025-02-01")]
    before = ask_portfolio("reclassify", [*FACTS, *more], "2024-12-31", "2025-01-31", criteria="strict")
    after = ask_portfolio("reclassify", [*FACTS, *more], "2024-12-31", criteria="strict")
    assert ([each["account"] for each in before["accounts"]], after["accounts"]) == (["a"], [])


def test_criteria_that_start_later_can_be_tried_as_soon_as_they_are_known_and_are_not_in_force_before_their_time():
    ahead = criteria("2099", metric("sales", "1000"), time="2099-01-01", recorded_at="2024-06-02")
    now = ask_portfolio("reclassify", [*FACTS, ahead], "2024-12-31", criteria="2099")
    assert (now["from_criteria"], [each["account"] for each in now["accounts"]]) == ("easy", ["a", "b"])
    assert ask_portfolio("reclassify", [*FACTS, ahead], "2099-01-01", criteria="easy")["from_criteria"] == "2099"
    with pytest.raises(Unanswerable):
        ask_portfolio("reclassify", [*FACTS, ahead], "2024-12-31", "2024-06-01", criteria="2099")


def test_a_version_that_is_told_anew_for_later_stays_as_it_is_until_then():
    again = criteria("strict", metric("sales", "1"), time="2099-01-01", recorded_at="2024-06-02")
    now = ask_portfolio("reclassify", [*FACTS, again], "2024-12-31", criteria="strict")
    assert (now["to_least"], [each["account"] for each in now["accounts"]]) == (0.6, ["a"])
    then = ask_portfolio("reclassify", [*FACTS, again], "2099-01-01", criteria="easy")
    assert (then["from_criteria"], then["from_least"]) == ("strict", 0.5)
