from datetime import UTC, datetime

import pytest

from services.projections.folds import States, fold
from services.projections.history import Moment, visible
from services.projections.models.attitude import assessments
from services.projections.models.leading import lead
from services.projections.models.people import People
from services.projections.models.references import References
from services.projections.models.units import Units
from services.projections.policy import AttitudeModel
from services.projections.said import render
from tests.unit.histories import fact

JULY = datetime(2025, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("leading", "owner", "who", "why"),
    [
        ("latest", "m-1", "m-3", "m-3 leads: nobody has spoken later."),
        ("owner", "m-1", "m-1", "Zhang (m-1) leads: the relationship is theirs."),
        ("owner", "m-9", "m-3", "m-3 leads: the owner has not spoken, and nobody later."),
        ("owner", None, "m-3", "m-3 leads: the owner has not spoken, and nobody later."),
        # left on 1 July: 1.0 * 0.5 ** (181 / 180) = 0.50, 0.9 * 0.5 ** (30 / 180) = 0.80, 0.5
        ("most_confident", None, "m-2", "m-2 leads: nobody has more confidence left."),
    ],
)
def test_the_policy_says_which_assessor_leads_and_the_answer_why(leading, owner, who, why):
    told = [("m-1", "2025-01-01", 1, 1.0), ("m-2", "2025-06-01", 0, 0.9), ("m-3", "2025-07-01", -1, 0.5)]
    facts = [fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"})] + [
        fact("attitude.assessed", day, {"contact": "a", "level": level, "basis": {"confidence": sure}}, actor=actor)
        for actor, day, level, sure in told
    ]
    states = fold(States(), visible(facts, Moment(JULY, JULY)))
    people = People(states.contact)
    references = References(people, Units(states.organisation), states.account)
    held = assessments(states.assessment, people, "a", None)
    found = lead(held, owner, JULY, AttitudeModel("t", leading, 180, 0.3), references)
    assert found is not None
    assert (found.assessed.assessor, render(found.why)) == (who, why)


def test_where_nobody_has_spoken_nobody_leads():
    states = States()
    references = References(People(states.contact), Units(states.organisation), states.account)
    assert lead([], "m-1", JULY, AttitudeModel("t", "latest", 180, 0.3), references) is None
