"""A series is folded once for all of its points: each equals the answer that is asked for alone, to the last bit."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.models.interaction.contact_strength import StrengthParameters
from services.projections.question import Parameters
from services.projections.questions.attitude_mix import AttitudeMixParameters
from tests.unit import test_questions as questions
from tests.unit.histories import ask, fact
from tests.unit.strategies import ACCOUNTS, CONTACTS, MOMENTS, START, drafts
from tests.unit.test_questions import LATE, recorded_all

SPAN = {"from": START - timedelta(days=9), "step": "P3M11DT7H"}  # from before the first fact on
EITHER = st.one_of(st.just(LATE), MOMENTS)
# What decides who is counted, and how; of all types a question reads, one history would hold few of these.
OF_PEOPLE = (
    *("attitude.assessed.v1", "contact.position_assigned.v1", "buying_role.assigned.v1") * 3,
    *("contact.added.v1", "contact.position_ended.v1", "contact.left.v1", "contact.merged.v1"),
    *("buying_role.ended.v1", "relationship_owner.assigned.v1"),
)
# Who met us, again and again under the same few ids, perhaps by an address of someone added later.
OF_MEETINGS = (
    *("interaction.recorded.v1",) * 4,
    *("contact.added.v1", "contact.details_changed.v1", "contact.merged.v1", "contact.left.v1"),
)
DAYS = st.integers(0, 300)


def spanning(drawn: Parameters, **span: Any) -> Parameters:
    """Return drawn parameters with these points instead."""
    sent = drawn.model_dump(by_alias=True, exclude_unset=True)
    return type(drawn).model_validate({name: sent[name] for name in sent.keys() - {"from", "to", "step"}} | span)


@pytest.mark.parametrize("among", ["contacts", "buying-group"])
@given(told=drafts(OF_PEOPLE, max_size=30), at=EITHER, opportunity=st.sampled_from([{}, {"opportunity": "o-1"}]))
def test_a_point_of_attitude_mix_is_the_answer_as_of_its_time(among, told, at, opportunity):
    log, asked = recorded_all({ACCOUNTS[0]: told}), AttitudeMixParameters(among=among, **opportunity)
    for point in questions.ask("attitude-mix", log, at, spanning(asked, **SPAN))["points"]:
        then = at._replace(as_of=datetime.fromisoformat(point["time"]))
        assert questions.ask("attitude-mix", log, then, asked)["points"] == [point]


@given(told=drafts(OF_MEETINGS, max_size=30), at=EITHER)
def test_a_point_of_strength_is_the_answer_as_of_its_time_to_the_last_bit(told, at):
    log, asked = recorded_all({ACCOUNTS[0]: told}), StrengthParameters()
    contacts = questions.ask("strength", log, at, spanning(asked, **SPAN))["contacts"]
    for number, time in enumerate(point["time"] for point in (contacts[0]["series"] if contacts else [])):
        then = questions.ask("strength", log, at._replace(as_of=datetime.fromisoformat(time)), asked)["contacts"]
        alone = {each["contact"]: each["strength"] for each in then}
        assert [each["series"][number]["strength"] for each in contacts] == [
            alone.get(each["contact"], 0.0) for each in contacts
        ]


def test_a_point_of_strength_knows_neither_what_was_recorded_again_later_nor_who_was_added_later():
    facts = [
        fact("interaction.recorded", "2025-01-01", meeting("i", "c", "email")),
        fact("interaction.recorded", "2025-01-01", meeting("j", {"email": "d@example.org"}, "email")),
        fact("contact.added", "2025-02-01", {"contact": "d", "name": "D", "email": "D@example.org"}),
        fact("interaction.recorded", "2025-03-01", meeting("i", "c", "email")),
    ]
    answer = ask("strength", facts, "2025-12-31", from_="2025-01-01", step="P1M", to="2025-03-31")
    c, d = ([point["strength"] for point in each["series"]] for each in answer["contacts"])
    assert c[0] == c[2] > c[1] > 0  # recorded anew, it is as fresh again
    assert d[0] == 0 < d[2] < d[1] == c[1]  # met a month ago, it turns out when D is known


@given(met=st.lists(st.tuples(DAYS, st.sampled_from(CONTACTS), st.sampled_from(("email", "meeting"))), max_size=12))
def test_a_point_of_strength_is_what_meetings_with_known_people_made_it_by_then(met):
    facts = [
        fact("interaction.recorded", START + timedelta(days=days), meeting(f"i-{number}", contact, kind))
        for number, (days, contact, kind) in enumerate(met)
    ]
    for contact in ask("strength", facts, LATE.as_of, LATE.known_at, from_=SPAN["from"], step=SPAN["step"])["contacts"]:
        for point in contact["series"]:
            then = ask("strength", facts, point["time"], LATE.known_at, contact=contact["contact"])["contacts"]
            assert point["strength"] == then[0]["strength"]


def meeting(interaction: str, contact: str | dict[str, str], kind: str) -> dict[str, Any]:
    people = {"our_participants": ["m-1"], "participants": [contact]}
    return {"interaction": interaction, "kind": kind, "direction": "outbound", **people}
