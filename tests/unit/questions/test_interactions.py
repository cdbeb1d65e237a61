"""The communication record in its three parts: what the customer said, who was there, what is to be done next."""

from collections import Counter
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def met(word: str, id_: str, time: str, **data: Any) -> Recorded:
    told = {"interaction": id_, "kind": "meeting", "direction": "mutual", "participants": ["c-1"]}
    recorded_at = data.pop("recorded_at", None)
    return fact(
        f"interaction.{word}",
        time,
        told | {"our_participants": ["m-1"]} | data,
        id=f"{id_}-{word}",
        recorded_at=recorded_at,
    )


DEAL = {"opportunity": "o-1"}
VISIT = {"source": "crm", "id": "i-1-recorded"}
HISTORY = [
    fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Bo"}),
    fact("opportunity.identified", "2024-01-01", DEAL | {"name": "CT"}),
    fact("contact.added", "2024-01-01", {"contact": "c-1", "name": "Ada", "email": "ada@acme.example"}),
    fact(
        "contact.position_assigned",
        "2024-01-01",
        {"contact": "c-1", "position": "p", "title": "Buyer", "level": "middle"},
    ),
    met(
        "recorded",
        "i-1",
        "2025-01-10",
        **DEAL,
        kind="site_visit",
        direction="outbound",
        minutes=30,
        our_participants=["m-1", "m-2", "m-3"],
        participants=["c-1", {"email": "ADA@acme.example"}, {"email": "new@acme.example", "name": "New"}],
        feedback="eleven days of standstill",
        sentiment=-1,
        topics=["CT"],
        goals=["see it"],
        outcome="asked for an offer",
        hospitality={"given": "lunch"},
    ),
    fact("note.recorded", "2025-01-10", {"kind": "observation", "text": "two lie idle", "causes": [VISIT]}, id="n-1"),
    fact("note.recorded", "2025-01-10", {"kind": "observation", "text": "of something else"}),
    fact(
        "next_action.planned",
        "2025-01-10",
        {"action": "a", "owner": "m-1", "due": "2025-01-20", "text": "send it", "interaction": "i-1"},
    ),
    fact("question.asked", "2025-01-10", {"question": "q", "text": "how much?", "interaction": "i-1"}),
    fact(
        "objection.raised",
        "2025-01-10",
        {"objection": "x", "contact": "c-1", "kind": "price", "text": "dear", "interaction": "i-1"},
    ),
    fact(
        "contact.position_assigned",
        "2025-02-01",
        {"contact": "c-1", "position": "p", "title": "Head", "level": "middle"},
    ),
    met("planned", "i-2", "2025-02-05", minutes=60),
    fact("interaction.cancelled", "2025-02-01", {"interaction": "i-2", "reason": "ill"}, recorded_at="2025-02-10"),
    met("recorded", "i-3", "2025-02-08", kind="call", direction="inbound"),
    fact("solution.presented", "2025-02-08", DEAL | {"solution": "s", "version": 1, "interaction": "i-3"}),
    fact("question.answered", "2025-02-08", {"question": "q", "interaction": "i-3"}),
    fact("objection.answered", "2025-02-08", {"objection": "x", "text": "not in ten years", "interaction": "i-3"}),
    fact("next_action.completed", "2025-02-09", {"action": "a"}),
    met("planned", "i-4", "2025-02-09"),
]


def rows(as_of: str, known_at: str | None = None, **asked: Any) -> dict[str, Any]:
    return {
        each["interaction"]: each for each in ask("interactions", HISTORY, as_of, known_at, **asked)["interactions"]
    }


def test_half_an_hour_of_three_of_ours_and_two_of_theirs_in_three_parts():
    (visit,) = rows("2025-01-21").values()
    assert (visit["minutes"], visit["ours"], visit["theirs"]) == (30, 90, 30)  # ORACLES.md, meeting time
    assert (visit["feedback"], visit["sentiment"], visit["outcome"]) == (
        "eleven days of standstill",
        -1,
        "asked for an offer",
    )
    assert (visit["topics"], visit["goals"], visit["hospitality"]) == (
        ["CT"],
        ["see it"],
        {"given": "lunch", "value": None},
    )
    assert [(each["contact"], each["name"], each["position_then"]) for each in visit["participants"]] == [
        ("c-1", "Ada", "Buyer"),  # named twice
        (None, "New", None),
    ]
    assert [(each["member"], each["name"]) for each in visit["our_participants"]] == [
        ("m-1", "Bo"),
        ("m-2", None),
        ("m-3", None),
    ]
    (action,) = visit["next_actions"]
    assert (action["owner_name"], action["text"], action["status"], action["overdue_days"]) == (
        "Bo",
        "send it",
        "open",
        1,
    )
    assert [(each["event"]["id"], each["kind"], each["text"]) for each in visit["observations"]] == [
        ("n-1", "observation", "two lie idle")
    ]
    assert visit["opportunity_name"] == "CT"


def test_what_a_note_saw_is_listed_once_though_it_names_the_plan_and_the_visit_as_causes():
    plan = VISIT | {"id": "i-1-planned"}
    seen = {"kind": "observation", "text": "a third one is idle", "causes": [plan, VISIT]}
    facts = [*HISTORY, met("planned", "i-1", "2025-01-10"), fact("note.recorded", "2025-01-10", seen, id="n-2")]
    (visit,) = ask("interactions", facts, "2025-01-21")["interactions"]
    assert sorted(each["event"]["id"] for each in visit["observations"]) == ["n-1", "n-2"]


