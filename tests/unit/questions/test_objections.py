from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def objection(turn: str, time: str, **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at", "timebasis") if each in told}
    said = {"text": "too dear"} if turn in {"raised", "answered"} else {}
    raised = {"contact": "c", "kind": "price"} if turn == "raised" else {}
    return fact(f"objection.{turn}", time, {"objection": "x"} | said | raised | told, **attributes)


def attitude(time: str, level: int) -> Recorded:
    return fact("attitude.assessed", time, {"contact": "c", "level": level})


# Held from 1 to 21 January and from 31 January to 10 February: 20 and 10 days.
COURSE = [
    objection("raised", "2025-01-01", opportunity="o"),
    objection("answered", "2025-01-11"),
    objection("resolved", "2025-01-21", recorded_at="2025-03-01"),
    objection("reopened", "2025-01-31"),
    objection("resolved", "2025-02-10"),
]


def held(as_of: str, known_at: str | None = None, facts: list[Recorded] = COURSE) -> Any:
    """Return how the only objection stands, since which day, for how many days it was held, and how often reopened."""
    (row,) = ask("objections", facts, f"{as_of}T00:00:00Z", known_at)["objections"]
    return row["status"], row["since"][:10], row["days"], row["reopened"]


def test_an_objection_is_held_until_it_is_resolved_and_again_when_it_is_reopened():
    assert held("2025-01-02") == ("open", "2025-01-01", 1, 0)
    assert held("2025-01-20") == ("answered", "2025-01-11", 19, 0)
    assert held("2025-01-25") == ("resolved", "2025-01-21", 20, 0)
    assert held("2025-02-01") == ("open", "2025-01-31", 21, 1)
    assert held("2025-03-01") == ("resolved", "2025-02-10", 30, 1)


def test_a_resolution_that_was_told_late_was_not_known():
    assert held("2025-01-25", "2025-02-28") == ("answered", "2025-01-11", 24, 0)
    assert held("2025-03-01", "2025-02-28") == ("resolved", "2025-02-10", 40, 1)


def test_an_answer_after_the_resolution_changes_nothing_and_what_is_raised_once_more_is_open():
    late = [*COURSE, objection("answered", "2025-02-15")]
    assert held("2025-03-01", facts=late) == ("resolved", "2025-02-10", 30, 1)
    again = [*late, objection("raised", "2025-02-24"), objection("raised", "2025-02-25")]
    assert held("2025-03-01", facts=again) == ("open", "2025-02-24", 35, 2)


def test_where_nobody_knows_since_when_it_was_held_the_days_are_unknown():
    assert held("2025-03-01", facts=[objection("raised", "2025-01-01", timebasis="since")])[2] is None
    (row,) = ask("objections", [objection("answered", "2025-01-11")], "2025-03-01")["objections"]
    assert (row["status"], row["days"], row["contact"], row["attitude_now"]) == ("answered", None, None, None)


def test_the_attitude_then_and_now_stands_beside_the_course():
    facts = [
        *COURSE,
        fact("contact.added", "2024-01-01", {"contact": "c", "name": "Chen"}),
        attitude("2024-12-01", -1),
        attitude("2025-02-01", 1),
    ]
    (row,) = ask("objections", facts, "2025-03-01")["objections"]
    assert (row["name"], row["attitude_then"]["level"], row["attitude_now"]["layer"]) == ("Chen", -1, "support")
    turns = ["raised", "answered", "resolved", "reopened", "resolved"]
    assert [each["turn"] for each in row["course"]] == turns
    (unassessed,) = ask("objections", COURSE, "2025-03-01")["objections"]
    assert unassessed["attitude_then"] == {"level": None, "layer": "unknown"}


def test_an_objection_raised_in_a_meeting_is_of_the_purchase_that_the_meeting_was_about():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [], "participants": []}
    facts = [
        fact("interaction.recorded", "2025-01-01", met | {"opportunity": "o"}),
        objection("raised", "2025-01-01", interaction="i"),
    ]
    assert [each["opportunity"] for each in ask("objections", facts, "2025-03-01", opportunity="o")["objections"]] == [
        "o"
    ]


def test_open_ones_come_first_and_the_kinds_count_all_however_they_stand():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "topics": ["money"]}
    facts = [
        *COURSE,
        objection("raised", "2025-02-05", objection="y", contact="d", kind="trust", interaction="i"),
        objection("raised", "2025-02-04", objection="z", contact="d", kind="price", opportunity="p"),
        objection("answered", "2025-02-06", objection="z"),
        fact("interaction.recorded", "2025-02-05", met | {"our_participants": [], "participants": ["d"]}),
    ]
    answer = ask("objections", facts, "2025-03-01")
    assert [each["objection"] for each in answer["objections"]] == ["y", "z", "x"]
    assert answer["objections"][0]["course"][0]["interaction_title"] == "call: money"
    kinds = [("price", 0, 1, 1), ("trust", 1, 0, 0)]
    assert [(each["kind"], each["open"], each["answered"], each["resolved"]) for each in answer["kinds"]] == kinds
    resolved = ask("objections", facts, "2025-03-01", status="resolved")
    assert ([each["objection"] for each in resolved["objections"]], len(resolved["kinds"])) == (["x"], 2)
    narrow = [ask("objections", facts, "2025-03-01", **asked) for asked in ({"contact": "d"}, {"opportunity": "p"})]
    assert [[each["objection"] for each in found["objections"]] for found in narrow] == [["y", "z"], ["z"]]
