from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def value(turn: str, time: str, amount: str | None = None, **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at",) if each in told}
    worth = {"amount": {"amount": amount, "currency": "CNY"}} if amount else {}
    said = {"text": "less downtime"} if turn == "proposed" else {}
    return fact(f"value.{turn}", time, {"value": "v", **said, **worth, **told}, **attributes)


def note(time: str, kind: str, about: str | None = None) -> Recorded:
    named = {"about": {"kind": "contact", "id": about}} if about else {}
    return fact("note.recorded", time, {"kind": kind, "text": f"{kind} of {time}", **named})


PEOPLE = [fact("contact.added", "2024-01-01", {"contact": each, "name": each.upper()}) for each in ("c", "d")]
CLAIMED = [
    value("proposed", "2025-01-01", "100.00", contact="c", opportunity="o"),
    value("confirmed", "2025-01-11", contact="d", recorded_at="2025-02-01"),
    value("proposed", "2025-01-21", "100.00", contact="c", opportunity="o"),  # the same once more
    value("proposed", "2025-01-31", "150.00", contact="c", opportunity="o"),  # more
]


def stands(as_of: str, known_at: str | None = None) -> Any:
    """Return how the only value stands, since which day, by whom it was confirmed first, and its worth."""
    (row,) = ask("values", [*PEOPLE, *CLAIMED], as_of, known_at)["values"]
    return (
        row["status"],
        row["since"][:10],
        next((each["name"] for each in row["confirmed_by"]), None),
        row["amount"]["amount"],
    )


def test_a_claim_is_confirmed_until_another_one_takes_its_place():
    assert stands("2025-01-10") == ("proposed", "2025-01-01", None, "100.00")
    assert stands("2025-01-25") == ("confirmed", "2025-01-11", "D", "100.00")
    assert stands("2025-02-10") == ("proposed", "2025-01-31", None, "150.00")


def test_a_confirmation_that_was_told_late_was_not_known():
    assert stands("2025-01-25", "2025-01-26") == ("proposed", "2025-01-01", None, "100.00")
    assert stands("2025-01-25", "2025-02-01") == ("confirmed", "2025-01-11", "D", "100.00")


def test_what_was_proposed_and_what_was_confirmed_are_added_up_apart_for_each_purchase():
    facts = [
        *PEOPLE,
        *CLAIMED,
        value("proposed", "2025-01-01", "20.50", value="w", opportunity="o"),
        value("confirmed", "2025-01-02", value="w"),
        value("confirmed", "2025-01-03", value="u"),
    ]
    answer = ask("values", facts, "2025-03-01")
    assert [each["value"] for each in answer["values"]] == ["v", "w", "u"]
    found = [(each["opportunity"], each["proposed"], each["confirmed"]) for each in answer["opportunities"]]
    sums = [[each["value"] for each in (proposed, confirmed)] for _, proposed, confirmed in found]
    assert [each[0] for each in found] == ["o", None]
    assert sums[0] == [[{"amount": "150.00", "currency": "CNY"}], [{"amount": "20.50", "currency": "CNY"}]]
    assert sums[1] == [[], []]
    assert (found[1][2]["count"], answer["values"][2]["text"]) == (1, None)
    (narrowed, _) = ask("values", facts, "2025-03-01", status="confirmed")["opportunities"]
    assert (narrowed["proposed"]["count"], narrowed["confirmed"]["count"]) == (1, 1)  # however the list is narrowed
    asked = [{"status": "confirmed"}, {"contact": "c"}, {"opportunity": "p"}]
    narrow = [[each["value"] for each in ask("values", facts, "2025-03-01", **each)["values"]] for each in asked]
    assert narrow == [["w", "u"], ["v"], []]


def test_whoever_confirms_the_claim_that_holds_counts_once_and_a_confirmation_has_words_of_its_own():
    facts = [
        *PEOPLE,
        *CLAIMED,
        value("confirmed", "2025-02-02", contact="d"),
        value("confirmed", "2025-02-03", contact="c"),
        value("confirmed", "2025-02-04", contact="d"),
        value("confirmed", "2025-02-05", value="u", text="no queues"),
    ]
    u, v = sorted(ask("values", facts, "2025-03-01")["values"], key=lambda each: each["value"])
    who = [(each["contact"], each["name"], each["time"][:10]) for each in v["confirmed_by"]]
    assert who == [("d", "D", "2025-02-02"), ("c", "C", "2025-02-03")]
    assert (u["text"], [each["contact"] for each in u["confirmed_by"]]) == ("no queues", [None])
    assert [each["value"] for each in ask("values", facts, "2025-03-01", contact="d")["values"]] == ["v"]


def test_what_was_given_to_help_the_decision_is_listed_and_other_notes_are_not():
    facts = [
        *PEOPLE,
        note("2025-01-01", "decision_support", "c"),
        note("2025-01-02", "information_shared"),
        note("2025-01-03", "research", "c"),
    ]
    given = ask("values", facts, "2025-01-31")["given"]
    assert [(each["kind"], each["about_name"]) for each in given] == [
        ("information_shared", None),
        ("decision_support", "C"),
    ]
    assert [each["kind"] for each in ask("values", facts, "2025-01-31", contact="c")["given"]] == ["decision_support"]
