from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def solution(turn: str, time: str, version: int, **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at", "timebasis") if each in told}
    return fact(
        f"solution.{turn}", time, {"opportunity": "o", "solution": "s", "version": version} | told, **attributes
    )


COURSE = [
    solution("presented", "2025-01-01", 1),
    solution("revised", "2025-01-11", 2, reason="too large", recorded_at="2025-02-01"),
    solution("presented", "2025-01-16", 2),
    solution("revised", "2025-01-31", 3),
]


def versions(as_of: str, known_at: str | None = None, facts: list[Recorded] = COURSE) -> Any:
    """Return the version told last, the one presented last, how many revisions, and the days between turns."""
    (row,) = ask("solutions", facts, as_of, known_at)["solutions"]
    return row["version"], row["presented_version"], row["revisions"], [each["days_after"] for each in row["course"]]


def test_the_hospital_saw_the_first_version_and_it_was_revised_once():
    answer = ask("solutions", hospital(), beijing("2025-05-31"))
    (row,) = answer["solutions"]
    shown, revised = row["course"]
    assert (row["solution"], row["opportunity_name"], row["status"]) == ("sol-1", "128排CT采购", "revised")
    assert (row["presented_version"], row["version"], row["revisions"]) == (1, 2, 1)
    assert (row["presented"], row["interaction"]) == ("2025-03-19T06:00:00Z", "i-6")
    assert row["interaction_title"] == shown["interaction_title"] == "solution presentation: 成本优化"
    # from 19 March 14:00 to 16 April 10:00: 28 days less 4 hours
    assert (revised["text"], revised["days_after"]) == ("加入十年维护费用对比", 28 - 4 / 24)
    assert [(each["opportunity"], each["revisions"]) for each in answer["opportunities"]] == [("opp-ct", 1)]


def test_a_version_counts_as_one_revision_however_often_it_was_told():
    assert versions("2025-01-05") == (1, 1, 0, [None])
    assert versions("2025-01-12") == (2, 1, 1, [None, 10])
    assert versions("2025-01-20") == (2, 2, 1, [None, 10, 5])
    assert versions("2025-01-31") == (3, 2, 2, [None, 10, 5, 15])


def test_a_version_that_was_told_late_was_not_known():
    assert versions("2025-01-12", "2025-01-31") == (1, 1, 0, [None])
    assert versions("2025-01-20", "2025-01-31") == (2, 2, 1, [None, 15])


def test_a_solution_that_was_revised_before_anybody_saw_it_was_revised():
    assert versions("2025-01-31", facts=[solution("revised", "2025-01-01", 2)]) == (2, None, 1, [None])


def test_two_versions_on_one_day_are_two_and_an_unknown_time_gives_no_days():
    shown = [solution("presented", "2025-01-01", each) for each in (1, 2)]
    assert versions("2025-01-31", facts=shown) == (2, 2, 1, [None, 0])
    before = [solution("presented", "2025-01-01", 1, timebasis="since"), solution("revised", "2025-01-11", 2)]
    assert versions("2025-01-31", facts=before) == (2, 1, 1, [None, None])


def test_revisions_are_added_up_by_purchase():
    other = [solution("presented", "2025-01-01", 1, solution="t"), solution("revised", "2025-01-02", 2, solution="t")]
    elsewhere = solution("presented", "2025-01-01", 1, opportunity="p")
    answer = ask("solutions", [*COURSE, *other, elsewhere], "2025-02-28")
    found = [(each["opportunity"], each["solutions"], each["revisions"]) for each in answer["opportunities"]]
    assert found == [("o", 2, 3), ("p", 1, 0)]
    (row,) = ask("solutions", [*COURSE, elsewhere], "2025-02-28", opportunity="p")["solutions"]
    assert (row["opportunity"], row["status"]) == ("p", "presented")
