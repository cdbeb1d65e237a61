"""Policies in answers: the one that applied at a moment, as it was known then; all else is the default's."""

import re
from datetime import UTC, datetime
from math import exp

import pytest

from services.projections import cut
from services.projections.defaults import DEFAULT
from services.projections.folds.policy import State
from services.projections.history import Moment
from services.projections.models.policies import in_force
from tests.unit.histories import ask, defined, fact
from tests.unit.portfolios import ask_portfolio

SALES = {"metric": "sales", "threshold": "5.50", "weight": 1}


def policy(wire, time, version, **data):
    how = {name: data.pop(name) for name in ("recorded_at", "id", "actor") if name in data}
    return fact(f"{wire}.defined", time, {"version": version, **data}, account="$policy", **how)


def strength_model(time, version, weight, **more):
    data = {"weights": {"meeting": weight}, "half_lives": {"meeting": 10}, "kappa": 10}
    return policy("strength_model", time, version, **(data | more))


def amended(kind, target, recorded_at, **data):
    aim = {"source": "crm", "id": target, "type": "strength_model.defined.v1"}
    told = {"target": aim, "reason": "not agreed", **data}
    return fact(f"event.{kind}", recorded_at, told, account="$policy", recorded_at=recorded_at)


def met(time):
    who = {"participants": ["c-1"], "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {"interaction": "i", "kind": "meeting", "direction": "outbound", **who})


def strength(facts, as_of, known_at=None):
    (contact,) = ask("strength", facts, as_of, known_at)["contacts"]
    return contact["strength"]


AT = "2025-03-11T00:00:00Z"  # ten days after the meeting
OLD = 100 * (1 - exp(-6 * 0.5 ** (10 / 90) / 20))  # by the default: weight 6, half-life 90 days, kappa 20
NEW = 100 * (1 - exp(-8 * 0.5 / 10))  # weight 8, halved once in ten days, kappa 10


def test_a_policy_applies_from_its_day_on_and_only_to_those_who_know_it():
    history = [met("2025-03-01"), strength_model("2025-03-05", "a", 8, recorded_at="2025-04-01")]
    assert strength(history, AT) == pytest.approx(NEW)
    assert strength(history, AT, "2025-03-31T23:00:00Z") == pytest.approx(OLD)
    before = "2025-03-04T00:00:00Z"  # three days after the meeting
    assert strength(history, before) == pytest.approx(100 * (1 - exp(-6 * 0.5 ** (3 / 90) / 20)))


def test_the_last_definition_replaces_the_one_before_whole():
    history = [met("2025-03-01"), strength_model("2025-03-05", "a", 8)]
    history += [strength_model("2025-03-06", "b", 8, half_lives={}, kappa=20)]
    assert strength(history, AT) == pytest.approx(100 * (1 - exp(-8 * 0.5 ** (10 / 90) / 20)))
    assert strength(list(reversed(history)), AT) == strength(history, AT)


def test_a_corrected_policy_applies_as_corrected_and_a_retracted_one_never_did():
    history = [met("2025-03-01"), strength_model("2025-03-05", "a", 1, id="p1")]
    data = {"version": "a2", "weights": {"meeting": 8}, "half_lives": {"meeting": 10}, "kappa": 10}
    history += [amended("corrected", "p1", "2025-05-01", data=data), amended("retracted", "p1", "2025-06-01")]
    assert strength(history, AT, "2025-04-30") == pytest.approx(100 * (1 - exp(-1 * 0.5 / 10)))
    assert strength(history, AT, "2025-05-31") == pytest.approx(NEW)
    assert strength(history, AT, "2025-06-01") == pytest.approx(OLD)


def assessed(time, level, assessor, confidence=None):
    basis = {"assessor": assessor} | ({} if confidence is None else {"confidence": confidence})
    return fact("attitude.assessed", time, {"contact": "c-1", "level": level, "basis": basis})


ASSESSED = [
    assessed("2025-01-01", 2, "m-owner", 0.5),
    assessed("2025-02-01", -1, "m-sure", 1),
    assessed("2025-03-01", 0, "m-late", 0.2),
    fact("relationship_owner.assigned", "2025-01-01", {"contact": "c-1", "member": "m-owner"}),
]


def leading(how, **more):
    return policy("attitude_model", "2025-03-05", how, leading=how, half_life_days=180, floor=0.3, **more)


@pytest.mark.parametrize(
    ("how", "leads", "others"),
    [
        ("latest", "m-late", ["m-sure", "m-owner"]),
        ("owner", "m-owner", ["m-late", "m-sure"]),
        ("most_confident", "m-sure", ["m-late", "m-owner"]),  # 1 * 0.5 ** (39/180) is most
    ],
)
def test_the_policy_says_which_assessor_leads_and_all_others_are_shown(how, leads, others):
    (contact,) = ask("attitude", [*ASSESSED, leading(how)], "2025-03-12")["contacts"]
    level = {"m-late": 0, "m-owner": 2, "m-sure": -1}[leads]
    assert (contact["assessor"], contact["level"]) == (leads, level)
    assert [each["assessor"] for each in contact["others"]] == others
    mix = ask("attitude-mix", [*ASSESSED, *placed(), leading(how)], "2025-03-12")["points"][0]
    assert mix[{0: "neutral", 2: "support", -1: "oppose"}[level]] == 1


def placed():
    where = {"contact": "c-1", "position": "p-1", "title": "head", "level": "middle"}
    return [fact("contact.position_assigned", "2025-01-01", where)]


def test_before_the_policy_on_either_clock_the_latest_leads():
    history = [*ASSESSED, leading("owner", recorded_at="2025-04-01")]
    assert ask("attitude", history, "2025-03-04")["contacts"][0]["assessor"] == "m-late"
    assert ask("attitude", history, "2025-03-12", "2025-03-31")["contacts"][0]["assessor"] == "m-late"
    (contact,) = ask("attitude", history, "2025-03-12")["contacts"]
    assert (contact["assessor"], contact["since"]) == ("m-owner", "2025-01-01T00:00:00Z")


def test_an_owner_who_has_not_spoken_leaves_the_lead_to_the_latest():
    history = [each for each in ASSESSED if each.event.type != "attitude.assessed.v1" or each.event.data.level != 2]
    assert ask("attitude", [*history, leading("owner")], "2025-03-12")["contacts"][0]["assessor"] == "m-late"


def test_without_any_definition_the_defaults_are_in_force():
    assert in_force(State()) == DEFAULT
    assert version() == "defaults-1"


END = datetime(2026, 1, 1, tzinfo=UTC)


def version(*facts):
    return cut.version(in_force(defined(facts, Moment(END, END)))).removeprefix(f"{cut.code_version()};")


def test_the_version_of_an_answer_names_what_differs_from_the_defaults_and_tells_two_of_one_name_apart():
    one = strength_model("2025-03-05", "a", 8)
    other = strength_model("2025-03-06", "a", 9)
    cadence = policy("cadence", "2025-03-05", "季度", reviews={"account": 30})
    assert re.fullmatch(r"defaults-1,strength=a@[0-9a-f]{8}", version(one))
    assert version(one, cadence).startswith(version(one) + ",cadence=季度@")
    assert version(one, other) not in {version(one), version()}
    assert version(one, other) == version(other, one)
    assert version(strength_model("2025-07-01", "a", 8)) == version(one)


def told(facts, as_of, known_at=None):
    answer = ask_portfolio("policies", facts, as_of, known_at)
    return {each["kind"]: each for each in answer["policies"]}, answer["criteria"]


def test_policies_tells_what_is_in_force_since_when_by_whom_and_what_the_default_fills_in():
    history = [
        policy("cadence", "2025-03-01", "c-1", reviews={"account": 30}, actor="m-boss"),
        policy("warnings", "2025-03-01", "w-1", thresholds={"high_power": 5}, off=["stale_map", "owner_missing"]),
        policy("style", "2025-03-01", "s-1", symbols={"good": "+"}),
    ]
    rows, _ = told(history, "2025-03-01")
    cadence, warnings, style, strength_ = (rows[each] for each in ("cadence", "warnings", "style", "strength"))
    assert (cadence["version"], cadence["since"], cadence["defined_by"]) == ("c-1", "2025-03-01T00:00:00Z", "m-boss")
    assert cadence["definition"]["reviews"] == {"account": 30, "organisation": 180}
    assert cadence["definition"]["visits"] == {"executive": 90, "frontline": 120, "middle": 60}
    assert warnings["definition"]["thresholds"]["high_power"] == 5
    assert warnings["definition"]["off"] == ["owner_missing", "stale_map"]
    assert (style["definition"]["symbols"]["good"], style["definition"]["symbols"]["poor"]) == ("+", "▼")
    assert (strength_["version"], strength_["since"], strength_["defined_by"]) == ("default-1", None, None)
    rows, _ = told(history, "2025-02-28")
    assert {each["version"] for each in rows.values()} == {"default-1"}


def test_every_version_of_the_criteria_that_was_ever_defined_can_be_asked_for():
    history = [
        policy("criteria", "2025-01-01", "2024", metrics=[SALES]),
        policy("criteria", "2025-03-01", "2025", metrics=[SALES | {"weight": 2, "days": 30}], least=0.7),
    ]
    rows, criteria = told(history, "2025-03-01")
    assert rows["criteria"]["version"] == "2025"
    assert [(each["version"], each["in_force"]) for each in criteria] == [
        ("2024", False),
        ("2025", True),
        ("default-1", False),
    ]
    assert criteria[1]["definition"] == {
        "least": 0.7,
        "metrics": [{"metric": "sales", "threshold": "5.50", "weight": 2.0, "days": 30}],
    }
    ahead = [(each["version"], each["in_force"]) for each in told(history, "2025-02-01")[1]]
    assert ahead == [("2024", True), ("2025", False), ("default-1", False)]
    assert [each["version"] for each in told(history, "2025-03-01", "2025-02-01")[1]] == ["2024", "default-1"]


def test_segments_are_told_in_their_order_with_what_to_look_at():
    condition = {"metric": "sales", "at_least": 100, "below": "200.5", "currency": "CNY"}
    segments = [{"segment": "b", "conditions": [condition], "focus": ["who decides"]}, {"segment": "a"}]
    rows, _ = told([policy("segmentation", "2025-03-01", "s", scheme="value", segments=segments)], "2025-03-01")
    bounds = {"metric": "sales", "at_least": "100", "below": "200.5", "currency": "CNY", "days": 365}
    assert rows["segmentation"]["definition"] == {
        "scheme": "value",
        "segments": [
            {"segment": "b", "conditions": [bounds], "focus": ["who decides"]},
            {"segment": "a", "conditions": [], "focus": []},
        ],
    }


def test_what_selling_settles_is_told_as_it_is_applied_and_only_from_then_on():
    stages = [
        {"stage": "offer", "order": 2, "probability": 0.4},
        {"stage": "talk", "order": 1, "exit_criteria": ["need"]},
    ]
    asked = [{"criterion": "need", "weight": 20, "text": "Do they need it?"}]
    history = [
        policy("pipeline", "2025-03-01", "p-1", pipeline="big", stages=stages, actor="m-boss"),
        policy("qualification_template", "2025-03-01", "q-1", steps={"win": asked}),
        policy("rates", "2025-03-01", "r-1", base="CNY", rates={"USD": "7.10"}),
        policy("calendar", "2025-03-01", "k-1", time_zone="Asia/Shanghai", fiscal_year_start="04-01"),
        *(
            fact("target.set", time, {"owner": "m-1", "period": "2025-Q2", "amount": money}, account="$policy")
            for time, money in (
                ("2025-03-01", {"amount": "100", "currency": "CNY"}),
                ("2025-03-01", {"amount": "7", "currency": "USD"}),
                ("2025-04-01", {"amount": "120", "currency": "CNY"}),
            )
        ),
    ]
    answer = ask_portfolio("policies", history, "2025-03-31")
    (pipeline,) = answer["pipelines"]
    assert (pipeline["pipeline"], pipeline["version"], pipeline["defined_by"]) == ("big", "p-1", "m-boss")
    assert pipeline["definition"] == {
        "stages": [
            {"stage": "talk", "order": 1, "exit_criteria": ["need"]},
            {"stage": "offer", "order": 2, "exit_criteria": [], "probability": 0.4},
        ]
    }
    rows = {each["kind"]: each for each in answer["policies"]}
    steps = rows["qualification"]["definition"]["steps"]
    assert steps["win"] == [{"criterion": "need", "weight": 20, "text": "Do they need it?"}]
    assert [each["criterion"] for each in steps["worth"]] == ["profit", "strategy", "risk"]  # the default's
    assert rows["rates"]["definition"] == {"base": "CNY", "rates": {"USD": "7.10"}}
    assert rows["calendar"]["definition"] == {"time_zone": "Asia/Shanghai", "fiscal_year_start": "04-01"}

    def targets(as_of):
        found = ask_portfolio("policies", history, as_of)["targets"]
        return [(each["owner"], each["period"], each["amount"]["amount"], each["amount"]["currency"]) for each in found]

    assert targets("2025-03-31") == [("m-1", "2025-Q2", "100", "CNY"), ("m-1", "2025-Q2", "7", "USD")]
    assert targets("2025-04-01")[0] == ("m-1", "2025-Q2", "120", "CNY")
    row = ask_portfolio("policies", history, "2025-04-01")["targets"][0]
    assert (row["since"], row["timebasis"], row["defined_by"]) == ("2025-04-01T00:00:00Z", "exact", "m-1")
    assert targets("2025-02-28") == ask_portfolio("policies", history, "2025-02-28")["pipelines"] == []
