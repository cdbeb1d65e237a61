from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def asked(time: str, question: str = "q", due: str | None = None, **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at", "timebasis") if each in told}
    until = {"due": due} if due else {}
    return fact("question.asked", time, {"question": question, "text": "How long?"} | until | told, **attributes)


def answered(time: str, question: str = "q", recorded_at: str | None = None, **told: Any) -> Recorded:
    return fact("question.answered", time, {"question": question} | told, recorded_at=recorded_at)


WHO: dict[str, Any] = {"asked_by": {"kind": "contact", "id": "c"}, "owner": "m-1", "opportunity": "o"}
HISTORY = [
    fact("contact.added", "2024-01-01", {"contact": "c", "name": "Chen"}),
    fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Zhang"}),
    fact("opportunity.identified", "2024-01-01", {"opportunity": "o", "name": "Scanner"}),
    asked("2025-01-01", due="2025-01-10", **WHO),
    answered("2025-01-16", text="A week", recorded_at="2025-02-01"),
]


def stands(as_of: str, known_at: str | None = None) -> Any:
    """Return how the only question stands, its age or how long the answer took, and since when it is overdue."""
    (row,) = ask("questions-open", HISTORY, as_of, known_at, all="1")["questions"]
    return row["status"], row["days"], row["overdue_days"], row["answer"]


def test_a_question_is_open_then_overdue_then_answered():
    assert stands("2025-01-10T00:00:00Z") == ("open", 9, None, None)  # its last day is not over
    assert stands("2025-01-12T00:00:00Z") == ("open", 11, 2, None)
    assert stands("2025-01-31") == ("answered", 15, None, "A week")
    (row,) = ask("questions-open", HISTORY, "2025-01-12")["questions"]
    assert (row["asked_by"], row["asked_by_name"]) == ({"kind": "contact", "id": "c"}, "Chen")
    assert (row["owner_name"], row["opportunity_name"], row["due"]) == ("Zhang", "Scanner", "2025-01-10")


def test_an_answer_that_was_told_late_was_not_known():
    assert stands("2025-01-21T00:00:00Z", "2025-01-31") == ("open", 20, 11, None)
    assert stands("2025-01-21T00:00:00Z", "2025-02-01") == ("answered", 15, None, "A week")


def test_the_day_is_over_where_the_reader_is():
    at = "2025-01-10T20:00:00Z"  # 11 January in Beijing
    (there,) = ask("questions-open", HISTORY, at, tz="Asia/Shanghai")["questions"]
    (here,) = ask("questions-open", HISTORY, at)["questions"]
    assert (here["overdue_days"], there["overdue_days"]) == (None, 1)


def test_answered_ones_are_shown_on_demand_and_counted_always():
    facts = [
        *HISTORY,  # took 15 days
        *(asked("2025-02-01", "r"), answered("2025-02-06", "r")),  # took 5
        *(asked("2025-02-01", "s", timebasis="since"), answered("2025-02-06", "s")),  # nobody knows
        answered("2025-02-06", "t"),  # nor here
        asked("2025-02-01", "u", "2025-03-01", owner="m-2"),
        asked("2025-01-01", "v"),
        asked("2025-02-02", "w", "2025-02-20", interaction="i"),
    ]
    answer = ask("questions-open", facts, "2025-02-28")
    assert [each["question"] for each in answer["questions"]] == ["w", "u", "v"]  # by day, those without any last
    counts = (answer["open"], answer["overdue"], answer["answered"], answer["median_days"])
    assert counts == (3, 1, 4, 10)
    shown = ask("questions-open", facts, "2025-02-28", all="1")["questions"]
    # answered ones after those: by day, then by when they were asked, as far as that is known
    assert [each["question"] for each in shown] == ["w", "u", "v", "q", "r", "s", "t"]
    assert [each["days"] for each in shown if each["question"] in {"s", "t"}] == [None, None]
    narrow = [ask("questions-open", facts, "2025-02-28", **each) for each in ({"owner": "m-2"}, {"opportunity": "o"})]
    assert [(each["open"], each["answered"]) for each in narrow] == [(1, 0), (0, 1)]


def test_an_answer_told_again_without_its_words_does_not_take_them_away():
    facts = [*HISTORY, answered("2025-01-20")]
    (row,) = ask("questions-open", facts, "2025-02-28", all="1")["questions"]
    assert (row["answered"][:10], row["answer"], row["days"]) == ("2025-01-16", "A week", 15)


def test_a_question_asked_in_a_meeting_is_of_the_purchase_that_the_meeting_was_about():
    met = {"interaction": "i", "kind": "call", "direction": "mutual", "our_participants": [], "participants": []}
    facts = [
        fact("interaction.recorded", "2025-01-01", met | {"opportunity": "o"}),
        asked("2025-01-01", "q", interaction="i"),
        asked("2025-01-01", "r", interaction="i", opportunity="p"),
    ]
    rows = ask("questions-open", facts, "2025-02-28", opportunity="o")["questions"]
    assert [(each["question"], each["opportunity"]) for each in rows] == [("q", "o")]


def test_what_is_asked_again_is_open_again_since_then():
    facts = [*HISTORY, asked("2025-03-01", **WHO), asked("2025-03-05", **WHO)]
    (row,) = ask("questions-open", facts, "2025-03-11T00:00:00Z")["questions"]
    assert (row["status"], row["asked"][:10], row["days"], row["answer"]) == ("open", "2025-03-01", 10, None)
    assert [each["turn"] for each in row["course"]] == ["asked", "answered", "asked", "asked"]
