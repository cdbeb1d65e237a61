from tests.unit.histories import ask, fact
from tests.unit.worries import attitude, contact, found, limits, met, power, told


def test_a_map_is_stale_once_more_than_half_of_it_was_confirmed_longer_ago_than_that():
    facts = [
        fact("account.registered", "2025-01-01", {"name": "Acme"}),
        contact("a"),
        attitude("a", 1, "2025-01-11"),
        power("a", 3, "2025-06-01"),
    ]
    assert found("stale_map", facts, "2025-07-09") == []  # two of four facts are older than 180 days
    assert found("stale_map", facts, "2025-07-10") == [("acme", None, "2025-01-11")]
    assert told("stale_map", facts, "2025-07-10") == (
        "What we know of Acme (acme) is out of date.",
        "Not confirmed for 180 days: 3 of 4 facts.",
    )
    confirmed = [{"source": "crm", "id": each.event.id} for each in facts[:1]]
    review = {"scope": "account", "confirmed": confirmed, "findings": "As it was."}
    later = fact("review.completed", "2025-05-01", review, recorded_at="2025-08-01")
    assert found("stale_map", [*facts, later], "2025-07-10", "2025-07-31") == [("acme", None, "2025-01-11")]
    assert found("stale_map", [*facts, later], "2025-07-10", "2025-08-01") == []
    assert found("stale_map", [*facts, limits(stale_days=200)], "2025-07-10") == []


def test_an_address_that_two_people_claim_is_disputed_until_they_are_one():
    facts = [
        contact("a", email="x@example.org"),
        contact("b", "2025-02-01", email="X@example.org", external_ids=[{"system": "crm", "key": "1"}]),
        contact("d", "2025-03-01", external_ids=[{"system": "crm", "key": "1"}]),
        fact("contact.merged", "2025-05-01", {"contact": "a", "into": "b"}),
    ]
    assert found("disputed_address", facts, "2025-01-31", "2025-04-30") == []
    assert found("disputed_address", facts, "2025-02-28", "2025-04-30") == [("a", None, "2025-02-01")]
    assert found("disputed_address", facts, "2025-03-31", "2025-04-30") == [("a", None, "2025-03-01")]
    assert found("disputed_address", facts, "2025-02-28", "2025-05-01") == []
    assert told("disputed_address", facts[:3], "2025-03-31") == (
        "Several people claim the same: A (a), B (b), D (d).",
        "Who is meant by x@example.org, 1 in crm stays unknown until they are merged or corrected.",
    )


def test_whom_we_met_lately_without_knowing_them_is_told_until_they_are_known():
    mail = {"email": "New@example.org", "name": "New"}
    facts = [
        met([mail, "nobody-added"], "2025-01-10", interaction="i-1"),
        met([mail, {"system": "crm", "key": "7"}], "2025-02-10", interaction="i-2"),
        contact("a", "2025-03-01", email="new@example.org"),
    ]
    assert found("unresolved_participant", facts, "2025-01-09") == []
    assert found("unresolved_participant", facts, "2025-02-28", "2025-02-28") == [("acme", None, "2025-01-10")]
    assert told("unresolved_participant", facts[:2], "2025-02-28") == (
        "We met people who are no contact yet: New (new@example.org), 7 in crm.",
        "Interactions with them in the last 60 days: 2.",
    )
    (row,) = ask("warnings", facts[:2], "2025-03-31", rule="unresolved_participant")
    assert [event["id"] for event in row["events"]] == [facts[1].event.id]  # the first was longer ago
    another = contact("b", "2025-03-01", email="new@example.org")  # disputed, which is another rule
    assert told("unresolved_participant", [*facts, another], "2025-03-31") == told(
        "unresolved_participant", facts, "2025-03-31"
    )
    assert told("unresolved_participant", facts, "2025-03-31")[0] == "We met people who are no contact yet: 7 in crm."
    assert found("unresolved_participant", facts, "2025-04-30") == []
