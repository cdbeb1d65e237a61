"""What the timeline tells of a sale: needs, competitors and prices, solutions, predictions, actions, and after it."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

DEAL = {"opportunity": "o-1"}
SELLING = {
    *("need", "budget", "qualification", "competitor", "offer", "quote", "solution", "prediction", "action"),
    *("contract", "satisfaction"),
}
FEBRUARY = [
    ("01-13", "need", "王敏: need, stated, clarity 1 of 5: 要一台好一点的CT"),
    ("01-22", "competitor", "B公司 competes with us"),
    ("02-12", "budget", "budget confirmed: 8500000.00 CNY"),
]
LATER_IN_FEBRUARY = [
    ("02-26", "need", "李强: need, clarified, clarity 4 of 5: 128排,年检2.5万人次,停机≤2天/年,十年总成本最低"),
    ("02-27", "qualification", "can we win? price (us): no, price (B公司): yes, relationship (us): yes"),
]
SPRING = [
    ("03-03", "prediction", "award date, predicted by kaplan-meier: 2025-06-24 (2025-06-03 to 2025-07-22)"),
    ("03-03", "action", "钱峰: action planned, due 2025-04-15: 提前准备投标应对方案"),
    ("03-19", "solution", "solution sol-1, version 1, presented"),
    ("04-14", "action", "钱峰: action done: 提前准备投标应对方案"),
    ("04-16", "solution", "solution sol-1, version 2, revised: 加入十年维护费用对比"),
    ("06-16", "quote", "quote q-1, version 1: 8000000.00 CNY"),
]
OFFER = ("06-17", "offer", "B公司 offers 7272727.27 CNY")
AFTER = [
    ("07-04", "contract", "contract signed, 8000000.00 CNY"),
    ("11-14", "satisfaction", "李强: satisfaction (csat): 96 of 100"),
]


def told(facts: list[Recorded], *moments: Any, **asked: Any) -> list[tuple[str, str, str]]:
    found = ask("timeline", facts, *(moments or ("2025-12-31",)), **asked)
    return [(each["time"][5:10], each["kind"], each["title"]) for each in found if each["kind"] in SELLING]


def corrected_offer() -> Recorded:
    """Return that the competitor's offer was another one, as we learned in August."""
    target = {"source": "crm.a-med", "id": "h57", "type": "competitor_offer.observed.v1"}
    amount = {"amount": "7400000.00", "currency": "CNY"}
    data = {"target": target, "data": {"opportunity": "opp-ct", "party": "p-b", "amount": amount}, "reason": "公示"}
    return fact("event.corrected", "2025-08-01", data, account="hosp-1", offset=1_000)


def test_the_hospitals_sale_as_of_two_moments_as_it_was_known_at_two():
    history = [*hospital(), corrected_offer()]
    now, better = beijing("2025-12-31"), ("06-17", "offer", "B公司 offers 7400000.00 CNY")
    whole = [*FEBRUARY, *LATER_IN_FEBRUARY, *SPRING]
    assert told(history, beijing("2025-02-28"), beijing("2025-02-20")) == FEBRUARY
    assert told(history, beijing("2025-02-28"), now) == [*FEBRUARY, *LATER_IN_FEBRUARY]
    assert told(history, now, beijing("2025-07-31")) == [*whole, OFFER, AFTER[0]]
    assert told(history, now, now) == [*whole, better, *AFTER]


def test_of_the_hospitals_sale_one_contact_purchase_kind_and_stretch_of_time_can_be_asked_for():
    assert told(hospital(), contact="c-li") == [LATER_IN_FEBRUARY[0], AFTER[1]]
    assert [AFTER[1]] == [each for each in told(hospital()) if each not in told(hospital(), opportunity="opp-ct")]
    assert told(hospital(), opportunity="opp-us") == []
    assert told(hospital(), kind="solution") == [SPRING[2], SPRING[4]]
    assert told(hospital(), from_="2025-03-04", to="2025-04-15") == SPRING[2:4]
    (planned, done) = ask("timeline", hospital(), "2025-12-31", kind="action")
    owners = [(each["member"], each["name"]) for told in (planned, done) for each in told["our_participants"]]
    assert owners == [("m-qian", "钱峰")] * 2
    assert (planned["opportunity"], done["opportunity"], planned["planned"]) == ("opp-ct", "opp-ct", False)


def offer(time: str, amount: str) -> Recorded:
    return fact(
        "competitor_offer.observed", time, DEAL | {"party": "p", "amount": {"amount": amount, "currency": "EUR"}}
    )


