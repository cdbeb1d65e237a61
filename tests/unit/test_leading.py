from datetime import UTC, datetime

import pytest

from services.projections.folds import States, fold
from services.projections.history import Moment, visible
from services.projections.models.assessment.attitude import leading_first
from services.projections.models.assessment.leading import lead
from services.projections.models.contact.people import People
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.policy import AttitudeModel
from services.projections.said import render
from tests.unit.histories import ask, fact

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
    facts += [fact("relationship_owner.assigned", "2025-01-01", {"contact": "a", "member": owner})] if owner else []
    states = fold(States(), visible(facts, Moment(JULY, JULY)))
    people = People(states.contact)
    references = References(people, Units(states.organisation), states.account)
    model = AttitudeModel("t", leading, 180, 0.3)
    held = leading_first(states.assessment, people, "a", None, as_of=JULY, model=model)
    found = lead(held, owner, model, references)
    assert found is not None
    assert (found.assessed.assessor, render(found.why)) == (who, why)


def test_where_nobody_has_spoken_nobody_leads():
    states = States()
    references = References(People(states.contact), Units(states.organisation), states.account)
    assert lead([], "m-1", AttitudeModel("t", "latest", 180, 0.3), references) is None


def assessed(time, level, assessor, confidence):
    data = {"contact": "a", "level": level, "basis": {"confidence": confidence}}
    return fact("attitude.assessed", time, data, actor=assessor)


PLACE = {"contact": "a", "position": "p", "title": "head", "unit": "u", "level": "middle"}
# Of one person: her owner says support, somebody later and less sure says oppose.
TWO_WORDS = [
    fact("unit.added", "2024-12-01", {"unit": "u", "name": "Finance", "function": "finance"}),
    fact("contact.added", "2024-12-01", {"contact": "a", "name": "Li"}),
    fact("contact.position_assigned", "2024-12-01", PLACE),
    fact("opportunity.identified", "2024-12-01", {"opportunity": "o", "name": "Scanner"}),
    fact("buying_role.assigned", "2024-12-01", {"contact": "a", "role": "champion", "domain": "business"}),
    fact("power.assessed", "2024-12-01", {"contact": "a", "level": 5}),
    fact("relationship_owner.assigned", "2024-12-01", {"contact": "a", "member": "m-own"}),
    assessed("2025-01-01", 1, "m-own", 1),
    assessed("2025-03-01", -1, "m-late", 0.5),  # on 12 March 0.48 of it is left, of the owner's 0.76
]
MIX = {"support": 0, "neutral": 0, "oppose": 0, "unknown": 0}


def counted(row):
    (only,) = (layer for layer in MIX if row[layer])
    return only


def supporting(rows):
    return "support" if [row["contact"] for row in rows] == ["a"] else "oppose"


SHOWN = {
    "account-360": lambda answer: counted(answer["attitude"]),
    "attitude": lambda answer: answer["contacts"][0]["layer"],
    "attitude-mix": lambda answer: counted(answer["points"][0]),
    "buying-committee": lambda answer: answer["members"][0]["attitude"]["layer"],
    "champions-at-risk": lambda answer: answer["at_risk"][0]["attitude"]["layer"],  # a silent champion in any case
    "departments": lambda answer: counted(answer["departments"][0]["attitudes"]),
    "disagreements": lambda answer: next(
        row["layer"] for row in answer["disagreements"][0]["assessors"] if row["leads"]
    ),
    "engagement": lambda answer: answer["contacts"][0]["attitude"]["layer"],
    "loyalty": lambda answer: supporting(answer["supporters"]),
    "opportunity": lambda answer: answer["people"][0]["layer"],
    "org-map": lambda answer: answer["people"][0]["attitude"]["layer"],
    "power-interest": lambda answer: answer["contacts"][0]["attitude"]["layer"],
    "profiles": lambda answer: answer["contacts"][0]["attitudes"][0]["layer"],
    "relationship-map": lambda answer: answer["people"][0]["support"]["layer"],
    "warnings": lambda answer: "oppose" if any(row["rule"] == "opponent_with_power" for row in answer) else "support",
}


@pytest.mark.parametrize("question", SHOWN)
@pytest.mark.parametrize(
    ("leading", "layer"), [("latest", "oppose"), ("owner", "support"), ("most_confident", "support")]
)
def test_whatever_the_policy_all_answers_agree_on_where_a_person_stands(question, leading, layer):
    defined = {"version": "v", "leading": leading, "half_life_days": 180, "floor": 0.3}
    policy = fact("attitude_model.defined", "2025-01-01", defined, account="$policy")
    asked = {"opportunity": "o"} if question == "opportunity" else {}
    answer = ask(question, [*TWO_WORDS, policy], "2025-03-12", **asked)
    assert SHOWN[question](answer) == layer


@pytest.mark.parametrize("question", ["attitude", "disagreements", "opportunity", "relationship-map"])
def test_the_owner_in_a_purchase_leads_there_also_where_only_the_account_was_assessed(question):
    owns = {"contact": "a", "member": "m-late", "opportunity": "o"}
    defined = {"version": "v", "leading": "owner", "half_life_days": 180, "floor": 0.3}
    policy = fact("attitude_model.defined", "2025-01-01", defined, account="$policy")
    history = [*TWO_WORDS, fact("relationship_owner.assigned", "2025-03-01", owns), policy]
    assert SHOWN[question](ask(question, history, "2025-03-12", opportunity="o")) == "oppose"


@pytest.mark.parametrize(("leading", "fell"), [("latest", True), ("owner", False), ("most_confident", False)])
def test_a_word_that_does_not_lead_is_no_fall(leading, fell):
    defined = {"version": "v", "leading": leading, "half_life_days": 180, "floor": 0.3}
    history = [*TWO_WORDS, fact("attitude_model.defined", "2025-01-01", defined, account="$policy")]
    (risk,) = ask("champions-at-risk", history, "2025-03-12")["at_risk"]
    assert ("attitude_fell" in {each["kind"] for each in risk["reasons"]}) == fell
    assert bool(ask("warnings", history, "2025-03-12", rule="champion_turned")) == fell
