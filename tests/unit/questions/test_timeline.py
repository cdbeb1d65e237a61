from datetime import datetime
from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def position(time: str, title: str, contact: str = "c-1", place: str = "p-1") -> Recorded:
    data = {"contact": contact, "position": place, "title": title, "level": "middle"}
    return fact("contact.position_assigned", time, data)


def met(word: str, time: str, *participants: Any, interaction: str = "i-1", **data: Any) -> Recorded:
    told = {
        "interaction": interaction,
        "kind": "meeting",
        "direction": "mutual",
        "our_participants": ["m-1"],
        "participants": list(participants),
        **data,
    }
    return fact(f"interaction.{word}", time, told)


def cancelled(time: str, interaction: str = "i-1") -> Recorded:
    return fact("interaction.cancelled", time, {"interaction": interaction})


def assessed(time: str, level: int, **data: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": "c-1", "level": level, **data})


ADDED = fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Ada", "email": "ada@acme.example"})


def told(facts: list[Recorded], as_of: str = "2025-12-31", **parameters: Any) -> list[tuple[str, str, str]]:
    found = ask("timeline", facts, as_of, **parameters)
    return [(each["time"][:10], each["kind"], each["title"]) for each in found]


def test_each_participant_has_the_position_held_then_not_the_one_held_now():
    facts = [
        ADDED,
        position("2025-01-01", "Buyer"),
        met("recorded", "2025-02-01", "c-1", interaction="i-1"),
        position("2025-03-01", "Head of buying"),
        met("recorded", "2025-04-01", "c-1", interaction="i-2"),
        fact("contact.left", "2025-05-01", {"contact": "c-1", "to_account": "globex"}),
        met("recorded", "2025-06-01", "c-1", interaction="i-3"),
    ]
    meetings = ask("timeline", facts, "2025-12-31", kind="interaction")
    assert [each["participants"][0]["position_then"] for each in meetings] == ["Buyer", "Head of buying", None]
    assert {each["participants"][0]["name"] for each in meetings} == {"Ada"}


def test_positions_held_then_are_found_under_the_ids_that_were_merged_since():
    facts = [
        ADDED,
        position("2025-01-01", "Buyer", contact="c-2"),
        met("recorded", "2025-02-01", "c-2"),
        fact("contact.merged", "2025-09-01", {"contact": "c-2", "into": "c-1"}),
    ]
    (meeting,) = ask("timeline", facts, "2025-12-31", kind="meeting")
    (present,) = meeting["participants"]
    assert (present["contact"], present["name"], present["position_then"]) == ("c-1", "Ada", "Buyer")


def test_a_planned_interaction_is_shown_until_it_is_recorded_or_cancelled():
    planned = met("planned", "2025-02-01", "c-1", topics=["price"])
    (waiting,) = ask("timeline", [planned], "2025-12-31")
    assert (waiting["planned"], waiting["title"]) == (True, "meeting: price")
    (took_place,) = ask("timeline", [planned, met("recorded", "2025-02-02", "c-1")], "2025-12-31")
    assert (took_place["planned"], took_place["time"][:10]) == (False, "2025-02-02")
    for day in ("2025-01-31", "2025-02-03"):  # before it would have been, as one does, or after
        assert ask("timeline", [planned, cancelled(day)], "2025-12-31") == []


def test_what_was_recorded_stays_even_if_a_cancellation_or_a_plan_comes_after():
    recorded = met("recorded", "2025-02-01", "c-1")
    facts = [recorded, met("planned", "2025-03-01", "c-1"), cancelled("2025-03-02")]
    (only,) = ask("timeline", facts, "2025-12-31")
    assert (only["planned"], only["time"][:10]) == (False, "2025-02-01")


def test_shifts_of_attitude_are_shown_and_assessments_that_shift_nothing_are_not():
    facts = [
        ADDED,
        assessed("2025-02-01", 0),
        assessed("2025-03-01", 0),
        assessed("2025-04-01", -1),
        assessed("2025-05-01", 2),
    ]
    assert told(facts, kind="attitude") == [
        ("2025-02-01", "attitude", "Ada: unknown -> neutral"),
        ("2025-04-01", "attitude", "Ada: neutral -> oppose (-1)"),
        ("2025-05-01", "attitude", "Ada: oppose (-1) -> support (+2)"),
    ]


def test_silence_is_no_shift():
    assert len(told([ADDED, assessed("2020-01-01", 1)], "2030-01-01", kind="attitude")) == 1


def test_an_attitude_towards_one_deal_is_apart_from_that_towards_us():
    facts = [ADDED, assessed("2025-02-01", 1), assessed("2025-03-01", 1, opportunity="o-1"), assessed("2025-04-01", 1)]
    assert [time for time, *_ in told(facts, kind="attitude")] == ["2025-02-01", "2025-03-01"]


def test_arrivals_positions_and_departures_are_told_once_each():
    facts = [
        ADDED,
        position("2025-01-02", "Buyer"),
        position("2025-02-02", "Buyer"),
        fact("contact.position_ended", "2025-03-02", {"contact": "c-1", "position": "p-1"}),
        fact("contact.left", "2025-03-03", {"contact": "c-1"}),
        fact("contact.left", "2025-03-04", {"contact": "c-1"}),
        fact("contact.returned", "2025-06-01", {"contact": "c-1"}),
    ]
    assert told(facts) == [
        ("2025-01-01", "arrival", "Ada became known"),
        ("2025-01-02", "position", "Ada: Buyer"),
        ("2025-03-02", "position", "Ada no longer Buyer"),
        ("2025-03-03", "departure", "Ada left"),
        ("2025-06-01", "arrival", "Ada is back"),
    ]


def test_a_position_taken_up_again_after_leaving_is_told_again():
    facts = [
        ADDED,
        position("2025-01-02", "Buyer"),
        fact("contact.left", "2025-03-03", {"contact": "c-1"}),
        position("2025-06-01", "Buyer"),
    ]
    assert told(facts, kind="position") == [
        ("2025-01-02", "position", "Ada: Buyer"),
        ("2025-06-01", "position", "Ada: Buyer"),
    ]


def test_stages_and_ends_are_told_without_entries_from_old_to_old_and_losses_with_their_reason():
    def deal(word: str, time: str, **data: Any) -> Recorded:
        return fact(f"opportunity.{word}", time, {"opportunity": "o-1", **data})

    facts = [
        deal("identified", "2025-01-01", name="Scanner"),
        deal("stage_entered", "2025-02-01", stage="tender"),
        deal("stage_entered", "2025-03-01", stage="tender"),
        deal("lost", "2025-04-01", reason="price"),
        deal("reopened", "2025-05-01"),
        deal("won", "2025-06-01", amount={"amount": "9.50", "currency": "EUR"}),
    ]
    assert told(facts, opportunity="o-1") == [
        ("2025-01-01", "stage", "Scanner: identified"),
        ("2025-02-01", "stage", "Scanner: tender"),
        ("2025-04-01", "outcome", "Scanner: lost, price"),
        ("2025-05-01", "outcome", "Scanner: reopened"),
        ("2025-06-01", "outcome", "Scanner: won, 9.50 EUR"),
    ]
    assert told(facts, opportunity="o-2") == []


def test_someone_who_was_only_named_by_mail_is_resolved_once_known():
    meeting = met(
        "recorded", "2025-01-15", {"email": "ada@acme.example", "name": "A. L."}, {"system": "crm", "key": "9"}
    )
    (entry,) = ask("timeline", [meeting], "2025-12-31")
    assert [(each["contact"], each["name"]) for each in entry["participants"]] == [(None, "A. L."), (None, "crm:9")]
    (entry,) = ask("timeline", [meeting, ADDED], "2025-12-31", kind="meeting")
    assert [(each["contact"], each["name"]) for each in entry["participants"]] == [("c-1", "Ada"), (None, "crm:9")]


def test_one_contact_and_one_stretch_of_time_can_be_asked_for():
    facts = [
        met("recorded", "2025-02-01", "c-1", interaction="i-1"),
        met("recorded", "2025-03-01", "c-2", interaction="i-2"),
        met("recorded", "2025-04-01", "c-1", "c-2", interaction="i-3"),
    ]
    assert [time for time, *_ in told(facts, contact="c-1")] == ["2025-02-01", "2025-04-01"]
    assert [time for time, *_ in told(facts, from_="2025-02-02", to="2025-03-01")] == ["2025-03-01"]


def test_the_hospitals_factory_visit_shows_who_came_from_both_sides():
    (visit,) = ask("timeline", hospital(), beijing("2025-06-30"), kind="factory_visit")
    assert [(each["name"], each["position_then"]) for each in visit["participants"]] == [
        ("李强", "设备科科长"),
        ("王敏", "采购部主任"),
    ]
    assert [each["name"] for each in visit["our_participants"]] == ["张伟", "钱峰"]
    assert visit["event"] == {"source": "crm.a-med", "id": "h40"}
    assert visit["opportunity"] == "opp-ct"


def test_a_corrected_shift_stands_at_its_corrected_time_and_where_it_stood_for_those_who_did_not_know():
    def shift(known_at: datetime) -> list[str]:
        found = ask("timeline", hospital(), beijing("2025-06-30"), known_at, contact="c-li", kind="attitude")
        return [each["time"] for each in found]

    assert shift(beijing("2025-06-24")) == ["2025-02-26T06:00:00Z"]
    assert shift(beijing("2025-06-25")) == ["2025-03-12T01:00:00Z"]
