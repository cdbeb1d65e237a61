"""How a thing stands, and of which purchase it is, is one and the same in questions, the central view and warnings."""

from typing import NamedTuple

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact
from tests.unit.worries import found, identified, lost, met

MEETING = met([], "2025-01-01", interaction="i", opportunity="o")
RAISED = {"objection": "x", "contact": "c", "kind": "price", "text": "dear"}
PLANNED = {"action": "x", "owner": "m-1", "due": "2025-01-02", "text": "call"}
ASKED = {"question": "x", "text": "how long?", "due": "2025-01-02"}
PROMISED = {"delivery": "x", "opportunity": "o", "text": "a scanner", "due": "2025-01-02"}
COMPLAINED = {"complaint": "x", "text": "noise"}


class Thing(NamedTuple):
    """A kind of thing: where it is asked about, how it began, ended and was told of later, and how it then stands."""

    question: str
    rows: str
    rule: str
    begun: Recorded
    end: Recorded
    later: Recorded
    status: str

    def shown(self, as_of: str) -> tuple[list[str], int, int]:
        """Return how it stands in its question, and how many the central view and the warnings show."""
        facts = [identified(), self.begun, self.end, self.later]
        asked = {"all": "1"} if self.question == "questions-open" else {}
        (rows,) = (rows for rows in ask(self.question, facts, as_of, **asked).values() if isinstance(rows, list))
        view = ask("account-360", facts, as_of).get(self.rows, [])
        return [each["status"] for each in rows], len(view), len(found(self.rule, facts, as_of))


BEGUN, END, LATER = "2025-01-02", "2025-01-05", "2025-01-06"
THINGS = [
    Thing(
        *("complaints", "complaints", "complaint_open"),
        fact("complaint.received", BEGUN, COMPLAINED),
        fact("complaint.resolved", END, {"complaint": "x"}),
        fact("complaint.responded", LATER, {"complaint": "x"}),
        "resolved",
    ),
    Thing(
        *("actions", "next_actions", "action_overdue"),
        fact("next_action.planned", BEGUN, PLANNED),
        fact("next_action.completed", END, {"action": "x"}),
        fact("next_action.completed", LATER, {"action": "x"}),
        "done",
    ),
    Thing(
        *("questions-open", "questions", "question_unanswered"),
        fact("question.asked", BEGUN, ASKED),
        fact("question.answered", END, {"question": "x", "text": "a week"}),
        fact("question.answered", LATER, {"question": "x"}),
        "answered",
    ),
    Thing(
        *("deliveries", "deliveries", "delivery_overdue"),
        fact("delivery.committed", BEGUN, PROMISED),
        fact("delivery.fulfilled", END, {"delivery": "x"}),
        fact("delivery.committed", LATER, PROMISED),  # the same, from a second source
        "fulfilled",
    ),
]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.question)
def test_what_is_told_after_its_end_opens_nothing_anywhere(thing):
    in_view = 0 if thing.question == "questions-open" else 1  # which shows no questions
    assert thing.shown("2025-01-04") == (["open"], in_view, 1)
    assert thing.shown(END) == thing.shown("2025-01-07") == ([thing.status], 0, 0)


def test_an_objection_that_was_resolved_stays_so_whatever_answer_follows():
    facts = [
        fact("objection.raised", BEGUN, RAISED),
        fact("objection.resolved", END, {"objection": "x"}),
        fact("objection.answered", LATER, {"objection": "x", "text": "a late mail"}),
    ]
    for as_of, status, open_ in (("2025-01-04", "open", ["open"]), ("2025-01-07", "resolved", [])):
        (row,) = ask("objections", facts, as_of)["objections"]
        view = [each["status"] for each in ask("account-360", facts, as_of)["objections"]]
        assert (row["status"], view, len(found("objection_open", facts, as_of))) == (status, open_, len(open_))


AGREED = [
    identified(),
    MEETING,
    fact("next_action.planned", BEGUN, PLANNED | {"interaction": "i"}),
    fact("question.asked", BEGUN, ASKED | {"interaction": "i"}),
    fact("objection.raised", BEGUN, RAISED | {"interaction": "i"}),
]
RULES = ("action_overdue", "question_unanswered", "objection_open", "no_next_step")


def demanded(facts: list[Recorded]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Return what the central view shows to be open, of which purchase, and which rules warn."""
    view = ask("account-360", facts, "2025-01-07")
    rows = [(name, each["opportunity"]) for name in ("next_actions", "objections") for each in view[name]]
    return rows, [rule for rule in RULES if [each[:2] for each in found(rule, facts, "2025-01-07")] == [("x", "o")]]


def test_what_was_agreed_in_a_meeting_is_open_as_long_as_its_purchase():
    open_ = ([("next_actions", "o"), ("objections", "o")], list(RULES[:3]))
    assert demanded(AGREED) == open_
    assert found("no_next_step", AGREED, "2025-01-07") == []
    assert demanded([*AGREED, lost("o", "2025-01-06")]) == ([], [])
    # what is owed to a customer who bought is owed; what spoke against it did not prevail
    won = fact("opportunity.won", "2025-01-06", {"opportunity": "o", "amount": {"amount": "5", "currency": "CNY"}})
    assert demanded([*AGREED, won]) == (open_[0][:1], list(RULES[:2]))


def test_what_is_told_again_replaces_all_that_was_told():
    facts = [
        identified(),
        fact("next_action.planned", BEGUN, PLANNED | {"opportunity": "o"}),
        fact("next_action.planned", "2025-01-03", PLANNED),
        fact("question.asked", BEGUN, ASKED),
        fact("question.asked", "2025-01-03", {"question": "x", "text": "how long?"}),
    ]
    assert found("action_overdue", facts, "2025-01-07") == [("x", None, "2025-01-03")]
    assert found("question_unanswered", facts, "2025-01-07") == []  # due on no day any more
    assert ask("account-360", facts, "2025-01-07")["next_actions"][0]["opportunity"] is None
