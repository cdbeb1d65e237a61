"""Whatever can be told is read: by a question that declares it, and so that some answer is another one for it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from schemas.correction import Amendment
from schemas.event import REGISTERED
from services.projections.history import Recorded
from services.projections.views import sees
from tests.unit.golden import golden_history
from tests.unit.test_questions import FORMS, LATE, ask, least_parameters, plain

FACTS = {wire: payload for wire, payload in REGISTERED.items() if not issubclass(payload, Amendment)}

# Types that change no answer about the account in which they are told, and why.
UNSEEN = {"account.merged.v1": "the store reads it: answers about `into` read both journals (test_access_merging.py)"}

# What ends something changes an answer only after what began it.
BEGINNINGS = {
    "ask.met.v1": "ask.raised.v1",
    "ask.withdrawn.v1": "ask.raised.v1",
    "buying_group.member_removed.v1": "buying_group.member_added.v1",
    "buying_role.ended.v1": "buying_role.assigned.v1",
    "capability_gap.closed.v1": "capability_gap.identified.v1",
    "competitor.withdrew.v1": "competitor.identified.v1",
    "complaint.resolved.v1": "complaint.received.v1",
    "complaint.responded.v1": "complaint.received.v1",
    "conflict.cleared.v1": "conflict.flagged.v1",
    "contact.position_ended.v1": "contact.position_assigned.v1",
    "decision_right.withdrawn.v1": "decision_right.asserted.v1",
    "delivery.breached.v1": "delivery.committed.v1",
    "delivery.fulfilled.v1": "delivery.committed.v1",
    "influence.withdrawn.v1": "influence.asserted.v1",
    "interaction.cancelled.v1": "interaction.planned.v1",
    "lead.dismissed.v1": "lead.captured.v1",
    "motive.withdrawn.v1": "motive.identified.v1",
    "need.withdrawn.v1": "need.stated.v1",
    "next_action.cancelled.v1": "next_action.planned.v1",
    "next_action.completed.v1": "next_action.planned.v1",
    "objection.answered.v1": "objection.raised.v1",
    "objection.reopened.v1": "objection.raised.v1",
    "objection.resolved.v1": "objection.raised.v1",
    "party.unlinked.v1": "party.linked.v1",
    "purchase_criterion.withdrawn.v1": "purchase_criterion.stated.v1",
    "question.answered.v1": "question.asked.v1",
    "referral.converted.v1": "referral.requested.v1",
    "referral.given.v1": "referral.requested.v1",
    "reporting_line.ended.v1": "reporting_line.established.v1",
    "team_member.removed.v1": "team_member.assigned.v1",
    "unit.closed.v1": "unit.added.v1",
    "unit.merged.v1": "unit.added.v1",
    "unit.unlinked.v1": "unit.linked.v1",
    "value.confirmed.v1": "value.proposed.v1",
}


def readers(wire: str) -> list[str]:
    """Return the questions that read a type."""
    return [name for name, question in FORMS.items() if sees(question, FACTS[wire])]


def example_of(wire: str) -> Recorded:
    (example,) = [each for each in golden_history() if each.event.id == f"example-{wire}"]
    return example


def beginning(example: Recorded) -> list[Recorded]:
    """Return what began the thing that an example ends: the day before, of the same ids."""
    began = BEGINNINGS.get(example.event.type)
    if not began:
        return []
    event = example_of(began).event
    ids = example.event.data.model_dump(mode="json", by_alias=True, exclude_unset=True)
    told = event.data.model_dump(mode="json", by_alias=True, exclude_unset=True)
    data = told | {name: value for name, value in ids.items() if name in type(event.data).model_fields}
    time = example.event.time - timedelta(days=1)
    event = event.model_copy(update={"time": time, "data": type(event.data).model_validate_json(orjson.dumps(data))})
    return [example._replace(event=event, offset=example.offset - 1)]


def answers(name: str, facts: list[Recorded]) -> Any:
    """Return an answer without what counts all facts that it reads: a count alone is no reading."""
    answer = plain(ask(name, {"hosp-1": facts}, LATE, least_parameters(name)))
    return {field: told for field, told in answer.items() if field != "sources"} if name == "account-360" else answer


@pytest.mark.parametrize("wire", FACTS)
def test_every_type_is_read_by_a_question(wire):
    assert readers(wire) != []


@pytest.mark.parametrize("wire", sorted(FACTS.keys() - UNSEEN.keys()))
def test_every_type_makes_a_difference_to_an_answer(wire):
    example = example_of(wire)
    others = [each for each in golden_history() if each.event.id != example.event.id]
    before = [others, beginning(example)]
    assert any(answers(name, [*facts, example]) != answers(name, facts) for facts in before for name in readers(wire))


def test_every_exception_has_its_reason():
    assert UNSEEN.keys() | BEGINNINGS.keys() <= FACTS.keys()
