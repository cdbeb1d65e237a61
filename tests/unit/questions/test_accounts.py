from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def registered(account: str, **data: Any) -> Recorded:
    return fact("account.registered", "2025-01-01", {"name": account.title(), **data}, account=account)


def deal(account: str, word: str, time: str, opportunity: str = "o-1", **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data}, account=account)


FACTS = [
    registered("globex", industry="energy", parent_account="initech"),
    registered("acme", industry="retail", region="EU"),
    fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Ada"}, account="acme"),
    fact("contact.added", "2025-01-01", {"contact": "c-2", "name": "Bob"}, account="acme"),
    fact("contact.left", "2025-03-01", {"contact": "c-2"}, account="acme"),
    deal("acme", "identified", "2025-01-01", name="One"),
    deal("acme", "identified", "2025-01-01", "o-2", name="Two"),
    deal("acme", "won", "2025-02-01", "o-2", amount={"amount": "2.50", "currency": "EUR"}),
    deal("acme", "identified", "2025-01-01", "o-3", name="Three"),
    deal("acme", "won", "2025-02-01", "o-3", amount={"amount": "7", "currency": "USD"}),
]


def test_each_account_is_listed_with_its_people_its_open_deals_and_what_it_bought():
    (acme, globex) = ask_portfolio("accounts", FACTS, "2025-12-31")["accounts"]
    assert (acme["account"], acme["name"], acme["industry"], acme["region"]) == ("acme", "Acme", "retail", "EU")
    assert (acme["contacts"], acme["open_opportunities"], acme["won"]) == (1, 1, 2)
    assert acme["won_value"] == [{"amount": "2.50", "currency": "EUR"}, {"amount": "7", "currency": "USD"}]
    assert (globex["parent"], globex["contacts"], globex["won_value"]) == ("initech", 0, [])


def test_the_counts_are_those_of_the_moment():
    (acme, _) = ask_portfolio("accounts", FACTS, "2025-01-31")["accounts"]
    assert (acme["contacts"], acme["open_opportunities"], acme["won"]) == (2, 3, 0)


def test_only_one_industry_or_region_can_be_asked_for():
    assert [
        row["account"] for row in ask_portfolio("accounts", FACTS, "2025-12-31", industry="energy")["accounts"]
    ] == ["globex"]
    assert [row["account"] for row in ask_portfolio("accounts", FACTS, "2025-12-31", region="EU")["accounts"]] == [
        "acme"
    ]


def test_the_crms_best_customers_are_the_known_ones():
    rows = ask_crm("accounts", "2017-12-31")["accounts"]
    best = sorted(((row["won"], row["name"]) for row in rows), reverse=True)[:4]
    assert best == [(115, "Kan-code"), (111, "Hottechi"), (108, "Konex"), (105, "Condax")]
    assert sum(row["parent"] is not None for row in rows) == 15
