from typing import Any

from services.projections.history import Recorded
from tests.unit.commons_history import commons
from tests.unit.histories import ask, beijing, fact, hospital


def attitude(time: str, level: int, *, contact: str = "a", **attributes: Any) -> Recorded:
    told = ("opportunity", "reason", "causes", "basis")
    data = {name: attributes.pop(name) for name in told if name in attributes}
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **data}, **attributes)


def levels(answer: Any) -> list[tuple[str, int | None, int | None]]:
    return [(shift["contact"], shift["from"]["level"], shift["to"]["level"]) for shift in answer["shifts"]]


def test_forty_members_of_the_house_shifted_all_from_oppose_to_support():
    asked = {"opportunity": "withdrawal-agreement", "from_": "2019-01-15", "to": "2019-03-12"}
    shifts = ask("attitude-shifts", commons(), "2019-12-31", **asked)["shifts"]
    assert [(shift["from"]["layer"], shift["to"]["layer"]) for shift in shifts] == [("oppose", "support")] * 40
    names = {shift["name"] for shift in shifts}
    assert len(names) == 40
    assert {"Andrew Mitchell", "Ben Bradley", "Bill Wiggin", "Bob Blackman", "Caroline Flint"} <= names


def test_a_shift_tells_its_cause_and_what_happened_in_the_thirty_days_before():
    (shift,) = ask("attitude-shifts", hospital(), beijing("2025-12-31"), contact="c-wang")["shifts"]
    assert (shift["name"], shift["opportunity"], shift["recorded_at"]) == (
        "王敏",
        "opp-ct",
        "2025-03-19T20:00:00+08:00",
    )
    assert (shift["from"], shift["to"]) == ({"level": 0, "layer": "neutral"}, {"level": 1, "layer": "support"})
    assert shift["event"] == {"source": "crm.a-med", "id": "h43"}
    (cause,) = shift["causes"]
    assert (cause["event"]["id"], cause["type"]) == ("h42", "interaction.recorded.v1")
    assert cause["title"] == "solution presentation: 成本优化"
    assert [(each["event"]["id"], each["kind"]) for each in shift["before"]] == [
        ("h40", "factory_visit"),
        ("h42", "solution_presentation"),
    ]


def test_what_happened_more_than_thirty_days_before_or_later_is_not_before():
    def call(time: str) -> Recorded:
        data = {"interaction": time, "kind": "call", "direction": "mutual"}
        return fact("interaction.recorded", time, {**data, "our_participants": ["m-1"], "participants": ["a"]})

    facts = [
        attitude("2025-01-01", 0),
        attitude("2025-03-31", 1),
        *map(call, ["2025-02-28", "2025-03-01", "2025-04-01"]),
    ]
    (shift,) = ask("attitude-shifts", facts, "2025-12-31")["shifts"]
    assert [each["interaction"] for each in shift["before"]] == ["2025-03-01"]


def test_a_cause_that_is_not_among_the_facts_is_named_and_unknown():
    cause = {"source": "mail", "id": "gone"}
    facts = [attitude("2025-01-01", 0), attitude("2025-02-01", 1, causes=[cause])]
    (shift,) = ask("attitude-shifts", facts, "2025-12-31")["shifts"]
    assert shift["causes"] == [{"event": cause, "type": None, "title": None, "time": None}]


def test_a_cause_is_an_event_of_the_account_that_names_it():
    data = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": ["m-1"], "participants": []}
    cause = {"source": "crm", "id": "i-1"}
    facts = [
        attitude("2025-01-01", 0),
        fact("interaction.recorded", "2025-01-15", data, id="i-1"),
        fact("interaction.recorded", "2025-01-20", {**data, "kind": "site_visit"}, id="i-1", account="old"),
        attitude("2025-02-01", 1, causes=[cause]),
        attitude("2025-03-01", 0, causes=[cause], account="old"),
    ]
    shifts = ask("attitude-shifts", facts, "2025-12-31")["shifts"]
    assert [each["causes"][0]["time"][:10] for each in shifts] == ["2025-01-15", "2025-01-20"]


def test_levels_compare_in_the_order_of_valid_time_however_late_they_were_told():
    facts = [
        attitude("2025-01-01", 1),
        attitude("2025-03-01", 1),
        attitude("2025-02-01", -1, recorded_at="2025-06-01"),
    ]
    assert levels(ask("attitude-shifts", facts, "2025-12-31", "2025-05-31")) == []
    assert levels(ask("attitude-shifts", facts, "2025-12-31")) == [("a", 1, -1), ("a", -1, 1)]


def test_another_assessor_who_says_the_same_is_no_shift():
    facts = [attitude("2025-01-01", 1), attitude("2025-02-01", 1, actor="m-2")]
    assert levels(ask("attitude-shifts", facts, "2025-12-31")) == []


def test_each_scope_has_its_own_shifts():
    facts = [
        attitude("2025-01-01", 1),
        attitude("2025-02-01", -1, opportunity="o"),
        attitude("2025-03-01", 0, opportunity="o"),
        attitude("2025-04-01", 2),
    ]
    assert levels(ask("attitude-shifts", facts, "2025-12-31")) == [("a", -1, 0), ("a", 1, 2)]
    assert levels(ask("attitude-shifts", facts, "2025-12-31", opportunity="o")) == [("a", -1, 0)]


def test_a_first_assessment_is_a_shift_from_unknown_only_when_asked():
    facts = [attitude("2025-01-01", 1)]
    assert ask("attitude-shifts", facts, "2025-12-31")["shifts"] == []
    (shift,) = ask("attitude-shifts", facts, "2025-12-31", first="1")["shifts"]
    assert shift["from"] == {"level": None, "layer": "unknown"}


def test_shifts_of_two_contacts_that_are_one_person_are_compared_with_each_other():
    facts = [
        attitude("2025-01-01", -1),
        attitude("2025-02-01", 1, contact="b"),
        fact("contact.merged", "2025-06-01", {"contact": "b", "into": "a"}),
    ]
    assert levels(ask("attitude-shifts", facts, "2025-12-31", contact="b")) == [("a", -1, 1)]
    assert levels(ask("attitude-shifts", facts, "2025-12-31", "2025-05-31")) == []


def test_a_corrected_assessment_shifts_at_its_corrected_time_and_says_by_what():
    facts = [
        attitude("2025-01-01", 0),
        attitude("2025-02-01", 1, id="shift"),
        fact(
            "event.corrected",
            "2025-03-01",
            {
                "target": {"source": "crm", "id": "shift", "type": "attitude.assessed.v1"},
                "time": "2025-02-15T00:00:00Z",
                "data": {"contact": "a", "level": 2},
                "reason": "it was after the visit",
            },
            id="correction",
        ),
    ]
    (shift,) = ask("attitude-shifts", facts, "2025-12-31")["shifts"]
    assert (shift["to"]["level"], shift["time"]) == (2, "2025-02-15T00:00:00Z")
    assert shift["amended_by"] == {"source": "crm", "id": "correction"}


def test_only_shifts_between_from_and_to_are_told_both_inclusive():
    facts = [attitude(f"2025-0{month}-01", month % 2) for month in (1, 2, 3, 4)]
    answer = ask("attitude-shifts", facts, "2025-12-31", from_="2025-02-01", to="2025-03-01T00:00:00Z")
    assert levels(answer) == [("a", 1, 0), ("a", 0, 1)]
