from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

DEAL = {"opportunity": "o-1"}


def identified(time: str = "2025-01-01", **attributes: Any) -> Recorded:
    return fact("opportunity.identified", time, {**DEAL, "name": "Scanner"}, **attributes)


def entered(stage: str, time: str, **attributes: Any) -> Recorded:
    return fact("opportunity.stage_entered", time, {**DEAL, "stage": stage}, **attributes)


def won(time: str) -> Recorded:
    return fact("opportunity.won", time, {**DEAL, "amount": {"amount": "5.00", "currency": "EUR"}})


def lost(time: str) -> Recorded:
    return fact("opportunity.lost", time, {**DEAL, "reason": "price"})


def reopened(time: str) -> Recorded:
    return fact("opportunity.reopened", time, DEAL)


def spells(facts: list[Recorded], as_of: str = "2025-12-31T00:00:00Z", **parameters: Any) -> list[tuple[Any, ...]]:
    found = ask("stages", facts, as_of, **parameters)["spells"]
    return [(each["stage"], each["from"] and each["from"][:10], each["to"] and each["to"][:10]) for each in found]


def test_the_hospitals_scanner_took_70_days_to_approval_63_there_and_25_in_tender():
    answer = ask("stages", hospital(), beijing("2025-12-31"))
    days = {(each["opportunity"], each["stage"]): round(each["days"], 2) for each in answer["spells"]}
    assert days == {
        ("opp-ct", "identified"): 69.96,
        ("opp-ct", "approval"): 63.00,
        ("opp-ct", "tender"): 25.29,
        ("opp-us", "identified"): 196.25,
    }
    assert {each["opportunity"]: each["days"] for each in answer["cycles"]} == {"opp-ct": 158.25, "opp-us": 196.25}


def test_the_days_of_the_running_stage_count_from_its_own_beginning_not_from_the_old_ones():
    (old, new) = ask("stages", [identified(), entered("tender", "2025-03-01")], "2025-03-11T00:00:00Z")["spells"]
    assert (old["stage"], old["days"]) == ("identified", 59)
    assert (new["stage"], new["days"], new["to"]) == ("tender", 10, None)


def test_entering_the_stage_where_it_stands_begins_nothing_new():
    facts = [entered("a", "2025-01-01"), entered("a", "2025-02-01"), entered("b", "2025-03-01")]
    assert spells(facts) == [("a", "2025-01-01", "2025-03-01"), ("b", "2025-03-01", None)]


def test_no_spell_is_of_no_length_and_what_it_parted_is_one():
    facts = [entered("a", "2025-01-01"), entered("b", "2025-02-01"), entered("a", "2025-02-01"), won("2025-03-01")]
    assert spells(facts) == [("a", "2025-01-01", "2025-03-01")]


def test_an_end_closes_the_stage_and_reopening_goes_on_in_it_without_the_time_between():
    facts = [entered("a", "2025-01-01"), won("2025-02-01"), reopened("2025-05-01")]
    assert spells(facts) == [("a", "2025-01-01", "2025-02-01"), ("a", "2025-05-01", None)]


def test_a_stage_told_at_the_time_of_reopening_is_the_one_in_which_it_goes_on():
    forth = [entered("a", "2025-01-01"), lost("2025-02-01"), reopened("2025-05-01"), entered("b", "2025-05-01")]
    back = [entered("a", "2025-01-01"), lost("2025-02-01"), entered("b", "2025-05-01"), reopened("2025-05-01")]
    assert spells(forth) == spells(back) == [("a", "2025-01-01", "2025-02-01"), ("b", "2025-05-01", None)]


def test_a_stage_entered_after_the_end_neither_reopens_nor_runs():
    facts = [entered("a", "2025-01-01"), won("2025-02-01"), entered("closed won", "2025-02-02")]
    assert spells(facts) == [("a", "2025-01-01", "2025-02-01")]
    (row,) = ask("opportunities", facts, "2025-12-31")
    assert (row["stage"], row["outcome"]) == ("a", "won")


def test_a_stage_told_of_a_closed_deal_is_where_it_goes_on_once_it_is_reopened():
    facts = [entered("a", "2025-01-01"), won("2025-02-01"), entered("b", "2025-03-01"), reopened("2025-04-01")]
    assert spells(facts)[-1] == ("b", "2025-04-01", None)


def test_reopening_what_was_never_closed_changes_nothing():
    assert spells([entered("a", "2025-01-01"), reopened("2025-02-01")]) == [("a", "2025-01-01", None)]


def test_a_deal_closed_the_moment_it_entered_its_stage_still_stands_there():
    facts = [identified("2025-01-01"), entered("a", "2025-01-01"), won("2025-01-01")]
    assert spells(facts) == []
    (row,) = ask("opportunities", facts, "2025-12-31")
    assert (row["stage"], row["since"][:10], row["outcome"]) == ("a", "2025-01-01", "won")


def test_of_a_stage_true_since_an_unknown_time_no_negative_length_is_made_up():
    facts = [entered("a", "2025-06-01", timebasis="since"), entered("b", "2025-03-01")]
    (first, second) = ask("stages", facts, "2025-12-31")["spells"]
    assert (first["stage"], first["from"], first["to"][:10], first["days"]) == ("a", None, "2025-03-01", None)
    assert second["stage"] == "b"
    (early,) = ask("stages", facts[:1], "2025-01-01")["spells"]
    assert (early["stage"], early["days"], early["timebasis"]) == ("a", None, "since")


def test_how_exactly_a_start_is_known_is_said():
    (only,) = ask("stages", [entered("a", "2025-01-01", timebasis="month")], "2025-12-31")["spells"]
    assert only["timebasis"] == "month"


def test_a_late_told_stage_takes_its_place_and_was_unknown_before():
    facts = [
        entered("a", "2025-01-01"),
        entered("c", "2025-03-01"),
        entered("b", "2025-02-01", recorded_at="2025-04-01"),
    ]
    assert spells(facts, known_at="2025-03-31") == [("a", "2025-01-01", "2025-03-01"), ("c", "2025-03-01", None)]
    assert [stage for stage, *_ in spells(facts)] == ["a", "b", "c"]


def test_one_opportunity_alone_can_be_asked_for():
    other = fact("opportunity.identified", "2025-01-01", {"opportunity": "o-2", "name": "Other"})
    answer = ask("stages", [identified(), other], "2025-12-31", opportunity="o-2")
    assert [each["opportunity"] for each in (*answer["spells"], *answer["cycles"])] == ["o-2", "o-2"]
    assert ask("stages", [identified()], "2025-12-31", opportunity="nobody") == {"spells": [], "cycles": []}


def test_a_cycle_runs_from_the_first_trace_to_the_last_end():
    facts = [identified("2025-01-11"), entered("a", "2025-01-01"), won("2025-02-01"), reopened("2025-02-11")]
    (open_,) = ask("stages", facts, "2025-03-01T00:00:00Z")["cycles"]
    assert (open_["from"][:10], open_["to"], open_["days"], open_["outcome"]) == ("2025-01-01", None, 59, None)
    (again,) = ask("stages", [*facts, lost("2025-03-02")], "2025-12-31")["cycles"]
    assert (again["days"], again["outcome"]) == (pytest.approx(60), "lost")
