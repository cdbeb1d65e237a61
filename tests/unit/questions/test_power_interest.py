from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def told(contact: str, time: str = "2025-01-01", **levels: Any) -> list[Recorded]:
    scope = {"opportunity": levels.pop("opportunity")} if "opportunity" in levels else {}
    return [
        fact(f"{what}.assessed", time, {"contact": contact, "level": level, **scope}) for what, level in levels.items()
    ]


def quadrants(facts: list[Recorded], as_of: str = "2025-12-31", **parameters: Any) -> dict[str, str]:
    contacts = ask("power-interest", facts, as_of, **parameters)["contacts"]
    return {each["contact"]: each["quadrant"] for each in contacts}


@pytest.mark.parametrize(
    ("power", "interest", "quadrant"),
    [
        (3, 3, "manage_closely"),
        (5, 2, "keep_satisfied"),
        (2, 5, "keep_informed"),
        (2, 2, "monitor"),
    ],
)
def test_three_of_five_is_high(power, interest, quadrant):
    assert quadrants(told("a", power=power, interest=interest)) == {"a": quadrant}


def test_who_is_assessed_in_one_way_or_not_at_all_is_unknown():
    facts = [*told("a", power=5), fact("contact.added", "2025-01-01", {"contact": "b", "name": "B"})]
    contacts = ask("power-interest", facts, "2025-12-31")["contacts"]
    assert [(each["contact"], each["name"], each["power"], each["interest"]) for each in contacts] == [
        ("a", None, 5, None),
        ("b", "B", None, None),
    ]
    assert {each["quadrant"] for each in contacts} == {"unknown"}


def test_power_and_interest_in_the_purchase_go_before_the_accounts_one_by_one():
    facts = [*told("a", power=1, interest=5), *told("a", power=4, opportunity="o")]
    assert quadrants(facts) == {"a": "keep_informed"}
    assert quadrants(facts, opportunity="o") == {"a": "manage_closely"}
    assert quadrants(facts, opportunity="o", fallback="0") == {"a": "unknown"}


def test_movers_are_those_whose_place_changed_between_the_two_dates():
    facts = [
        *told("a", power=2, interest=4),
        *told("b", power=2, interest=4),
        *told("a", "2025-03-01", power=4),
        *told("c", "2025-03-01", power=3, interest=1),
    ]
    answer = ask("power-interest", facts, "2025-12-31", from_="2025-02-01")
    assert [(each["contact"], each["from"]["quadrant"], each["to"]["quadrant"]) for each in answer["movers"]] == [
        ("a", "keep_informed", "manage_closely"),
        ("c", "unknown", "keep_satisfied"),
    ]
    assert ask("power-interest", facts, "2025-12-31", from_="2025-03-01")["movers"] == []
    assert ask("power-interest", facts, "2025-12-31")["movers"] == []


def test_a_mover_comes_with_the_events_that_moved_it_and_with_no_other():
    facts = [
        *told("a", power=2, interest=4),
        *told("a", "2025-03-01", power=4, interest=1),
        *told("a", "2025-04-01", power=4),  # told again
        *told("a", "2025-05-01", power=5, opportunity="o"),
        *told("a", "2025-06-01", interest=3),
    ]
    (mover,) = ask("power-interest", facts, "2025-12-31", from_="2025-02-01")["movers"]
    assert [(move["time"][:10], move["to"]["quadrant"], len(move["events"])) for move in mover["moves"]] == [
        ("2025-03-01", "keep_satisfied", 2),
        ("2025-06-01", "manage_closely", 1),
    ]
    assert mover["moves"][1]["events"] == [{"source": "crm", "id": facts[-1].event.id}]
    (mover,) = ask("power-interest", facts, "2025-05-31", from_="2025-04-15", opportunity="o")["movers"]
    assert [(move["time"][:10], move["to"]["power"]) for move in mover["moves"]] == [("2025-05-01", 5)]
    assert ask("power-interest", facts, "2025-12-31", "2025-02-01", from_="2025-02-01")["movers"] == []


def test_attitude_stands_beside_the_place_and_who_left_does_not():
    facts = [
        *told("a", power=5, interest=5),
        *told("b", power=5, interest=5),
        fact("attitude.assessed", "2025-01-01", {"contact": "a", "level": -2}),
        fact("contact.left", "2025-02-01", {"contact": "b"}),
    ]
    (row,) = ask("power-interest", facts, "2025-12-31")["contacts"]
    assert (row["contact"], row["attitude"]) == ("a", {"level": -2, "layer": "oppose"})


def test_two_contacts_that_are_one_person_have_one_place_by_what_was_told_last():
    merged = fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})
    facts = [*told("a", "2025-02-01", power=5), *told("b", power=1, interest=3), merged]
    assert quadrants(facts) == {"b": "manage_closely"}


def test_a_late_assessment_moves_somebody_from_the_moment_it_was_known():
    late = fact("power.assessed", "2025-02-01", {"contact": "a", "level": 4}, recorded_at="2025-05-01")
    facts = [*told("a", power=2, interest=4), late]

    def at(as_of: str, known_at: str) -> str:
        (row,) = ask("power-interest", facts, as_of, known_at)["contacts"]
        return str(row["quadrant"])

    assert at("2025-02-01", "2025-04-30") == "keep_informed"
    assert at("2025-02-01", "2025-05-01") == "manage_closely"
    assert at("2025-01-31", "2025-05-01") == "keep_informed"  # it was true from February on
