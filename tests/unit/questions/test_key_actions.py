"""The matrix of the four key actions and the people who have a say, with where each stood before and after."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

KINDS = ["factory_visit", "technical_exchange", "solution_presentation", "executive_meeting"]
DEAL = {"opportunity": "o-1"}


def done(answer: Any) -> dict[str, list[str]]:
    return {
        each["name"] or each["id"]: [one["kind"] for one in each["actions"] if one["done"]] for each in answer["people"]
    }


def moves(answer: Any) -> list[tuple[Any, ...]]:
    return [
        (person["name"], cell["kind"], each["before"]["level"], each["after"]["level"], each["shift"])
        for person in answer["people"]
        for cell in person["actions"]
        for each in cell["actions"]
    ]


def effects(answer: Any) -> dict[str, tuple[Any, ...]]:
    numbers = ("reached", "up", "same", "down", "first", "silent", "mean_shift")
    return {each["kind"]: tuple(each[name] for name in numbers) for each in answer["effects"] if each["reached"]}


def test_the_hospital_all_four_actions_a_gap_with_finance_and_two_who_moved():
    answer = ask("key-actions", hospital(), beijing("2025-12-31"), opportunity="opp-ct")
    assert done(answer) == {
        "李强": ["factory_visit", "technical_exchange"],
        "王敏": ["factory_visit", "solution_presentation"],
        "周国华": ["executive_meeting"],
        "赵芸": [],
    }
    assert [each["name"] for each in answer["people"] if each["gap"]] == ["赵芸"]
    assert {each["name"] for each in answer["people"] if each["approves"]} == {"周国华"}
    assert {each["name"] for each in answer["people"] if each["decides"]} == {"王敏", "周国华"}
    assert [one["kind"] for one in answer["people"][0]["actions"]] == KINDS
    # 李强 was told of as won by the exchange of 26 February, and corrected to the visit of 12 March;
    # nobody assessed 王敏 between the visit and the presentation a week later
    assert moves(answer) == [
        ("李强", "factory_visit", None, 1, None),
        ("李强", "technical_exchange", None, None, None),
        ("王敏", "factory_visit", 0, None, None),
        ("王敏", "solution_presentation", 0, 1, 1),
        ("周国华", "executive_meeting", None, 1, None),
    ]
    before = ask("key-actions", hospital(), beijing("2025-12-31"), beijing("2025-06-24"), opportunity="opp-ct")
    assert moves(before)[:2] == [
        ("李强", "factory_visit", 1, None, None),
        ("李强", "technical_exchange", None, 1, None),
    ]
    # the visit of March was known on the day; on 11 March only the exchange
    march = ask("key-actions", hospital(), beijing("2025-03-11"), opportunity="opp-ct")
    assert [name for name, kinds in done(march).items() if kinds] == ["李强"]
    assert ask("key-actions", hospital(), beijing("2025-12-31"), open=True)["people"] == []
    # of the ultrasound nobody has a say, as far as was told
    assert {each["opportunity"] for each in ask("key-actions", hospital(), beijing("2025-12-31"))["people"]} == {
        "opp-ct"
    }


def met(kind: str, time: str, *who: str, **data: Any) -> Recorded:
    told = {
        "interaction": f"i-{time}",
        "kind": kind,
        "direction": "mutual",
        "our_participants": [],
        "participants": who,
    }
    return fact("interaction.recorded", time, told | DEAL | data)


def stands(contact: str, level: int, time: str, *, recorded_at: str | None = None, **scope: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": contact, "level": level} | scope, recorded_at=recorded_at)


HISTORY = [
    fact("opportunity.identified", "2025-01-01", DEAL | {"name": "CT"}),
    *(fact("contact.added", "2025-01-01", {"contact": each, "name": each.title()}) for each in ("ada", "bo", "cy")),
    fact("buying_role.assigned", "2025-01-01", DEAL | {"contact": "ada", "role": "decision_maker", "domain": "all"}),
    fact("buying_role.assigned", "2025-01-01", DEAL | {"contact": "bo", "role": "user", "domain": "all"}),
    fact(
        "decision_right.asserted",
        "2025-01-01",
        DEAL | {"holder": {"kind": "unit", "id": "office"}, "right": "final_approval"},
    ),
    stands("ada", 1, "2025-01-01"),  # of the account: what she thought before anything was told of the purchase
    stands("bo", 1, "2025-01-01", **DEAL),
    met("factory_visit", "2025-02-01", "ada", "bo", "cy"),
    stands("ada", 2, "2025-02-03", **DEAL),
    stands("bo", -1, "2025-02-04", recorded_at="2025-06-01", **DEAL),
    stands("bo", 1, "2025-03-03", **DEAL),  # 30 days after the visit: too late
    met("solution_presentation", "2025-04-01", "ada", opportunity=None),
    stands("ada", 2, "2025-04-01", **DEAL),
    met("call", "2025-04-05", "ada"),
    met("executive_meeting", "2025-04-06", "ada", opportunity="o-2"),
    fact("opportunity.lost", "2025-05-01", DEAL | {"reason": "price"}),
]


def test_a_shift_is_from_the_last_word_before_to_the_first_after_soon_and_before_the_next_action():
    answer = ask("key-actions", HISTORY, "2025-12-31")
    assert moves(answer) == [
        ("Ada", "factory_visit", 1, 2, 1),
        ("Ada", "solution_presentation", 2, 2, 0),
        ("Bo", "factory_visit", 1, -1, -2),
        ("Cy", "factory_visit", None, None, None),
    ]
    assert effects(answer) == {
        "factory_visit": (3, 1, 0, 1, 0, 1, -0.5),
        "solution_presentation": (1, 0, 1, 0, 0, 0, 0.0),
    }
    # in May nobody had told of Bo's turn; after the visit comes the word of 3 March, if a month is not enough
    assert moves(ask("key-actions", HISTORY, "2025-12-31", "2025-05-31"))[2] == ("Bo", "factory_visit", 1, None, None)
    longer = ask("key-actions", HISTORY, "2025-12-31", "2025-05-31", days=31)
    assert effects(longer)["factory_visit"] == (3, 1, 1, 0, 0, 1, 0.5)
    assert effects(ask("key-actions", HISTORY, "2025-02-03")) == {"factory_visit": (3, 1, 0, 0, 0, 2, 1.0)}


def test_a_unit_in_which_nobody_is_known_is_a_gap_and_who_has_no_say_is_none():
    rows = ask("key-actions", HISTORY, "2025-04-30", open=True)["people"]
    assert [
        (each["kind"], each["id"], each["say"], each["decides"], each["approves"], each["gap"]) for each in rows
    ] == [
        ("contact", "ada", True, True, False, False),
        ("contact", "bo", True, False, False, False),
        ("contact", "cy", False, False, False, False),
        ("unit", "office", True, True, True, True),
    ]
    assert ask("key-actions", HISTORY, "2025-05-01", open=True)["people"] == []  # the deal is over
    assert len(ask("key-actions", HISTORY, "2025-05-01", open=False)["people"]) == len(rows)
