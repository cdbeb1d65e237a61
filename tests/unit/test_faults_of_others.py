"""Faults of other products about people and relationships that are impossible here, each a test of its name.

The others of their kind stand where their answers are tested: the hard window (test_strength.py), silence that turns
into opposition (questions/test_attitude_mix.py), and entries from old to old (questions/test_timeline.py).
"""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

NAMES = {"a": "Ada", "b": "Bob", "c": "Eve"}


def added(contact: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    attributes = {name: data.pop(name) for name in ("account", "recorded_at") if name in data}
    return fact("contact.added", time, {"contact": contact, "name": NAMES[contact], **data}, **attributes)


def works(contact: str, time: str, title: str, **attributes: Any) -> Recorded:
    data = {"contact": contact, "position": f"p-{contact}", "title": title, "level": "middle"}
    return fact("contact.position_assigned", time, data, **attributes)


def assessed(contact: str, time: str, level: int, **attributes: Any) -> Recorded:
    scope = {"opportunity": attributes.pop("opportunity")} if "opportunity" in attributes else {}
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **scope}, **attributes)


def met(time: str, *participants: Any, **attributes: Any) -> Recorded:
    data = {"interaction": time, "kind": "meeting", "direction": "mutual", "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {**data, "participants": participants}, **attributes)


def test_history_lost_when_a_value_is_overwritten():
    facts = [
        added("a", email="ada@acme.example"),
        works("a", "2025-01-01", "Buyer"),
        assessed("a", "2025-01-10", -1),
        met("2025-01-20", {"email": "ada@acme.example"}),
        works("a", "2025-02-01", "Head of buying"),
        assessed("a", "2025-02-10", 2),
        fact("contact.details_changed", "2025-03-01", {"contact": "a", "email": "lovelace@acme.example"}),
    ]
    (ada,) = ask("attitude", facts, "2025-12-31")["contacts"]
    assert [(step["time"][:10], step["level"]) for step in ada["steps"]] == [("2025-01-10", -1), ("2025-02-10", 2)]
    assert [ask("attitude", facts, day)["contacts"][0]["level"] for day in ("2025-01-31", "2025-02-28")] == [-1, 2]
    (meeting,) = ask("timeline", facts, "2025-12-31", kind="meeting")
    (present,) = meeting["participants"]
    assert (present["contact"], present["name"], present["position_then"]) == ("a", "Ada", "Buyer")
    (now,) = ask("org-map", facts, "2025-12-31")["people"]
    assert [held["title"] for held in now["positions"]] == ["Head of buying"]


def test_a_contact_who_changes_employer():
    old = [
        added("a"),
        works("a", "2025-01-01", "Buyer"),
        assessed("a", "2025-01-10", 2),
        met("2025-02-01", "a"),
        fact("contact.left", "2025-06-01", {"contact": "a", "to_account": "globex"}),
    ]
    new = [
        added("b", "2025-06-15", account="globex", formerly={"account": "acme", "contact": "a"}),
        works("b", "2025-06-15", "Director", account="globex"),
    ]
    (here,) = ask("org-map", old, "2025-05-31")["people"]
    assert (here["left"], here["to_account"], here["attitude"]["level"]) == (None, None, 2)
    assert ask("org-map", old, "2025-12-31")["people"] == []
    (gone,) = ask("org-map", old, "2025-12-31", left="1")["people"]
    assert (gone["left"][:10], gone["to_account"], gone["positions"]) == ("2025-06-01", "globex", [])
    history = ask("timeline", old, "2025-12-31")
    assert [each["title"] for each in history] == [
        "Ada became known",
        "Ada: Buyer",
        "Ada: unknown -> support (+2)",
        "meeting",
        "Ada left for globex",
    ]
    assert history[3]["participants"][0]["position_then"] == "Buyer"

    (there,) = ask("org-map", new, "2025-12-31")["people"]
    assert (there["formerly"], there["left"]) == ({"account": "acme", "contact": "a"}, None)
    assert (there["attitude"], there["strength"]) == ({"level": None, "layer": "unknown"}, 0)
    (unknown,) = ask("attitude", new, "2025-12-31")["contacts"]
    assert (unknown["layer"], unknown["steps"]) == ("unknown", [])


def test_a_contact_who_changes_employer_and_comes_back_is_the_same_with_all_that_was_known():
    facts = [
        added("a"),
        works("a", "2025-01-01", "Buyer"),
        assessed("a", "2025-01-10", 1),
        fact("contact.left", "2025-06-01", {"contact": "a", "to_account": "globex"}),
        fact("contact.returned", "2025-09-01", {"contact": "a"}),
    ]
    assert ask("org-map", facts, "2025-08-31")["people"] == []
    (back,) = ask("org-map", facts, "2025-12-31")["people"]
    assert (back["left"], back["to_account"], back["attitude"]["level"]) == (None, None, 1)


def test_several_people_for_one_deal():
    def role(contact: str, role: str) -> Recorded:
        data = {"contact": contact, "role": role, "domain": "all", "opportunity": "o"}
        return fact("buying_role.assigned", "2025-01-02", data)

    facts = [
        *map(added, "abc"),
        role("a", "decision_maker"),
        role("b", "decision_maker"),
        role("b", "user"),
        role("c", "final_approver"),
        assessed("a", "2025-02-01", 2, opportunity="o"),
        assessed("b", "2025-02-01", -1, opportunity="o"),
    ]
    (point,) = ask("attitude-mix", facts, "2025-12-31", opportunity="o", among="buying-group")["points"]
    assert [point[layer] for layer in ("support", "neutral", "oppose", "unknown")] == [1, 0, 1, 1]
    answer = ask("org-map", facts, "2025-12-31", opportunity="o")
    assert {each["name"]: sorted(role["role"] for role in each["roles"]) for each in answer["people"]} == {
        "Ada": ["decision_maker"],
        "Bob": ["decision_maker", "user"],
        "Eve": ["final_approver"],
    }


def test_buckets_by_processing_time_instead_of_event_time():
    facts = [
        added("a"),
        works("a", "2025-01-01", "Buyer"),
        assessed("a", "2025-01-15", 1, recorded_at="2025-03-20"),
        met("2025-01-31", "a", recorded_at="2025-03-20"),
    ]

    def supporters(known_at: str | None = None) -> list[int]:
        asked = {"from_": "2025-01-01", "step": "P1M"}
        return [each["support"] for each in ask("attitude-mix", facts, "2025-03-31", known_at, **asked)["points"]]

    assert supporters() == [0, 1, 1]  # at the beginnings of January, February and March
    assert supporters("2025-03-19") == [0, 0, 0]
    (ada,) = ask("strength", facts, "2025-01-31T00:00:00Z")["contacts"]
    assert round(ada["strength"], 2) == 30.23  # 6 * 1.2 = 7.2 on the day itself: that of ORACLES.md
    assert ada["last_contact"] == "2025-01-31T00:00:00Z"


def test_known_at_answers_that_change_when_asked_again():
    facts = [added("a"), works("a", "2025-01-01", "Buyer"), assessed("a", "2025-02-01", 1)]
    cut = ("2025-06-30", "2025-03-01")
    questions = ("attitude", "attitude-mix", "org-map", "strength", "timeline", "identities", "team")
    before = {each: ask(each, facts, *cut) for each in questions}
    target = {"source": "crm", "id": facts[2].event.id, "type": "attitude.assessed.v1"}
    late: dict[str, Any] = {"recorded_at": "2025-03-02"}
    told_later = [
        assessed("a", "2025-01-15", -2, **late),
        fact("event.retracted", "2025-02-01", {"target": target, "reason": "another Ada"}, **late),
        added("b", "2025-01-01", email="ada@acme.example", recorded_at="2025-03-02"),
    ]
    assert before["attitude"]["contacts"][0]["level"] == 1
    assert {each: ask(each, facts + told_later, *cut) for each in questions} == before
    assert ask("attitude", facts + told_later, "2025-06-30")["contacts"][0]["level"] == -2
