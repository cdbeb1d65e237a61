from typing import Any

import pytest
from pydantic import ValidationError

from services.projections.history import Recorded
from services.projections.question import Unanswerable
from tests.unit.commons_history import commons
from tests.unit.histories import ask, beijing, fact, hospital


def counts(answer: Any) -> list[tuple[int, ...]]:
    return [tuple(point[layer] for layer in ("support", "neutral", "oppose", "unknown")) for point in answer["points"]]


def person(contact: str, since: str = "2025-01-01") -> list[Recorded]:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "Buyer", "level": "middle"}
    return [
        fact("contact.added", since, {"contact": contact, "name": contact.upper()}),
        fact("contact.position_assigned", since, position),
    ]


def attitude(contact: str, time: str, level: int, **data: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **data})


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"),
    [
        ("2025-03-01", "2025-03-10", (1, 1, 0, 2)),  # story rows 3 to 6
        ("2025-03-01", "2025-04-01", (1, 1, 1, 1)),
        ("2025-03-01", None, (0, 1, 1, 2)),
        ("2025-05-31", None, (3, 1, 0, 0)),
    ],
)
def test_the_hospital_is_counted_as_it_was_known_at_each_moment(as_of, known_at, expected):
    known = beijing(known_at) if known_at else None
    assert counts(ask("attitude-mix", hospital(), beijing(as_of), known, opportunity="opp-ct")) == [expected]


@pytest.mark.parametrize(("as_of", "expected"), [("2019-01-15", (204, 0, 434, 11)), ("2019-03-12", (244, 0, 394, 11))])
def test_the_house_is_counted_as_it_voted(as_of, expected):
    assert counts(ask("attitude-mix", commons(), as_of, opportunity="withdrawal-agreement")) == [expected]


def test_points_are_counted_with_what_was_true_then():
    facts = [*person("a"), *person("b", "2025-02-10"), attitude("a", "2025-01-15", 2), attitude("a", "2025-02-20", -1)]
    answer = ask("attitude-mix", facts, "2025-03-31", from_="2024-12-31", to="2025-02-28", step="P1M")
    assert [point["time"][:10] for point in answer["points"]] == ["2024-12-31", "2025-01-31", "2025-02-28"]
    assert counts(answer) == [(0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 1, 1)]


def test_no_point_lies_after_as_of():
    answer = ask("attitude-mix", person("a"), "2025-01-20", from_="2025-01-01", to="2025-12-31", step="P1W")
    assert [point["time"][:10] for point in answer["points"]] == ["2025-01-01", "2025-01-08", "2025-01-15"]


def test_silence_fades_an_assessment_and_turns_nobody():
    facts = [*person("a"), attitude("a", "2025-01-01", 1, basis={"confidence": 0.7})]
    days = {"2025-08-08": 0, "2025-08-09": 1}  # 0.7, halved every 180 days, is under 0.3 after 220.0 days
    for day, faded in days.items():
        (point,) = ask("attitude-mix", facts, f"{day}T12:00:00Z")["points"]
        assert (point["support"], point["unknown"], point["faded"]) == (1, 0, faded)


def test_an_opportunity_falls_back_to_the_account_unless_told_not_to():
    facts = [*person("a"), attitude("a", "2025-01-15", 1)]
    assert counts(ask("attitude-mix", facts, "2025-03-01", opportunity="o")) == [(1, 0, 0, 0)]
    assert counts(ask("attitude-mix", facts, "2025-03-01", opportunity="o", fallback="0")) == [(0, 0, 0, 1)]


def test_the_buying_group_is_who_plays_a_role_in_the_opportunity_or_in_all():
    role = {"role": "user", "domain": "IT"}
    facts = [
        *person("a"),
        *person("b"),
        *person("c"),
        *person("d"),
        fact("buying_role.assigned", "2025-01-02", {"contact": "a", "opportunity": "o", **role}),
        fact("buying_role.assigned", "2025-01-02", {"contact": "b", **role}),
        fact("buying_role.assigned", "2025-01-02", {"contact": "c", "opportunity": "other", **role}),
        fact("buying_role.assigned", "2025-01-02", {"contact": "d", "opportunity": "o", **role}),
        fact("contact.left", "2025-02-01", {"contact": "d"}),
    ]
    asked = {"opportunity": "o", "among": "buying-group"}
    assert counts(ask("attitude-mix", facts, "2025-01-31", **asked)) == [(0, 0, 0, 3)]
    assert counts(ask("attitude-mix", facts, "2025-02-28", **asked)) == [(0, 0, 0, 2)]


def test_a_group_in_which_nobody_plays_a_role_is_empty():
    assert counts(ask("attitude-mix", person("a"), "2025-02-01", among="buying-group")) == [(0, 0, 0, 0)]


def test_two_contacts_that_are_one_person_count_once_even_before_we_knew():
    facts = [
        *person("a"),
        *person("b"),
        attitude("a", "2025-01-10", -1),
        attitude("b", "2025-01-20", 1),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    assert counts(ask("attitude-mix", facts, "2025-01-31")) == [(1, 0, 0, 0)]
    assert counts(ask("attitude-mix", facts, "2025-01-31", "2025-05-31")) == [(1, 0, 1, 0)]


@pytest.mark.parametrize("step", ["P0D", "P", "PT", "7 days", "P1.5D", "-P1D", "P1H"])
def test_a_step_that_is_no_duration_is_refused(step):
    with pytest.raises(ValidationError, match="step"):
        ask("attitude-mix", [], "2025-02-01", from_="2025-01-01", step=step)


@pytest.mark.parametrize("to", [{"to": "2025-01-01T16:40:00Z"}, {}])
def test_more_than_a_thousand_points_are_refused(to):
    asked = {"from_": "2025-01-01T00:00:00Z", "step": "PT1M"}
    assert len(ask("attitude-mix", [], "2025-01-01T16:39:00Z", **asked)["points"]) == 1000
    with pytest.raises(Unanswerable, match="1000 points"):
        ask("attitude-mix", [], "2025-01-01T16:40:00Z", **asked, **to)
