from services.projections.history import Recorded
from tests.unit.histories import fact, moment
from tests.unit.worries import (
    attitude,
    contact,
    found,
    identified,
    limits,
    met,
    placed,
    power,
    right,
    role,
    told,
    unit,
)


def step(word: str, time: str, **data: object) -> Recorded:
    return fact(f"decision_step.{word}", time, {"opportunity": "o", "step": "s", **data})


def test_an_opportunity_hangs_on_one_person_until_a_second_is_met_in_it_or_supports_us():
    facts = [
        identified("o", "2025-01-05"),
        contact("a"),
        contact("b"),
        met(["a"], "2025-01-10", opportunity="o"),
        met(["b"], "2025-01-12", opportunity="other"),
        met(["b"], "2025-02-10", opportunity="o", recorded_at="2025-03-01"),
    ]
    alone = [("o", "o", "2025-01-05")]
    assert found("single_threaded", facts, "2025-01-04") == []
    assert told("single_threaded", facts, "2025-01-06") == (
        "In O (o) we have met nobody, and nobody is known to support us.",
        "People met in it, or supporting us: 0.",
    )
    assert found("single_threaded", facts, "2025-02-09") == alone
    assert told("single_threaded", facts, "2025-02-09")[0] == "O (o) hangs on A (a) alone."
    assert found("single_threaded", facts, "2025-02-10") == []
    assert found("single_threaded", facts, "2025-02-10", "2025-02-28") == alone
    assert found("single_threaded", [*facts, attitude("b", 1)], "2025-02-09") == []
    assert found("single_threaded", [*facts, limits(single_threaded_people=2)], "2025-02-10") == alone


def test_where_nobody_was_ever_told_of_that_alone_is_said_once_for_all_purchases():
    facts = [identified("o", "2025-01-05"), identified("p", "2025-01-03"), contact("a", "2025-02-01")]
    facts[-1] = facts[-1]._replace(recorded_at=moment("2025-03-01"))
    nobody = [("acme", None, "2025-01-03")]
    assert found("no_people_known", facts[:0], "2025-02-10") == []
    assert found("no_people_known", facts, "2025-01-31") == found("no_people_known", facts, "2025-02-10", "2025-02-28")
    assert found("no_people_known", facts, "2025-01-31") == nobody
    assert told("no_people_known", facts, "2025-01-31") == (
        "Of the people of acme nobody is known to us.",
        "No contact and no meeting was told of; open: O (o), P (p).",
    )
    assert found("single_threaded", facts, "2025-01-31") == []
    assert found("no_people_known", facts, "2025-02-10") == []
    assert found("single_threaded", facts, "2025-02-10") == [("o", "o", "2025-01-05"), ("p", "p", "2025-01-03")]
    left = [*facts, fact("contact.left", "2025-02-05", {"contact": "a"}, recorded_at="2025-03-01")]
    assert found("single_threaded", left, "2025-02-10") == [("o", "o", "2025-01-05"), ("p", "p", "2025-01-03")]


def test_who_left_holds_no_thread():
    facts = [identified("o"), *(contact(each) for each in "ab"), met(["a", "b"], "2025-01-10", opportunity="o")]
    left = fact("contact.left", "2025-02-01", {"contact": "a"})
    assert found("single_threaded", [*facts, left], "2025-01-31") == []
    assert found("single_threaded", [*facts, left], "2025-02-01") == [("o", "o", "2025-01-01")]


def test_an_approver_is_covered_by_a_known_attitude_and_an_executive_meeting():
    facts = [
        identified("o"),
        contact("a"),
        right("contact:a", "final_approval", "2025-01-10", opportunity="o"),
        attitude("a", -1, "2025-02-01"),
        met(["a"], "2025-03-01", "executive_meeting", recorded_at="2025-03-15"),
    ]
    open_ = [("a", "o", "2025-01-10")]
    assert found("approver_not_covered", facts, "2025-01-09") == []
    assert told("approver_not_covered", facts, "2025-01-31")[1] == (
        "The attitude is unknown, and no executive meeting took place."
    )
    assert told("approver_not_covered", facts, "2025-02-28")[1] == "No executive meeting took place."
    assert found("approver_not_covered", facts, "2025-03-01", "2025-03-14") == open_
    assert found("approver_not_covered", facts, "2025-03-01", "2025-03-15") == []
    without = [each for each in facts if each.event.type != "attitude.assessed.v1"]
    assert told("approver_not_covered", without, "2025-03-01")[1] == "The attitude is unknown."


def test_a_unit_approves_through_its_head_else_through_the_highest_rank_else_nobody_is_known_there():
    facts = [
        identified("o"),
        unit("u"),
        right("unit:u", "final_approval"),
        contact("a"),
        placed("a", "u", "middle", "2025-02-01"),
        contact("b"),
        placed("b", "u", "executive", "2025-03-01"),
        fact("unit.head_appointed", "2025-04-01", {"unit": "u", "contact": "a"}),
    ]
    assert [
        [row[0] for row in found("approver_not_covered", facts, day)]
        for day in ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30")
    ] == [["u"], ["a"], ["b"], ["a"]]
    assert told("approver_not_covered", facts, "2025-01-31") == (
        "U (u) approves O (o), and is not covered.",
        "Nobody is known there.",
    )


