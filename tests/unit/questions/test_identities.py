from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def added(time: str, contact: str, recorded_at: str | None = None, **data: Any) -> Recorded:
    told = {"contact": contact, "name": contact.title(), **data}
    return fact("contact.added", time, told, recorded_at=recorded_at)


def met(time: str, *participants: Any, **attributes: Any) -> Recorded:
    data = {"interaction": time, "kind": "meeting", "direction": "mutual", "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {**data, "participants": participants}, **attributes)


HEAD = {"email": "head@acme.example"}


def test_an_address_that_two_people_claim_is_reported_with_both_and_whoever_is_named_by_it_is_nobody():
    facts = [
        met("2025-01-10", HEAD | {"name": "The head"}),
        added("2025-02-01", "ada", email="Head@Acme.example"),
        added("2025-03-01", "bob", email="head@acme.example"),
        met("2025-03-10", HEAD),
    ]
    one = ask("identities", facts, "2025-02-15")
    assert (one["disputed"], one["unresolved"]) == ([], [])
    two = ask("identities", facts, "2025-03-15")
    (dispute,) = two["disputed"]
    assert (dispute["system"], dispute["key"]) == (None, "head@acme.example")
    assert dispute["since"] == "2025-03-01T00:00:00Z"
    assert [(each["contact"], each["name"], each["current"], each["since"][:10]) for each in dispute["claims"]] == [
        ("ada", "Ada", True, "2025-02-01"),
        ("bob", "Bob", True, "2025-03-01"),
    ]
    assert dispute["because"] == [[0, facts[1].offset], [0, facts[2].offset]]
    (stranger,) = two["unresolved"]
    assert (stranger["key"], stranger["name"], stranger["disputed"]) == ("head@acme.example", "The head", True)
    assert (stranger["times"], stranger["first"][:10], stranger["last"][:10]) == (2, "2025-01-10", "2025-03-10")


def test_a_dispute_ends_with_the_change_of_an_address_for_those_who_know_of_it():
    facts = [
        added("2025-02-01", "ada", email="head@acme.example"),
        added("2025-03-01", "bob", email="head@acme.example"),
        fact("contact.details_changed", "2025-03-02", {"contact": "ada", "email": None}, recorded_at="2025-06-01"),
    ]
    assert len(ask("identities", facts, "2025-12-31", "2025-05-31")["disputed"]) == 1
    assert ask("identities", facts, "2025-12-31")["disputed"] == []
    assert len(ask("identities", facts, "2025-03-01")["disputed"]) == 1


def test_one_contact_id_of_merged_accounts_with_different_names_is_reported_until_the_names_agree():
    def old(type: str, time: str, contact: str, name: str, **envelope: Any) -> Recorded:  # noqa: A002 -- as fact's
        data = {"contact": contact, "name": name}
        return fact(type, time, data, account="acme-old", **envelope)

    facts = [
        added("2025-01-01", "c-1", name="Ada"),
        added("2025-01-01", "c-2", name="Bo"),
        fact("contact.details_changed", "2025-01-02", {"contact": "c-1", "email": "a@a.example"}),
        old("contact.added", "2025-02-01", "c-1", "Eve"),
        old("contact.added", "2025-02-01", "c-2", "Bo"),
        old("contact.details_changed", "2025-04-01", "c-1", "Ada", recorded_at="2025-06-01"),
    ]
    assert ask("identities", facts, "2025-01-31")["clashes"] == []
    (clash,) = ask("identities", facts, "2025-03-31")["clashes"]
    assert clash == {
        "contact": "c-1",
        "names": [{"account": "acme", "name": "Ada"}, {"account": "acme-old", "name": "Eve"}],
        "because": [[0, facts[0].offset], [0, facts[3].offset]],
    }
    assert len(ask("identities", facts, "2025-04-30", "2025-05-31")["clashes"]) == 1
    assert ask("identities", facts, "2025-04-30", "2025-06-01")["clashes"] == []


def test_the_key_of_a_system_is_disputed_within_that_system_only():
    facts = [
        added("2025-02-01", "ada", external_ids=[{"system": "crm", "key": "7"}]),
        added("2025-03-01", "bob", external_ids=[{"system": "crm", "key": "7"}, {"system": "erp", "key": "8"}]),
        added("2025-03-01", "eve", external_ids=[{"system": "hr", "key": "8"}]),
    ]
    (dispute,) = ask("identities", facts, "2025-12-31")["disputed"]
    assert (dispute["system"], dispute["key"]) == ("crm", "7")


def test_someone_met_before_they_were_known_is_a_stranger_until_then():
    facts = [met("2025-01-10", HEAD), added("2025-02-01", "ada", email="head@acme.example")]
    (stranger,) = ask("identities", facts, "2025-01-31")["unresolved"]
    assert (stranger["disputed"], stranger["name"]) == (False, None)
    assert ask("identities", facts, "2025-02-01")["unresolved"] == []


def test_merged_contacts_are_listed_with_the_person_that_they_are():
    facts = [
        added("2025-01-01", "ada"),
        added("2025-01-02", "lovelace"),
        added("2025-01-03", "countess"),
        fact("contact.merged", "2025-05-01", {"contact": "countess", "into": "lovelace"}),
        fact("contact.merged", "2025-06-01", {"contact": "lovelace", "into": "ada"}),
    ]
    merged = ask("identities", facts, "2025-12-31")["merged"]
    assert [(each["alias"], each["alias_name"], each["contact"], each["name"]) for each in merged] == [
        ("countess", "Countess", "ada", "Ada"),
        ("lovelace", "Lovelace", "ada", "Ada"),
    ]
    assert [each["because"] for each in merged] == [[[0, facts[3].offset]], [[0, facts[4].offset]]]
    assert ask("identities", facts, "2025-12-31", "2025-04-30")["merged"] == []


def test_those_who_changed_employer_are_listed_with_where_they_came_from_and_where_they_went():
    facts = [
        added("2025-01-01", "ada", formerly={"account": "globex", "contact": "g-9"}),
        added("2025-01-01", "bob"),
        fact("contact.left", "2025-06-01", {"contact": "ada", "to_account": "initech"}),
        fact("contact.left", "2025-06-02", {"contact": "bob"}),
    ]
    (before,) = ask("identities", facts, "2025-05-31")["moved"]
    assert before["formerly"] == {"account": "globex", "contact": "g-9"}
    assert (before["left"], before["to_account"]) == (None, None)
    (after,) = ask("identities", facts, "2025-12-31")["moved"]
    assert (after["contact"], after["name"], after["to_account"]) == ("ada", "Ada", "initech")
    assert after["left"] == "2025-06-01T00:00:00Z"


def test_nobody_is_anything_in_an_account_of_which_nothing_is_known():
    assert ask("identities", [], "2025-12-31") == {
        "disputed": [],
        "unresolved": [],
        "merged": [],
        "clashes": [],
        "moved": [],
    }


def test_a_contact_who_became_known_later_is_found_in_earlier_meetings_wherever_they_count():
    facts = [
        met("2025-01-10T00:00:00Z", HEAD),
        added("2025-02-01", "ada", email="HEAD@acme.example", recorded_at="2025-03-01"),
        fact("attitude.assessed", "2025-01-01", {"contact": "ada", "level": 0}),
        fact("attitude.assessed", "2025-02-02", {"contact": "ada", "level": 1}),
    ]

    def found(*cut: str) -> tuple[list[bool], list[str], list[str | None]]:
        strengths = ask("strength", facts, *cut)["contacts"]
        (shift,) = ask("attitude-shifts", facts, *cut)["shifts"]
        (meeting,) = ask("timeline", facts, *cut, kind="meeting")
        return (
            [each["strength"] > 0 for each in strengths],
            [each["event"]["id"] for each in shift["before"]],
            [each["contact"] for each in meeting["participants"]],
        )

    assert found("2025-02-28", "2025-02-28") == ([], [], [None])
    assert found("2025-02-28", "2025-03-01") == ([True], [facts[0].event.id], ["ada"])


def test_ours_are_never_looked_up_among_the_customers_people():
    ours = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [HEAD], "participants": []}
    facts = [
        added("2025-01-01", "ada", email="head@acme.example"),
        fact("interaction.recorded", "2025-02-01", ours),
    ]
    (call,) = ask("timeline", facts, "2025-12-31", kind="call")
    assert (call["participants"], call["our_participants"][0]["member"]) == ([], None)
    assert call["our_participants"][0]["name"] == "head@acme.example"
    assert ask("identities", facts, "2025-12-31")["unresolved"] == []
