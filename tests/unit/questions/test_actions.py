from datetime import datetime
from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def planned(time: str, due: str, action: str = "a", **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at",) if each in told}
    data = {"action": action, "owner": "m-1", "due": due, "text": "call them"} | told
    return fact("next_action.planned", time, data, **attributes)


def ended(turn: str, time: str, action: str = "a", **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at", "timebasis") if each in told}
    return fact(f"next_action.{turn}", time, {"action": action} | told, **attributes)


def stands(facts: list[Recorded], as_of: str | datetime, known_at: str | None = None, **asked: Any) -> Any:
    """Return how the only action stands, how many days it is overdue, and how many late it was done."""
    (row,) = ask("actions", facts, as_of, known_at, **asked)["actions"]
    return row["status"], row["overdue_days"], row["days_late"]


def test_the_hospital_s_tender_was_prepared_a_day_before_it_was_due():
    (row,) = ask("actions", hospital(), beijing("2025-05-31"), tz="Asia/Shanghai")["actions"]
    assert (row["action"], row["owner_name"], row["opportunity_name"]) == ("a-1", "钱峰", "128排CT采购")
    assert (row["due"], row["status"], row["ended"], row["days_late"]) == (
        "2025-04-15",
        "done",
        "2025-04-14T09:00:00Z",
        0,
    )
    assert stands(hospital(), beijing("2025-04-13"), tz="Asia/Shanghai") == ("open", None, None)
    assert ask("actions", hospital(), beijing("2025-03-02"))["actions"] == []


LATE = [planned("2025-01-01", "2025-01-10"), ended("completed", "2025-01-13", recorded_at="2025-02-01")]


def test_an_action_is_overdue_from_the_day_after_until_it_is_done_late():
    assert stands(LATE, "2025-01-10") == ("open", None, None)
    assert stands(LATE, "2025-01-12") == ("open", 2, None)
    assert stands(LATE, "2025-01-31") == ("done", None, 3)


def test_that_it_was_done_was_told_late():
    assert stands(LATE, "2025-01-20", "2025-01-31") == ("open", 10, None)
    assert stands(LATE, "2025-01-20", "2025-02-01") == ("done", None, 3)


def test_the_day_on_which_it_was_done_is_the_reader_s():
    facts = [planned("2025-01-01", "2025-01-10"), ended("completed", "2025-01-10T20:00:00Z")]
    assert stands(facts, "2025-01-31")[2] == 0
    assert stands(facts, "2025-01-31", tz="Asia/Shanghai")[2] == 1


def test_what_was_planned_anew_counts_as_planned_last_and_its_course_tells_how_it_was_put_off():
    facts = [planned("2025-01-01", "2025-01-10"), planned("2025-01-08", "2025-01-20", owner="m-2")]
    (row,) = ask("actions", facts, "2025-01-25")["actions"]
    assert (row["due"], row["owner"], row["since"][:10], row["overdue_days"]) == ("2025-01-20", "m-2", "2025-01-01", 5)
    assert [(each["owner"], each["due"]) for each in row["course"]] == [("m-1", "2025-01-10"), ("m-2", "2025-01-20")]


def test_what_was_planned_again_on_the_day_on_which_it_ended_stands_last_in_its_course():
    day = "2025-01-01"
    facts = [planned(day, "2025-01-10"), ended("completed", day), planned(day, "2025-01-20")]
    (row,) = ask("actions", facts, "2025-01-02")["actions"]
    assert (row["status"], [each["turn"] for each in row["course"]]) == ("open", ["completed", "planned"])


def test_what_was_agreed_in_a_meeting_is_for_the_purchase_that_the_meeting_was_about():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [], "participants": []}
    facts = [
        planned("2025-01-01", "2025-03-01", interaction="i"),
        fact("interaction.recorded", "2025-01-01", met | {"opportunity": "o"}, recorded_at="2025-02-01"),
    ]

    def of_deal(known_at: str) -> list[str]:
        return [
            each["opportunity"] for each in ask("actions", facts, "2025-01-02", known_at, opportunity="o")["actions"]
        ]

    assert (of_deal("2025-01-31"), of_deal("2025-02-01")) == ([], ["o"])


def test_actions_are_sorted_by_their_day_and_counted_however_they_stand():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [], "participants": []}
    facts = [
        fact("interaction.planned", "2025-01-01", met | {"topics": ["prices"]}),
        planned("2025-01-01", "2025-03-01", "later", interaction="i", opportunity="o"),
        planned("2025-01-01", "2025-01-31", "overdue"),
        *LATE,
        planned("2025-01-01", "2025-01-05", "dropped", owner="m-2"),
        ended("cancelled", "2025-01-06", "dropped", reason="lost interest"),
        ended("completed", "2025-01-01", "unplanned"),
    ]
    answer = ask("actions", facts, "2025-02-10")
    order = ["dropped", "a", "overdue", "later", "unplanned"]
    assert [each["action"] for each in answer["actions"]] == order
    assert [answer[each] for each in ("open", "overdue", "done", "late", "cancelled")] == [2, 1, 2, 1, 1]
    assert answer["actions"][3]["interaction_title"] == "call: prices"
    dropped, unplanned = answer["actions"][0], answer["actions"][4]
    assert (dropped["ended"][:10], dropped["course"][-1]["text"]) == ("2025-01-06", "lost interest")
    assert (unplanned["owner"], unplanned["due"], unplanned["days_late"]) == (None, None, None)
    asked = [*({"status": each} for each in ("open", "overdue", "done", "cancelled")), {"owner": "m-2"}]
    shown = [ask("actions", facts, "2025-02-10", **each)["actions"] for each in [*asked, {"opportunity": "o"}]]
    assert [[each["action"] for each in rows] for rows in shown] == [
        ["overdue", "later"],
        ["overdue"],
        ["a", "unplanned"],
        ["dropped"],
        ["dropped"],
        ["later"],
    ]
