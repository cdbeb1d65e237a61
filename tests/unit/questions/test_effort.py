from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital, moment


def met(id_: str, minutes: int | None = 30, time: str = "2025-01-10", **data: Any) -> Recorded:
    told = {"interaction": id_, "kind": "meeting", "direction": "mutual", "minutes": minutes}
    people = {"our_participants": ["m-1"], "participants": ["c-1"]}
    return fact("interaction.recorded", time, told | people | data)


def spent(time: str = "2025-01-10", **data: Any) -> Recorded:
    return fact("effort.spent", time, data)


def minutes(answer: Any) -> tuple[int, int]:
    return answer["ours"], answer["theirs"]


def groups(answer: Any) -> list[tuple[Any, ...]]:
    return [(each["group"], each["name"], each["ours"], each["theirs"], each["hours"]) for each in answer["groups"]]


def test_half_an_hour_of_three_of_ours_and_two_of_theirs():
    facts = [met("i-1", 30, our_participants=["m-1", "m-2", "m-3"], participants=["c-1", "c-2"])]
    assert minutes(ask("effort", facts, "2025-01-31")) == (90, 30)


def test_the_hospitals_second_purchase_took_less_of_our_time_and_more_of_theirs():
    answer = ask("effort", hospital(), beijing("2025-06-30"), opportunity="opp-ct", compare="opp-us")
    assert minutes(answer) == (1050, 600)
    other = answer["compared"]
    assert minutes(other) == (1500, 500)
    assert (other["ours_percent"], other["theirs_percent"]) == (-30.0, 20.0)
    assert other["sentence"].startswith("30.0 % less of our time in interactions than ")
    before = ask("effort", hospital(), beijing("2025-02-28"), opportunity="opp-ct")
    assert minutes(before) == (60 + 180 + 30 + 240, 60 + 90 + 30 + 120)
    unknown_yet = ask("effort", hospital(), beijing("2025-02-28"), beijing("2025-01-31"), opportunity="opp-ct")
    assert minutes(unknown_yet) == (60 + 180, 60 + 90)


def test_the_hospital_by_purchase_by_member_and_by_kind():
    names = {by: ask("effort", hospital(), beijing("2025-06-30"), by=by) for by in ("opportunity", "member", "kind")}
    assert [(each["group"], *minutes(each)) for each in names["opportunity"]["groups"]] == [
        ("opp-ct", 1050, 600),
        ("opp-us", 1500, 500),
    ]
    # m-qian: the ultrasound's day of 500, and 90 + 120 + 180; m-he: 500, and 60 with the director
    assert [(each["group"], each["name"], *minutes(each)) for each in names["member"]["groups"]] == [
        ("m-he", "何总", 560, 560),
        ("m-qian", "钱峰", 890, 890),
        ("m-zhang", "张伟", 1100, 1100),
    ]
    by_kind = {each["group"]: minutes(each) for each in names["kind"]["groups"]}
    assert by_kind["site_visit"] == (1500 + 180, 500 + 90)


def test_hours_and_costs_are_booked_per_purchase_and_member_and_stay_apart_from_minutes():
    facts = [
        spent(hours=1.5, member="m-1", opportunity="o-1", cost={"amount": "10.50", "currency": "EUR"}),
        spent(hours=2.25, member="m-2"),
        spent(cost={"amount": "4.50", "currency": "EUR"}, opportunity="o-1"),
        met("i-1", 30, opportunity="o-1"),
    ]
    answer = ask("effort", facts, "2025-01-31")
    assert (answer["hours"], answer["costs"]) == (3.75, [{"amount": "15.00", "currency": "EUR"}])
    assert groups(answer) == [("o-1", None, 30, 30, 1.5), (None, None, 0, 0, 2.25)]
    by_member = ask("effort", facts, "2025-01-31", by="member")
    assert groups(by_member) == [("m-1", None, 30, 30, 1.5), ("m-2", None, 0, 0, 2.25), (None, None, 0, 0, 0.0)]
    by_kind = ask("effort", facts, "2025-01-31", by="kind")
    assert groups(by_kind) == [("meeting", "meeting", 30, 30, 0.0), (None, None, 0, 0, 3.75)]


def test_an_interaction_of_unknown_length_is_counted_and_takes_no_minutes():
    answer = ask("effort", [met("i-1", None), met("i-2", 10, participants=[])], "2025-01-31")
    assert (answer["interactions"], answer["unmeasured"], *minutes(answer)) == (2, 1, 10, 0)


def test_an_interaction_recorded_again_counts_once_as_told_last_and_a_retracted_booking_does_not():
    booking = spent(hours=5)
    target = {"source": "crm", "id": booking.event.id, "type": "effort.spent.v1"}
    retracted = fact("event.retracted", "2025-02-01", {"target": target, "reason": "twice"})
    facts = [met("i-1", 30), met("i-1", 45)._replace(recorded_at=moment("2025-03-01")), booking, retracted]
    assert minutes(ask("effort", facts, "2025-12-31")) == (45, 45)
    earlier = ask("effort", facts, "2025-12-31", "2025-01-31")
    assert (*minutes(earlier), earlier["hours"]) == (30, 30, 5.0)
    assert ask("effort", facts, "2025-12-31")["hours"] == 0


def test_a_window_counts_what_took_place_in_it():
    facts = [met("i-1", 1), met("i-2", 2, "2025-02-01"), met("i-3", 4, "2025-03-01"), spent("2025-02-28", hours=1)]
    answer = ask("effort", facts, "2025-12-31", from_="2025-02-01", to="2025-02-28")
    assert (*minutes(answer), answer["hours"]) == (2, 2, 1.0)


def test_who_of_ours_is_named_twice_counts_once_and_one_known_by_mail_only_counts_too():
    ours = ["m-1", "m-1", {"email": "a@example.org"}, {"email": "A@example.org"}]
    answer = ask("effort", [met("i-1", 10, our_participants=ours)], "2025-01-31", by="member")
    assert minutes(answer) == (20, 10)
    assert groups(answer) == [("m-1", None, 10, 10, 0.0), (None, None, 10, 10, 0.0)]


@pytest.mark.parametrize("other", ["o-2", "o-nowhere"])
def test_there_is_no_difference_from_nothing(other):
    answer = ask("effort", [met("i-1", 10, opportunity="o-1")], "2025-01-31", opportunity="o-1", compare=other)
    assert (answer["compared"]["ours_percent"], answer["compared"]["hours_percent"]) == (None, None)


def test_a_difference_that_rounds_to_nothing_is_zero_and_not_less_than_that():
    facts = [met("i-1", 2439, opportunity="o-1"), met("i-2", 2440, opportunity="o-2")]
    compared = ask("effort", facts, "2025-01-31", opportunity="o-1", compare="o-2")["compared"]
    assert str(compared["ours_percent"]) == "0.0"
    assert compared["sentence"] == "0.0 % more of our time in interactions than o-2."


@pytest.mark.parametrize(("one", "other"), [("o-1", "o-2"), ("o-2", "o-1")])
def test_where_only_hours_were_booked_or_no_interaction_was_measured_time_in_interactions_is_unknown(one, other):
    facts = [
        spent(hours=5, opportunity="o-1"),
        met("i-1", None, opportunity="o-1"),
        met("i-2", 60, opportunity="o-2"),
    ]
    compared = ask("effort", facts, "2025-01-31", opportunity=one, compare=other)["compared"]
    assert [compared[each] for each in ("ours_percent", "theirs_percent", "hours_percent")] == [None] * 3
    assert compared["sentence"] == (
        f"Our time in interactions cannot be compared with that for {other}: of one of them, none was measured."
    )
