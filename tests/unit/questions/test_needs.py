from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def need(turn: str, time: str, clarity: int | None = None, **told: Any) -> Recorded:
    attributes = {each: told.pop(each) for each in ("recorded_at", "timebasis", "id") if each in told}
    said = {} if clarity is None else {"text": f"clear {clarity}", "clarity": clarity}
    return fact(f"need.{turn}", time, {"opportunity": "o", "need": "n"} | said | told, **attributes)


def clarity(facts: list[Recorded], as_of: str, known_at: str | None = None) -> Any:
    """Return the clarity of the only need, since which day, for how many days, and the days between its turns."""
    (row,) = ask("needs", facts, as_of, known_at, withdrawn="1")["needs"]
    since = row["clarity_since"] and row["clarity_since"][:10]
    return row["clarity"], since, row["clarity_days"], [each["days_after"] for each in row["course"]]


def test_the_hospital_said_clearly_what_it_needs_44_days_after_its_first_vague_words_in_the_technical_exchange():
    answer = ask("needs", hospital(), beijing("2025-05-31"))
    (row,) = answer["needs"]
    vague, clear = row["course"]
    assert (row["need"], row["opportunity_name"], row["status"]) == ("n-1", "128排CT采购", "open")
    assert (vague["clarity"], vague["time"], vague["stated_by_name"]) == (1, "2025-01-13T06:00:00Z", "王敏")
    assert (clear["clarity"], clear["time"], clear["days_after"]) == (4, "2025-02-26T06:00:00Z", 44)
    assert [(each["event"]["id"], each["kind"]) for each in clear["causes"]] == [("h33", "technical_exchange")]
    assert (row["clarity"], row["clarity_since"], row["stated_by_name"]) == (4, "2025-02-26T06:00:00Z", "李强")
    (budget,) = answer["budgets"]
    assert (budget["opportunity"], budget["amount"]) == ("opp-ct", {"amount": "8500000.00", "currency": "CNY"})
    assert budget["confirmed"] == "2025-02-12T08:00:00Z"
    before = ask("needs", hospital(), beijing("2025-02-11"))
    assert ([each["clarity"] for each in before["needs"]], before["budgets"]) == ([1], [])


def test_what_was_told_late_changes_what_we_know_not_what_we_knew():
    facts = [
        need("stated", "2025-01-01", 1),
        need("clarified", "2025-01-11", 3, recorded_at="2025-03-01"),
        need("clarified", "2025-01-21", 3),  # as clear as ten days before
    ]
    # as_of is the end of a day: a microsecond less than the days that are counted
    assert clarity(facts, "2025-01-15", "2025-02-01")[:2] == (1, "2025-01-01")
    assert clarity(facts, "2025-01-15")[:2] == (3, "2025-01-11")
    assert clarity(facts, "2025-01-31", "2025-02-01")[:2] == (3, "2025-01-21")
    assert clarity(facts, "2025-01-31T00:00:00Z") == (3, "2025-01-11", 20, [None, 10, 10])


def test_what_is_withdrawn_is_shown_on_demand_and_what_is_stated_again_counts_from_then():
    facts = [need("stated", "2025-01-01", 2), need("withdrawn", "2025-01-11", reason="too dear")]
    assert ask("needs", facts, "2025-02-01")["needs"] == []
    assert clarity(facts, "2025-02-01") == (2, None, None, [None, 10])
    (row,) = ask("needs", facts, "2025-02-01", withdrawn="1")["needs"]
    assert (row["status"], row["since"][:10], row["course"][1]["text"]) == ("withdrawn", "2025-01-11", "too dear")
    again = [*facts, need("stated", "2025-01-13", 2)]
    (row,) = ask("needs", again, "2025-02-01")["needs"]
    assert (row["since"][:10], row["clarity_since"][:10]) == ("2025-01-13", "2025-01-13")


def test_of_a_need_that_was_there_before_and_of_one_that_was_only_withdrawn_the_rest_is_unknown():
    since = [need("stated", "2025-01-01", 2, timebasis="since"), need("clarified", "2025-01-11", 5)]
    assert clarity(since[:1], "2025-02-01")[2] is None
    assert clarity(since, "2025-01-12T00:00:00Z") == (5, "2025-01-11", 1, [None, None])
    (row,) = ask("needs", [need("withdrawn", "2025-01-01")], "2025-02-01", withdrawn="1")["needs"]
    assert (row["text"], row["clarity"], row["stated_by"]) == (None, None, None)
