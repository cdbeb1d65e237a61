"""Whom an address or a key means: whoever has it, else whoever had it; two who claim it are reported, not guessed."""

from typing import Any

from schemas.values import ExternalKey, Mailbox
from services.projections.folds import States, fold
from services.projections.history import Moment, Recorded, visible
from services.projections.models.contact.identities import disputed, unresolved
from services.projections.models.contact.people import Handle, People
from tests.unit.histories import end_of, fact


def added(time: str, contact: str, **data: Any) -> Recorded:
    return fact("contact.added", time, {"contact": contact, "name": contact.upper(), **data})


def changed(time: str, contact: str, **data: Any) -> Recorded:
    return fact("contact.details_changed", time, {"contact": contact, **data})


def merged(contact: str, into: str, time: str = "2025-09-01") -> Recorded:
    return fact("contact.merged", time, {"contact": contact, "into": into})


def met(time: str, *participants: Any, interaction: str | None = None) -> Recorded:
    data = {"interaction": interaction or time, "kind": "meeting", "direction": "mutual"}
    ours = {"our_participants": ["m-1", {"email": "m-1@ours.example"}]}
    return fact("interaction.recorded", time, {**data, **ours, "participants": participants})


def people(facts: list[Recorded], as_of: str = "2025-12-31") -> People:
    seen = visible(facts, Moment(end_of(as_of), end_of("2030-01-01")))
    return People(fold(States(), seen).contact)


def met_by(facts: list[Recorded], then: str, who: ExternalKey | Mailbox, as_of: str = "2025-12-31") -> str | None:
    return people(facts, as_of).resolve(who, met(then).stamp)


def owner(facts: list[Recorded], email: str, as_of: str = "2025-12-31") -> str | None:
    return met_by(facts, as_of, Mailbox(email=email), as_of)


def test_an_address_that_a_contact_gave_up_still_finds_them():
    facts = [added("2025-01-01", "ada", email="ada@a.example"), changed("2025-03-01", "ada", email="Ada@B.example")]
    assert owner(facts, "ADA@a.example") == "ada"
    assert owner(facts, "ada@b.example") == "ada"
    assert owner(facts, "ada@b.example", "2025-02-28") is None  # not yet told by then


def test_an_address_that_was_cleared_and_a_key_that_was_replaced_still_find_their_contact():
    facts = [
        added("2025-01-01", "ada", email="ada@a.example", external_ids=[{"system": "crm", "key": "7"}]),
        changed("2025-03-01", "ada", email=None, external_ids=[{"system": "crm", "key": "8"}]),
    ]
    assert owner(facts, "ada@a.example") == "ada"
    assert [met_by(facts, "2025-04-01", ExternalKey(system="crm", key=key)) for key in "78"] == ["ada", "ada"]
    assert met_by(facts, "2025-04-01", ExternalKey(system="erp", key="7")) is None


def test_meetings_stay_with_whoever_had_an_address_before_it_moved_to_another():
    facts = [
        added("2025-01-01", "ada", email="buying@a.example"),
        changed("2025-03-01", "ada", email="ada@a.example"),
        added("2025-04-01", "bob", email="buying@a.example"),
    ]
    mailbox = Mailbox(email="buying@a.example")
    days = ("2024-12-31", "2025-02-01", "2025-03-15", "2025-04-01", "2025-05-01")
    assert [met_by(facts, day, mailbox) for day in days] == ["bob", "ada", "ada", "bob", "bob"]


def test_an_address_given_to_another_by_mistake_for_a_while_leaves_its_holder_all_meetings():
    facts = [
        added("2025-01-01", "bob", email="bob@a.example"),
        added("2025-01-01", "ada"),
        changed("2025-02-01", "ada", email="bob@a.example"),
        changed("2025-03-01", "ada", email="ada@a.example"),
    ]
    days = ("2025-01-15", "2025-02-15", "2025-04-01")
    assert [met_by(facts, day, Mailbox(email="bob@a.example")) for day in days] == ["bob", "bob", "bob"]


def test_of_several_who_had_an_address_before_its_present_holder_none_is_guessed():
    facts = [
        added("2025-01-01", "ada", email="buying@a.example"),
        changed("2025-02-01", "ada", email=None),
        added("2025-02-01", "cid", email="buying@a.example"),
        changed("2025-03-01", "cid", email=None),
        added("2025-04-01", "bob", email="buying@a.example"),
    ]
    days = ("2025-01-15", "2025-02-15", "2025-04-15")
    assert [met_by(facts, day, Mailbox(email="buying@a.example")) for day in days] == ["ada", None, "bob"]


def test_whoever_has_an_address_goes_before_those_who_had_it():
    facts = [
        added("2025-01-01", "ada", email="buying@a.example"),
        changed("2025-03-01", "ada", email="ada@a.example"),
        added("2025-04-01", "bob", email="buying@a.example"),
    ]
    assert [owner(facts, "buying@a.example", day) for day in ("2025-03-31", "2025-04-01")] == ["ada", "bob"]
    assert disputed(people(facts)) == []


