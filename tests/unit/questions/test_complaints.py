from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def turn(kind: str, time: str, complaint: str = "k", text: str = "noisy", **data: Any) -> Recorded:
    envelope = {each: data.pop(each) for each in ("recorded_at", "timebasis") if each in data}
    return fact(f"complaint.{kind}", time, {"complaint": complaint, "text": text, **data}, **envelope)


HISTORY = [
    fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
    fact("opportunity.identified", "2025-01-01", {"opportunity": "o", "name": "Scanner"}),
    turn("received", "2025-01-10", contact="a", opportunity="o"),
    turn("responded", "2025-01-14", text="we look at it", recorded_at="2025-02-01"),
    turn("resolved", "2025-03-01", text="a new fan"),
]


@pytest.mark.parametrize(
    ("as_of", "known_at", "stands"),
    [
        ("2025-01-20T00:00:00Z", "2025-01-31", ("open", 10, None, None)),
        ("2025-01-20T00:00:00Z", "2025-02-01", ("responded", 10, None, 4)),
        ("2025-02-10T00:00:00Z", "2025-01-31", ("open", 31, 1, None)),
        ("2025-02-10T00:00:00Z", "2025-02-28", ("responded", 31, 1, 4)),
        ("2025-03-05", "2025-03-05", ("resolved", None, None, 4)),
    ],
)
def test_a_complaint_stands_as_it_was_true_and_known(as_of, known_at, stands):
    (row,) = ask("complaints", HISTORY, as_of, known_at)["complaints"]
    assert tuple(row[name] for name in ("status", "days_open", "overdue_days", "days_to_response")) == stands
    assert (row["contact"], row["name"], row["opportunity_name"], row["text"]) == ("a", "Ada", "Scanner", "noisy")


def test_a_complaint_that_comes_again_after_it_was_resolved_begins_anew():
    again = [*HISTORY, turn("received", "2025-04-01", text="noisy again")]
    (row,) = ask("complaints", again, "2025-04-03T00:00:00Z")["complaints"]
    assert (row["status"], row["received"], row["days_open"]) == ("open", "2025-04-01T00:00:00Z", 2)
    assert (row["text"], row["contact"], row["responded"], row["resolved"]) == ("noisy again", None, None, None)
    assert [each["turn"] for each in row["course"]] == ["received", "responded", "resolved", "received"]


def test_what_is_told_again_did_not_begin_again():
    facts = [turn("received", "2025-01-10"), turn("responded", "2025-01-12"), turn("received", "2025-01-20", text="x")]
    (row,) = ask("complaints", facts, "2025-01-30T00:00:00Z")["complaints"]
    assert (row["status"], row["days_open"], row["text"]) == ("responded", 20, "x")


def test_the_same_complaint_told_by_a_second_source_begins_nothing():
    (row,) = ask("complaints", [*HISTORY, turn("received", "2025-03-05", contact="a")], "2025-03-06")["complaints"]
    assert (row["status"], row["received"][:10], row["resolved"][:10]) == ("resolved", "2025-01-10", "2025-03-01")


def test_who_complained_is_who_it_was_received_from_else_with_whom_it_was_settled():
    facts = [turn("received", "2025-01-10", contact="a", opportunity="o"), turn("responded", "2025-01-12", contact="b")]
    again = turn("received", "2025-01-11", text="and hot")  # tells it whole: of the customer, about no purchase
    (first,) = ask("complaints", facts, "2025-01-31")["complaints"]
    (second,) = ask("complaints", [*facts, again], "2025-01-31")["complaints"]
    assert (first["contact"], first["opportunity"]) == ("a", "o")
    assert (second["contact"], second["opportunity"], second["text"]) == ("b", None, "and hot")


def test_a_response_after_the_resolution_changes_nothing():
    facts = [turn("received", "2025-01-10", contact="a"), turn("resolved", "2025-01-12")]
    late = [turn("responded", "2025-01-20", contact="b"), turn("resolved", "2025-01-25")]
    (before,), (after,) = (ask("complaints", told, "2025-01-31")["complaints"] for told in (facts, [*facts, *late]))
    assert {name for name in before if before[name] != after[name]} == {"course", "because"}


def test_medians_are_over_what_is_known():
    facts = [
        *HISTORY,  # answered after 4 days, resolved after 50: 10 January to 1 March
        turn("received", "2025-01-01", "l"),
        turn("responded", "2025-01-03", "l"),
        turn("resolved", "2025-01-11", "l"),
        turn("received", "2025-02-01", "m", contact="b"),
        turn("responded", "2025-02-10", "m", contact="b"),
        turn("received", "2025-01-01", "n", timebasis="since"),  # since when, nobody knows
        turn("responded", "2025-01-20", "n"),
        turn("resolved", "2025-01-20", "o"),  # and of this one nobody told us that it was received
    ]
    answer = ask("complaints", facts, "2025-03-02T00:00:00Z", overdue_after=28)
    counts = tuple(answer[name] for name in ("open", "responded", "resolved", "overdue"))
    assert counts == (0, 2, 3, 1)  # m since 29 days
    assert answer["median_days_to_response"] == 4  # of 2, 4, 9
    assert answer["median_days_to_resolution"] == 30  # of 10 and 50
    assert [each["complaint"] for each in answer["complaints"]] == ["m", "n", "k", "l", "o"]
    assert [each["overdue_days"] for each in answer["complaints"]] == [1, None, None, None, None]
    merged = fact("contact.merged", "2025-03-01", {"contact": "b", "into": "c"})
    only = ask("complaints", [*facts, merged], "2025-03-02T00:00:00Z", contact="b", status="responded")
    assert [each["contact"] for each in only["complaints"]] == ["c"]
    assert (only["resolved"], only["median_days_to_resolution"]) == (0, None)
