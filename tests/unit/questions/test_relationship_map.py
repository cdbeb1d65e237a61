from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

ADA = fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"})
ZHANG = fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"})
UNKNOWN_OURS = {"level": None, "member": None, "member_name": None, "general": None}


def close(level: int, time: str = "2025-01-01", contact: str = "a", **data: Any) -> Recorded:
    envelope = {each: data.pop(each) for each in ("recorded_at", "id") if each in data}
    return fact("closeness.assessed", time, {"contact": contact, "level": level, **data}, **envelope)


def stands(level: int, time: str = "2025-01-10", **data: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": "a", "level": level, **data})


def met(time: str, kind: str, direction: str) -> Recorded:
    data = {"interaction": f"i-{time}", "kind": kind, "direction": direction, "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {**data, "participants": ["a"]})


def only(facts: list[Recorded], as_of: str = "2025-02-28", known_at: str | None = None, **parameters: Any) -> Any:
    (row,) = ask("relationship-map", facts, as_of, known_at, **parameters)["people"]
    return row


def test_nothing_told_is_unknown_and_grey_never_neutral():
    row = only([ADA])
    assert (row["name"], row["closeness"], row["competitors"], row["power"]) == ("Ada", UNKNOWN_OURS, [], None)
    assert (row["support"]["layer"], row["support"]["level"], row["asks"], row["roles"]) == ("unknown", None, [], [])
    assert (row["colour"], row["symbol"]) == ("#999999", "?")
    assert row["reasons"] == [
        "Nobody has assessed where Ada (a) stands: that is unknown, not neutral.",
        "The strength is 0 of 100: poor.",
        "No contact is on record.",
    ]


def test_closeness_is_the_highest_of_ours_beside_what_is_told_in_general_and_of_competitors():
    facts = [
        ADA,
        ZHANG,
        fact("party.linked", "2025-01-01", {"party": "p-1", "kind": "competitor", "name": "B Corp"}),
        *(close(2), close(3, member="m-2"), close(4, member="m-1")),
        *(close(5, party="p-1"), close(4, party="p-2")),
    ]
    row = only(facts)
    assert row["closeness"] == {"level": 4, "member": "m-1", "member_name": "Zhang", "general": 2}
    theirs = [(each["party"], each["name"], each["level"], each["higher"]) for each in row["competitors"]]
    assert theirs == [("p-1", "B Corp", 5, True), ("p-2", None, 4, False)]
    assert only([ADA, close(5, party="p-1")])["competitors"][0]["higher"] is None  # ours is unknown
    assert only([ADA, close(2)])["closeness"] == {**UNKNOWN_OURS, "level": 2, "general": 2}


def test_closeness_in_the_purchase_goes_before_the_accounts_side_by_side():
    facts = [ADA, close(3), close(4, member="m-1"), close(0, opportunity="o")]
    assert only(facts)["closeness"]["general"] == 3
    assert (
        only(facts, opportunity="o")["closeness"]["general"],
        only(facts, opportunity="o")["closeness"]["level"],
    ) == (
        0,
        4,
    )
    assert only(facts, opportunity="o", fallback="0")["closeness"] == {**UNKNOWN_OURS, "level": 0, "general": 0}


def test_a_late_word_and_a_correction_count_for_those_who_know_them():
    target = {"source": "crm", "id": "c", "type": "closeness.assessed.v1"}
    corrected = {"target": target, "data": {"contact": "a", "level": 1}, "reason": "typing error"}
    facts = [
        ADA,
        close(4, id="c"),
        close(5, "2025-02-01", recorded_at="2025-03-15"),
        fact("event.corrected", "2025-02-10", corrected),
    ]
    levels = [
        only(facts, *moments)["closeness"]["level"]
        for moments in (
            ("2025-02-28", "2025-02-09"),
            ("2025-02-28", "2025-02-28"),
            ("2025-02-28", "2025-03-15"),
            ("2025-01-31", "2025-03-15"),
        )
    ]
    assert levels == [4, 1, 5, 1]


def test_support_has_the_colour_of_its_layer_and_the_reasons_say_who_saw_it_and_when():
    row = only([ADA, ZHANG, stands(1, reason="asked for the offer")])
    assert (row["support"]["level"], row["support"]["layer"], row["support"]["faded"]) == (1, "support", False)
    assert (row["support"]["assessor"], row["support"]["assessor_name"]) == ("m-1", "Zhang")
    assert (row["colour"], row["symbol"]) == ("#009E73", "▲")
    assert row["reasons"][:2] == [
        "Zhang (m-1) assessed Ada (a) on 2025-01-10: support (+1).",
        "The reason given: asked for the offer",
    ]
    assert only([ADA, stands(0)])["colour"] == "#E69F00"
    assert only([ADA, stands(-2)])["symbol"] == "▼"


def test_a_faded_attitude_keeps_its_colour_and_says_so():
    facts = [ADA, stands(1, "2025-01-01", basis={"confidence": 0.7})]
    row = only(facts, "2025-08-20T00:00:00Z")  # 231 days: 0.7 * 0.5 ** (231 / 180) = 0.2876
    assert (row["support"]["faded"], row["colour"]) == (True, "#009E73")
    assert row["reasons"][1] == "It has faded: it is 231 days old, and 29 % of confidence are left."
    assert not only(facts, "2025-08-01T00:00:00Z")["support"]["faded"]


def test_the_accounts_attitude_stands_in_for_the_purchases_and_the_reasons_say_so():
    row = only([ADA, stands(1)], opportunity="o")
    assert row["support"]["scope"] == "account"
    assert row["reasons"][1] == "It is told of the account as a whole, not of this purchase."
    assert only([ADA, stands(1)], opportunity="o", fallback="0")["colour"] == "#999999"


def test_assessors_who_differ_are_named_with_the_one_who_leads():
    second = fact("attitude.assessed", "2025-02-01", {"contact": "a", "level": -1}, actor="m-2")
    row = only([ADA, stands(1), second])
    assert (row["support"]["assessor"], row["colour"]) == ("m-2", "#D55E00")
    assert row["reasons"][1] == "m-2 leads: nobody has spoken later."


def test_strength_has_the_colour_of_its_band():
    facts = [  # 6 + 7.2/2 + 4.5/2 + 18/4 = 16.35 -> 55.8466
        ADA,
        met("2025-12-27", "meeting", "outbound"),
        met("2025-09-28", "meeting", "mutual"),
        met("2025-11-12", "call", "inbound"),
        met("2025-01-01", "executive_meeting", "mutual"),
    ]
    row = only(facts, "2025-12-27T00:00:00Z")
    assert (round(row["strength"], 4), row["band"]) == (55.8466, "fair")
    assert (row["strength_colour"], row["strength_symbol"]) == ("#E69F00", "●")
    assert len(row["because"]) == 4
    assert row["reasons"][1:] == ["The strength is 56 of 100: fair.", "The last contact was on 2025-12-27."]


def test_power_roles_and_open_asks_stand_beside():
    asked = {"contact": "a", "kind": "wish", "text": "training"}
    facts = [
        ADA,
        fact("power.assessed", "2025-01-01", {"contact": "a", "level": 4}),
        fact("buying_role.assigned", "2025-01-01", {"contact": "a", "role": "user", "domain": "technical"}),
        *(fact("ask.raised", "2025-01-01", {**asked, "ask": name}) for name in "kl"),
        fact("ask.met", "2025-01-02", {"contact": "a", "ask": "l"}),
    ]
    row = only(facts)
    assert (row["power"], row["asks_open"], [each["role"] for each in row["roles"]]) == (4, 1, ["user"])
    assert [(each["ask"], each["kind"], each["text"]) for each in row["asks"]] == [("k", "wish", "training")]


def test_who_left_is_not_on_the_map_and_two_contacts_of_one_person_are_one():
    facts = [
        ADA,
        close(5, contact="b"),
        fact("contact.merged", "2025-02-01", {"contact": "b", "into": "a"}),
        fact("contact.left", "2025-03-01", {"contact": "a"}),
    ]
    assert (only(facts)["contact"], only(facts)["closeness"]["level"]) == ("a", 5)
    assert ask("relationship-map", facts, "2025-03-31")["people"] == []
