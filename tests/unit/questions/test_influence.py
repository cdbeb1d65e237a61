from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

# Krackhardt's kite (1990): ten people, eighteen ties.
KITE = """
Andre-Beverly Andre-Carol Andre-Diane Andre-Fernando Beverly-Diane Beverly-Ed Beverly-Garth Carol-Diane Carol-Fernando
Diane-Ed Diane-Fernando Diane-Garth Ed-Garth Fernando-Garth Fernando-Heather Garth-Heather Heather-Ike Ike-Jane
"""


def sways(origin: str, target: str, weight: int = 3, time: str = "2025-01-01", **data: Any) -> Recorded:
    ends = {
        name: {"kind": kind, "id": id_}
        for name, (kind, _, id_) in (("from", origin.partition(":")), ("to", target.partition(":")))
    }
    return fact("influence.asserted", time, {**ends, "kind": "advises", "weight": weight, "hidden": False, **data})


def nodes(facts: list[Recorded], **parameters: Any) -> dict[str, Any]:
    return {each["id"]: each for each in ask("influence", facts, "2025-12-31", **parameters)["nodes"]}


def test_centrality_is_that_of_the_kite():
    kite = nodes(
        [sways(f"contact:{one}", f"contact:{other}") for one, _, other in (tie.partition("-") for tie in KITE.split())]
    )
    assert kite["Diane"]["degree"] == pytest.approx(0.667, abs=5e-4)
    assert kite["Heather"]["betweenness"] == pytest.approx(0.389, abs=5e-4)
    assert {name for name, node in kite.items() if node["broker"]} == {"Heather", "Ike"}


def test_in_the_hospital_a_middle_rank_sways_an_executive_in_hiding():
    answer = ask("influence", hospital(), beijing("2025-01-31"), opportunity="opp-ct")
    (edge,) = answer["edges"]
    assert (edge["from_name"], edge["from_rank"]) == ("李强", "middle")
    assert (edge["to_name"], edge["to_rank"]) == ("周国华", "executive")
    assert (edge["hidden"], edge["upward"], edge["weight"]) == (True, True, 4)
    assert (edge["basis"]["assertion"], edge["basis"]["confidence"]) == ("inferred", 0.6)
    informal = {node["name"]: (node["informal_rank"], node["rank"]) for node in answer["nodes"]}
    assert informal == {"李强": (1, "middle"), "周国华": (2, "executive")}
    deciding = {node["name"]: (node["decider"], node["hidden_decider"]) for node in answer["nodes"]}
    assert deciding == {"李强": (False, True), "周国华": (True, False)}


def test_a_hidden_decider_sways_one_who_decides_in_hiding_or_from_below_and_does_not_decide():
    right = {"holder": {"kind": "unit", "id": "u"}, "right": "core_decision"}
    facts = [
        fact("decision_right.asserted", "2025-01-01", right),
        fact("buying_role.assigned", "2025-01-01", {"contact": "d", "role": "decision_maker", "domain": "business"}),
        sways("contact:a", "unit:u", hidden=True),
        sways("contact:b", "unit:u"),  # in the open
        sways("contact:d", "unit:u", hidden=True),  # decides, too
        sways("contact:e", "contact:b", hidden=True),  # who does not decide
        fact("decision_right.withdrawn", "2025-03-01", right),
    ]
    february = {each["id"] for each in ask("influence", facts, "2025-02-28")["nodes"] if each["hidden_decider"]}
    assert february == {"a"}
    assert not [each for each in ask("influence", facts, "2025-03-31")["nodes"] if each["hidden_decider"]]


def test_informal_rank_is_by_what_goes_out_and_equals_share_a_place():
    facts = [sways("contact:a", "contact:c", 2), sways("contact:b", "contact:c", 2), sways("contact:a", "contact:b", 1)]
    assert {id_: node["informal_rank"] for id_, node in nodes(facts).items()} == {"a": 1, "b": 2, "c": 3}
    assert {id_: node["informal_rank"] for id_, node in nodes(facts[:2]).items()} == {"a": 1, "b": 1, "c": 3}


def test_units_outsiders_and_our_own_people_take_part_under_their_names():
    facts = [
        fact("unit.added", "2025-01-01", {"unit": "u", "name": "Finance", "function": "finance"}),
        fact("member.registered", "2025-01-01", {"member": "m", "name": "Zhang"}),
        fact("party.linked", "2025-01-01", {"party": "p", "kind": "consultant", "name": "Cost Advisers"}),
        sways("party:p", "unit:u"),
        sways("party:q", "unit:u"),
        sways("member:m", "unit:u"),
    ]
    assert {(node["kind"], node["name"], node["rank"]) for node in nodes(facts).values()} == {
        ("unit", "Finance", "unknown"),
        ("member", "Zhang", "unknown"),
        ("party", "Cost Advisers", "unknown"),
        ("party", None, "unknown"),
    }


def test_an_outsider_without_a_link_any_more_is_not_in_the_network_and_one_that_was_never_linked_is():
    link = {"party": "p", "kind": "consultant"}
    facts = [
        fact("party.linked", "2025-01-01", {**link, "name": "Cost Advisers"}),
        sways("party:p", "contact:a"),
        sways("party:q", "contact:a"),
        fact("party.unlinked", "2025-03-01", link),
    ]
    origins = [[edge["from"] for edge in ask("influence", facts, day)["edges"]] for day in ("2025-02-28", "2025-03-01")]
    assert origins == [["p", "q"], ["q"]]


def test_influence_in_another_purchase_does_not_count_and_the_purchases_own_goes_before_the_accounts():
    facts = [
        sways("contact:a", "contact:b", 1),
        sways("contact:a", "contact:b", 5, opportunity="o"),
        sways("contact:a", "contact:c", 2, opportunity="other"),
    ]
    edges = ask("influence", facts, "2025-12-31", opportunity="o")["edges"]
    assert [(edge["to"], edge["weight"], edge["opportunity"]) for edge in edges] == [("b", 5, "o")]
    assert len(ask("influence", facts, "2025-12-31")["edges"]) == 3
    assert [edge["weight"] for edge in ask("influence", facts[:1], "2025-12-31", opportunity="o")["edges"]] == [1]
    assert ask("influence", facts[:1], "2025-12-31", opportunity="o", fallback="0")["edges"] == []


def test_withdrawn_influence_and_people_who_left_are_not_in_the_network():
    ends = {"from": {"kind": "contact", "id": "a"}, "to": {"kind": "contact", "id": "b"}, "kind": "advises"}
    facts = [
        sways("contact:a", "contact:b"),
        fact("influence.withdrawn", "2025-02-01", ends),
        sways("contact:c", "contact:d"),
        fact("contact.left", "2025-03-01", {"contact": "d"}),
    ]
    counts = [len(ask("influence", facts, day)["edges"]) for day in ("2025-01-31", "2025-02-28", "2025-03-31")]
    assert counts == [2, 1, 0]


def test_two_contacts_that_are_one_person_are_one_node_and_do_not_sway_themselves():
    facts = [
        sways("contact:a", "contact:b"),
        sways("contact:a", "contact:c"),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    answer = ask("influence", facts, "2025-12-31")
    assert [(edge["from"], edge["to"]) for edge in answer["edges"]] == [("b", "c")]