def test_nobody_with_power_supports_us_where_those_with_power_are_known():
    facts = [
        identified("o"),
        contact("a"),
        contact("b"),
        attitude("b", 2),
        power("a", 4, "2025-01-10"),
        attitude("a", 0, "2025-01-20"),
        attitude("a", 1, "2025-02-01", opportunity="o", recorded_at="2025-02-10"),
    ]
    nobody = [("o", "o", "2025-01-20")]
    assert found("nobody_with_power_supports", facts, "2025-01-09") == []  # nobody with power is known
    assert found("nobody_with_power_supports", facts, "2025-01-15") == [("o", "o", "2025-01-10")]
    assert found("nobody_with_power_supports", facts, "2025-01-31") == nobody
    assert found("nobody_with_power_supports", facts, "2025-02-01", "2025-02-09") == nobody
    assert found("nobody_with_power_supports", facts, "2025-02-01", "2025-02-10") == []
    assert told("nobody_with_power_supports", facts, "2025-01-31") == (
        "Nobody with power supports us in O (o).",
        "Those with power: A (a): neutral.",
    )
    unknown = [identified("o"), unit("u"), right("unit:u", "veto")]
    assert found("nobody_with_power_supports", unknown, "2025-01-31") == []  # who decides there is unknown
    veto = [right("contact:b", "veto", "2025-01-05")]
    assert found("nobody_with_power_supports", [*facts, *veto], "2025-01-31") == []


def test_who_has_a_say_wants_one_of_the_four_key_actions():
    facts = [
        identified("o"),
        contact("a"),
        right("contact:a", "review", "2025-01-10"),
        met(["a"], "2025-01-12", "meeting", opportunity="o"),
        met(["a"], "2025-01-13", "factory_visit", opportunity="another"),
        met(["a"], "2024-06-01", "factory_visit"),  # for no purchase, long before this one
        met(["a"], "2025-02-01", "technical_exchange", opportunity="o", recorded_at="2025-02-05"),
        unit("u"),
        step("planned", "2025-03-01", step_kind="review", owner={"kind": "unit", "id": "u"}),
        step("completed", "2025-04-01"),
    ]
    missing = [("a", "o", "2025-01-10")]
    assert found("key_action_missing", facts, "2025-01-09") == []
    assert found("key_action_missing", facts, "2025-01-31") == missing
    left = fact("contact.left", "2025-01-20", {"contact": "a"})
    assert found("key_action_missing", [*facts, left], "2025-01-31") == []
    assert found("key_action_missing", facts, "2025-02-01", "2025-02-04") == missing
    assert found("key_action_missing", facts, "2025-02-01", "2025-02-05") == []
    assert found("key_action_missing", facts, "2025-03-31") == [("u", "o", "2025-03-01")]
    assert found("key_action_missing", facts, "2025-04-01") == []


def test_an_approver_without_key_action_is_not_covered_which_says_it_all():
    facts = [identified("o"), contact("a"), right("contact:a", "final_approval")]
    assert found("key_action_missing", facts, "2025-01-31") == []
    assert found("approver_not_covered", facts, "2025-01-31") == [("a", "o", "2025-01-01")]


def test_a_step_is_blocked_from_its_first_block_until_it_goes_on_or_is_dropped():
    facts = [
        identified("o"),
        contact("a"),
        role("a", "decision_maker"),
        step("started", "2025-02-01", name="Review", step_kind="review", owner={"kind": "contact", "id": "a"}),
        step("blocked", "2025-02-10"),
        step("blocked", "2025-02-20", reason="No comparison."),
        step("unblocked", "2025-03-01"),
    ]
    blocked = [("s", "o", "2025-02-10")]
    assert found("decision_step_blocked", facts, "2025-02-09") == []
    assert told("decision_step_blocked", facts, "2025-02-15") == (
        "Step Review (s) of O (o) is blocked.",
        "Why is unknown.",
    )
    assert told("decision_step_blocked", facts, "2025-02-28")[1] == "No comparison."
    assert found("decision_step_blocked", facts, "2025-02-28") == blocked
    assert found("decision_step_blocked", facts, "2025-03-01") == []
    late = step("dropped", "2025-02-25")._replace(recorded_at=facts[-1].recorded_at)
    assert found("decision_step_blocked", [*facts, late], "2025-02-28", "2025-02-28") == blocked
    assert found("decision_step_blocked", [*facts, late], "2025-02-28", "2025-03-01") == []


def test_where_a_step_stands_is_what_its_whole_course_says_not_its_last_turn():
    began = [identified("o"), contact("a"), step("started", "2025-02-01", owner={"kind": "contact", "id": "a"})]
    planned = [*began, step("blocked", "2025-02-10"), step("planned", "2025-02-15", step_kind="review")]
    assert found("decision_step_blocked", planned, "2025-02-28") == [("s", "o", "2025-02-10")]
    late = step("blocked", "2025-02-20")._replace(recorded_at=moment("2025-04-01"))
    done = [*began, step("completed", "2025-02-15"), late]
    for known_at in ("2025-03-01", "2025-04-01"):  # what is done is blocked no longer, and its owner has no say
        assert found("decision_step_blocked", done, "2025-02-28", known_at) == []
        assert found("key_action_missing", done, "2025-02-28", known_at) == []
    assert found("key_action_missing", done, "2025-02-14") == [("a", "o", "2025-02-01")]
