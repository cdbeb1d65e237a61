"""What was corrected or retracted, by whom, how late, and whether it stands."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import four
from tests.unit.histories import ask, beijing, fact, hospital, moment

TARGET = {"source": "crm", "id": "a", "type": "attitude.assessed.v1"}


def amended(kind: str, day: str, *, target: Any = TARGET, actor: str = "m-2", **told: Any) -> Recorded:
    return fact(f"event.{kind}", day, {"target": target, "reason": "a mistake", **told}, actor=actor)


def level(value: int) -> dict[str, Any]:
    return {"contact": "c", "level": value}


HISTORY = [
    fact("member.registered", "2025-01-01", {"member": "m-2", "name": "He"}),
    fact("contact.added", "2025-01-01", {"contact": "c", "name": "Chen"}),
    fact("attitude.assessed", "2025-01-05", level(-1), id="a", recorded_at="2025-01-10"),
    amended("corrected", "2025-03-10", data=level(1)),
    amended("retracted", "2025-04-09", actor="m-1"),
    amended("corrected", "2025-06-15", data=level(1), time="2025-02-01T00:00:00Z"),
    amended("retracted", "2025-06-16", target={**TARGET, "id": "nowhere"}),
]

DAYS = "2025-01-31", "2025-02-01", "2025-03-09", "2025-03-10"
CURVE = [("2025-01-05", 2, None), ("2025-01-10", 2, -1), ("2025-02-01", 2, 2)]  # true, told, corrected


def test_an_amendment_stands_until_the_next_one_of_the_same_fact_whatever_the_moment_that_is_asked_about():
    def stands(answer: Any) -> list[bool]:
        return [each["stands"] for each in answer["corrections"]]

    before, after = [False, True], [False, False, True, True]
    assert four("corrections", HISTORY, stands) == [before, before, after, after]


def test_an_amendment_is_as_late_as_the_days_since_its_fact_was_told_and_says_what_it_changed():
    first, second, third, lost = ask("corrections", HISTORY, "2025-12-31")["corrections"]
    assert [each["days_late"] for each in (first, second, third, lost)] == [59, 89, 156, None]
    assert [each["fields"] for each in (first, second, third)] == [
        [{"field": "level", "was": -1, "is": 1}],
        [],
        [{"field": "time", "was": "2025-01-05T00:00:00Z", "is": "2025-02-01T00:00:00Z"}],
    ]
    assert (first["actor"], first["actor_name"], second["actor_name"]) == ("m-2", "He", None)
    assert first["about"] == [{"kind": "contact", "id": "c", "name": "Chen"}]
    assert [each["waits"] for each in (first, second, third, lost)] == [False, False, False, True]


def test_amendments_are_chosen_by_kind_by_who_said_so_and_by_when_they_were_told():
    def days(**parameters: Any) -> list[str]:
        answer = ask("corrections", HISTORY, "2025-12-31", **parameters)
        return [each["recorded_at"][5:10] for each in answer["corrections"]]

    assert days(kind="retracted") == ["04-09", "06-16"]
    assert days(by="m-1") == ["04-09"]
    assert days(from_="2025-04-09", to="2025-06-15") == ["04-09", "06-15"]


def test_an_amendment_that_came_before_its_fact_is_not_late():
    early = amended("corrected", "2025-01-02", data=level(2))
    (told,) = ask("corrections", [early, *HISTORY[:3]], "2025-12-31")["corrections"]
    assert (told["days_late"], told["waits"], told["fields"]) == (0, False, [{"field": "level", "was": -1, "is": 2}])


def test_of_two_restored_amendments_whose_record_times_go_back_in_the_log_all_name_the_same_winner():
    at_first = amended("corrected", "2025-03-10", data=level(1))
    last = amended("corrected", "2025-02-01", data=level(2))  # recorded before the one that it follows in the log
    told = [each._replace(logged_at=moment("2025-07-01")) for each in (*HISTORY[:3], at_first, last)]
    believed = {day: ask("attitude", told, "2025-12-31", day)["contacts"][0]["level"] for day in DAYS}
    assert believed == {"2025-01-31": -1, "2025-02-01": 2, "2025-03-09": 2, "2025-03-10": 2}
    corrections = ask("corrections", told, "2025-12-31")["corrections"]
    assert [(each["event"]["id"], each["stands"]) for each in corrections] == [
        (last.event.id, True),
        (at_first.event.id, False),
    ]
    assert [each["fields"] for each in corrections] == [[{"field": "level", "was": -1, "is": 2}], []]
    assert ask("corrections", told, "2025-12-31", "2025-02-28")["corrections"] == corrections[:1]
    answer = ask("restatements", told, "2025-12-31", late="P1Y")
    assert [each["event"]["id"] for each in answer["restatements"]] == [last.event.id]
    (curve,) = answer["curves"]
    assert [(each["time"][:10], each["was"], each["believed"]) for each in curve["points"]] == CURVE


def test_the_hospitals_director_corrected_after_119_days_when_the_head_of_procurement_came_round():
    (told,) = ask("corrections", hospital(), beijing("2025-12-31"))["corrections"]
    assert (told["event"]["id"], told["target"]["id"], told["actor"]) == ("h59", "h36", "m-he")
    assert told["days_late"] == 119
    assert {"field": "time", "was": "2025-02-26T06:00:00Z", "is": "2025-03-12T01:00:00Z"} in told["fields"]
