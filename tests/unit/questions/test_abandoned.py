from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import MARCH, four_of_all, late
from tests.unit.histories import fact
from tests.unit.portfolios import ask_portfolio

CNY = {"amount": "100.00", "currency": "CNY"}


def deal(opportunity: str, word: str, time: str, **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data})


def identified(opportunity: str, **data: Any) -> Recorded:
    return deal(opportunity, "identified", "2025-01-01", name=opportunity.upper(), **data)


def decided(opportunity: str, decision: str, time: str = "2025-01-10") -> Recorded:
    return fact("pursuit.decided", time, {"opportunity": opportunity, "decision": decision, "reason": "thin"})


HISTORY = [
    *(identified("o", value=CNY, owner="m-1"), deal("o", "stage_entered", "2025-01-05", stage="offer")),
    *(decided("o", "reduce"), deal("o", "abandoned", "2025-01-20", reason="no budget")),
    *(identified("p"), decided("p", "pursue"), deal("p", "lost", "2025-01-20", reason="price")),
    *(identified("q"), deal("q", "lost", MARCH, reason="price", to_party="r"), decided("q", "pursue", "2025-03-20")),
    *(identified("t"), decided("t", "monitor"), deal("t", "lost", MARCH, reason="price", to_party="r")),
    *late(identified("s"), decided("s", "abandon")),
]


def table(rows: Any) -> Any:
    counts = ("open", "won", "lost", "abandoned")
    return {each["decision"]: tuple(each[kind]["count"] for kind in counts) for each in rows}


def test_deals_given_up_and_what_became_of_others_by_decision_at_the_moment_as_then_known():
    def read(answer: Any) -> Any:
        return [each["opportunity"] for each in answer["deals"]], table(answer["decisions"])

    decided: Any = {"pursue": (0, 0, 1, 0), "reduce": (0, 0, 0, 1)}  # `q` was lost before we decided anything
    before: Any = {**decided, "monitor": (1, 0, 0, 0), None: (1, 0, 0, 0)}
    after: Any = {**decided, "monitor": (0, 0, 1, 0), None: (0, 0, 1, 0)}
    assert four_of_all("abandoned", HISTORY, read) == [
        (["o"], before),
        (["o", "t"], after),
        (["o"], {**before, "abandon": (1, 0, 0, 0)}),
        (["o", "t"], {**after, "abandon": (1, 0, 0, 0)}),
    ]


def test_what_was_decided_at_the_moment_of_the_end_was_decided_before_it_whichever_was_told_first():
    facts = [identified("o"), decided("o", "reduce", MARCH), deal("o", "lost", MARCH, reason="price")]
    for order in (facts, [each._replace(offset=-each.offset) for each in facts]):
        assert table(ask_portfolio("abandoned", order, "2025-12-31")["decisions"]) == {"reduce": (0, 0, 1, 0)}


def test_a_deal_given_up_is_shown_with_its_reason_stage_value_and_the_decision_before():
    named = fact("competitor.identified", "2025-01-02", {"opportunity": "t", "party": "r", "name": "R Ltd"})
    gone, lost = ask_portfolio("abandoned", [*HISTORY, named], "2025-12-31")["deals"]
    assert (gone["opportunity_name"], gone["owner"], gone["outcome"], gone["reason"]) == (
        "O",
        "m-1",
        "abandoned",
        "no budget",
    )
    assert (gone["stage"], gone["value"], gone["closed_at"]) == ("offer", CNY, "2025-01-20T00:00:00Z")
    assert (gone["decision"], gone["decided"][:10], gone["decision_reason"]) == ("reduce", "2025-01-10", "thin")
    assert (lost["stage"], lost["decision"], lost["to_party_name"]) == ("identified", "monitor", "R Ltd")


def test_a_deal_that_was_reopened_is_open_again_and_what_was_decided_since_counts():
    facts = [*HISTORY[:4], deal("o", "reopened", "2025-02-01"), decided("o", "pursue", "2025-02-02")]
    answer = ask_portfolio("abandoned", facts, "2025-12-31")
    assert (answer["deals"], table(answer["decisions"])) == ([], {"pursue": (1, 0, 0, 0)})


def test_decisions_are_counted_by_group_and_a_window_counts_the_ends_in_it():
    answer = ask_portfolio("abandoned", HISTORY[:7], "2025-12-31", group_by="owner")
    groups = {each["group"]: table(each["decisions"]) for each in answer["groups"]}
    assert groups == {"m-1": {"reduce": (0, 0, 0, 1)}, None: {"pursue": (0, 0, 1, 0)}}
    answer = ask_portfolio("abandoned", HISTORY, "2025-12-31", from_="2025-02-01")
    assert table(answer["decisions"]) == {
        "monitor": (0, 0, 1, 0),
        "abandon": (1, 0, 0, 0),
        None: (0, 0, 1, 0),
    }
