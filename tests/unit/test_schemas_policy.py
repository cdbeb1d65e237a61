"""Policies as they are told: what fits together, what is bounded, and where they may be told."""

from typing import get_args

import pytest
from pydantic import ValidationError

from schemas import catalogue
from schemas.event import REGISTERED
from schemas.policy import Policy
from schemas.policy_values import WarningRule, WarningThreshold
from services.projections.defaults import DEFAULT
from services.projections.models.warning_rules import RULES
from tests.unit.sending import event, parse, refused_at

SALES = {"metric": "sales", "threshold": 1, "weight": 1}
TRAIT = {"metric": "trait", "threshold": 4, "weight": 1, "trait": "loyalty"}
BOUNDED = {"metric": "length_of_cooperation", "at_least": 3}


def criteria(*metrics, **more):
    data = {"version": "2025-a", "metrics": list(metrics), **more}
    return event("criteria.defined.v1", data, partitionkey="$policy")


def segments(*conditions):
    data = {"version": "2025-a", "scheme": "value", "segments": [{"segment": "a", "conditions": list(conditions)}]}
    return event("segmentation.defined.v1", data, partitionkey="$policy")


def strength(**changed):
    data = {"version": "2025-a", "weights": {"call": 1}, "half_lives": {"call": 30}, "kappa": 20} | changed
    return event("strength_model.defined.v1", data, partitionkey="$policy")


@pytest.mark.parametrize("wire", catalogue().events)
def test_policies_and_only_policies_and_amendments_may_stand_on_the_stream_of_policies(wire):
    key = catalogue().json_schema(wire)["properties"]["partitionkey"]
    if issubclass(REGISTERED[wire], Policy):
        assert key["const"] == "$policy"
    else:
        assert ("policy" in key["pattern"]) == wire.startswith("event.")


@pytest.mark.parametrize("stream", ["$policy", "acme"])
def test_an_amendment_may_stand_on_either(stream):
    target = {"source": "crm", "id": "e1", "type": "cadence.defined.v1"}
    data = {"target": target, "reason": "typing error"}
    assert parse(event("event.retracted.v1", data, partitionkey=stream)).account == stream


@pytest.mark.parametrize(
    ("metric", "fine"),
    [
        (SALES | {"currency": "CNY", "days": 30}, True),
        (SALES | {"trait": "loyalty"}, False),
        (TRAIT, True),
        ({name: value for name, value in TRAIT.items() if name != "trait"}, False),
        (TRAIT | {"days": 30}, False),
        (TRAIT | {"currency": "CNY"}, False),
        ({"metric": "purchase_frequency", "threshold": 4, "weight": 1, "days": 30}, True),
        ({"metric": "length_of_cooperation", "threshold": 4, "weight": 1, "days": 30}, False),
        (SALES | {"weight": 0}, False),
        (SALES | {"days": 0}, False),
        ({"metric": "colour", "threshold": 1, "weight": 1}, False),
    ],
)
def test_a_criterion_has_what_its_metric_takes_and_nothing_else(metric, fine):
    if fine:
        assert parse(criteria(metric)).data.metrics[0].metric == metric["metric"]
    else:
        assert refused_at(criteria(metric)) != []


@pytest.mark.parametrize(
    ("threshold", "read"),
    [(0, "0"), (3.5, "3.5"), ("1000000.00", "1000000.00"), (1e-5, "0.00001"), (10**14, "1" + "0" * 14)],
)
def test_a_threshold_is_a_number_or_a_decimal_string_and_is_read_exactly(threshold, read):
    assert str(parse(criteria(SALES | {"threshold": threshold})).data.metrics[0].threshold) == read


@pytest.mark.parametrize("threshold", [-1, "-1", True, None, "1e5", 1e16, 1e-7, float("nan"), float("inf"), [1]])
def test_no_other_threshold_is_taken(threshold):
    assert refused_at(criteria(SALES, SALES | {"threshold": threshold})) == ["data.metrics.1.threshold"]


