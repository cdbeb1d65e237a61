"""Facts as flat rows with their intervals on both clocks, worked out by hand."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import JANUARY, MARCH, corrected, four, late, retracted
from tests.unit.histories import ask, beijing, fact, hospital

FOR_EVER = "2099-12-31"
TOLD_IN_MARCH = "2025-03-15"


def intervals(answer: Any) -> list[tuple[Any, ...]]:
    """Return the value of each row, and the days of its intervals."""
    clocks = ("valid_from", "valid_to", "known_from", "known_to")
    return [(each["value"], *(each[clock] and each[clock][5:10] for clock in clocks)) for each in answer["facts"]]


def trait(time: str, score: int, **how: Any) -> Recorded:
    return fact("account.trait_assessed", time, {"trait": "loyalty", "score": score}, **how)


def test_the_table_of_two_clocks_is_three_rectangles():
    def worth(type_: str, time: str, amount: str, recorded_at: str) -> Recorded:
        data = {"opportunity": "o", "value": {"amount": amount, "currency": "CNY"}}
        named = {"name": "CT"} if type_ == "identified" else {}
        return fact(f"opportunity.{type_}", time, data | named, recorded_at=recorded_at)

    facts = [
        worth("identified", "2025-01-01", "6000", "2025-01-01"),
        worth("value_changed", "2025-02-01", "6500", TOLD_IN_MARCH),
    ]
    rows = ask("facts", facts, FOR_EVER, subject="opportunity")["facts"]
    told = [each for each in rows if each["field"] == "value"]
    assert [each["value"]["amount"] for each in told] == ["6000", "6000", "6500"]
    assert intervals({"facts": told}) == [
        (told[0]["value"], "01-01", None, "01-01", "03-15"),
        (told[1]["value"], "01-01", "02-01", "03-15", None),
        (told[2]["value"], "02-01", None, "03-15", None),
    ]
    assert {(each["thing"], each["of"], each["name"], each["opportunity"]) for each in told} == {
        ("opportunity", "o", "CT", "o")
    }


def test_what_was_true_already_holds_since_always_until_the_first_dated_word():
    facts = [trait("2025-02-01", 3), trait("2025-03-01", 1, timebasis="since", recorded_at=TOLD_IN_MARCH)]
    assert intervals(ask("facts", facts, FOR_EVER)) == [
        (3, "02-01", None, "02-01", None),
        (1, None, "02-01", "03-15", None),
    ]


def test_a_correction_ends_one_belief_and_begins_another_and_a_retraction_begins_none():
    first, second = trait("2025-01-01", 2), trait(MARCH, 4)
    facts = [first, second, corrected(first, score=5), retracted(second)]
    answer = ask("facts", facts, FOR_EVER)
    assert intervals(answer) == [
        (2, "01-01", None, "01-01", "03-10"),
        (2, "01-01", "03-10", "03-10", "06-15"),
        (4, "03-10", None, "03-10", "06-15"),
        (5, "01-01", None, "06-15", None),
    ]
    assert [each["amended_by"] and each["amended_by"]["id"] for each in answer["facts"]] == [
        *(None, None, None),
        facts[2].event.id,
    ]
    assert {each["event"]["id"] for each in answer["facts"]} == {first.event.id, second.event.id}


def test_of_two_facts_of_one_time_the_first_is_no_rectangle_of_no_width():
    facts = [trait(MARCH, 2), trait(MARCH, 3)]
    assert intervals(ask("facts", facts, FOR_EVER)) == [(3, "03-10", None, "03-10", None)]


def test_what_happens_rather_than_lasts_begins_and_ends_at_its_time():
    told = {"interaction": "i", "kind": "meeting", "direction": "mutual", "minutes": 30}
    meeting = fact("interaction.recorded", MARCH, told | {"our_participants": ["m-1"], "participants": []})
    (row,) = ask("facts", [meeting, corrected(meeting, minutes=45)], FOR_EVER, known=True)["facts"]
    assert (row["field"], row["thing"], row["of"], row["kind"]) == (
        "interaction.recorded.v1",
        "interaction",
        "i",
        "meeting",
    )
    assert (row["value"]["minutes"], row["valid_from"], row["valid_to"]) == (45, row["valid_from"], row["valid_from"])
    assert row["known_from"][:10] == "2025-06-15"


def test_parameters_choose_among_the_rectangles():
    facts = [trait("2025-01-01", 2), trait(MARCH, 4, recorded_at="2025-04-01")]
    facts += [fact("contact.channel_preferred", MARCH, {"contact": "c", "channel": "email"})]

    def chosen(**asked: Any) -> list[Any]:
        return [each["value"] for each in ask("facts", facts, FOR_EVER, **asked)["facts"]]

    assert chosen(subject="account") == [2, 2, 4]
    assert chosen(of="c") == ["email"]
    assert chosen(of="acme", known=True) == [2, 4]
    assert chosen(of="acme", known=True, from_=MARCH) == [4]
    assert chosen(of="acme", known=True, to="2025-03-09") == [2]


def test_the_hospitals_engineer_came_to_support_us_two_weeks_later_than_we_thought():
    rows = ask("facts", hospital(), beijing("2025-12-31"), of="c-li", subject="assessment")["facts"]
    told = [each for each in rows if each["field"] == "attitude"]
    assert [(each["value"]["level"], each["valid_from"][5:10], each["known_to"] is None) for each in told] == [
        (1, "02-26", False),
        (1, "03-12", True),
    ]
    assert {(each["name"], each["opportunity"], each["part_thing"], each["part_name"]) for each in told} == {
        ("李强", "opp-ct", "member", "张伟")
    }


def test_of_a_sale_each_turn_tells_its_word_and_what_it_said_and_parties_and_purchases_are_named():
    told = {"opportunity": "o"}
    answers = [{"criterion": "price", "subject": each, "answer": "yes"} for each in ("us", "p-b")]
    facts = [
        fact("opportunity.identified", "2025-01-01", told | {"name": "CT"}),
        fact("competitor.identified", "2025-01-02", told | {"party": "p-b", "name": "B"}),
        fact("need.stated", "2025-01-03", told | {"need": "n", "text": "128 slices", "clarity": 3}),
        fact("need.withdrawn", MARCH, told | {"need": "n"}),
        fact("qualification.answered", "2025-01-04", told | {"step": "win", "answers": answers}),
        fact("conflict.flagged", "2025-01-05", told | {"with": {"kind": "account", "id": "other"}, "text": "they too"}),
    ]
    answer = ask("facts", facts, FOR_EVER, known=True)
    rows = [each for each in answer["facts"] if each["subject"] != "opportunity"]
    columns = ("thing", "of", "name", "kind", "part_thing", "part", "part_name", "value")
    assert {each["opportunity_name"] for each in rows} == {"CT"}
    assert [tuple(each[column] for column in columns) for each in rows] == [
        ("party", "p-b", "B", None, None, None, None, {"turn": "identified", "name": "B"}),
        ("need", "n", None, None, None, None, None, {"turn": "stated", "text": "128 slices", "clarity": 3}),
        ("need", "n", None, None, None, None, None, {"turn": "withdrawn"}),
        ("opportunity", "o", "CT", None, "account", "other", None, {"turn": "flagged", "text": "they too"}),
        ("opportunity", "o", "CT", "win.price", None, None, None, {"turn": "yes"}),
        ("opportunity", "o", "CT", "win.price", "party", "p-b", "B", {"turn": "yes"}),
    ]


def test_facts():
    first = trait("2025-01-01", 2)
    facts = [first, trait(MARCH, 4), *late(trait(JANUARY, 1)), corrected(first, score=3)]
    assert four("facts", facts, intervals) == [
        [(2, "01-01", None, "01-01", None)],
        [(2, "01-01", None, "01-01", "03-10"), (2, "01-01", "03-10", "03-10", None), (4, "03-10", None, "03-10", None)],
        [(2, "01-01", None, "01-01", "06-15"), (3, "01-01", "01-20", "06-15", None), (1, "01-20", None, "06-15", None)],
        [
            (2, "01-01", None, "01-01", "03-10"),
            (2, "01-01", "03-10", "03-10", "06-15"),
            (4, "03-10", None, "03-10", None),
            (3, "01-01", "01-20", "06-15", None),
            (1, "01-20", "03-10", "06-15", None),
        ],
    ]
