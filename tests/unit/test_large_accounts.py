"""What a large account costs: the work for its warnings and next steps grows as its deals do, not as their square."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact
from tests.unit.test_reading_bounds import steps
from tests.unit.worries import attitude, contact, identified, met, power


def deal(number: int, people: int) -> Iterator[Recorded]:
    """Tell of a deal all that is open in one, and who was met in it: one of so many people."""
    here, who = {"opportunity": f"o{number}"}, f"c{number % people}"
    yield identified(here["opportunity"])
    yield attitude(who, number % 5 - 2, **here)
    yield met([who], "2025-01-02", "factory_visit", interaction=f"i{number}", direction="inbound", **here)
    things: dict[str, dict[str, Any]] = {
        "solution.presented": {"solution": f"s{number}", "version": 1},
        "engagement.set": {"contact": who, "mode": "report", "approach": "t"},
        "next_action.planned": {"action": f"a{number}", "owner": "m-1", "due": "2025-02-01", "text": "t"},
        "question.asked": {"question": f"q{number}", "text": "t"},
        "objection.raised": {"objection": f"b{number}", "contact": who, "kind": "price", "text": "t"},
    }
    for type_, told in things.items():
        yield fact(type_, "2025-01-03", told | here)


def account(deals: int, people: int) -> list[Recorded]:
    known = [told for each in range(people) for told in (contact(f"c{each}"), power(f"c{each}", 1))]
    return known + [told for number in range(deals) for told in deal(number, people)]


@pytest.mark.parametrize("question", ["warnings", "next-steps"])
@pytest.mark.parametrize("deals_of_each", [1, 10], ids=["each for another person", "ten for each person"])
def test_the_work_grows_as_the_deals_do(question, deals_of_each):
    few, many = (account(deals, deals // deals_of_each) for deals in (20, 80))
    ask(question, few, "2025-03-01")  # what is read once by the process
    one, four = (steps(lambda facts=facts: ask(question, facts, "2025-03-01")) for facts in (few, many))
    assert four < 4.2 * one
