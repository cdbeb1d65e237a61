from typing import Any

from services.projections.history import Recorded
from tests.unit.customers import bought, criteria, decided, metric, registered
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio

ONE_PURCHASE = criteria("one", metric("purchase_frequency", "1"), least=1)


def rows(facts: list[Recorded], as_of: str, known_at: str | None = None) -> list[tuple[Any, ...]]:
    answer = ask_portfolio("key-accounts", [*facts, ONE_PURCHASE], as_of, known_at)
    return [
        (each["account"], each["by_criteria"], each["designation"] is not None, each["agrees"])
        for each in answer["accounts"]
    ]


FACTS = [
    *(registered(each) for each in ("buys", "decided", "neither", "revoked", "unknown")),
    bought("t-1", "2024-06-01", account="buys"),
    decided("designated", "2024-06-01", "one", account="decided"),
    bought("t-2", "2020-06-01", account="decided"),
    bought("t-3", "2020-06-01", account="neither"),
    bought("t-4", "2024-06-01", account="revoked"),
    decided("revoked", "2024-06-01", "one", account="revoked"),
]


def test_key_accounts_are_those_by_criteria_or_by_decision_each_with_its_reasons():
    assert rows(FACTS, "2024-12-31") == [
        ("buys", True, False, None),
        ("decided", False, True, False),
        ("revoked", True, True, False),
    ]
    answer = ask_portfolio("key-accounts", [*FACTS, ONE_PURCHASE], "2024-12-31")
    assert (answer["criteria"], answer["undecided"]) == ("one", 1)
    assert [each["name"] for each in answer["accounts"]] == ["BUYS", "DECIDED", "REVOKED"]
    assert answer["accounts"][0]["metrics"][0]["value"] == "1"
    kinds = [[remark["kind"] for remark in each["remarks"]] for each in answer["accounts"]]
    assert kinds == [["never_followed_up"], ["no_longer_follows"], ["no_longer_follows"]]


def test_a_year_later_only_decisions_stand():
    assert rows(FACTS, "2025-12-31") == [("decided", False, True, False)]
    assert rows(FACTS, "2024-05-31") == []


def test_what_was_not_known_yet_makes_no_key_account():
    late = bought("t-5", "2024-06-01", account="neither", recorded_at="2025-03-01")
    assert ("neither", True, False, None) in rows([*FACTS, late], "2024-12-31")
    assert rows([*FACTS, late], "2024-12-31", "2025-02-28") == rows(FACTS, "2024-12-31")


def test_one_that_is_another_customer_says_so():
    merged = fact("account.merged", "2024-07-01", {"into": "decided"}, account="buys")
    (one, *_) = ask_portfolio("key-accounts", [*FACTS, merged, ONE_PURCHASE], "2024-12-31")["accounts"]
    assert (one["account"], one["merged_into"]) == ("buys", "decided")
