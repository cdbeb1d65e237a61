"""What was withdrawn in a purchase does not come back there from the account, where it still holds."""

from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact

A_MOTIVE = {"contact": "a", "motive": "financial"}
A_ROLE = {"contact": "a", "role": "decision_maker"}
A_RIGHT = {"holder": {"kind": "contact", "id": "a"}, "right": "core_decision"}
SWAYS = {"from": {"kind": "contact", "id": "a"}, "to": {"kind": "contact", "id": "b"}, "kind": "advises"}
WEIGHT = {"weight": 3, "hidden": False}


def rows(question: str, field: str, facts: list[Recorded], known_at: str | None, **asked: Any) -> int:
    answer = ask(question, facts, "2025-06-30", known_at, **asked)
    return sum(1 for row in answer[field] if field != "contacts" or row["rights"] or row["roles"])


@pytest.mark.parametrize(
    ("question", "field", "told", "withdrawn"),
    [
        ("motives", "motives", ("motive.identified", A_MOTIVE | {"strength": 4}), ("motive.withdrawn", A_MOTIVE)),
        ("influence", "edges", ("influence.asserted", SWAYS | WEIGHT), ("influence.withdrawn", SWAYS)),
        ("engagement", "contacts", ("buying_role.assigned", A_ROLE | {"domain": "it"}), ("buying_role.ended", A_ROLE)),
        ("engagement", "contacts", ("decision_right.asserted", A_RIGHT), ("decision_right.withdrawn", A_RIGHT)),
    ],
)
def test_what_was_withdrawn_in_the_purchase_is_withdrawn_there(question, field, told, withdrawn):
    (asserts, data), (ends, what) = told, withdrawn
    facts = [
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "A"}),
        fact(asserts, "2025-01-02", data),
        fact(ends, "2025-06-01", what | {"opportunity": "o"}, recorded_at="2025-07-01"),
    ]
    assert rows(question, field, facts, "2025-06-30", opportunity="o") == 1
    assert rows(question, field, facts, "2025-07-01", opportunity="o") == 0
    assert rows(question, field, facts, "2025-07-01", opportunity="other") == 1
    again = fact(asserts, "2025-06-15", data | {"opportunity": "o"}, recorded_at="2025-08-01")
    assert rows(question, field, [*facts, again], "2025-08-01", opportunity="o") == 1


def test_a_right_that_was_withdrawn_in_the_purchase_excludes_no_other():
    none = {"holder": A_RIGHT["holder"], "right": "none", "opportunity": "o"}
    facts = [
        fact("decision_right.asserted", "2025-01-02", A_RIGHT),
        fact("decision_right.asserted", "2025-02-01", none),
        fact("decision_right.withdrawn", "2025-03-01", none),
    ]
    assert rows("engagement", "contacts", facts, None, opportunity="o") == 1
