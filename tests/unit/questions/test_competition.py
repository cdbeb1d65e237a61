from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import JANUARY, MARCH, four, late
from tests.unit.histories import ask, beijing, fact, hospital


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def of(word: str, time: str, **data: Any) -> Recorded:
    return fact(word, time, {"opportunity": "o", **data})


def offer(party: str, time: str, amount: str, currency: str = "CNY") -> Recorded:
    return of("competitor_offer.observed", time, party=party, amount=money(amount, currency))


def quote(time: str, version: int, amount: str, currency: str = "CNY", quote: str = "q-1") -> Recorded:
    return of("quote.submitted", time, quote=quote, version=version, amount=money(amount, currency))


def the(facts: list[Recorded], as_of: str = "2025-12-31") -> Any:
    (row,) = ask("competition", facts, as_of)["competitions"]
    return row


HISTORY = [
    of("opportunity.identified", "2025-01-01", name="O"),
    fact("party.linked", "2025-01-01", {"party": "p", "kind": "competitor", "name": "P Ltd"}),
    *(of("competitor.identified", "2025-01-02", party=each, name=each.upper()) for each in ("p", "q")),
    *(quote("2025-01-05", 1, "100"), quote(JANUARY, 2, "96"), quote("2025-01-28", 1, "99")),
    *(offer("p", "2025-01-10", "90"), offer("p", "2025-01-25", "80"), offer("q", "2025-01-12", "70")),
    of("competitor.withdrew", MARCH, party="q", reason="no capacity"),
    of("opportunity.won", "2025-04-10", amount=money("88")),
    offer("p", "2025-04-20", "60"),
    *late(offer("q", JANUARY, "64")),
]


def test_the_premium_over_the_best_offer_at_the_moment_as_then_known():
    def read(answer: Any) -> Any:
        (row,) = answer["competitions"]
        return row["ours"]["amount"], row["best_offer"]["party"], row["premium_percent"]

    # 96 / 70 = 1.371...; once `q` withdrew, 88 / 80; that `q` had offered 64 by January was told late: 96 / 64.
    won = ("88", "p", 10.0)
    assert four("competition", HISTORY, read) == [("96", "q", 37.1), won, ("96", "q", 50.0), won]


def test_the_hospitals_scanner_was_won_at_ten_percent_above_the_competitor():
    (row,) = ask("competition", hospital(), beijing("2025-06-30"), opportunity="opp-ct")["competitions"]
    assert (row["outcome"], row["ours"], row["premium_percent"]) == ("won", money("8000000.00"), 10.0)
    assert row["best_offer"] == {"party": "p-b", "name": "B公司", "amount": money("7272727.27"), "learned_after": False}


def test_of_a_quote_the_highest_version_leads_and_of_offers_the_last():
    row = the(HISTORY)
    (quoted,) = row["quotes"]
    assert (quoted["quote"], quoted["version"], quoted["amount"], quoted["submitted"][:10]) == (
        "q-1",
        2,
        money("96"),
        JANUARY,
    )
    p, q = row["competitors"]
    assert (p["name"], p["status"], p["offer"], p["offered"][:10]) == ("P Ltd", "in", money("60"), "2025-04-20")
    assert (q["name"], q["status"], q["since"][:10], q["reason"]) == ("Q", "withdrew", MARCH, "no capacity")
    other = the([*HISTORY[:7], quote("2025-01-30", 1, "50", quote="q-2")])
    assert (other["ours"], other["premium_percent"]) == (money("50"), None)  # the quote submitted last; no offer


def test_prices_in_different_currencies_are_compared_only_by_rates():
    facts = [quote("2025-01-05", 1, "100", "EUR"), offer("p", "2025-01-10", "700")]
    row = the(facts)
    assert (row["best_offer"]["party"], row["premium_percent"]) == ("p", None)
    rates = fact("rates.defined", "2025-01-01", {"base": "CNY", "rates": {"EUR": "7.7"}}, account="$policy")
    assert the([*facts, rates])["premium_percent"] == 10.0  # 770 / 700
    several = [*facts, offer("q", "2025-01-11", "80", "EUR")]
    assert the(several)["best_offer"] is None
    assert (the([*several, rates])["best_offer"]["party"], the([*several, rates])["premium_percent"]) == ("q", 25.0)
    assert the([*several, rates, offer("r", "2025-01-12", "1", "XAU")])["best_offer"] is None


def test_what_happened_at_the_moment_of_the_end_counts_whichever_was_told_first():
    facts = [
        *(of("opportunity.lost", MARCH, reason="price"), quote(MARCH, 1, "110"), offer("p", MARCH, "100")),
        *(offer("q", "2025-01-10", "50"), of("competitor.withdrew", MARCH, party="q")),
    ]
    for order in (facts, [each._replace(offset=-each.offset) for each in facts]):
        row = the(order)
        assert (row["ours"], row["best_offer"]["party"], row["premium_percent"]) == (money("110"), "p", 10.0)


def test_an_end_of_which_only_a_time_after_it_is_known_comes_after_the_prices_until_then():
    lost = fact("opportunity.lost", MARCH, {"opportunity": "o", "reason": "price"}, timebasis="since")
    row = the([quote("2025-01-05", 1, "110"), offer("p", "2025-01-10", "100"), offer("p", "2025-04-01", "90"), lost])
    assert (row["ours"], row["premium_percent"]) == (money("110"), 10.0)


def test_an_offer_that_is_seen_only_after_the_award_counts_and_is_said_to_be():
    facts = [quote("2025-01-05", 1, "100"), of("opportunity.lost", MARCH, reason="price")]
    facts += [offer("p", "2025-04-20", "80"), offer("p", "2025-05-01", "50"), offer("q", "2025-01-10", "90")]
    best = the(facts)["best_offer"]
    assert (best["party"], best["amount"], best["learned_after"]) == ("p", money("80"), True)


def test_how_the_customer_sees_us_and_them_and_to_whom_it_was_lost():
    facts = [
        of("competitor_position.assessed", "2025-01-10", party="p", factor="price", us=2, them=5),
        of("competitor_position.assessed", "2025-01-10", party="p", factor="service", us=3, them=3),
        of("competitor_position.assessed", MARCH, party="p", factor="service", us=5, them=3),
        of("opportunity.lost", "2025-04-01", reason="price", to_party="p"),
        of("competitor.identified", "2025-01-10", party="p", name="P Ltd"),
    ]
    row = the(facts)
    positions = row["competitors"][0]["positions"]
    assert [(each["factor"], each["difference"]) for each in positions] == [("price", -3), ("service", 2)]
    assert (row["outcome"], row["to_party"], row["to_party_name"], row["ours"]) == ("lost", "p", "P Ltd", None)


def test_a_competitor_identified_again_is_back_and_one_only_seen_to_offer_is_one():
    back = of("competitor.identified", "2025-03-20", party="q")
    row = the([*HISTORY[:-3], back, offer("r", "2025-01-15", "0")])
    assert [(each["party"], each["status"]) for each in row["competitors"]] == [("p", "in"), ("q", "in"), ("r", "in")]
    assert (row["competitors"][2]["since"], row["best_offer"]["party"], row["premium_percent"]) == (None, "r", None)
