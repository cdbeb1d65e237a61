from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import JANUARY, MARCH, four, late
from tests.unit.histories import ask, beijing, fact, hospital, story


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def of(word: str, time: str, **data: Any) -> Recorded:
    return fact(word, time, {"opportunity": "o", **data})


MET = {"interaction": "i", "kind": "meeting", "direction": "mutual", "minutes": 60}
HISTORY = [
    of("opportunity.identified", "2025-01-01", name="O", value=money("1000")),
    of("exposure.estimated", "2025-01-02", profit=money("200"), cash_tied_up=money("300"), days=30),
    of("cost.booked", "2025-01-10", amount=money("50"), kind="travel"),
    of("effort.spent", "2025-01-12", hours=3, cost=money("30")),
    of("interaction.recorded", "2025-01-13", **MET, our_participants=["m-1", "m-2"], participants=["c-1"]),
    of("opportunity.value_changed", "2025-01-15", value=money("1100")),
    of("quote.submitted", "2025-01-16", quote="q", version=1, amount=money("1050")),
    of("opportunity.won", MARCH, amount=money("1020")),
    of("contract.signed", "2025-03-20", amount=money("1010")),
    *(of("payment.received", "2025-04-01", amount=each) for each in (money("500"), money("100", "USD"))),
    fact("payment.received", "2025-04-02", {"amount": money("7")}),
    of("cost.booked", "2025-04-05", amount=money("20", "USD")),
    *late(of("cost.booked", JANUARY, amount=money("5"), kind="travel")),
]


def test_what_was_paid_less_what_was_spent_at_the_moment_as_then_known():
    def read(answer: Any) -> Any:
        (row,) = answer["sales"]
        return [{each["currency"]: each["amount"] for each in row[name]} for name in ("paid", "spent", "margin")]

    # Travel 50, and 5 that was told late; our people 30.
    paid = {"CNY": "500", "USD": "100"}
    assert four("worth", HISTORY, read) == [
        [{}, {"CNY": "80"}, {"CNY": "-80"}],
        [paid, {"CNY": "80", "USD": "20"}, {"CNY": "420", "USD": "80"}],
        [{}, {"CNY": "85"}, {"CNY": "-85"}],
        [paid, {"CNY": "85", "USD": "20"}, {"CNY": "415", "USD": "80"}],
    ]


def test_what_was_promised_and_for_what_it_was_spent():
    answer = ask("worth", HISTORY, "2025-12-31", opportunity="o")
    (row,) = answer["sales"]
    assert {name: promised and promised["amount"] for name, promised in row["promised"].items()} == {
        "identified": "1000",
        "value": "1100",
        "quoted": "1050",
        "won": "1020",
        "contract": "1010",
        "profit": "200",
    }
    assert [(each["kind"], each["amounts"]) for each in row["costs"]] == [
        ("travel", [money("55")]),
        (None, [money("20", "USD")]),
    ]
    effort = row["effort"]
    assert (effort["hours"], effort["costs"], effort["ours"], effort["theirs"]) == (3, [money("30")], 120, 60)
    assert (answer["unassigned"], row["in_base"]) == ([money("7")], None)


def test_what_is_told_after_the_end_was_not_promised_and_a_reopened_sale_promises_anew():
    told = [
        of("opportunity.identified", "2025-01-05", name="O", value=money("1040")),  # told again
        of("opportunity.value_changed", "2025-03-15", value=money("2000")),
        of("quote.submitted", "2025-03-15", quote="q", version=2, amount=money("1900")),
    ]

    def promised(*more: Recorded) -> Any:
        (row,) = ask("worth", [*HISTORY, *told, *more], "2025-12-31", opportunity="o")["sales"]
        names = ("identified", "value", "quoted", "contract")
        return [(row["promised"][each] or {"amount": None})["amount"] for each in names]

    assert promised() == ["1000", "1100", "1050", "1010"]
    reopened = of("opportunity.reopened", "2025-05-01")
    assert promised(reopened) == ["1000", "2000", "1900", None]
    assert promised(reopened, of("contract.signed", "2025-06-01", amount=money("1800")))[3] == "1800"


def test_sums_in_one_currency_need_a_rate_for_each():
    def in_base(**rates: str) -> Any:
        defined = fact("rates.defined", "2025-01-01", {"base": "CNY", "rates": rates}, account="$policy")
        return ask("worth", [*HISTORY, defined], "2025-12-31")["sales"][0]["in_base"]

    # 500 + 700, less 85 + 140
    assert in_base(USD="7") == {
        "currency": "CNY",
        "paid": money("1200"),
        "spent": money("225"),
        "margin": money("975"),
    }
    assert in_base(EUR="8") == {"currency": "CNY", "paid": None, "spent": None, "margin": None}


def test_the_manufacturers_line_was_sold_for_less_than_it_promised_and_the_hospital_took_our_time():
    (line,) = ask("worth", story("manufacturer"), beijing("2024-12-31"))["sales"]
    assert (line["promised"]["identified"], line["promised"]["contract"]) == (money("5200000.00"), money("5000000.00"))
    (ct,) = ask("worth", hospital(), beijing("2025-08-31"), opportunity="opp-ct")["sales"]
    assert (ct["effort"]["ours"], ct["effort"]["theirs"], ct["promised"]["won"]) == (1050, 600, money("8000000.00"))
    assert (ct["promised"]["identified"], ct["paid"], ct["margin"]) == (None, [], [])
