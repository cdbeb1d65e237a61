from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def about(type: str, time: str, contact: str = "a", **data: Any) -> Recorded:  # noqa: A002 -- as fact's
    return fact(type, time, {"contact": contact, **data})


def position(time: str, title: str, contact: str = "a", each: str = "p", **attributes: Any) -> Recorded:
    data = {"contact": contact, "position": each, "title": title, "level": "middle", "unit": "u"}
    return fact("contact.position_assigned", time, data, **attributes)


def profile(history: list[Recorded], as_of: str, known_at: str | None = None, contact: str = "a") -> dict[str, Any]:
    (row,) = ask("profiles", history, as_of, known_at, contact=contact)["contacts"]
    found: dict[str, Any] = row
    return found


def career(history: list[Recorded], as_of: str, known_at: str | None = None) -> list[tuple[str, Any, Any]]:
    held = profile(history, as_of, known_at)["positions"]
    return [(each["title"], each["from"] and each["from"][:10], each["to"] and each["to"][:10]) for each in held]


def test_of_somebody_of_whom_nothing_is_known_everything_is_null_or_empty():
    row = profile([], "2025-12-31", contact="x")
    assert row.pop("contact") == "x"
    assert row.pop("here") is True
    assert all(value is None or value == [] for value in row.values())


def test_a_profile_shows_how_to_reach_a_person_and_where_they_were_before():
    added: dict[str, Any] = {
        "name": "Ada",
        "email": "ada@a.example",
        "phone": "1",
        "formerly": {"account": "old", "contact": "k"},
    }
    history = [
        about("contact.added", "2025-01-01", **added),
        about("contact.channel_preferred", "2025-02-01", channel="phone"),
        about("contact.details_changed", "2025-03-01", phone=None),
    ]
    row = profile(history, "2025-02-28")
    assert (row["name"], row["email"], row["phone"], row["channel"]) == ("Ada", "ada@a.example", "1", "phone")
    assert row["formerly"] == {"account": "old", "contact": "k"}
    assert (profile(history, "2025-01-31")["channel"], profile(history, "2025-03-31")["phone"]) == (None, None)


def test_positions_follow_each_other_and_what_is_told_again_goes_on():
    history = [
        fact("unit.added", "2025-01-01", {"unit": "u", "name": "IT", "function": "it"}),
        position("2025-01-01", "Engineer"),
        position("2025-02-01", "Engineer"),
        position("2025-04-01", "Head", recorded_at="2025-06-01"),
        about("contact.position_ended", "2025-09-01", position="p"),
    ]
    assert career(history, "2025-05-01") == [("Engineer", "2025-01-01", "2025-04-01"), ("Head", "2025-04-01", None)]
    assert career(history, "2025-05-01", "2025-05-31") == [("Engineer", "2025-01-01", None)]
    assert career(history, "2025-12-31")[1] == ("Head", "2025-04-01", "2025-09-01")
    assert profile(history, "2025-05-01")["positions"][0]["unit_name"] == "IT"


def test_a_position_held_since_an_unknown_day_that_another_one_precedes_began_before():
    history = [position("2025-03-01", "Clerk", timebasis="since"), position("2025-02-01", "Head")]
    assert career(history, "2025-12-31") == [("Clerk", None, "2025-02-01"), ("Head", "2025-02-01", None)]


def test_who_left_held_the_position_until_then_and_being_back_says_nothing_of_positions():
    history = [
        position("2025-01-01", "Head"),
        about("contact.left", "2025-03-01"),
        about("contact.returned", "2025-06-01"),
    ]
    gone = profile(history, "2025-04-30")
    assert (gone["left"], gone["returned"], gone["here"]) == ("2025-03-01T00:00:00Z", None, False)
    assert career(history, "2025-04-30") == [("Head", "2025-01-01", "2025-03-01")]
    assert ask("profiles", history, "2025-04-30")["contacts"] == []
    back = profile(history, "2025-06-30")
    assert (back["left"][:10], back["returned"][:10], back["here"]) == ("2025-03-01", "2025-06-01", True)
    assert career(history, "2025-06-30") == [("Head", "2025-01-01", "2025-03-01")]
    history.append(position("2025-07-01", "Head"))
    assert career(history, "2025-07-31") == [("Head", "2025-01-01", "2025-03-01"), ("Head", "2025-07-01", None)]


def test_who_was_given_a_position_after_leaving_is_back_even_when_that_has_ended_until_they_leave_again():
    history = [
        position("2025-01-01", "Head"),
        about("contact.left", "2025-02-01"),
        position("2025-03-01", "Adviser", each="p2", recorded_at="2025-05-01"),
        about("contact.position_ended", "2025-04-01", position="p2"),
        about("contact.left", "2025-07-01"),
    ]

    def here(as_of: str, known_at: str | None = None) -> bool:
        found: bool = profile(history, as_of, known_at)["here"]
        return found

    assert [here(each) for each in ("2025-02-28", "2025-03-01", "2025-06-01", "2025-07-01")] == [
        False,
        True,
        True,
        False,
    ]
    assert here("2025-06-01", "2025-04-30") is False
    assert career(history, "2025-06-01")[1] == ("Adviser", "2025-03-01", "2025-04-01")


