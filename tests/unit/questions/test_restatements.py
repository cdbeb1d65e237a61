"""Which past answers changed because of what was told late, corrected or retracted."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from schemas.assessment import AttitudeAssessed, PowerAssessed
from schemas.event import wires_of
from schemas.interaction import InteractionRecorded
from services.projections.history import Recorded
from services.projections.models.tellings import amends
from services.projections.question import facts_of
from tests.unit.clocks import JANUARY, LATE, MARCH, corrected, four, late, retracted, stage
from tests.unit.histories import ask, beijing, end_of, fact, hospital, moment
from tests.unit.strategies import drafts, recorded
from tests.unit.test_questions import plain


def attitude(level: int, time: str, contact: str = "c", **how: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": contact, "level": level}, **how)


def call(time: str, *participants: Any, **how: Any) -> Recorded:
    told = {"interaction": "i", "kind": "email", "direction": "inbound", "our_participants": []}
    return fact("interaction.recorded", time, {**told, "participants": participants}, **how)


def levels(answer: Any) -> list[tuple[str, str, str, int | None, int | None]]:
    """Return of each change of a level: how it was learned, of whom, as of which day, and from what to what."""
    return [
        (each["kind"], change["key"]["contact"], told["as_of"][:10], field["was"], field["is"])
        for each in answer["restatements"]
        for told in each["answers"]
        for change in told["changes"]
        if change["path"] == "contacts"
        for field in change["fields"]
        if field["field"] == "level"
    ]


def points(answer: Any) -> list[tuple[str, Any, Any]]:
    (curve,) = answer["curves"]
    return [(each["time"][:10], each["was"], each["believed"]) for each in curve["points"]]


def test_what_was_told_late_changed_the_answers_since_it_was_true_once_it_is_known_and_past_the_moment():
    facts = [attitude(0, "2025-01-02"), *late(attitude(1, MARCH))]
    restated = [("late", "c", MARCH, 0, 1), ("late", "c", LATE, 0, 1)]
    curve = [(MARCH, 1, 0), (LATE, 1, 1)]
    as_of_may = [(*restated[0],), ("late", "c", "2025-05-01", 0, 1)]  # what is asked about ends there
    assert four("restatements", facts, levels) == [[], [], [], as_of_may]
    answer = ask("restatements", facts, "2025-12-31")
    assert levels(answer) == restated
    assert points(answer) == curve
    (told,) = answer["restatements"]
    assert (told["days_late"], told["actor"], told["moved"], told["target"]) == (97, "m-1", None, None)
    assert told["sentence"] == f"c: learned on {LATE} from m-1, 97 days late."


def test_a_correction_that_moves_a_fact_changed_the_answers_between_its_two_times():
    told = attitude(1, JANUARY)
    target = {"source": "crm", "id": told.event.id, "type": told.event.type}
    data = {"contact": "c", "level": 1}
    moved = fact("event.corrected", LATE, {"target": target, "data": data, "time": f"{MARCH}T00:00:00Z", "reason": "x"})
    answer = ask("restatements", [told, moved], "2025-12-31")
    assert levels(answer) == [("corrected", "c", JANUARY, 1, None)]
    assert answer["restatements"][0]["moved"]["from"] == "2025-01-20T00:00:00Z"
    assert points(answer) == [(JANUARY, None, 1), (MARCH, 1, 1)]
    assert "true from 2025-03-10, not from 2025-01-20" in answer["restatements"][0]["sentence"]


def test_each_of_several_amendments_changed_what_the_one_before_had_left():
    told = attitude(1, JANUARY)
    first = corrected(told, level=2)._replace(recorded_at=end_of("2025-02-28"))
    gone = retracted(told)._replace(recorded_at=end_of("2025-03-31"))
    back = corrected(told, level=-1)._replace(recorded_at=end_of("2025-04-30"))
    answer = ask("restatements", [told, first, gone, back], "2025-12-31")
    assert [each[:1] + each[2:] for each in levels(answer)] == [
        ("corrected", JANUARY, 1, 2),
        ("corrected", "2025-02-28", 1, 2),
        ("retracted", JANUARY, 2, None),
        ("retracted", "2025-03-31", 2, None),
        ("corrected", JANUARY, None, -1),
        ("corrected", "2025-04-30", None, -1),
    ]
    assert points(answer) == [
        (JANUARY, -1, 1),
        ("2025-02-28", -1, 2),
        ("2025-03-31", -1, None),
        ("2025-04-30", -1, -1),
    ]


def test_what_was_told_late_of_a_merged_contact_changed_the_answer_about_the_one():
    merged = fact("contact.merged", "2025-02-01", {"contact": "d", "into": "c"})
    facts = [attitude(0, "2025-01-02"), merged, *late(attitude(1, MARCH, "d"))]
    answer = ask("restatements", facts, "2025-12-31")
    assert levels(answer) == [("late", "c", MARCH, 0, 1), ("late", "c", LATE, 0, 1)]
    assert points(answer) == [(MARCH, 1, 0), (LATE, 1, 1)]


def test_a_merged_accounts_late_facts_changed_the_answers_from_when_the_merger_was_known():
    merger = fact("account.merged", "2025-02-01", {"into": "acme"}, account="old", offset=1)
    others = [attitude(2, "2025-01-05", account="old", offset=0), merger]
    theirs = [each._replace(partition=1) for each in others]
    own = attitude(0, "2025-01-02", offset=5)
    for when in ("2025-02-01", LATE):  # on its day, or late: nobody knows since when they are one
        known = [each._replace(recorded_at=end_of(when)) for each in theirs]
        (told,) = ask("restatements", [own, *known], "2025-12-31", late="P1Y")["restatements"]
        assert (told["account"], told["type"], told["kind"]) == ("old", "account.merged.v1", "merged")
        assert (told["time"][:10], told["days_late"]) == ("2025-01-02", None)
        assert levels({"restatements": [told]}) == [("merged", "c", when, 0, 2)]


def test_what_was_true_since_before_any_date_changed_the_answers_from_the_first_fact_on_however_promptly_told():
    first = call("2025-01-02", "b")
    known = fact("attitude.assessed", MARCH, {"contact": "c", "level": 1}, timebasis="since")
    answer = ask("restatements", [first, known], "2025-12-31")
    assert levels(answer) == [("since", "c", "2025-01-02", None, 1), ("since", "c", MARCH, None, 1)]
    assert points(answer) == [("2025-01-02", 1, None), (MARCH, 1, 1)]
    (told,) = answer["restatements"]
    assert (told["days_late"], told["sentence"]) == (None, f"c: learned on {MARCH} from m-1, true since before.")
    (told,) = ask("restatements", [first, *late(known)], "2025-12-31")["restatements"]
    assert (told["kind"], told["days_late"]) == ("since", None)
    assert ask("restatements", [known], "2025-12-31")["restatements"] == []  # it is itself all that there was


def test_a_merger_of_contacts_changed_the_answers_about_both():
    facts = [attitude(2, "2025-01-02"), attitude(0, JANUARY, "d")]
    merged = fact("contact.merged", MARCH, {"contact": "d", "into": "c"})
    (told,) = ask("restatements", [*facts, merged], "2025-12-31")["restatements"]
    assert (told["kind"], told["days_late"], told["time"][:10]) == ("merged", None, "2025-01-02")
    assert levels({"restatements": [told]}) == [("merged", "c", MARCH, 2, 0)]
    gone = [each["key"]["contact"] for each in told["answers"][0]["changes"] if each["change"] == "went"]
    assert (told["answers"][0]["question"], gone) == ("attitude", ["d"])


def test_what_a_correction_had_moved_before_it_came_is_late_from_its_corrected_time():
    told = attitude(1, MARCH)
    target = {"source": "crm", "id": told.event.id, "type": told.event.type}
    data = {"target": target, "data": {"contact": "c", "level": 1}, "time": f"{JANUARY}T00:00:00Z", "reason": "x"}
    moved = fact("event.corrected", "2025-02-01", data)
    answer = ask("restatements", [moved, told], "2025-12-31")
    assert levels(answer) == [("late", "c", JANUARY, None, 1), ("late", "c", MARCH, None, 1)]
    assert answer["restatements"][0]["days_late"] == 49  # 11 of January, 28, 10


def test_a_message_told_late_was_strength_that_nobody_knew_of():
    answer = ask("restatements", late(call(MARCH, "c")), "2025-12-31")
    (curve,) = answer["curves"]
    first, last = curve["points"]
    assert (round(first["was"], 4), first["believed"]) == (7.2257, 0)  # an inbound e-mail, now
    assert last["was"] == last["believed"] > 0
    told = answer["restatements"][0]["answers"]
    assert [(each["question"], each["contact"]) for each in told] == [("strength", "c")] * 2


def test_a_stage_told_late_is_where_the_purchase_was_all_along():
    answer = ask("restatements", [stage("2025-01-01", "offer"), *late(stage(MARCH, "tender"))], "2025-12-31")
    assert points(answer) == [(MARCH, "tender", "offer"), (LATE, "tender", "tender")]
    regular = ask(
        "restatements",
        [stage("2025-01-01", "offer"), *late(stage(MARCH, "tender"))],
        "2025-12-31",
        from_="2025-02-14",
        step="P2M",
        to="2025-06-30",
    )
    assert points(regular) == [
        ("2025-02-14", "offer", "offer"),
        ("2025-04-14", "tender", "offer"),
        ("2025-06-14", "tender", "offer"),
    ]


def test_what_counts_as_late_how_many_are_looked_at_and_when_they_were_told_is_asked_for():
    facts = [attitude(1, "2025-01-01", recorded_at="2025-01-04"), attitude(2, "2025-02-01", recorded_at="2025-02-11")]

    def times(**asked: Any) -> list[str]:
        return [each["time"][:10] for each in ask("restatements", facts, "2025-12-31", **asked)["restatements"]]

    assert times() == ["2025-01-01", "2025-02-01"]
    assert times(late="P3D") == ["2025-01-01", "2025-02-01"]
    assert times(late="P7D") == times(from_="2025-02-01") == times(last=1) == ["2025-02-01"]
    assert times(to="2025-01-31") == ["2025-01-01"]
    assert ask("restatements", facts, "2025-12-31", last=1)["earlier"] == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"question": "no-such"}, "expected one of "),
        ({"question": "corrections"}, "expected one of "),
        ({"question": "opportunity"}, "expected opportunity beside it"),
        ({"step": "P1M"}, "expected `from` beside it"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_was_expected(asked, expected):
    with pytest.raises(ValidationError, match=expected):
        ask("restatements", [], "2025-12-31", **asked)


def test_the_hospital_learned_late_of_finances_opposition_and_that_procurement_came_round_after_the_factory_visit():
    answer = ask("restatements", hospital(), beijing("2025-12-31"), tz="Asia/Shanghai")
    late_, moved = answer["restatements"]
    assert (late_["event"]["id"], late_["kind"], int(late_["days_late"]), late_["actor"]) == ("h32", "late", 44, "m-he")
    assert (moved["event"]["id"], moved["kind"], moved["target"]["id"]) == ("h59", "corrected", "h36")
    assert [moved["moved"][end][:10] for end in ("from", "to")] == ["2025-02-26", "2025-03-12"]
    assert levels(answer) == [
        ("late", "c-zhao", "2025-02-12", None, -1),
        ("late", "c-zhao", "2025-03-28", None, -1),
        ("corrected", "c-li", "2025-02-26", 1, None),
    ]
    li, zhao = answer["curves"]
    assert [(each["time"][:10], each["was"], each["believed"]) for each in li["points"]] == [
        ("2025-02-26", None, 1),
        ("2025-03-12", 1, 1),
    ]
    assert [(each["time"][:10], each["was"], each["believed"]) for each in zhao["points"]] == [
        ("2025-02-12", -1, None),
        ("2025-03-28", -1, -1),
    ]


def test_the_hospitals_mix_had_one_opponent_more_and_one_supporter_less_than_was_believed():
    answer = ask("restatements", hospital(), beijing("2025-12-31"), question="attitude-mix", opportunity="opp-ct")
    changed = {
        each["event"]["id"]: {field["field"]: (field["was"], field["is"]) for field in change["fields"]}
        for each in answer["restatements"]
        for change in each["answers"][0]["changes"]
    }
    assert changed == {
        "h32": {"oppose": (0, 1), "unknown": (3, 2)},
        "h59": {"support": (1, 0), "unknown": (1, 2)},
    }


END = "2026-07-01"
WIRES = wires_of(*facts_of("contact", "opportunity"), InteractionRecorded, AttitudeAssessed, PowerAssessed)


def said(answer: Any) -> Any:
    """Return an answer without people of whom it says nothing."""
    told = ("name", "level", "steps", "last_contact")
    contacts = [
        each
        for each in answer.get("contacts", ())
        if any(each.get(field) is not None and each[field] != [] for field in told)
    ]
    return answer | {"contacts": contacts}


@pytest.mark.parametrize("name", ["attitude", "strength", "stages"])
@settings(max_examples=max(10, settings().max_examples // 5))
@given(told=drafts(WIRES))
def test_what_is_restated_is_what_the_answers_just_before_and_just_after_differ_in(name, told):
    facts, asked = recorded(told), {"opportunity": "o-1"} if name == "attitude" else {}
    answer = ask("restatements", facts, END, question=name, last=1_000, **asked)
    found = {(row["event"]["id"], moment(told["as_of"])) for row in answer["restatements"] for told in row["answers"]}
    for number, each in enumerate(facts):
        known = facts[:number], facts[: number + 1]
        is_late = not amends(each) and each.recorded_at - each.event.time >= timedelta(days=1)
        for as_of in (
            {each.event.time, each.recorded_at} if is_late else {at for id_, at in found if id_ == each.event.id}
        ):
            before, after = (plain(ask(name, facts, as_of, **asked)) for facts in known)
            differ = before != after, said(before) != said(after)
            assert (each.event.id, as_of) not in found or differ[0]
            assert (each.event.id, as_of) in found or not differ[1]
