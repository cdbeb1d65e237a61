from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def raised(name: str, time: str = "2025-01-10", contact: str = "a", **data: Any) -> Recorded:
    envelope = {each: data.pop(each) for each in ("recorded_at", "id", "timebasis") if each in data}
    told = {"contact": contact, "ask": name, "kind": "concern", "text": "upkeep", **data}
    return fact("ask.raised", time, told, **envelope)


def met(name: str, time: str, contact: str = "a", opportunity: str | None = None, **envelope: Any) -> Recorded:
    about = {"opportunity": opportunity} if opportunity else {}
    return fact("ask.met", time, {"contact": contact, "ask": name, **about}, **envelope)


def asks(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **parameters: Any) -> Any:
    return ask("asks", facts, as_of, known_at, **parameters)["asks"]


def test_an_ask_has_its_words_its_status_and_since_when():
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
        raised("k", opportunity="o", kind="wish", text="a spare parts store"),
        met("k", "2025-02-10"),
    ]
    (row,) = asks(facts, "2025-01-20T00:00:00Z")
    assert (row["contact"], row["name"], row["ask"], row["kind"]) == ("a", "Ada", "k", "wish")
    assert (row["text"], row["opportunity"]) == ("a spare parts store", "o")
    assert (row["status"], row["raised"], row["since"]) == ("open", "2025-01-10T00:00:00Z", "2025-01-10T00:00:00Z")
    assert row["days"] == 10  # open from the 10th to the 20th
    (row,) = asks(facts, "2025-03-01")
    assert (row["status"], row["since"], row["days"]) == ("met", "2025-02-10T00:00:00Z", 31)


def test_what_is_told_again_did_not_begin_again_and_what_is_raised_again_did():
    facts = [raised("k"), raised("k", "2025-01-20", text="upkeep and parts"), met("k", "2025-02-10")]
    (row,) = asks(facts, "2025-01-30T00:00:00Z")
    assert (row["text"], row["raised"], row["since"]) == (
        "upkeep and parts",
        "2025-01-10T00:00:00Z",
        "2025-01-10T00:00:00Z",
    )
    (row,) = asks([*facts, raised("k", "2025-03-01")], "2025-03-05T00:00:00Z")
    assert (row["status"], row["raised"], row["days"]) == ("open", "2025-03-01T00:00:00Z", 4)


def test_an_ask_met_before_anyone_told_it_raised_is_a_stub():
    late = raised("k", "2025-01-10", recorded_at="2025-04-01")
    facts = [met("k", "2025-02-10"), late]
    (stub,) = asks(facts, "2025-03-01", "2025-03-01")
    assert (stub["kind"], stub["text"], stub["opportunity"], stub["raised"], stub["days"]) == (None,) * 5
    assert (stub["status"], stub["since"]) == ("met", "2025-02-10T00:00:00Z")
    (told,) = asks(facts, "2025-03-01", "2025-04-01")
    assert (told["text"], told["status"], told["days"]) == ("upkeep", "met", 31)


@pytest.mark.parametrize("ended", ["met", "withdrawn"])
def test_an_ask_that_nobody_told_raised_is_of_the_purchase_that_it_ended_in(ended):
    told = {"contact": "a", "ask": "k", "opportunity": "o"}
    facts = [
        fact(f"ask.{ended}", "2025-02-10", told),
        met("k", "2025-02-11"),  # of no purchase that we know
        raised("k", opportunity="p", recorded_at="2025-04-01"),
    ]
    assert [row["opportunity"] for row in asks(facts, "2025-03-01", "2025-03-01")] == ["o"]
    assert asks(facts, "2025-03-01", "2025-03-01", opportunity="p") == []
    assert [row["opportunity"] for row in asks(facts, "2025-03-01", "2025-04-01")] == ["p"]


def test_a_correction_moves_it_for_those_who_know():
    target = {"source": "crm", "id": "e-k", "type": "ask.raised.v1"}
    data = {"contact": "a", "ask": "k", "kind": "expectation", "text": "training"}
    told = {"target": target, "time": "2025-01-05T00:00:00Z", "data": data, "reason": "misheard"}
    facts = [raised("k", id="e-k"), fact("event.corrected", "2025-02-01", told)]
    (before,), (after,) = asks(facts, "2025-01-31", "2025-01-31"), asks(facts, "2025-01-31", "2025-02-01")
    assert (before["kind"], before["raised"]) == ("concern", "2025-01-10T00:00:00Z")
    assert (after["kind"], after["raised"]) == ("expectation", "2025-01-05T00:00:00Z")


def test_a_purchase_has_its_own_asks_and_the_accounts():
    facts = [raised("k"), raised("l", opportunity="o"), raised("m", opportunity="other"), met("m", "2025-02-01")]
    assert [row["ask"] for row in asks(facts)] == ["k", "l", "m"]
    assert [row["ask"] for row in asks(facts, opportunity="o")] == ["k", "l"]
    assert [row["ask"] for row in asks(facts, opportunity="o", fallback="0")] == ["l"]
    assert [row["ask"] for row in asks(facts, status="met")] == ["m"]
    assert asks(facts, status="withdrawn") == []


def test_a_withdrawn_ask_is_withdrawn_not_met():
    facts = [raised("k"), fact("ask.withdrawn", "2025-01-15", {"contact": "a", "ask": "k"})]
    (row,) = asks(facts)
    assert (row["status"], row["since"], row["days"]) == ("withdrawn", "2025-01-15T00:00:00Z", 5)


@pytest.mark.parametrize(("parameters", "rows"), [({}, 0), ({"contact": "a"}, 1)])
def test_who_left_is_shown_only_by_name(parameters, rows):
    facts = [raised("k"), fact("contact.left", "2025-02-01", {"contact": "a"})]
    assert len(asks(facts, **parameters)) == rows


def test_two_contacts_that_are_one_person_have_one_course_of_an_ask():
    merged = fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})
    (row,) = asks([raised("k"), met("k", "2025-02-10", "b"), merged])
    assert (row["contact"], row["text"], row["status"], row["days"]) == ("b", "upkeep", "met", 31)


def test_since_is_shown_as_what_it_is():
    (row,) = asks([raised("k", "2025-05-01", timebasis="since")], "2025-01-01T00:00:00Z")
    assert (row["status"], row["timebasis"], row["days"]) == ("open", "since", None)
