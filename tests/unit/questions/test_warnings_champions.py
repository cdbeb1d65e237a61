from tests.unit.histories import ask, fact
from tests.unit.worries import attitude, contact, found, identified, limits, lost, met, power, role, told


def test_a_champion_who_left_is_missed_until_the_role_ends_or_they_are_back():
    facts = [
        contact("a"),
        role("a", "champion"),
        fact("contact.left", "2025-03-01", {"contact": "a", "to_account": "rival"}, recorded_at="2025-03-20"),
        fact("contact.returned", "2025-05-01", {"contact": "a"}),
    ]
    left = [("a", None, "2025-03-01")]
    assert found("champion_left", facts, "2025-02-28") == []
    assert found("champion_left", facts, "2025-04-30") == left
    assert found("champion_left", facts, "2025-04-30", "2025-03-19") == []
    assert found("champion_left", facts, "2025-05-01") == []
    ended = fact("buying_role.ended", "2025-04-01", {"contact": "a", "role": "champion"})
    assert found("champion_left", [*facts, ended], "2025-04-30") == []
    assert told("champion_left", facts, "2025-04-30") == (
        "A (a) left on 2025-03-01 for account rival.",
        "A (a) helped us here as champion.",
    )


def test_a_supporter_with_power_is_a_champion_too_and_one_without_is_none():
    facts = [
        identified("o"),
        identified("p"),
        *(contact(each) for each in "abd"),
        *(attitude(each, 1, opportunity="o") for each in "ab"),
        attitude("d", 1, opportunity="p"),
        power("a", 4),
        power("b", 3),
        power("d", 5),
        *(fact("contact.left", "2025-02-01", {"contact": each}) for each in "abd"),
        role("d", "coach", opportunity="p"),
        lost("p", "2025-02-15"),
    ]
    assert found("champion_left", facts, "2025-02-10") == [("d", "p", "2025-02-01"), ("a", "o", "2025-02-01")]
    assert found("champion_left", facts, "2025-02-20") == [("a", "o", "2025-02-01")]
    assert found("champion_left", [*facts, limits(high_power=3)], "2025-02-20") == [
        ("a", "o", "2025-02-01"),
        ("b", "o", "2025-02-01"),
    ]
    assert told("champion_left", facts, "2025-02-20") == (
        "A (a) left on 2025-02-01; where to is unknown.",
        "A (a) helped us here as supporter with power.",
    )


def test_one_person_under_two_ids_left_once_and_is_named_by_one():
    facts = [
        contact("a"),
        contact("b"),
        role("a", "coach"),
        fact("contact.left", "2025-03-01", {"contact": "b"}),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    assert found("champion_left", facts, "2025-03-31", "2025-05-31") == []
    assert found("champion_left", facts, "2025-03-31", "2025-06-01") == [("b", None, "2025-03-01")]


def test_a_champion_is_silent_from_the_day_after_sixty_days_without_contact():
    facts = [
        contact("a", email="a@example.org"),
        role("a", "coach"),
        met(["a"], "2025-01-10"),
        met([{"email": "A@example.org"}], "2025-03-01", recorded_at="2025-03-20"),
    ]
    early = [("a", None, "2025-01-10")]
    assert found("champion_silent", facts, "2025-03-15", "2025-03-15") == early
    assert found("champion_silent", facts, "2025-03-15", "2025-03-20") == []
    assert found("champion_silent", facts, "2025-03-10", "2025-03-15") == []  # 59 days, and the hours of that one
    assert found("champion_silent", facts, "2025-03-11", "2025-03-15") == early
    assert found("champion_silent", facts, "2025-04-30") == [("a", None, "2025-03-01")]
    assert told("champion_silent", facts, "2025-04-30") == (
        "A (a), coach, has been silent since 2025-03-01.",
        "No contact for 60 days, where 60 are allowed.",
    )


def test_a_champion_whom_nobody_met_is_silent_since_we_call_them_one_and_who_left_is_not_silent():
    facts = [contact("a"), role("a", "champion", "2025-02-01")]
    assert found("champion_silent", facts, "2025-03-01") == []
    assert found("champion_silent", facts, "2025-04-30") == [("a", None, "2025-02-01")]
    assert told("champion_silent", facts, "2025-04-30")[0] == "Nobody has met A (a), champion, since 2025-02-01."
    left = fact("contact.left", "2025-04-01", {"contact": "a"})
    assert found("champion_silent", [*facts, left], "2025-04-30") == []


def test_who_fell_by_a_layer_or_by_two_levels_turned_for_thirty_days():
    facts = [
        *(contact(each) for each in "abd"),
        *(attitude(each, 2) for each in "abd"),
        attitude("a", 0, "2025-03-01", recorded_at="2025-03-10"),
        attitude("b", 1, "2025-03-01"),  # still an advocate's layer, and one level
        attitude("d", -1, "2025-03-05"),
        attitude("d", 2, "2025-03-20"),  # came back
    ]
    turned = [("a", None, "2025-03-01")]
    assert found("champion_turned", facts, "2025-03-09", "2025-03-09") == [("d", None, "2025-03-05")]
    assert found("champion_turned", facts, "2025-03-09", "2025-03-31") == [("d", None, "2025-03-05"), *turned]
    assert found("champion_turned", facts, "2025-03-30") == turned
    assert found("champion_turned", facts, "2025-03-31") == []  # more than thirty days ago
    assert told("champion_turned", facts, "2025-03-30") == (
        "A (a) turned from support (+2) to neutral.",
        "It was support (+2) on 2025-01-01, and fell within 30 days.",
    )


def test_a_fall_in_steps_is_one_fall_from_the_last_peak():
    facts = [contact("a"), *(attitude("a", level, f"2025-03-0{day}") for day, level in enumerate((2, 1, -1, -2), 1))]
    assert found("champion_turned", facts, "2025-03-02") == []
    assert found("champion_turned", facts, "2025-03-31") == [("a", None, "2025-03-02")]
    assert told("champion_turned", facts, "2025-03-31")[0] == "A (a) turned from support (+2) to oppose (-2)."


def test_neutral_people_who_fall_are_no_champions_unless_they_play_the_role():
    facts = [contact("a"), attitude("a", 0), attitude("a", -1, "2025-03-01")]
    assert found("champion_turned", facts, "2025-03-10") == []
    assert found("champion_turned", [*facts, role("a", "coach")], "2025-03-10") == [("a", None, "2025-03-01")]


def test_a_corrected_assessment_turned_nobody():
    fall = attitude("a", -1, "2025-03-01")
    target = {"source": "crm", "id": fall.event.id, "type": "attitude.assessed.v1"}
    data = {"target": target, "data": {"contact": "a", "level": 1}, "reason": "misheard"}
    facts = [contact("a"), attitude("a", 1), fall, fact("event.corrected", "2025-03-08", data)]
    assert found("champion_turned", facts, "2025-03-10", "2025-03-07") == [("a", None, "2025-03-01")]
    assert found("champion_turned", facts, "2025-03-10", "2025-03-08") == []


def test_the_events_behind_a_warning_are_named_in_order_of_time():
    facts = [contact("a"), attitude("a", 1, "2025-02-01"), attitude("a", -1, "2025-03-01")]
    (row,) = ask("warnings", facts, "2025-03-10", rule="champion_turned")
    assert row["events"] == [{"source": "crm", "id": each.event.id} for each in facts[1:]]
