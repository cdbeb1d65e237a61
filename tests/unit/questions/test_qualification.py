from typing import Any

import pytest

from services.projections.history import Recorded
from services.projections.models.opportunity.pursuits import suggested
from tests.unit.clocks import MARCH, four, late
from tests.unit.histories import ask, beijing, fact, hospital, story
from tests.unit.worries import identified

COLOURS = {"g": "green", "y": "yellow", "r": "red", "-": "grey"}


def answered(step: str, time: str, *answers: str, **of: str) -> Recorded:
    """Return answers, each written as "subject criterion answer note"."""
    names = ("subject", "criterion", "answer", "note")
    told = [dict(zip(names, each.split(), strict=False)) for each in answers]
    return fact("qualification.answered", time, {"step": step, "answers": told, **(of or {"opportunity": "o"})})


def of(word: str, time: str = "2025-01-10", **data: Any) -> Recorded:
    return fact(word, time, {"opportunity": "o", **data})


def decided(decision: str, time: str) -> Recorded:
    return of("pursuit.decided", time, decision=decision, reason=f"why {decision}")


def the(facts: list[Recorded], as_of: str = "2025-12-31") -> Any:
    (row,) = ask("qualification", facts, as_of, opportunity="o")["qualifications"]
    return row


def steps(row: Any, subject: str = "us") -> Any:
    (found,) = [each for each in row["subjects"] if each["subject"] == subject]
    return {each["step"]: each for each in found["steps"]}


HISTORY = [
    fact("lead.captured", "2025-01-01", {"lead": "l", "text": "asks for prices", "origin": "fair"}),
    answered("opportunity", "2025-01-02", "us need yes", "us budget yes", lead="l"),
    of("opportunity.identified", "2025-01-05", name="O", lead="l"),
    answered("win", "2025-01-20", "us price no", "us brand yes", "p price yes"),
    decided("reduce", "2025-01-25"),
    decided("pursue", MARCH),
    of("opportunity.won", "2025-04-15", amount={"amount": "1", "currency": "CNY"}),
    *late(answered("win", "2025-01-21", "us price yes")),
]


def test_colours_and_decisions_are_those_of_the_moment_as_then_known():
    def read(answer: Any) -> Any:
        row = answer["qualifications"][0]
        win = steps(row)["win"]
        return win["points"], win["rating"], row["became"], len(row["decisions"]), row["suggested"] is None

    # Of the three that the template asks and `brand`, 40: price -10 and brand 10; with price 10, 20.
    assert four("qualification", HISTORY, read) == [
        (0, "yellow", "reduced, still open", 1, False),
        (0, "yellow", "pursued, won", 2, True),
        (20, "green", "reduced, still open", 1, False),
        (20, "green", "pursued, won", 2, True),
    ]


def test_the_hospital_we_were_dearer_but_trusted():
    (row,) = ask("qualification", hospital(), beijing("2025-05-31"), opportunity="opp-ct")["qualifications"]
    us, b = steps(row)["win"], steps(row, "p-b")["win"]
    assert (us["rating"], us["points"], us["open"]) == ("yellow", 0, ["decision_criteria"])
    assert (b["rating"], b["points"], row["subjects"][1]["name"]) == ("green", 10, "B公司")
    price = us["criteria"][0]
    assert (price["answer"], price["note"], price["since"], price["assessor"], price["assessor_name"]) == (
        "no",
        "高于B公司",
        "2025-02-27T02:00:00Z",
        "m-zhang",
        "张伟",
    )
    assert us["reason"] == "0 points: green from 10 up, red from -10 down."
    assert row["suggested"]["decisions"] == ["monitor", "reduce"]
    (before,) = ask("qualification", hospital(), beijing("2025-02-26"), opportunity="opp-ct")["qualifications"]
    assert [each["rating"] for each in steps(before).values()] == ["grey"] * 4


def test_the_it_companys_lead_and_what_became_of_its_pursuit():
    answer = ask("qualification", story("it"), beijing("2024-12-31"))
    deal, lead = (each for each in answer["qualifications"] if each["lead"] == "lead-data")
    assert (lead["opportunity"], steps(lead)["opportunity"]["rating"], lead["pursuit"]) == (None, "green", None)
    compete = [(each, steps(deal, each)["compete"]) for each in ("us", "p-x")]
    assert [(each, step["rating"], step["points"]) for each, step in compete] == [
        ("us", "green", 30),
        ("p-x", "red", -10),
    ]
    assert (deal["pursuit"]["decision"], deal["pursuit"]["since"], deal["became"]) == (
        "pursue",
        "2023-12-15T02:00:00Z",
        "pursued, won",
    )


