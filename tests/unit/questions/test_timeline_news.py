"""What the timeline tells beside meetings, attitudes, arrivals and stages: notes, hand-overs, asks, steps and so on."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

ADA = fact("contact.added", "2024-01-01", {"contact": "c-1", "name": "Ada"})
BO = fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Bo"})


def told(facts: list[Recorded], as_of: str = "2025-12-31", **parameters: Any) -> list[tuple[str, str, str]]:
    found = ask("timeline", [ADA, BO, *facts], as_of, from_="2025-01-01", **parameters)
    return [(each["time"][:10], each["kind"], each["title"]) for each in found]


def test_notes_reviews_and_hand_overs_are_told_each_time():
    note = {"kind": "observation", "text": "Ada signs.", "about": {"kind": "contact", "id": "c-1"}}
    facts = [
        fact("note.recorded", "2025-01-02", note),
        fact("note.recorded", "2025-01-03", {"kind": "research", "text": "x" * 101}),
        fact("review.completed", "2025-02-01", {"scope": "attitudes", "confirmed": [], "findings": "two are stale"}),
        fact("review.completed", "2025-03-01", {"scope": "attitudes", "confirmed": []}),
        fact("handover.completed", "2025-04-01", {"from_member": "m-1", "to_member": "m-2"}),
    ]
    assert told(facts) == [
        ("2025-01-02", "note", "observation: Ada signs."),
        ("2025-01-03", "note", "research: " + "x" * 99 + "…"),
        ("2025-02-01", "review", "review of attitudes: two are stale"),
        ("2025-03-01", "review", "review of attitudes"),
        ("2025-04-01", "handover", "Bo handed over to m-2"),
    ]
    (of_ada,) = ask("timeline", [ADA, BO, *facts], "2025-12-31", contact="c-1", kind="note")
    assert [each["name"] for each in of_ada["participants"]] == ["Ada"]
    (handover,) = ask("timeline", [ADA, BO, *facts], "2025-12-31", kind="handover")
    assert [(each["member"], each["name"]) for each in handover["our_participants"]] == [("m-1", "Bo"), ("m-2", None)]


def test_what_the_account_is_and_what_is_planned_for_it_is_told_when_it_changes():
    key = {"criteria_version": "v1", "inputs": {}, "reason": "sales"}
    plan = {"goals": ["win CT", "meet the dean"], "actions": []}
    facts = [
        fact("key_account.designated", "2025-01-01", key),
        fact("key_account.designated", "2025-01-02", key),
        fact("key_account.revoked", "2025-02-01", key | {"reason": "no sales"}),
        fact("plan.set", "2025-03-01", plan),
        fact("plan.set", "2025-03-02", plan),
        fact("plan.set", "2025-03-03", plan | {"goals": []}),
        fact("account.segmented", "2025-04-01", {"scheme": "value", "segment": "A"}),
        fact("account.segmented", "2025-04-02", {"scheme": "value", "segment": "B"}),
        fact("party.linked", "2025-05-01", {"party": "p-1", "kind": "competitor", "name": "Globex"}),
        fact("party.unlinked", "2025-05-02", {"party": "p-1", "kind": "competitor"}),
    ]
    assert told(facts) == [
        ("2025-01-01", "key_account", "key account: sales"),
        ("2025-02-01", "key_account", "no longer a key account: no sales"),
        ("2025-03-01", "plan", "plan: win CT, meet the dean"),
        ("2025-03-03", "plan", "plan"),
        ("2025-04-01", "segment", "value: A"),
        ("2025-04-02", "segment", "value: B"),
        ("2025-05-01", "party", "Globex: competitor"),
        ("2025-05-02", "party", "Globex: no longer competitor"),
    ]


def test_what_a_person_asks_shows_and_how_we_engage_them_is_told_when_it_changes():
    style = {"contact": "c-1", "mode": "report", "approach": "weekly"}
    facts = [
        fact("ask.raised", "2025-01-01", {"contact": "c-1", "ask": "a", "kind": "wish", "text": "a demo"}),
        fact("ask.raised", "2025-01-02", {"contact": "c-1", "ask": "a", "kind": "wish", "text": "a demo"}),
        fact("ask.met", "2025-02-01", {"contact": "c-1", "ask": "a"}),
        fact("ask.withdrawn", "2025-02-02", {"contact": "c-1", "ask": "b"}),
        fact("trust_signal.observed", "2025-03-01", {"contact": "c-1", "kind": "promise_kept", "sign": 1}),
        fact("trust_signal.observed", "2025-03-02", {"contact": "c-1", "kind": "promise_kept", "sign": 1}),
        fact("engagement.set", "2025-04-01", style),
        fact("engagement.set", "2025-04-02", style),
        fact("relationship_owner.assigned", "2025-05-01", {"contact": "c-1", "member": "m-1"}),
        fact("relationship_owner.assigned", "2025-05-02", {"contact": "c-1", "member": "m-1"}),
    ]
    assert told(facts) == [
        ("2025-01-01", "ask", "Ada: wish, raised: a demo"),
        ("2025-02-01", "ask", "Ada: wish, met: a demo"),
        ("2025-02-02", "ask", "Ada: ask, withdrawn: b"),
        ("2025-03-01", "trust", "Ada: promise kept"),
        ("2025-03-02", "trust", "Ada: promise kept"),
        ("2025-04-01", "engagement", "Ada: report, weekly"),
        ("2025-05-01", "owner", "Bo answers for the relationship with Ada"),
    ]


def test_the_customers_steps_days_and_group_are_told_of_their_opportunity_when_they_change():
    step = {"opportunity": "o-1", "step": "s-1"}
    facts = [
        fact("decision_step.planned", "2025-01-01", step | {"step_kind": "finance_review"}),
        fact("decision_step.started", "2025-01-02", step | {"name": "Budget"}),
        fact("decision_step.blocked", "2025-01-03", step | {"reason": "no quorum"}),
        fact("decision_step.blocked", "2025-01-04", step | {"reason": "no quorum"}),
        fact("decision_step.unblocked", "2025-01-05", step),
        fact("decision_step.completed", "2025-01-06", step | {"outcome": "approved"}),
        fact("decision_step.dropped", "2025-01-07", step | {"step": "s-2"}),
        fact("buying_group.member_added", "2025-02-01", {"opportunity": "o-1", "contact": "c-1"}),
        fact("buying_group.member_added", "2025-02-02", {"opportunity": "o-1", "contact": "c-1"}),
        fact("buying_group.member_removed", "2025-02-03", {"opportunity": "o-1", "contact": "c-1"}),
        fact("milestone.announced", "2025-03-01", {"opportunity": "o-1", "kind": "award", "date": "2025-06-01"}),
        fact("milestone.announced", "2025-03-02", {"opportunity": "o-1", "kind": "award", "date": "2025-07-01"}),
    ]
    assert told(facts, opportunity="o-1") == [
        ("2025-01-01", "decision_step", "finance review: planned"),
        ("2025-01-02", "decision_step", "Budget: started"),
        ("2025-01-03", "decision_step", "Budget: blocked: no quorum"),
        ("2025-01-05", "decision_step", "Budget: unblocked"),
        ("2025-01-06", "decision_step", "Budget: approved"),
        ("2025-01-07", "decision_step", "s-2: dropped"),
        ("2025-02-01", "buying_group", "Ada: joined the buying group"),
        ("2025-02-03", "buying_group", "Ada: left the buying group"),
        ("2025-03-01", "milestone", "award: 2025-06-01"),
        ("2025-03-02", "milestone", "award: 2025-07-01"),
    ]
    assert told(facts, opportunity="o-2") == []


def test_one_person_under_two_ids_who_is_told_of_twice_is_told_of_once():
    facts = [
        fact("engagement.set", "2025-04-01", {"contact": "c-1", "mode": "focus", "approach": "x"}),
        fact("engagement.set", "2025-04-02", {"contact": "c-2", "mode": "focus", "approach": "x"}),
        fact("contact.merged", "2025-05-01", {"contact": "c-2", "into": "c-1"}),
    ]
    assert len(told(facts)) == 1
    assert len(told(facts[:2])) == 2


def test_a_position_told_of_two_contacts_that_are_one_person_is_told_once():
    position = {"position": "p-1", "title": "Buyer", "level": "middle"}
    facts = [
        fact("contact.position_assigned", "2025-01-01", position | {"contact": "c-1"}),
        fact("contact.position_assigned", "2025-01-02", position | {"contact": "c-2"}),
        fact("contact.position_ended", "2025-01-03", {"position": "p-1", "contact": "c-2"}),
        fact("contact.merged", "2025-05-01", {"contact": "c-2", "into": "c-1"}),
    ]
    assert [title for *_, title in told(facts)] == ["Ada: Buyer", "Ada no longer Buyer"]


def test_a_late_fact_takes_its_place_in_time_for_those_who_know_of_it():
    late = fact("account.segmented", "2025-02-01", {"scheme": "s", "segment": "B"}, recorded_at="2025-06-01")
    facts = [
        fact("account.segmented", "2025-01-01", {"scheme": "s", "segment": "A"}),
        late,
        fact("account.segmented", "2025-03-01", {"scheme": "s", "segment": "A"}),
    ]
    assert [title for *_, title in told(facts)] == ["s: A", "s: B", "s: A"]
    before = ask("timeline", facts, "2025-12-31", "2025-05-31")
    assert [each["title"] for each in before] == ["s: A"]


def test_a_departure_tells_for_which_account_if_anyone_knows():
    facts = [fact("contact.left", "2025-05-01", {"contact": "c-1", "to_account": "globex"})]
    assert told(facts) == [("2025-05-01", "departure", "Ada left for globex")]
