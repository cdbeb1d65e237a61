from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

VISIT = {"text": "factory visit", "owner": "m-1", "due": "2025-03-31"}


def plan(time: str, goals: list[str], actions: list[Any], **attributes: Any) -> Recorded:
    return fact("plan.set", time, {"goals": goals, "actions": actions}, **attributes)


FACTS = [
    fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Ann"}),
    plan("2025-01-10", ["win the CT deal"], [VISIT, "call finance"], actor="m-9"),
    plan("2025-02-10", ["win the CT deal", "meet the director"], [VISIT | {"due": "2025-05-31"}, "write offer"]),
]


def test_the_plan_says_who_does_what_until_when_and_what_is_overdue():
    answer = ask("plan", FACTS[:2], "2025-04-10")
    assert [each["goal"] for each in answer["goals"]] == ["win the CT deal"]
    found = [(each["action"], each["owner_name"], each["due"], each["overdue_days"]) for each in answer["actions"]]
    assert found == [("factory visit", "Ann", "2025-03-31", 10), ("call finance", None, None, None)]
    assert (answer["overdue"], answer["since"], answer["by"]) == (1, "2025-01-10T00:00:00Z", "m-9")


def test_an_action_is_not_overdue_on_its_own_day_wherever_the_reader_is():
    def overdue(as_of: str, tz: str) -> int:
        found: int = ask("plan", FACTS[:2], as_of, tz=tz)["overdue"]
        return found

    assert overdue("2025-03-31T20:00:00+00:00", "UTC") == 0
    assert overdue("2025-03-31T20:00:00+00:00", "Asia/Shanghai") == 1  # there it is April


def test_a_new_plan_replaces_the_old_one_and_says_what_it_changed():
    answer = ask("plan", FACTS, "2025-04-10")
    assert answer["overdue"] == 0
    new, old = answer["versions"]
    assert (old["since"][:10], old["until"][:10], old["changes"], old["by"]) == ("2025-01-10", "2025-02-10", [], "m-9")
    assert (new["number"], new["until"], new["goals"], new["actions"]) == (2, None, 2, 2)
    assert [(each["what"], each["text"], each["change"]) for each in new["changes"]] == [
        ("goal", "meet the director", "added"),
        ("action", "factory visit", "changed"),
        ("action", "write offer", "added"),
        ("action", "call finance", "dropped"),
    ]


def test_a_plan_that_was_set_again_as_it_stood_is_the_same_plan():
    answer = ask("plan", [*FACTS[:2], plan("2025-03-01", ["win the CT deal"], [VISIT, "call finance"])], "2025-04-10")
    assert (answer["since"][:10], len(answer["versions"])) == ("2025-01-10", 1)


def test_a_plan_told_late_and_one_corrected_are_shown_as_far_as_they_were_known():
    between = plan("2025-01-20", ["in between"], [], recorded_at="2025-03-01")
    target = {"source": "crm", "id": between.event.id, "type": "plan.set.v1"}
    better = {"target": target, "data": {"goals": ["better"], "actions": []}, "reason": "typo"}
    facts = [*FACTS, between, fact("event.corrected", "2025-03-05", better)]
    goals = [
        [each["goal"] for each in ask("plan", facts, "2025-01-31", known_at)["goals"]]
        for known_at in ("2025-02-28", "2025-03-02", "2025-03-31")
    ]
    assert goals == [["win the CT deal"], ["in between"], ["better"]]


def test_without_a_plan_there_is_none():
    answer = ask("plan", FACTS, "2025-01-05")
    assert (answer["since"], answer["goals"], answer["actions"], answer["versions"]) == (None, [], [], [])


def test_what_stands_twice_in_a_plan_is_there_once():
    answer = ask("plan", [plan("2025-01-01", ["a", "a"], ["b", "b", {"text": "b", "owner": "m-1"}])], "2025-01-31")
    assert len(answer["goals"]) == 1
    assert [(each["action"], each["owner"]) for each in answer["actions"]] == [("b", None), ("b", "m-1")]
