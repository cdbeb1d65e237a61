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


def stands(
    contact: str, level: int, time: str, *, recorded_at: str | None = None, actor: str = "m-1", **scope: Any
) -> Recorded:
    told = {"contact": contact, "level": level} | scope
    return fact("attitude.assessed", time, told, recorded_at=recorded_at, actor=actor)


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


def test_what_was_for_no_purchase_counts_for_those_that_lived_then_and_once_among_the_effects():
    deals = {
        "o-1": fact("opportunity.identified", "2025-01-01", DEAL | {"name": "CT"}),
        "o-2": fact("opportunity.identified", "2025-02-01", {"opportunity": "o-2", "name": "MRI"}),
        "o-3": fact("opportunity.identified", "2025-03-01", {"opportunity": "o-3", "name": "US"}, timebasis="since"),
    }
    role = {"contact": "ada", "role": "user", "domain": "all"}
    facts = [
        *deals.values(),
        fact("contact.added", "2020-01-01", {"contact": "ada", "name": "Ada"}),
        *(fact("buying_role.assigned", "2025-01-01", role | {"opportunity": each}) for each in deals),
        fact("opportunity.lost", "2025-01-31", DEAL | {"reason": "price"}),
        met("factory_visit", "2020-06-01", "ada", opportunity=None),
        stands("ada", 0, "2025-05-01"),
        met("executive_meeting", "2025-06-01", "ada", opportunity=None),
        stands("ada", 1, "2025-06-02", recorded_at="2025-07-01"),
        stands("ada", 2, "2025-06-03", opportunity="o-3", recorded_at="2025-07-01"),
    ]

    def of_deals(as_of: str) -> dict[str, list[str]]:
        ids = {each: ask("key-actions", facts, as_of, opportunity=each) for each in deals}
        return {each: next(iter(done(answer).values())) for each, answer in ids.items()}

    # in 2020 only the one of which nobody knows when it began may have lived
    assert of_deals("2025-05-31") == {"o-1": [], "o-2": [], "o-3": ["factory_visit"]}
    assert of_deals("2025-06-01") == {
        "o-1": [],
        "o-2": ["executive_meeting"],
        "o-3": ["factory_visit", "executive_meeting"],
    }
    assert effects(ask("key-actions", facts, "2025-12-31")) == {
        "factory_visit": (1, 0, 0, 0, 0, 1, None),
        "executive_meeting": (1, 1, 0, 0, 0, 0, 1.0),  # as in the first of the two
    }
    assert effects(ask("key-actions", facts, "2025-12-31", "2025-06-30"))["executive_meeting"][:6] == (1, 0, 0, 0, 0, 1)
    gaps = [each["opportunity"] for each in ask("key-actions", facts, "2025-12-31")["people"] if each["gap"]]
    assert gaps == ["o-1"]


def test_whoever_left_since_is_no_row_but_what_came_of_the_actions_stays():
    left = [*HISTORY, fact("contact.left", "2025-06-01", {"contact": "bo"})]
    assert "Bo" not in done(ask("key-actions", left, "2025-12-31"))
    assert effects(ask("key-actions", left, "2025-12-31")) == effects(ask("key-actions", HISTORY, "2025-12-31"))


def test_two_who_disagree_are_no_shift_the_words_of_one_are():
    facts = [
        *HISTORY[:2],
        stands("ada", 1, "2025-01-01", **DEAL),
        stands("ada", -1, "2025-01-05", actor="m-2", **DEAL),
        stands("ada", 2, "2025-01-20", actor="m-4"),  # of the account
        met("factory_visit", "2025-02-01", "ada"),
        stands("ada", 2, "2025-02-02", actor="m-3", **DEAL),
        stands("ada", 1, "2025-02-03", **DEAL),
        stands("ada", 2, "2025-02-04", actor="m-4", **DEAL),
        stands("ada", 0, "2025-02-05", actor="m-2", **DEAL),
    ]
    model = {"version": "v", "leading": "owner", "half_life_days": 180, "floor": 0.3}
    owned = [
        *facts,
        fact("relationship_owner.assigned", "2025-01-01", {"contact": "ada", "member": "m-1"}),
        fact("attitude_model.defined", "2025-01-01", model, account="$policy"),
    ]

    def moved(as_of: str, told: list[Recorded] = facts) -> tuple[Any, ...]:
        return moves(ask("key-actions", told, as_of))[0][2:]

    assert moved("2025-02-02") == (-1, 2, 3)  # nobody spoke both before and after: the latest words
    assert moved("2025-02-03") == moved("2025-02-04") == (1, 1, 0)  # m-4 spoke later, but not of the purchase before
    assert moved("2025-02-05") == (-1, 0, 1)  # of the two, m-2 spoke last before
    assert moved("2025-02-05", owned) == (1, 1, 0)  # m-1 answers for her