def test_a_lead_is_not_yet_an_opportunity_but_what_was_answered_of_it_holds_for_the_one_that_it_becomes():
    deal, lead = ask("qualification", HISTORY, "2025-01-31")["qualifications"]
    assert (deal["opportunity"], deal["opportunity_name"], lead["opportunity"], lead["lead"]) == ("o", "O", None, "l")
    need = steps(deal)["opportunity"]["criteria"][0]
    assert (need["criterion"], need["answer"], need["lead"]) == ("need", "yes", "l")
    assert (lead["suggested"], lead["pursuit"], lead["decisions"]) == (None, None, [])
    anew = the([*HISTORY, answered("opportunity", "2025-01-30", "us need no")])
    assert [(each["answer"], each["lead"]) for each in steps(anew)["opportunity"]["criteria"]] == [
        ("no", None),
        ("yes", "l"),
        (None, None),
    ]
    assert [each["lead"] for each in ask("qualification", HISTORY, "2025-01-31", lead="l")["qualifications"]] == ["l"]


def test_an_answer_told_again_is_so_since_it_was_first_and_a_criterion_of_its_own_is_not_asked():
    facts = [
        identified(),
        answered("win", "2025-01-10", "us brand no first"),
        answered("win", "2025-01-20", "us brand no again"),
    ]
    brand = steps(the(facts))["win"]["criteria"][-1]
    assert (brand["criterion"], brand["asked"], brand["weight"]) == ("brand", False, 10)
    assert (brand["since"][:10], brand["note"]) == ("2025-01-10", "again")
    other = steps(the([*facts, answered("win", "2025-02-01", "us brand yes")]))["win"]["criteria"][-1]
    assert (other["answer"], other["since"][:10]) == ("yes", "2025-02-01")


def test_competitors_are_those_answered_for_and_those_identified_and_one_may_withdraw():
    named = [of("competitor.identified", party="q", name="Q Ltd"), of("competitor.withdrew", MARCH, party="q")]
    linked = fact("party.linked", "2025-01-01", {"party": "p", "kind": "competitor", "name": "P Ltd"})
    row = the([linked, answered("win", "2025-01-10", "p price yes"), *named])
    found = [(each["subject"], each["name"], (each["withdrew"] or "")[:10]) for each in row["subjects"]]
    assert found == [("us", None, ""), ("p", "P Ltd", ""), ("q", "Q Ltd", MARCH)]


@pytest.mark.parametrize(
    ("colours", "decisions"),
    [  # of: is it an opportunity, can we compete, can we win, is it worth winning
        ("gggg", ["pursue"]),
        ("gr--", ["abandon"]),
        ("yyrg", ["abandon"]),
        ("ggyg", ["monitor", "reduce"]),
        ("gggr", ["monitor", "reduce"]),  # to be won, but not worth it
        ("y---", ["monitor", "reduce"]),
        ("ggg-", []),
    ],
)
def test_what_we_are_certain_to_lose_is_to_be_given_up(colours, decisions):
    ours: Any = dict(zip(("opportunity", "compete", "win", "worth"), map(COLOURS.get, colours), strict=True))
    assert suggested(ours).decisions == decisions


def test_deciding_the_same_again_begins_nothing():
    pursuit = the([decided("monitor", "2025-01-10"), decided("monitor", "2025-02-10")])["pursuit"]
    assert (pursuit["decision"], pursuit["since"][:10], pursuit["reason"]) == ("monitor", "2025-01-10", "why monitor")


def test_what_speaks_for_the_sale_and_against_it():
    cash: Any = {"cash_tied_up": {"amount": "3000000", "currency": "CNY"}, "days": 120}
    rival: Any = {"with": {"kind": "party", "id": "p"}}
    facts = [
        of("strategic_fit.assessed", level=4),
        of("exposure.estimated", profit={"amount": "1200000", "currency": "CNY"}, **cash),
        of("capability_gap.identified", gap="g", text="no service here"),
        of("conflict.flagged", **rival, text="our partner elsewhere"),
    ]
    row = the(facts)
    assert (row["strategic_fit"]["level"], row["strategic_fit"]["since"][:10]) == (4, "2025-01-10")
    assert row["exposure"]["profit_per_cash_day"] == pytest.approx(1 / 300)  # 1.2 million / 3 million / 120 days
    assert [(each["gap"], each["status"], each["text"]) for each in row["gaps"]] == [("g", "open", "no service here")]
    assert [(each["kind"], each["id"], each["status"]) for each in row["conflicts"]] == [("party", "p", "flagged")]
    ended = [
        of("capability_gap.closed", MARCH, gap="g", via="partner", party="s"),
        of("conflict.cleared", MARCH, **rival, reason="they agreed"),
        of("exposure.estimated", MARCH, profit={"amount": "1200000", "currency": "USD"}, **cash),
    ]
    row = the([*facts, *ended])
    (gap,), (conflict,) = row["gaps"], row["conflicts"]
    assert (gap["status"], gap["via"], gap["party"], gap["text"]) == ("closed", "partner", "s", "no service here")
    assert (gap["since"][:10], conflict["status"], conflict["reason"]) == (MARCH, "cleared", "they agreed")
    assert row["exposure"]["profit_per_cash_day"] is None
