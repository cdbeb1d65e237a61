"""The win probability against ORACLES.md, and its explanation against itself."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projections.models.opportunity.stage_order import as_passed, stage_order
from services.projections.models.opportunity.win_probability import Case, factors, learn, probability
from services.projections.policy import Pipeline, Stage

STAGES = ("0", "1", "2")
WON, LOST = "won", "lost"


def case(end: str, country: int, state: int, source: int, stage: int) -> Case:
    return Case(end == WON, str(stage), {"country": str(country), "state": str(state), "source": str(source)})


# ORACLES.md; what was won had come to the last stage.
TEAMS = {
    33.4865: ([case(LOST, 0, 0, 0, 0), case(LOST, 1, 1, 1, 1), case(WON, 2, 2, 2, 2)], case(LOST, 0, 1, 2, 1)),
    7.7352: ([case(LOST, 0, 1, 1, 2), case(LOST, 0, 1, 2, 1), case(WON, 0, 2, 2, 2)], case(LOST, 0, 1, 2, 1)),
    35.0902: ([case(WON, 1, 1, 1, 2), case(LOST, 0, 1, 0, 0), case(LOST, 1, 2, 2, 0)], case(LOST, 0, 1, 2, 1)),
}


@pytest.mark.parametrize("percent", TEAMS)
def test_the_probability_is_that_of_the_oracle(percent):
    closed, deal = TEAMS[percent]
    found = factors(learn(closed, STAGES), deal.stage, deal.values)
    assert round(100 * probability(found), 4) == percent


def test_each_factor_is_the_ratio_of_the_likelihoods_in_the_oracle():
    closed, deal = TEAMS[33.4865]
    ratios = {each.attribute: each.ratio for each in factors(learn(closed, STAGES), deal.stage, deal.values)}
    assert ratios == pytest.approx(
        {
            "prior": 1.1 / 2.1,
            "stage": (1.1 / 1.1) / (1.1 / 2.1),
            "country": (0.1 / 1.3) / (1.1 / 2.3),
            "state": (0.1 / 1.3) / (1.1 / 2.3),
            "source": (1.1 / 1.3) / (0.1 / 2.3),
        }
    )


VALUES = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"))
CASES = st.builds(Case, st.booleans(), st.sampled_from([*STAGES, "?", None]), VALUES)


@given(st.lists(CASES, max_size=30), CASES, st.randoms(use_true_random=False))
def test_the_factors_multiply_to_the_odds_whatever_was_learned_and_in_whatever_order(closed, deal, random):
    found = factors(learn(closed, STAGES), deal.stage, deal.values)
    p = probability(found)
    assert 0 < p < 1
    assert prod(each.ratio for each in found) == pytest.approx(p / (1 - p))
    shuffled = random.sample(closed, len(closed))
    assert factors(learn(shuffled, STAGES), deal.stage, deal.values) == found


def test_what_no_closed_deal_had_says_nothing():
    closed = [case(WON, 0, 0, 0, 0), case(LOST, 0, 0, 0, 0)]
    found = factors(learn(closed, ["0"]), "never entered", {"country": "9", "never": "told"})
    assert [(each.attribute, each.ratio) for each in found] == [("prior", 1.0)]


def test_stages_come_in_the_order_in_which_most_deals_pass_them():
    courses = [("talk", "offer", "tender"), ("talk", "tender"), ("offer", "talk", "tender"), ("talk", "offer")]
    assert as_passed(courses) == ["talk", "offer", "tender"]
    assert as_passed([("b",), ("a",), ("b",)]) == ["b", "a"]  # no deal passes both: more were in b
    assert as_passed([("b",), ("a",)]) == ["a", "b"]


def test_a_pipeline_says_the_order_of_its_stages_and_others_come_where_deals_pass_them():
    pipeline = Pipeline("1", (Stage("tender", 1), Stage("talk", 2)))
    assert stage_order([("talk", "extra", "tender")], pipeline) == ["identified", "tender", "talk", "extra"]
    of_three = Pipeline("1", (Stage("talk", 1), Stage("tender", 2)))
    passed = [("identified", "first", "talk", "extra", "tender", "last")]
    assert stage_order(passed, of_three) == ["identified", "first", "talk", "extra", "tender", "last"]
    assert stage_order([("identified", "talk")], None) == ["identified", "talk"]
