from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def deal(opportunity: str, word: str, time: str, **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data})


def identified(opportunity: str, **data: Any) -> Recorded:
    return deal(opportunity, "identified", "2025-01-01", name=opportunity, **data)


def won(opportunity: str, time: str = "2025-02-01", amount: str = "1") -> Recorded:
    return deal(opportunity, "won", time, amount={"amount": amount, "currency": "EUR"})


def lost(opportunity: str, time: str = "2025-02-01", **data: Any) -> Recorded:
    return deal(opportunity, "lost", time, **data)


def test_the_crms_best_seller_is_the_known_one():
    groups = ask_crm("win-loss", "2017-12-31", group_by="owner")["groups"]
    best = max(groups, key=lambda group: group["won"]["count"])
    assert (best["name"], best["won"]["count"]) == ("Darcel Schlecht", 349)
    assert best["won"]["value"] == [{"amount": "1153214", "currency": "USD"}]


def test_the_crms_managers_won_the_known_numbers_and_every_loss_has_a_reason():
    answer = ask_crm("win-loss", "2017-12-31", group_by="manager")
    assert {group["name"].split()[-1]: group["won"]["count"] for group in answer["groups"]} == {
        "Marxen": 882,
        "Sewald": 828,
        "Brinkmann": 747,
        "Neubert": 691,
        "Rouche": 610,
        "Losch": 480,
    }
    assert [(reason["reason"], reason["count"]) for reason in answer["reasons"]] == [("unknown", 2473)]
    assert answer["win_rate"] == pytest.approx(4238 / 6711)


def test_losses_are_never_shown_without_their_reasons_and_unknown_is_one():
    facts = [
        identified("a", value={"amount": "10.50", "currency": "EUR"}),
        lost("a", reason="price", to_party="p-b"),
        identified("b", value={"amount": "4.50", "currency": "EUR"}),
        lost("b", reason="price", to_party="p-b"),
        lost("c", reason="unknown"),
    ]
    answer = ask_portfolio("win-loss", facts, "2025-12-31")
    found = [(each["reason"], each["to_party"], each["count"], each["value"]) for each in answer["reasons"]]
    assert found == [("price", "p-b", 2, [{"amount": "15.00", "currency": "EUR"}]), ("unknown", None, 1, [])]
    assert sum(each["count"] for each in answer["reasons"]) == answer["lost"]["count"] == 3


def test_to_whom_deals_were_lost_has_a_name_as_the_account_of_the_last_loss_has_it():
    def rival(name: str, **how: Any) -> Recorded:
        return fact("competitor.identified", "2025-01-01", {"opportunity": "a", "party": "p-b", "name": name}, **how)

    first = fact("opportunity.lost", "2025-02-01", {"opportunity": "a", "reason": "price", "to_party": "p-b"})
    told = {"opportunity": "z", "reason": "price", "to_party": "p-b"}
    last = fact("opportunity.lost", "2025-03-01", told, account="zeta")
    facts = [rival("B"), first, rival("B Ltd", account="zeta"), last, lost("c", reason="unknown")]
    for as_of, name in (("2025-02-15", "B"), ("2025-12-31", "B Ltd")):
        reasons = ask_portfolio("win-loss", facts, as_of)["reasons"]
        assert [(each["to_party"], each["to_party_name"]) for each in reasons] == [("p-b", name), (None, None)]


def test_results_by_reason_have_the_wins_under_none():
    facts = [won("a"), lost("b", reason="price"), lost("c", reason="unknown")]
    groups = ask_portfolio("win-loss", facts, "2025-12-31", group_by="reason")["groups"]
    found = [(group["group"], group["won"]["count"], group["lost"]["count"]) for group in groups]
    assert found == [("price", 0, 1), ("unknown", 0, 1), (None, 1, 0)]


def test_a_deal_of_several_products_counts_under_each_and_once_in_all():
    facts = [identified("a", products=["x", "y", "x"]), won("a", amount="3"), identified("b"), won("b")]
    answer = ask_portfolio("win-loss", facts, "2025-12-31", group_by="product")
    assert [(group["group"], group["won"]["count"]) for group in answer["groups"]] == [("x", 1), ("y", 1), (None, 1)]
    assert answer["won"]["count"] == 2


def test_a_deal_that_was_reopened_is_neither_won_nor_lost_until_it_is_closed_again():
    facts = [won("a"), deal("a", "reopened", "2025-03-01")]
    assert ask_portfolio("win-loss", facts, "2025-02-28")["won"]["count"] == 1
    open_ = ask_portfolio("win-loss", facts, "2025-03-31")
    assert (open_["won"]["count"], open_["lost"]["count"], open_["win_rate"]) == (0, 0, None)
    again = ask_portfolio("win-loss", [*facts, lost("a", "2025-04-01", reason="price")], "2025-12-31")
    assert (again["won"]["count"], again["lost"]["count"]) == (0, 1)


def test_a_window_counts_what_was_closed_in_it_its_ends_included():
    facts = [won("a", "2025-02-01"), won("b", "2025-02-28"), won("c", "2025-03-01")]
    answer = ask_portfolio("win-loss", facts, "2025-12-31", from_="2025-02-01", to="2025-02-28")
    assert answer["won"]["count"] == 2


def test_without_group_by_there_is_one_row_for_all():
    (group,) = ask_portfolio("win-loss", [won("a")], "2025-12-31")["groups"]
    assert (group["group"], group["won"]["count"]) == (None, 1)
