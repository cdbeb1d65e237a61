import random
from datetime import UTC, datetime, timedelta
from math import log

import pytest

from services.projections.defaults import DEFAULT
from services.projections.folds import contact
from services.projections.history import Recorded
from services.projections.models.contact.people import People
from services.projections.models.interaction.strength import band, by_person, raw, saturate, strength, terms, trend
from services.projections.policy import StrengthModel
from tests.unit.histories import fact

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
MODEL = DEFAULT.strength


def met(
    days_ago: float,
    kind: str = "email",
    direction: str = "outbound",
    interaction: str | None = None,
    participants: tuple[str, ...] = ("c-1",),
) -> Recorded:
    return fact(
        "interaction.recorded",
        NOW - timedelta(days=days_ago),
        {
            "interaction": interaction or f"i-{kind}-{direction}-{days_ago}",
            "kind": kind,
            "direction": direction,
            "our_participants": ["m-1"],
            "participants": list(participants),
        },
    )


def took_part(facts: list[Recorded], person: str = "c-1") -> list[Recorded]:
    return by_person(facts, People(contact.State())).get(person, [])


def one_kind(weight: float, half_life: float, **directions: float) -> StrengthModel:
    return StrengthModel("test", {"email": weight}, {"email": half_life}, directions, 20)


def test_the_decayed_sum_is_that_of_roth_2010():
    facts = took_part([met(0), met(7), met(7, direction="inbound"), met(14, direction="inbound")])
    assert raw(facts, NOW, one_kind(1, 7, outbound=5, inbound=1)) == 8.25


@pytest.mark.parametrize(("days", "left"), [(0, 10), (14, 5), (30, 2.264), (56, 0.625), (90, 0.116)])
def test_every_half_life_halves_what_an_interaction_adds(days, left):
    assert raw(took_part([met(days)]), NOW, one_kind(10, 14, outbound=1)) == pytest.approx(left, abs=5e-4)


@pytest.mark.parametrize(
    ("facts", "sum_", "expected"),
    [
        ([met(0, "email", "inbound")], 1.5, 7.2257),
        ([met(180, "factory_visit", "mutual")], 7.2, 30.2324),
        (
            [
                met(0, "meeting", "outbound"),
                met(90, "meeting", "mutual"),
                met(45, "call", "inbound"),
                met(360, "executive_meeting", "mutual"),
            ],
            16.35,
            55.8466,
        ),
        ([met(3 * each) for each in range(10)], 7.4664, 31.1554),
    ],
)
def test_the_default_model_gives_the_published_strengths(facts, sum_, expected):
    assert raw(took_part(facts), NOW, MODEL) == pytest.approx(sum_, abs=5e-5)
    assert strength(took_part(facts), NOW, MODEL) == pytest.approx(expected, abs=5e-5)


def test_shuffled_repeated_and_split_arrivals_give_the_same_strength_to_the_last_bit():
    facts = [met(day * 1.37, kind, "mutual") for day in range(60) for kind in ("email", "call", "meeting")]
    expected = strength(took_part(facts), NOW, MODEL)
    for seed in range(20):
        arrived = facts + facts[::7]
        random.Random(seed).shuffle(arrived)
        assert strength(took_part(arrived), NOW, MODEL) == expected


def test_the_terms_add_up_to_the_sum_to_the_last_bit_on_every_python():
    facts = took_part([met(day * 1.37, "call", "inbound") for day in range(200)])
    total = 0.0
    for term in terms(facts, NOW, MODEL):
        total += term.value
    assert total == raw(facts, NOW, MODEL)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "poor"), (39, "poor"), (39.99, "poor"), (40, "fair"), (59, "fair"), (60, "good"), (100, "good")],
)
def test_bands_begin_at_40_and_at_60(value, expected):
    assert band(value) == expected


def test_an_old_friendship_is_never_worth_nothing():
    assert strength(took_part([met(3650, "executive_meeting", "mutual")]), NOW, MODEL) > 0


def test_an_interaction_counts_once_however_often_it_is_recorded_and_as_last_told():
    first, again = met(10, "call", "outbound", "i-1"), met(10, "meeting", "outbound", "i-1")
    assert took_part([again, first]) == [again]


def test_someone_named_twice_in_one_interaction_took_part_once():
    facts = [met(0, participants=("c-1", "c-1"))]
    assert len(took_part(facts)) == 1


def test_what_lies_after_a_moment_adds_nothing_at_it():
    facts = took_part([met(0), met(10)])
    assert raw(facts, NOW - timedelta(days=5), MODEL) == pytest.approx(0.5 ** (5 / 30))


def test_the_trend_compares_with_thirty_days_before_and_is_flat_within_two_points():
    assert trend(took_part([met(5, "meeting")]), NOW, MODEL) == "up"
    assert trend(took_part([met(40, "meeting")]), NOW, MODEL) == "down"
    assert trend(took_part([met(0, "message")]), NOW, MODEL) == "up"  # 0 -> 2.469
    assert trend(took_part([met(15, "message")]), NOW, MODEL) == "flat"  # 0 -> 1.752
    assert trend([], NOW, MODEL) == "flat"


def test_strength_saturates_at_100():
    assert saturate(0, MODEL) == 0
    assert saturate(20 * log(2), MODEL) == pytest.approx(50)
    assert saturate(10_000, MODEL) == pytest.approx(100)
