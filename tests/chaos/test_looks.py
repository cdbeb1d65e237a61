"""Answers about now, one after another: what must hold of them is found where it does not."""

import pytest

from tests.chaos.looks import of_the_looks
from tests.chaos.recording import Attempt, History, Look
from tests.chaos.truth import POLICY


def told(ended, *places, account="acme"):
    """An acknowledged request of one account, whose events the log has at these places."""
    events = [{"partitionkey": account} for _ in places]
    return Attempt(events, "taken", "ok", ended - 0.1, ended, "202", list(places), "token")


def answer(began, offsets, **more):
    return Look("acme", "attitude", began, began + 0.1, 200, offsets, **more)


def found(*of, attempts=(), wrong_clocks=()):
    history = History("s", looks=list(of), attempts=list(attempts), wrong_clocks=list(wrong_clocks))
    return [each.detail for each in of_the_looks(history)]


def test_an_account_that_was_answered_about_is_not_unknown_later_unless_both_were_asked_at_once():
    known = Look("acme", "attitude", 1.0, 2.0, 200)
    fair = [
        Look("acme", "attitude", 0.0, 0.5, 404),  # before it was known
        Look("acme", "attitude", 1.5, 3.0, 404),  # asked before the answer came
        Look("globex", "attitude", 4.0, 5.0, 404),
        Look("acme", "attitude", 4.0, 5.0, 503),
    ]
    assert of_the_looks(History("s", looks=[*fair, known])) == []
    gone = of_the_looks(History("s", looks=[*fair, known, Look("acme", "power-interest", 2.5, 2.6, 404)]))
    assert [(each.check, each.detail) for each in gone] == [
        ("who was known is not unknown later", "acme power-interest: unknown 0.5 s after an answer")
    ]


def test_an_answer_is_of_no_cut_before_that_of_one_that_had_come_when_it_was_asked_for():
    first = answer(1.0, {0: 7, 1: 5})
    assert found(answer(1.05, {0: 6, 1: 5}), first, answer(2.0, {0: 7, 1: 6})) == []
    assert found(first, answer(2.0, {0: 8, 1: 4})) == ["acme attitude: at 4 of partition 1 after 5"]


@pytest.mark.parametrize(
    ("acknowledged", "complete", "end", "right"),
    [
        (1.0, True, 7, False),
        (1.0, True, 8, True),
        (1.0, False, 7, True),  # it said so
        (7.0, True, 7, True),  # perhaps not seen yet
    ],
)
def test_a_complete_answer_knows_what_had_been_acknowledged_for_a_while(acknowledged, complete, end, right):
    look = answer(10.0, {0: end, 1: 9}, complete=complete)
    for account, place in (("acme", (0, 7)), (POLICY, (0, 7))):
        attempts = [told(acknowledged, place, account=account), told(1.0, (1, 9), account="globex")]
        assert (found(look, attempts=attempts) == []) is right


def test_who_looked_by_a_wrong_clock_may_be_wrong_about_completeness():
    look, attempts = answer(10.0, {0: 7}, complete=True), [told(1.0, (0, 7))]
    assert found(look, attempts=attempts, wrong_clocks=[(2.0, 6.0)]) == []
    assert found(look, attempts=attempts, wrong_clocks=[(2.0, 4.0)]) != []


def test_an_answer_that_waited_for_a_receipt_has_it():
    assert found(answer(1.0, {0: 8}, awaited=[(0, 7)])) == []
    assert found(answer(1.0, {0: 7}, awaited=[(0, 6), (0, 7)])) != []
    assert found(Look("acme", "attitude", 1.0, 11.0, 503, awaited=[(0, 7)])) == []
