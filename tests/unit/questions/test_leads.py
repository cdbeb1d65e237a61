from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import JANUARY, MARCH, four_of_all, late
from tests.unit.histories import beijing, fact, story
from tests.unit.portfolios import ask_portfolio


def captured(lead: str, time: str, origin: str = "fair", **more: Any) -> Recorded:
    attributes = {each: more.pop(each) for each in ("timebasis", "account") if each in more}
    return fact("lead.captured", time, {"lead": lead, "text": f"about {lead}", "origin": origin, **more}, **attributes)


def dismissed(lead: str, time: str) -> Recorded:
    return fact("lead.dismissed", time, {"lead": lead, "reason": "no budget"})


HISTORY = [
    captured("a", "2025-01-01", owner="m-1"),
    fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Ann"}),
    dismissed("a", MARCH),
    captured("b", "2025-01-11"),
    fact("opportunity.identified", "2025-01-21", {"opportunity": "o", "name": "O", "lead": "b"}),
    fact("opportunity.won", "2025-04-10", {"opportunity": "o", "amount": {"amount": "5", "currency": "CNY"}}),
    *late(captured("c", JANUARY, "referral")),
]


def test_leads_are_open_dismissed_or_converted_at_the_moment_as_then_known():
    def read(answer: Any) -> Any:
        rows = [(each["lead"], each["status"], round(each["age_days"])) for each in answer["leads"]]
        became = [deal["outcome"] for each in answer["leads"] for deal in each["opportunities"]]
        return rows, became, (answer["open"], answer["dismissed"], answer["converted"]), answer["conversion_rate"]

    # From the start of 1 January to the end of the 31st, 31 days; to the start of 10 March, 68; from the start of
    # 20 January to the end of the 31st, 12, and to the end of 1 May, 102.
    now, then, b = ("a", "open", 31), ("a", "dismissed", 68), ("b", "converted", 10)
    assert four_of_all("leads", HISTORY, read) == [
        ([now, b], [None], (1, 0, 1), 1 / 2),
        ([then, b], ["won"], (0, 1, 1), 1 / 2),
        ([now, b, ("c", "open", 12)], [None], (2, 0, 1), 1 / 3),
        ([then, b, ("c", "open", 102)], ["won"], (1, 1, 1), 1 / 3),
    ]


def test_the_it_companys_lead_became_a_deal_after_a_fortnight():
    (row,) = ask_portfolio("leads", story("it"), beijing("2024-12-31"))["leads"]
    (deal,) = row["opportunities"]
    assert (row["lead"], row["origin"], row["owner"], row["captured"]) == (
        "lead-data",
        "referral",
        "m-yu",
        "2023-11-20T02:00:00Z",
    )
    assert (row["status"], row["age_days"]) == ("converted", 14)
    assert (deal["opportunity"], deal["outcome"]) == ("opp-data", "won")


def test_leads_are_counted_by_origin_or_owner():
    def groups(**asked: str) -> Any:
        answer = ask_portfolio("leads", HISTORY, "2025-12-31", **asked)
        return [(each["group"], each["name"], each["count"], each["conversion_rate"]) for each in answer["groups"]]

    assert groups() == [("fair", "fair", 2, 0.5), ("referral", "referral", 1, 0)]
    assert groups(group_by="owner") == [("m-1", "Ann", 1, 0), (None, None, 2, 0.5)]
    assert groups(from_="2025-01-11", to="2025-01-19") == [("fair", "fair", 1, 1)]


def test_a_lead_captured_again_is_open_and_as_it_was_told_last():
    facts = [captured("a", "2025-01-01", owner="m-1"), dismissed("a", "2025-02-01"), captured("a", MARCH, "web")]
    (row,) = ask_portfolio("leads", facts, "2025-12-31")["leads"]
    assert (row["status"], row["since"][:10], row["captured"][:10]) == ("open", MARCH, "2025-01-01")
    assert (row["origin"], row["owner"], row["reason"]) == ("web", None, None)


def test_a_lead_is_converted_since_an_opportunity_first_named_it_whatever_of_that_is_told_again():
    again = {"opportunity": "o", "name": "O"}
    facts = [
        *HISTORY,
        fact("opportunity.identified", "2025-02-05", {**again, "lead": "b"}),
        fact("opportunity.identified", "2025-02-10", again),
    ]
    (row,) = [each for each in ask_portfolio("leads", facts, "2025-12-31")["leads"] if each["lead"] == "b"]
    assert (row["status"], row["since"], row["age_days"]) == ("converted", "2025-01-21T00:00:00Z", 10)


def test_the_age_of_a_lead_that_was_captured_some_time_before_is_unknown():
    facts = [captured("a", "2025-01-01", timebasis="since"), dismissed("b", "2025-01-01")]
    found = ask_portfolio("leads", facts, "2025-12-31")["leads"]
    assert [(each["status"], each["age_days"], each["reason"]) for each in found] == [
        ("open", None, None),
        ("dismissed", None, "no budget"),
    ]
    assert ask_portfolio("leads", facts, "2025-12-31", from_="2024-01-01")["count"] == 0
