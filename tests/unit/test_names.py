"""Beside each id of a purchase or of one of ours stands its name (API.md)."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

PURCHASE, OURS = "Scanner", "Zhang"


def told(wire: str, **data: Any) -> Recorded:
    return fact(wire, "2025-02-01", data, actor="m-1")


BOTH = {"contact": "c-1", "opportunity": "o-1"}
HISTORY = [
    fact("member.registered", "2025-01-01", {"member": "m-1", "name": OURS}),
    fact("member.registered", "2025-01-01", {"member": "m-2", "name": "Ning"}),
    fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Chen"}),
    fact("opportunity.identified", "2025-01-01", {"opportunity": "o-1", "name": PURCHASE}),
    fact("account.registered", "2025-01-01", {"name": "Acme"}),
    told("attitude.assessed", contact="c-1", level=0),
    told("attitude.assessed", **BOTH, level=-1),
    fact("attitude.assessed", "2025-02-02", BOTH | {"level": 1}, actor="m-2"),
    told("motive.identified", **BOTH, motive="business", strength=3),
    told("ask.raised", **BOTH, ask="a", kind="wish", text="more time"),
    told("decision_style.observed", **BOTH, style="analytical"),
    told("relationship_owner.assigned", **BOTH, member="m-1"),
    told("buying_role.assigned", **BOTH, role="user", domain="IT"),
    told("decision_right.asserted", holder={"kind": "contact", "id": "c-1"}, right="veto", opportunity="o-1"),
    fact(
        "influence.asserted",
        "2025-02-01",
        {
            "from": {"kind": "contact", "id": "c-1"},
            "to": {"kind": "contact", "id": "c-2"},
            "kind": "formal",
            "weight": 2,
            "hidden": False,
            "opportunity": "o-1",
        },
        actor="m-1",
    ),
    told("decision_step.started", opportunity="o-1", step="s-1", name="Tender", step_kind="tender"),
    told("milestone.announced", opportunity="o-1", kind="award", date="2025-05-01"),
    told("purchase_criterion.stated", opportunity="o-1", criterion="price", weight=30),
    told("plan.set", goals=["grow"], actions=["call"]),
    told("note.recorded", kind="background", text="An old customer"),
    told("key_account.designated", criteria_version="default-1", inputs={}, reason="board"),
]


def objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in an answer."""
    if isinstance(answer, dict):
        yield answer
    for each in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from objects(each)


@pytest.mark.parametrize(
    "question",
    [
        *("asks", "disagreements", "motives", "decision-steps", "decision-chain", "purchase-criteria", "freshness"),
        *("team", "influence", "profiles", "buying-committee", "account-360"),
    ],
)
def test_a_purchase_is_named_beside_its_id(question):
    found = [each for each in objects(ask(question, HISTORY, "2025-03-01")) if each.get("opportunity") == "o-1"]
    assert found != []
    assert [each for each in found if PURCHASE not in {each.get("opportunity_name"), each.get("name")}] == []


@pytest.mark.parametrize(
    ("question", "by"),
    [
        *((each, "assessor") for each in ("buying-committee", "decision-chain", "influence", "motives", "attitude")),
        *((each, "by") for each in ("plan", "account-360", "key-status")),
        ("freshness", "assessor"),
    ],
)
def test_who_says_so_is_named_beside_the_id(question, by):
    found = [each for each in objects(ask(question, HISTORY, "2025-03-01")) if each.get(by) == "m-1"]
    assert found != []
    assert [each for each in found if each.get(f"{by}_name") != OURS] == []
