"""The oracle by itself, against numbers worked out by hand and those of ORACLES.md: it judges everything else."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos import oracle
from tests.chaos.oracle import FADING, Fact, Moment

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MOMENT = Moment(NOW, None)


def told(number, wire, days_ago, **data):
    time = NOW - timedelta(days=days_ago)
    return Fact(time, NOW, number, ("acme", "crm", str(number)), wire, "m-1", data)


def met(number, kind, direction, days_ago):
    return told(number, "interaction.recorded.v1", days_ago, kind=kind, direction=direction, participants=["c-1"])


def assessed(number, level, days_ago, confidence=1.0):
    basis = {"confidence": confidence}
    return told(number, "attitude.assessed.v1", days_ago, contact="c-1", level=level, basis=basis)


def placed(number, days_ago=300):
    return told(number, "contact.position_assigned.v1", days_ago, contact="c-1", position="p")


def entered(number, stage, days_ago):
    return told(number, "opportunity.stage_entered.v1", days_ago, opportunity="o-1", stage=stage)


@pytest.mark.parametrize(
    ("facts", "strength"),
    [
        ([met(1, "email", "inbound", 0)], 7.2257),
        ([met(number, "email", "outbound", 3 * number) for number in range(10)], 31.1554),
    ],
)
def test_strength_is_that_of_the_published_numbers(facts, strength):
    held = oracle.believed(facts, MOMENT)
    assert oracle.strength(held, MOMENT, FADING)["c-1"] == pytest.approx(strength, abs=5e-5)


@pytest.mark.parametrize(("days", "faded"), [(219, 0), (221, 1)])
def test_confidence_of_seven_tenths_falls_under_the_floor_after_220_days(days, faded):
    held = oracle.believed([placed(1), assessed(2, 1, days, 0.7)], MOMENT)
    counts = {"support": 1, "neutral": 0, "oppose": 0, "unknown": 0, "faded": faded}
    assert oracle.attitude_mix(held, MOMENT, FADING) == counts


def test_a_policy_applies_from_its_time_on_and_once_it_is_known():
    policy = told(1, "attitude_model.defined.v1", 10, half_life_days=5, floor=0.9)
    assert oracle.fading([policy], MOMENT) == (5, 0.9)
    assert oracle.fading([policy], Moment(NOW - timedelta(days=11), None)) == FADING
    assert oracle.fading([policy], Moment(NOW, NOW - timedelta(seconds=1))) == FADING


def test_nobody_assessed_is_unknown_and_who_holds_no_position_is_not_counted():
    held = oracle.believed([placed(1), told(2, "contact.added.v1", 300, contact="c-2", name="王")], MOMENT)
    counts = {"support": 0, "neutral": 0, "oppose": 0, "unknown": 1, "faded": 0}
    assert oracle.attitude_mix(held, MOMENT, FADING) == counts


def test_an_attitude_holds_since_the_first_of_its_last_run():
    told_late_first = [assessed(3, 1, 10), assessed(1, -1, 30), assessed(2, 1, 20)]
    found = oracle.attitude(oracle.believed(told_late_first, MOMENT), MOMENT, FADING)["c-1"]
    assert (found["level"], found["layer"], found["since"]) == (1, "support", NOW - timedelta(days=20))
    assert [step[2] for step in found["steps"]] == [-1, 1, 1]


def test_spells_end_where_the_next_begins_and_the_same_stage_again_begins_nothing():
    told_in_disorder = [entered(3, "award", 5), entered(1, "lead", 30), entered(2, "lead", 20)]
    found = oracle.stages(oracle.believed(told_in_disorder, MOMENT), MOMENT, FADING)
    start, change = NOW - timedelta(days=30), NOW - timedelta(days=5)
    assert found == [("o-1", "lead", start, change), ("o-1", "award", change, None)]
