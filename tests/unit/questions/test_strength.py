from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

ADDED = fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Ada", "email": "ada@acme.example"})


def met(
    time: str, *participants: Any, kind: str = "meeting", interaction: str | None = None, **attributes: Any
) -> Recorded:
    data = {
        "interaction": interaction or f"i-{time}",
        "kind": kind,
        "direction": "outbound",
        "our_participants": ["m-1"],
        "participants": list(participants),
    }
    return fact("interaction.recorded", time, data, **attributes)


def only(answer: Any) -> Any:
    (contact,) = answer["contacts"]
    return contact


def test_without_from_the_series_is_one_point_at_as_of():
    at = "2025-03-31T00:00:00Z"
    contact = only(ask("strength", [ADDED, met("2025-03-31", "c-1")], at))
    assert contact["series"] == [{"because": [], "time": at, "strength": contact["strength"]}]
    assert contact["strength"] == pytest.approx(25.9182, abs=5e-5)  # 100 (1 - e^(-6/20))
    assert (contact["band"], contact["trend"], contact["last_contact"]) == ("poor", "up", at)


def test_a_series_runs_from_from_in_steps_and_never_beyond_as_of():
    facts = [ADDED, met("2025-01-15", "c-1")]
    series = only(ask("strength", facts, "2025-02-05", from_="2025-01-08", to="2025-12-31", step="P7D"))["series"]
    assert [point["time"][:10] for point in series] == [
        "2025-01-08",
        "2025-01-15",
        "2025-01-22",
        "2025-01-29",
        "2025-02-05",
    ]
    assert [round(point["strength"], 3) for point in series] == [0, 25.918, 24.743, 23.611, 22.524]


def test_who_never_met_us_has_strength_0_and_silence_only_fades_what_there_was():
    (ada, bob) = ask("strength", [ADDED, met("2025-01-15", "c-2")], "2025-12-31")["contacts"]
    assert (ada["contact"], ada["strength"], ada["band"], ada["trend"], ada["last_contact"]) == (
        "c-1",
        0,
        "poor",
        "flat",
        None,
    )
    assert 0 < bob["strength"] < 25


def test_a_contact_who_becomes_known_later_is_found_in_earlier_meetings():
    meeting = met("2024-12-01", {"email": "ADA@acme.example", "name": "A."})
    assert ask("strength", [meeting], "2024-12-31")["contacts"] == []
    assert only(ask("strength", [meeting, ADDED], "2025-01-31"))["last_contact"] == "2024-12-01T00:00:00Z"


def test_merged_contacts_are_one_person_with_the_meetings_of_both():
    facts = [
        ADDED,
        fact("contact.added", "2025-01-02", {"contact": "c-2", "name": "Ada L."}),
        met("2025-02-01", "c-1"),
        met("2025-02-02", "c-2"),
        fact("contact.merged", "2025-03-01", {"contact": "c-2", "into": "c-1"}),
    ]
    assert only(ask("strength", facts, "2025-03-31", contact="c-2"))["contact"] == "c-1"
    assert len(only(ask("strength-explained", facts, "2025-03-31"))["terms"]) == 2


def test_a_meeting_learned_late_counts_only_for_those_who_know_of_it():
    facts = [ADDED, met("2025-02-01", "c-1", recorded_at="2025-03-15")]
    assert only(ask("strength", facts, "2025-02-28", "2025-02-28"))["strength"] == 0
    assert only(ask("strength", facts, "2025-02-28", "2025-03-31"))["strength"] > 0


def test_more_than_a_thousand_points_are_refused():
    with pytest.raises(ValueError, match="at most 1000 points"):
        ask("strength", [ADDED], "2025-03-31", from_="2020-01-01", step="P1D")


def test_the_hospitals_equipment_head_is_worked_out_by_hand():
    # 8 outbound 32.6 d before, 8 * 1.2 mutual exchange on the day, at 2025-02-26 end of day in Beijing
    contact = only(ask("strength", hospital(), beijing("2025-02-26"), contact="c-li"))
    raw = 8 * 0.5 ** ((35 + 14.5 / 24) / 90) + 9.6 * 0.5 ** ((10 / 24) / 90)
    assert contact["strength"] == pytest.approx(100 * (1 - 2.718281828459045 ** (-raw / 20)), abs=1e-4)