def test_what_came_of_it_stands_as_it_does_at_the_moment_whichever_interaction_brought_it():
    early, late = rows("2025-01-20")["i-1"], rows("2025-02-09")
    assert [each["overdue_days"] for each in early["next_actions"]] == [None]  # due today
    assert [each["status"] for each in late["i-1"]["next_actions"]] == ["done"]
    (asked,) = late["i-1"]["questions"]
    (answered,) = late["i-3"]["questions"]
    assert (asked["here"], answered["here"], asked["status"], answered["text"]) == (
        ["asked"],
        ["answered"],
        "answered",
        "how much?",
    )
    assert [each["status"] for each in early["objections"]] == ["open"]
    (objected,) = late["i-3"]["objections"]
    assert (objected["here"], objected["name"], objected["kind"]) == (["answered"], "Ada", "price")
    (shown,) = late["i-3"]["solutions"]
    assert (shown["solution"], shown["versions"], shown["here"]) == ("s", [1], ["presented"])
    assert late["i-3"]["participants"][0]["position_then"] == "Head"


def test_an_action_planned_anew_elsewhere_stays_with_the_meeting_in_which_it_was_agreed():
    anew = {"action": "a", "owner": "m-1", "due": "2025-03-01", "text": "send it at last"}
    facts = [*HISTORY, fact("next_action.planned", "2025-02-10", anew | {"interaction": "i-3"})]
    found = {each["interaction"]: each for each in ask("interactions", facts, "2025-02-10")["interactions"]}
    for id_ in ("i-1", "i-3"):
        (action,) = found[id_]["next_actions"]
        assert (action["status"], action["text"], action["here"]) == ("open", "send it at last", ["planned"])


def test_what_did_not_take_place_is_flagged_the_newest_first_and_counted_by_kind():
    def became(as_of: str, known_at: str | None = None, **asked: Any) -> list[tuple[str, str]]:
        return [(each["interaction"], each["became"]) for each in rows(as_of, known_at, **asked).values()]

    assert became("2025-02-09") == [
        ("i-4", "unconfirmed"),
        ("i-3", "took_place"),
        ("i-2", "cancelled"),
        ("i-1", "took_place"),
    ]
    assert rows("2025-02-09")["i-2"]["cancelled_because"] == "ill"
    spent = {each: (row["ours"], row["theirs"]) for each, row in rows("2025-02-09").items()}
    assert spent == {"i-1": (90, 30), "i-2": (0, 0), "i-3": (None, None), "i-4": (0, 0)}  # nobody timed the call
    # on the 9th nobody knew yet that it had been cancelled on the 1st
    assert became("2025-02-09", "2025-02-09")[2] == ("i-2", "unconfirmed")
    assert became("2025-02-09", planned=True) == [("i-4", "unconfirmed"), ("i-2", "cancelled")]
    assert [each for each, _ in became("2025-02-09", planned=False)] == ["i-3", "i-1"]
    kinds = ask("interactions", HISTORY, "2025-02-09")["kinds"]
    numbers = ("took_place", "unconfirmed", "cancelled", "unmeasured", "ours", "theirs")
    assert {each["kind"]: tuple(each[name] for name in numbers) for each in kinds} == {
        "call": (1, 0, 0, 1, 0, 0),
        "meeting": (0, 1, 1, 0, 0, 0),
        "site_visit": (1, 0, 0, 0, 90, 30),
    }


def test_a_meeting_cancelled_and_planned_again_under_its_id_is_on_as_it_was_planned_last():
    again = met("planned", "i-2", "2025-02-04", minutes=45, recorded_at="2025-02-11")  # a day before the first plan

    def became(facts: list[Recorded], known_at: str) -> tuple[Any, ...]:
        (row,) = ask("interactions", facts, "2025-02-09", known_at, from_="2025-02-04", to="2025-02-05")["interactions"]
        return row["became"], row["cancelled_because"], row["time"][:10], row["minutes"]

    assert became([*HISTORY, again], "2025-02-10") == ("cancelled", "ill", "2025-02-05", 60)
    assert became([*HISTORY, again], "2025-02-11") == ("unconfirmed", None, "2025-02-04", 45)
    ended = fact("interaction.cancelled", "2025-01-31", {"interaction": "i-2"}, recorded_at="2025-02-12")
    assert became([*HISTORY, again, ended], "2025-02-12")[0] == "cancelled"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"contact": "c-1", "direction": "inbound"}, ["i-3"]),
        ({"contact": "c-2"}, []),
        ({"opportunity": "o-1"}, ["i-1"]),
        ({"kind": "call"}, ["i-3"]),
        ({"from_": "2025-02-05", "to": "2025-02-08"}, ["i-3", "i-2"]),
    ],
)
def test_one_contact_purchase_kind_direction_and_stretch_of_time_can_be_asked_for(asked, found):
    assert list(rows("2025-02-09", **asked)) == found


def test_the_hospitals_person_minutes_are_those_of_effort():
    at = beijing("2025-06-30")
    kinds = ask("interactions", hospital(), at, opportunity="opp-ct")["kinds"]
    assert (sum(each["ours"] for each in kinds), sum(each["theirs"] for each in kinds)) == (1050, 600)
    before = ask("interactions", hospital(), at, opportunity="opp-us")["kinds"]
    assert [(each["ours"], each["theirs"]) for each in before] == [(1500, 500)]
    whole = ask("interactions", hospital(), at)["interactions"]
    assert Counter(each["kind"] for each in whole)["site_visit"] == 2
    assert [each["opportunity_name"] for each in whole][-1] == "彩超采购"
    (shown,) = [each for each in whole if each["interaction"] == "i-6"]
    # reworked in April, in no interaction that anyone told of
    assert [(each["versions"], each["here"], each["status"]) for each in shown["solutions"]] == [
        ([1], ["presented"], "revised")
    ]
