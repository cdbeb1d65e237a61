from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def deal(opportunity: str, word: str, time: str, account: str = "acme", **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data}, account=account)


def identified(opportunity: str, time: str = "2025-01-01", account: str = "acme", **data: Any) -> Recorded:
    return deal(opportunity, "identified", time, account, name=opportunity, **data)


def entered(opportunity: str, stage: str, time: str, account: str = "acme") -> Recorded:
    return deal(opportunity, "stage_entered", time, account, stage=stage)


def won(opportunity: str, time: str, amount: str = "1", currency: str = "EUR") -> Recorded:
    return deal(opportunity, "won", time, amount={"amount": amount, "currency": currency})


def lost(opportunity: str, time: str) -> Recorded:
    return deal(opportunity, "lost", time, reason="unknown")


def stages(answer: Any) -> list[tuple[Any, ...]]:
    return [(each["stage"], each["count"], each["median_days"]) for each in answer["stages"]]


@pytest.mark.parametrize(
    ("as_of", "won_", "lost_", "engaging", "value"),
    [
        ("2017-01-31", 0, 0, 670, []),
        ("2017-03-31", 531, 116, 1330, ["1134672"]),
        ("2017-06-30", 1785, 894, 1686, ["4220783"]),
        ("2017-12-31", 4238, 2473, 1589, ["10005534"]),
    ],
)
def test_the_crms_funnel_is_the_known_one_at_every_moment(as_of, won_, lost_, engaging, value):
    answer = ask_crm("funnel", as_of)
    assert (answer["won"]["count"], answer["lost"]["count"]) == (won_, lost_)
    assert [each["amount"] for each in answer["won"]["value"]] == value
    assert {each["stage"]: each["count"] for each in answer["stages"]} == {"Engaging": engaging, "Prospecting": 500}


def test_the_crms_managers_won_what_they_are_known_to_have_won():
    groups = ask_crm("funnel", "2017-12-31", group_by="manager")["groups"]
    assert {each["name"].split()[-1]: each["won"]["count"] for each in groups} == {
        "Marxen": 882,
        "Sewald": 828,
        "Brinkmann": 747,
        "Neubert": 691,
        "Rouche": 610,
        "Losch": 480,
    }


def test_a_stage_counts_the_open_deals_in_it_and_the_median_of_their_days_there_so_far():
    facts = [
        entered("a", "talk", "2025-01-01"),
        entered("b", "talk", "2025-01-11"),
        entered("c", "talk", "2025-01-17"),
        entered("d", "talk", "2025-01-02"),
        entered("d", "tender", "2025-01-20"),
        entered("e", "talk", "2025-01-01"),
        won("e", "2025-01-05"),
    ]
    assert stages(ask_portfolio("funnel", facts, "2025-01-21T00:00:00Z")) == [("talk", 3, 10), ("tender", 1, 1)]


def test_stages_come_in_the_order_in_which_they_were_first_entered_even_when_empty():
    facts = [entered("a", "z-first", "2025-01-01"), entered("a", "a-last", "2025-02-01")]
    assert [name for name, *_ in stages(ask_portfolio("funnel", facts, "2025-03-01"))] == ["z-first", "a-last"]


def test_sums_are_exact_and_never_across_currencies():
    def worth(amount: str, currency: str) -> dict[str, str]:
        return {"amount": amount, "currency": currency}

    facts = [
        identified("a", value=worth("0.10", "EUR")),
        identified("b", value=worth("0.20", "EUR")),
        identified("c", value=worth("999999999999999.999999", "JPY")),
        identified("d", value=worth("999999999999999.999999", "JPY"), account="globex"),
        identified("e"),
    ]
    (stage,) = ask_portfolio("funnel", facts, "2025-03-01")["stages"]
    assert (stage["stage"], stage["count"]) == ("identified", 5)
    assert stage["value"] == [worth("0.30", "EUR"), worth("1999999999999999.999998", "JPY")]


def test_a_reopened_deal_is_open_again_and_neither_won_nor_worth_its_old_amount():
    facts = [
        identified("a", value={"amount": "100", "currency": "EUR"}),
        won("a", "2025-02-01", "90"),
        deal("a", "reopened", "2025-03-01"),
    ]
    before, after = (ask_portfolio("funnel", facts, day) for day in ("2025-02-28", "2025-03-31"))
    assert (before["won"]["count"], before["stages"][0]["count"]) == (1, 0)
    assert (after["won"]["count"], after["stages"][0]["count"]) == (0, 1)
    assert after["stages"][0]["value"] == [{"amount": "100", "currency": "EUR"}]


def test_the_win_rate_is_of_decided_deals_and_unknown_without_any():
    facts = [
        won("a", "2025-02-01"),
        lost("b", "2025-02-01"),
        lost("c", "2025-02-01"),
        deal("d", "abandoned", "2025-02-01", reason="x"),
    ]
    answer = ask_portfolio("funnel", facts, "2025-03-01")
    assert answer["win_rate"] == pytest.approx(1 / 3)
    assert answer["abandoned"]["count"] == 1
    assert ask_portfolio("funnel", [identified("a")], "2025-03-01")["win_rate"] is None


def test_conversion_says_how_many_of_those_who_entered_a_stage_went_straight_where():
    facts = [
        *(entered(each, "talk", "2025-01-01") for each in "abcd"),
        *(entered(each, "tender", "2025-02-01") for each in "ab"),
        won("a", "2025-03-01"),
        entered("b", "talk", "2025-03-01"),
        entered("b", "tender", "2025-04-01"),
        lost("c", "2025-03-01"),
    ]
    found = ask_portfolio("funnel", facts, "2025-12-31")["conversion"]
    assert [(each["from"], each["to"], each["count"], each["entered"], each["rate"]) for each in found] == [
        ("talk", "tender", 2, 4, 0.5),
        ("talk", "lost", 1, 4, 0.25),
        ("tender", "talk", 1, 2, 0.5),
        ("tender", "won", 1, 2, 0.5),
    ]


def test_a_window_counts_what_was_closed_and_entered_in_it():
    facts = [
        entered("a", "talk", "2025-01-01"),
        won("a", "2025-02-01"),
        entered("b", "talk", "2025-03-01"),
        won("b", "2025-04-01"),
    ]
    answer = ask_portfolio("funnel", facts, "2025-12-31", from_="2025-02-15", to="2025-04-01")
    assert answer["won"]["count"] == 1
    assert [(each["entered"], each["count"]) for each in answer["conversion"]] == [(1, 1)]


def test_groups_are_named_and_what_belongs_to_none_is_kept_under_none():
    facts = [
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Ann", "office": "North", "manager": "m-9"}),
        fact("account.registered", "2025-01-01", {"name": "Acme Inc"}),
        identified("a", owner="m-1"),
        identified("b", owner="m-2"),
        identified("c"),
    ]

    def groups(by: str | None) -> list[tuple[Any, ...]]:
        found = ask_portfolio("funnel", facts, "2025-03-01", group_by=by)["groups"]
        return [(each["group"], each["name"], each["stages"][0]["count"]) for each in found]

    assert groups("owner") == [("m-1", "Ann", 1), ("m-2", None, 1), (None, None, 1)]
    assert groups("manager") == [("m-9", None, 1), (None, None, 2)]
    assert groups("office") == [("North", "North", 1), (None, None, 2)]
    assert groups("account") == [("acme", "Acme Inc", 3)]
    assert groups("segment") == [(None, None, 3)]
    assert groups(None) == []