def test_criteria_and_segments_name_at_least_one():
    assert refused_at(criteria()) == ["data.metrics"]
    assert refused_at(criteria(SALES, least=1.1)) == ["data.least"]
    assert parse(segments()).data.segments[0].conditions == ()  # the rest


@pytest.mark.parametrize(("condition", "fine"), [(BOUNDED, True), ({"metric": "length_of_cooperation"}, False)])
def test_a_condition_has_a_bound(condition, fine):
    if fine:
        assert parse(segments(condition)).data.segments[0].conditions[0].at_least == condition["at_least"]
    else:
        assert refused_at(segments(condition))[0] == "data.segments.0.conditions.0"


@pytest.mark.parametrize(
    "changed",
    [
        {"kappa": 0},
        {"weights": {"call": 0}},
        {"weights": {"call": 1001}},
        {"weights": {"telepathy": 1}},
        {"half_lives": {"call": 0}},
        {"half_lives": {"call": 36501}},
        {"directions": {"sideways": 1}},
        {"directions": {"inbound": 101}},
    ],
)
def test_a_model_of_strength_is_bounded_and_names_known_kinds(changed):
    assert parse(strength()).data.directions == {}
    assert refused_at(strength(**changed)) != []


@pytest.mark.parametrize("colour", ["green", "#12345", "#1234567", "#00gg00"])
def test_a_colour_is_six_hexadecimal_digits(colour):
    data = {"version": "2025-a", "colours": {"good": colour}}
    assert refused_at(event("style.defined.v1", data, partitionkey="$policy")) != []


def warnings(**changed):
    return event("warnings.defined.v1", {"version": "2025-a"} | changed, partitionkey="$policy")


def test_what_a_policy_may_switch_off_and_set_are_the_rules_that_there_are_and_their_thresholds():
    assert set(get_args(WarningRule)) == set(RULES)
    assert set(get_args(WarningThreshold)) == set(DEFAULT.warnings.thresholds)


def test_a_rule_or_a_threshold_that_does_not_exist_is_refused_where_it_stands():
    assert parse(warnings(thresholds={"silent_days": 30}, off=["stale_map"])).data.off == ("stale_map",)
    assert refused_at(warnings(thresholds={"silent_day": 30})) == ["data.thresholds.silent_day.[key]"]
    assert refused_at(warnings(off=["stale_map", "stale-map"])) == ["data.off.1"]


@pytest.mark.parametrize("version", ["2025-a", "v1.2_b", "二〇二五", "x" * 100])
def test_a_version_is_a_word_of_any_script(version):
    assert parse(warnings(version=version)).data.version == version


@pytest.mark.parametrize("version", ["", "a b", "a;b", "a,b", "a=b", "a@b", "x" * 101, "a\n", "default-1", "default-"])
def test_a_version_is_no_sentence_holds_no_sign_by_which_answers_join_them_and_is_never_a_default(version):
    assert refused_at(warnings(version=version)) == ["data.version"]


CRITERION = {"criterion": "budget", "weight": 1}


@pytest.mark.parametrize(
    ("wire", "data", "reason"),
    [
        ("rates.defined.v1", {"base": "CNY", "rates": {"CNY": "2", "EUR": "7.7"}}, "rates: expected none for base"),
        (
            "qualification_template.defined.v1",
            {"version": "2025-a", "steps": {"win": [CRITERION, CRITERION | {"weight": 2}]}},
            "steps: expected each criterion once in win",
        ),
    ],
)
def test_what_a_policy_would_say_twice_is_refused(wire, data, reason):
    with pytest.raises(ValidationError, match=reason):
        parse(event(wire, data, partitionkey="$policy"))


def test_a_criterion_may_be_asked_in_several_steps():
    data = {"version": "2025-a", "steps": {"win": [CRITERION], "worth": [CRITERION]}}
    assert parse(event("qualification_template.defined.v1", data, partitionkey="$policy")).data.version == "2025-a"
