import pytest

from tests.unit.histories import ask, fact

TARGET = {"source": "mail", "id": "e-1", "type": "note.recorded.v1"}
NOTE = {"kind": "background", "text": "x"}
HISTORY = [
    fact("note.recorded", "2025-01-01", NOTE, source="mail", id="e-1", recorded_at="2025-01-01T12:00:00Z"),  # 0.5 days
    fact("note.recorded", "2025-01-02", NOTE, source="mail", recorded_at="2025-01-06"),  # 4 days late
    fact("note.recorded", "2025-01-10", NOTE, source="mail", recorded_at="2025-01-20"),  # 10
    fact("contact.added", "2025-01-05", {"contact": "a", "name": "Ada"}, timebasis="since", recorded_at="2025-02-01"),
    fact("event.retracted", "2025-02-03", {"target": TARGET, "reason": "x"}, source="mail"),
]


@pytest.mark.parametrize(
    ("as_of", "known_at", "sources"),
    [
        ("2025-01-31", "2025-01-10", [("mail", 2, 2.25, 4, 0.5)]),  # the median of 0.5 and 4; one of two is late
        ("2025-01-31", "2025-01-31", [("mail", 3, 4, 10, pytest.approx(2 / 3))]),
        ("2025-01-05", "2025-01-31", [("mail", 2, 2.25, 4, 0.5)]),
        # what was true since before its time is late nobody knows how much; what was retracted was told all the same
        ("2025-01-31", "2025-02-03", [("crm", 1, None, None, None), ("mail", 4, 4, 10, pytest.approx(2 / 3))]),
    ],
)
def test_a_source_has_its_events_and_how_late_they_came(as_of, known_at, sources):
    rows = ask("intake", HISTORY, as_of, known_at)["sources"]
    names = ("source", "events", "median_days_late", "most_days_late", "late_share")
    assert [tuple(row[name] for name in names) for row in rows] == sources


def test_a_source_has_its_first_and_last_moment_on_each_clock_and_its_types():
    (row,) = ask("intake", HISTORY, "2025-01-31", source="mail")["sources"]
    names = ("first_time", "last_time", "first_recorded_at", "last_recorded_at")
    assert [row[name][:10] for name in names] == ["2025-01-01", "2025-02-03", "2025-01-01", "2025-02-03"]
    types = [(each["type"], each["events"]) for each in row["types"]]
    assert types == [("event.retracted.v1", 1), ("note.recorded.v1", 3)]