def test_who_left_and_was_hired_again_no_longer_holds_the_position_of_before():
    history = [
        position("2020-01-01", "Clerk"),
        fact("contact.left", "2021-01-01", {"contact": "a"}, recorded_at="2023-01-01"),
        position("2022-01-01", "Director", each="q"),
        about("contact.returned", "2022-03-01"),
    ]
    clerk, director = ("Clerk", "2020-01-01", "2021-01-01"), ("Director", "2022-01-01", None)
    assert career(history, "2021-12-31") == [clerk]
    assert career(history, "2022-01-31") == career(history, "2022-12-31") == [clerk, director]
    assert career(history, "2022-01-31", "2022-12-31") == [("Clerk", "2020-01-01", None), director]


def test_needs_attitudes_style_and_owner_are_shown_scope_by_scope():
    history = [
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Ning"}),
        fact("account.culture_observed", "2025-01-01", {"culture": "flat"}),
        about("decision_style.observed", "2025-01-01", style="analytical"),
        about("decision_style.observed", "2025-01-02", style="directive", opportunity="o"),
        about("motive.identified", "2025-01-01", motive="business", strength=4),
        about("motive.identified", "2025-01-01", motive="financial", strength=2),
        about("motive.withdrawn", "2025-02-01", motive="financial"),
        about("ask.raised", "2025-01-01", ask="k1", kind="wish", text="training"),
        about("ask.raised", "2025-01-01", ask="k2", kind="concern", text="price"),
        about("ask.met", "2025-02-01", ask="k2"),
        about("attitude.assessed", "2025-01-05", level=1, opportunity="o"),
        about("relationship_owner.assigned", "2025-01-01", member="m-1"),
    ]
    row = profile(history, "2025-02-28")
    assert [(each["style"], each["opportunity"]) for each in row["styles"]] == [
        ("analytical", None),
        ("directive", "o"),
    ]
    assert [(each["motive"], each["strength"]) for each in row["motives"]] == [("business", 4)]
    assert [(each["ask"], each["kind"], each["text"]) for each in row["asks"]] == [("k1", "wish", "training")]
    stances = [(each["opportunity"], each["level"], each["layer"], each["faded"]) for each in row["attitudes"]]
    assert stances == [("o", 1, "support", False)]
    assert [(each["member"], each["name"], each["opportunity"]) for each in row["owners"]] == [("m-1", "Ning", None)]
    assert ask("profiles", history, "2025-02-28")["culture"] == "flat"
    assert len(profile(history, "2025-01-31")["asks"]) == len(profile(history, "2025-01-31")["motives"]) == 2


def test_what_was_asked_of_a_purchase_that_is_over_is_no_longer_asked():
    lost = {"opportunity": "o", "reason": "x"}
    history = [
        about("ask.raised", "2025-01-01", ask="k1", kind="wish", text="training", opportunity="o"),
        about("ask.raised", "2025-01-01", ask="k2", kind="concern", text="price"),
        fact("opportunity.lost", "2025-02-01", lost, recorded_at="2025-03-01"),
        fact("opportunity.reopened", "2025-04-01", {"opportunity": "o"}),
    ]

    def asked(as_of: str, known_at: str | None = None) -> list[str]:
        return [each["ask"] for each in profile(history, as_of, known_at)["asks"]]

    assert asked("2025-01-31") == asked("2025-02-01", "2025-02-28") == asked("2025-04-01") == ["k1", "k2"]
    assert asked("2025-02-01") == ["k2"]


def test_notes_about_a_person_are_shown_as_corrected_and_once_two_contacts_are_one_together():
    def note(time: str, text: str, contact: str, **attributes: Any) -> Recorded:
        ref = {"kind": "contact", "id": contact}
        return fact("note.recorded", time, {"kind": "background", "text": text, "about": ref}, **attributes)

    target = {"source": "crm", "id": "n", "type": "note.recorded.v1"}
    data = {"kind": "research", "text": "wrote a thesis", "about": {"kind": "contact", "id": "a"}}
    history = [
        note("2025-01-01", "an engineer", "a", id="n"),
        note("2025-02-01", "plays go", "b"),
        fact("note.recorded", "2025-02-01", {"kind": "briefing", "text": "of the account"}),
        fact("event.corrected", "2025-03-01", {"target": target, "data": data, "reason": "no engineer"}),
        fact("contact.merged", "2025-04-01", {"contact": "b", "into": "a"}),
    ]
    assert [each["text"] for each in profile(history, "2025-12-31", "2025-02-28")["notes"]] == ["an engineer"]
    notes = profile(history, "2025-12-31")["notes"]
    assert [(each["kind"], each["text"]) for each in notes] == [
        ("research", "wrote a thesis"),
        ("background", "plays go"),
    ]
    assert (notes[0]["time"], notes[0]["author"]) == ("2025-01-01T00:00:00Z", "m-1")


def test_the_hospitals_head_of_procurement_supports_us_in_the_ct_since_the_presentation():
    answer = ask("profiles", hospital(), beijing("2025-03-31"))
    assert [each["contact"] for each in answer["contacts"]] == ["c-li", "c-wang", "c-zhao", "c-zhou"]
    wang = answer["contacts"][1]
    assert (wang["name"], [each["title"] for each in wang["positions"]]) == ("王敏", ["采购部主任"])
    assert [(each["opportunity"], each["layer"], each["since"]) for each in wang["attitudes"]] == [
        ("opp-ct", "support", "2025-03-19T07:00:00Z")
    ]
    assert answer["culture"] is None