def test_two_who_have_an_address_dispute_it_from_when_the_second_claimed_it():
    facts = [added("2025-04-01", "bob", email="HEAD@a.example"), added("2025-01-01", "ada", email="head@a.example")]
    assert owner(facts, "head@a.example", "2025-03-31") == "ada"
    assert owner(facts, "head@a.example") is None
    (dispute,) = disputed(people(facts))
    assert dispute.handle == Handle(None, "head@a.example")
    assert [(claim.person, claim.current) for claim in dispute.claims] == [("ada", True), ("bob", True)]
    assert dispute.since.isoformat()[:10] == "2025-04-01"
    assert dispute.because == [(0, facts[1].offset), (0, facts[0].offset)]


def test_told_again_a_claim_did_not_begin_again():
    facts = [
        added("2025-01-01", "ada", email="head@a.example"),
        added("2025-04-01", "bob", email="head@a.example"),
        changed("2025-06-01", "ada", email="head@a.example"),
    ]
    (dispute,) = disputed(people(facts))
    assert dispute.since.isoformat()[:10] == "2025-04-01"


def test_two_who_had_an_address_that_nobody_has_now_dispute_it():
    facts = [
        added("2025-01-01", "ada", email="head@a.example"),
        changed("2025-02-01", "ada", email="ada@a.example"),
        added("2025-03-01", "bob", email="head@a.example"),
        changed("2025-04-01", "bob", email="bob@a.example"),
    ]
    assert owner(facts, "head@a.example", "2025-03-31") == "bob"
    assert owner(facts, "head@a.example") is None
    (dispute,) = disputed(people(facts))
    assert [(claim.person, claim.current) for claim in dispute.claims] == [("ada", False), ("bob", False)]


def test_contacts_that_are_one_person_do_not_dispute_what_they_share():
    facts = [
        added("2025-01-01", "ada", email="head@a.example", external_ids=[{"system": "crm", "key": "7"}]),
        added("2025-02-01", "ada-2", email="head@a.example", external_ids=[{"system": "crm", "key": "7"}]),
    ]
    assert len(disputed(people(facts))) == 2
    facts.append(merged("ada-2", "ada"))
    assert disputed(people(facts)) == []
    assert met_by(facts, "2025-01-15", ExternalKey(system="crm", key="7")) == "ada"


def test_a_person_has_an_address_if_one_of_their_contacts_has_it():
    facts = [
        added("2025-01-01", "ada-2", email="head@a.example"),
        changed("2025-02-01", "ada-2", email=None),
        added("2025-01-01", "bob", email="head@a.example"),
        changed("2025-02-01", "bob", email=None),
        added("2025-03-01", "ada", email="head@a.example"),
        merged("ada-2", "ada"),
    ]
    assert owner(facts, "head@a.example") == "ada"
    (claim,) = people(facts).claims(Handle(None, "head@a.example"))
    assert (claim.person, claim.since) == ("ada", facts[0].stamp)


def test_an_address_told_by_mistake_and_retracted_was_never_theirs():
    wrong = changed("2025-02-01", "bob", email="ada@a.example")
    target = {"source": "crm", "id": wrong.event.id, "type": "contact.details_changed.v1"}
    facts = [
        added("2025-01-01", "ada", email="ada@a.example"),
        wrong,
        fact("event.retracted", "2025-03-01", {"target": target, "reason": "another Ada"}),
    ]
    assert owner(facts, "ada@a.example") == "ada"
    assert owner(facts[:2], "ada@a.example") is None


def test_participants_who_are_nobody_that_we_know_are_counted_with_the_name_last_told():
    mail = {"email": "x@a.example"}
    facts = [
        met("2025-03-01", mail | {"name": "Xaver"}, mail),
        met("2025-01-01", {"email": "X@A.example", "name": "X."}, {"system": "crm", "key": "9"}),
        met("2025-02-01", mail, "ada", "nobody-told-of-this-id"),
    ]
    key, mailbox = reversed(unresolved(facts, people([])))
    assert (mailbox.handle, mailbox.name, len(mailbox.met)) == (Handle(None, "x@a.example"), "Xaver", 3)
    assert (mailbox.first.isoformat()[:10], mailbox.last.isoformat()[:10]) == ("2025-01-01", "2025-03-01")
    assert (key.handle, key.name, len(key.met)) == (Handle("crm", "9"), None, 1)


def test_a_stranger_is_none_any_more_once_they_are_known_and_one_meeting_told_twice_is_one():
    mail = {"email": "x@a.example"}
    facts = [met("2025-01-01", mail, interaction="i"), met("2025-01-02", mail, interaction="i")]
    (stranger,) = unresolved(facts, people([]))
    assert [each.event.time.isoformat()[:10] for each in stranger.met] == ["2025-01-02"]
    assert unresolved(facts, people([added("2025-06-01", "xaver", email="x@a.example")])) == []
