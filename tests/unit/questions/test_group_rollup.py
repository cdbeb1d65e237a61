from typing import Any

from services.projections.history import Recorded
from tests.unit.customers import bought, decided, registered
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def deal(account: str, word: str, opportunity: str, **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", "2024-06-01", {"opportunity": opportunity, **data}, account=account)


def members(facts: list[Recorded], as_of: str = "2024-12-31", known_at: str | None = None) -> dict[str, list[str]]:
    groups = ask_portfolio("group-rollup", facts, as_of, known_at)["groups"]
    return {each["group"]: [one["account"] for one in each["accounts"]] for each in groups}


def test_a_group_adds_up_what_all_of_its_accounts_bought_and_might_buy():
    euros = {"amount": "10.50", "currency": "EUR"}
    facts = [
        registered("top"),
        registered("mid", parent_account="top"),
        registered("low", parent_account="mid"),
        registered("alone"),
        bought("t-1", "2024-06-01", "100", account="top"),
        bought("t-1", "2024-06-01", "50", account="low"),
        bought("t-2", "2024-06-01", "7", "USD", account="low"),
        bought("t-3", "2020-06-01", "1000", account="mid"),
        deal("mid", "identified", "o-1", name="O", value=euros),
        deal("low", "won", "o-2", amount=euros),
        deal("low", "lost", "o-3", reason="price"),
        decided("designated", "2024-06-01", account="low"),
    ]
    alone, top = ask_portfolio("group-rollup", facts, "2024-12-31")["groups"]
    assert (alone["group"], alone["sales"], len(alone["accounts"])) == ("alone", [], 1)
    assert (top["group"], top["name"], top["key_accounts"]) == ("top", "TOP", 1)
    assert [(one["account"], one["parent"], one["is_key"]) for one in top["accounts"]] == [
        ("low", "mid", True),
        ("mid", "top", False),
        ("top", None, False),
    ]
    assert top["sales"] == [{"amount": "150", "currency": "CNY"}, {"amount": "7", "currency": "USD"}]
    assert (top["open_opportunities"], top["open_value"], top["won"], top["won_value"]) == (1, [euros], 1, [euros])


def test_a_circle_is_a_group_under_its_least_id_and_a_top_that_nobody_told_of_has_no_name():
    facts = [
        registered("b", parent_account="c"),
        registered("c", parent_account="b"),
        registered("d", parent_account="c"),
        registered("e", parent_account="elsewhere"),
    ]
    assert members(facts) == {"b": ["b", "c", "d"], "elsewhere": ["e"]}
    assert ask_portfolio("group-rollup", facts, "2024-12-31")["groups"][1]["name"] is None


def test_an_account_that_is_another_customer_belongs_to_that_ones_group():
    facts = [
        registered("a", parent_account="top"),
        registered("old"),
        fact("account.merged", "2024-06-01", {"into": "a"}, account="old"),
    ]
    assert members(facts) == {"top": ["a", "old"]}


def test_a_group_is_as_of_the_moment_and_as_far_as_it_was_known():
    sold = fact("account.profile_changed", "2024-06-01", {"parent_account": "buyer"}, account="a")
    late = fact(
        "account.profile_changed", "2024-07-01", {"parent_account": None}, account="a", recorded_at="2025-03-01"
    )
    facts = [registered("a", parent_account="top"), sold, late]
    assert members(facts, "2024-05-31") == {"top": ["a"]}
    assert members(facts, "2024-12-31", "2025-01-01") == {"buyer": ["a"]}
    assert members(facts, "2024-12-31") == {"a": ["a"]}


def test_the_crms_groups_won_the_known_numbers():
    groups = {each["name"]: each for each in ask_crm("group-rollup", "2017-12-31")["groups"]}
    found = {
        name: (len(group["accounts"]), group["won"], group["won_value"][0]["amount"], group["open_opportunities"])
        for name, group in groups.items()
        if len(group["accounts"]) > 1
    }
    assert found == {  # added up from the CSV files by a program that has nothing of this one
        "Acme Corporation": (5, 214, "519349", 52),
        "Bubba Gump": (3, 146, "329909", 23),
        "Massive Dynamic": (2, 95, "288130", 11),
        "Inity": (3, 170, "340612", 21),
        "Sonron": (4, 210, "479028", 34),
        "Golddex": (3, 126, "290215", 25),
        "Warephase": (2, 102, "233149", 14),
    }
    assert sum(int(each["won_value"][0]["amount"]) for each in groups.values() if each["won_value"]) == 10_005_534