def test_what_was_told_before_is_no_news_and_what_differs_is():
    quote = DEAL | {"quote": "q", "amount": {"amount": "9.50", "currency": "EUR"}}
    action = {"action": "a", "owner": "m-9", "due": "2025-05-01", "text": "call"}
    facts = [
        offer("2025-01-01", "8"),
        offer("2025-01-02", "8"),
        offer("2025-01-03", "7"),
        fact("quote.submitted", "2025-02-01", quote | {"version": 1}),
        fact("quote.submitted", "2025-02-02", quote | {"version": 1}),
        fact("quote.submitted", "2025-02-03", quote | {"version": 2}),
        fact("next_action.planned", "2025-03-01", action),
        fact("next_action.planned", "2025-03-02", action | {"due": "2025-06-01"}),
        fact("next_action.completed", "2025-03-03", {"action": "a"}),
        fact("next_action.completed", "2025-03-04", {"action": "a"}),
        fact("next_action.completed", "2025-03-05", {"action": "b"}),
        fact("satisfaction.surveyed", "2025-04-01", {"method": "nps", "score": 8.5, "scale_max": 10}),
        fact("satisfaction.surveyed", "2025-04-02", {"method": "nps", "score": 8.5, "scale_max": 10}),
    ]
    assert told(facts) == [
        ("01-01", "offer", "p offers 8 EUR"),
        ("01-03", "offer", "p offers 7 EUR"),
        ("02-01", "quote", "quote q, version 1: 9.50 EUR"),
        ("02-03", "quote", "quote q, version 2: 9.50 EUR"),
        ("03-01", "action", "m-9: action planned, due 2025-05-01: call"),
        ("03-02", "action", "m-9: action planned, due 2025-06-01: call"),
        ("03-03", "action", "m-9: action done: call"),
        ("03-05", "action", "action done: b"),
        ("04-01", "satisfaction", "satisfaction (nps): 8.5 of 10"),
        ("04-02", "satisfaction", "satisfaction (nps): 8.5 of 10"),
    ]


def test_a_competitor_has_the_name_that_was_told_even_later_and_that_of_the_outsider_first():
    first = fact("competitor.identified", "2025-02-01", DEAL | {"party": "p", "name": "Globex"})
    linked = fact("party.linked", "2025-03-01", {"party": "p", "kind": "competitor", "name": "Globex Inc."})
    facts = [offer("2025-01-01", "8"), first]
    assert told(facts, kind="offer") == [("01-01", "offer", "Globex offers 8 EUR")]
    assert told([*facts, linked], kind="offer") == [("01-01", "offer", "Globex Inc. offers 8 EUR")]


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ({"value": 0.35}, "win probability, predicted by bayes: 0.35"),
        ({"value": 0.35, "low": 0.2}, "win probability, predicted by bayes: 0.35 (from 0.2 on)"),
        ({"value": 0, "high": 0.5}, "win probability, predicted by bayes: 0.0 (up to 0.5)"),
    ],
)
def test_a_prediction_may_lack_an_end_of_its_interval(data, title):
    model = {"quantity": "win_probability", "model": "bayes", "version": "1", "inputs_digest": "sha256:" + "0" * 64}
    assert told([fact("prediction.made", "2025-02-01", DEAL | model | data)]) == [("02-01", "prediction", title)]


def test_a_contract_names_its_products_and_a_need_of_nobody_in_particular_names_nobody():
    amount = {"amount": "5", "currency": "EUR"}
    facts = [
        fact("need.stated", "2025-01-01", DEAL | {"need": "n", "text": "x" * 101, "clarity": 2}),
        fact("contract.signed", "2025-02-01", DEAL | {"amount": amount, "products": ["CT", "service"]}),
    ]
    assert told(facts) == [
        ("01-01", "need", "need, stated, clarity 2 of 5: " + "x" * 99 + "…"),
        ("02-01", "contract", "contract signed, 5 EUR: CT, service"),
    ]


def test_what_was_agreed_in_a_meeting_is_of_the_purchase_that_the_meeting_was_about():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [], "participants": []}
    facts = [
        fact("interaction.recorded", "2025-01-01", met | DEAL),
        fact(
            "next_action.planned",
            "2025-01-01",
            {"action": "a", "owner": "m-1", "due": "2025-02-01", "text": "call", "interaction": "i"},
        ),
        fact("question.asked", "2025-01-01", {"question": "q", "text": "when?", "interaction": "i"}),
        fact(
            "objection.raised",
            "2025-01-01",
            {"objection": "x", "contact": "c", "kind": "price", "text": "dear", "interaction": "i"},
        ),
    ]
    kinds = [each["kind"] for each in ask("timeline", facts, "2025-12-31", **DEAL)]
    assert kinds == ["call", "action", "question", "objection"]
