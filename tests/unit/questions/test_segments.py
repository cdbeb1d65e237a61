from typing import Any

from services.projections.history import Recorded
from tests.unit.customers import bought, registered
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio


def placed(account: str, segment: str, scheme: str = "value", time: str = "2024-01-01") -> Recorded:
    return fact("account.segmented", time, {"scheme": scheme, "segment": segment}, account=account)


def found(answer: Any) -> list[tuple[str | None, list[str]]]:
    return [(each["segment"], [one["account"] for one in each["accounts"]]) for each in answer["segments"]]


FACTS = [
    *(registered(each) for each in ("big", "mid", "small", "new", "told")),
    bought("t-1", "2024-06-01", "1000000", account="big"),
    bought("t-2", "2024-06-01", "100000", account="mid"),
    bought("t-3", "2024-06-01", "99999.99", "USD", account="small"),
    bought("t-4", "2024-06-01", "5", account="told"),
    placed("told", "strategic"),
    placed("mid", "gold", "tiers"),
]


def test_accounts_are_put_where_the_rules_or_people_say_with_what_they_bought_for_and_what_to_look_at():
    answer = ask_portfolio("segments", FACTS, "2024-12-31")
    assert (answer["scheme"], answer["version"]) == ("value", "default-1")
    assert found(answer) == [
        ("strategic", ["big", "told"]),
        ("growth", ["mid"]),
        ("standard", ["small"]),
        (None, ["new"]),  # of whose purchases nobody told
    ]
    assert [each["count"] for each in answer["segments"]] == [2, 1, 1, 1]
    assert answer["segments"][0]["sales"] == [{"amount": "1000005", "currency": "CNY"}]
    assert answer["segments"][2]["sales"] == [{"amount": "99999.99", "currency": "USD"}]
    assert [each["told"] for each in answer["segments"][0]["accounts"]] == [False, True]
    assert [len(each["focus"]) for each in answer["segments"]] == [3, 2, 2, 0]


def test_a_year_later_nobody_has_bought_anything_and_the_first_classes_are_empty_but_for_who_was_told():
    answer = ask_portfolio("segments", FACTS, "2025-12-31")
    assert found(answer)[:3] == [("strategic", ["told"]), ("growth", []), ("standard", ["big", "mid", "small"])]


def test_of_another_scheme_only_what_people_told_is_known():
    answer = ask_portfolio("segments", FACTS, "2024-12-31", scheme="tiers")
    assert found(answer) == [("gold", ["mid"]), (None, ["big", "new", "small", "told"])]
    assert answer["version"] is None


def test_a_segment_that_the_scheme_does_not_name_comes_after_it():
    facts = [*FACTS, placed("new", "odd", time="2024-07-01")]
    facts[-1] = facts[-1]._replace(recorded_at=facts[2].recorded_at.replace(year=2025, month=3))
    assert found(ask_portfolio("segments", facts, "2024-12-31"))[3:] == [("odd", ["new"])]
    assert found(ask_portfolio("segments", facts, "2024-12-31", "2025-02-28"))[3:] == [(None, ["new"])]


def test_the_funnel_by_segment_goes_by_what_people_told():
    deals = [
        fact("opportunity.identified", "2024-06-01", {"opportunity": "o", "name": "O"}, account=account)
        for account in ("told", "big")
    ]
    groups = ask_portfolio("funnel", [*FACTS, *deals], "2024-12-31", group_by="segment")["groups"]
    assert [(each["group"], each["stages"][0]["count"]) for each in groups] == [("strategic", 1), (None, 1)]
