from math import exp
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

AT = "2025-06-30T00:00:00Z"


def met(time: str, kind: str, direction: str, interaction: str) -> Recorded:
    data = {
        "interaction": interaction,
        "kind": kind,
        "direction": direction,
        "our_participants": ["m-1"],
        "participants": ["c-1"],
    }
    return fact("interaction.recorded", time, data, id=interaction)


FACTS = [
    met("2025-06-30", "meeting", "outbound", "i-4"),
    met("2025-05-16", "call", "inbound", "i-3"),
    met("2025-04-01", "meeting", "mutual", "i-2"),
    met("2024-07-05", "executive_meeting", "mutual", "i-1"),
]


def only(answer: Any) -> Any:
    (contact,) = answer["contacts"]
    return contact


def test_each_interaction_is_a_term_of_weight_and_decay_the_oldest_first():
    terms = only(ask("strength-explained", FACTS, AT))["terms"]
    assert [(term["event"]["id"], term["kind"]) for term in terms] == [
        ("i-1", "executive_meeting"),
        ("i-2", "meeting"),
        ("i-3", "call"),
        ("i-4", "meeting"),
    ]
    found = [(term["weight"], term["decay"], term["value"]) for term in terms]
    for term, expected in zip(found, [(18, 0.25, 4.5), (7.2, 0.5, 3.6), (4.5, 0.5, 2.25), (6, 1, 6)], strict=True):
        assert term == pytest.approx(expected)


def test_the_terms_add_up_to_raw_in_the_order_listed_to_the_last_bit_and_raw_saturates_to_strength():
    contact = only(ask("strength-explained", FACTS, "2025-07-13T07:11:13Z"))
    total = 0.0
    for term in contact["terms"]:
        total += term["value"]
    assert total == contact["raw"]
    assert contact["strength"] == pytest.approx(100 * (1 - exp(-contact["raw"] / 20)))


def test_it_says_the_same_as_strength():
    explained = only(ask("strength-explained", FACTS, AT))
    plain = only(ask("strength", FACTS, AT))
    assert {name: explained[name] for name in plain} == plain
    assert explained["raw"] == pytest.approx(16.35)
    assert explained["strength"] == pytest.approx(55.8466, abs=5e-5)


def test_who_never_met_us_has_no_terms():
    contact = only(
        ask("strength-explained", [fact("contact.added", "2025-01-01", {"contact": "c-9", "name": "N"})], AT)
    )
    assert (contact["raw"], contact["terms"]) == (0, [])
