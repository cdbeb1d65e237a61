from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import corrected, four_of_all, late, stage
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio


def policy(wire: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact(wire, time, data, account="$policy")


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def deal(opportunity: str, word: str, time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": opportunity, **data})


def open_(opportunity: str, close: str | None = None, amount: str | None = None) -> list[Recorded]:
    told: dict[str, Any] = {"name": opportunity, "owner": "m-1", "expected_close": close}
    told["value"] = euros(amount) if amount else None
    return [deal(opportunity, "identified", **told), deal(opportunity, "stage_entered", stage="talk")]


def closed(won: int, lost: int, abandoned: int = 0) -> list[Recorded]:
    """Deals that were in the stage talk, and closed on 1 February; a win is worth 1."""
    found = [*open_("won-0")]
    for each in range(won):
        found += [*open_(f"won-{each}"), deal(f"won-{each}", "won", "2025-02-01", amount=euros("1"))]
    for word, count in (("lost", lost), ("abandoned", abandoned)):
        for each in range(count):
            found += [*open_(f"{word}-{each}"), deal(f"{word}-{each}", word, "2025-02-01", reason="unknown")]
    return found


def sums(rows: list[Any], *fields: str) -> list[tuple[Any, ...]]:
    return [
        (row.get("period"), *(figures[each] and figures[each]["amount"] for each in fields))
        for row in rows
        for figures in row["currencies"]
    ]


OPEN = [
    *open_("a", "2025-04-10", "1000"),
    *open_("b", "2025-04-30", "200"),
    *open_("c", "2025-06-01", "50"),
    *open_("late", "2025-03-31", "7"),
    *open_("never", None, "3"),
    *open_("what", "2025-04-01"),
]


def test_open_deals_are_weighted_by_the_share_of_closed_deals_that_were_won_from_their_stage():
    # of ten closed ones that were in talk, 3 were won: 1,200 * 0.3 and 50 * 0.3
    answer = ask_portfolio("forecast", [*OPEN, *closed(3, 5, 2)], "2025-04-01")
    assert sums(answer["periods"], "open", "weighted") == [("2025-04", "1200", "360.00"), ("2025-06", "50", "15.00")]
    assert [(row["open_deals"], row["unvalued"]) for row in answer["periods"]] == [(3, 1), (1, 0)]
    assert sums(answer["overdue"], "open", "weighted") == [(None, "7", "2.10")]
    assert sums(answer["undated"], "open", "weighted") == [(None, "3", "0.90")]
    (chance,) = answer["chances"]
    assert [chance[each] for each in ("stage", "open_deals", "chance", "source", "closed_deals", "closed_won")] == [
        *("talk", 6, 0.3, "history", 10, 3)
    ]


def test_of_too_few_closed_deals_no_chance_is_made_up():
    answer = ask_portfolio("forecast", [*OPEN, *closed(3, 6)], "2025-04-01")
    assert (answer["least_closed"], answer["chances"][0]["chance"]) == (10, None)
    assert sums(answer["periods"], "open", "weighted") == [("2025-04", "1200", None), ("2025-06", "50", None)]
    assert [row["unweighted"] for row in answer["periods"]] == [3, 1]


def test_the_pipelines_probability_goes_before_history():
    stages = [{"stage": "talk", "order": 1, "probability": 0.1}]
    pipeline = policy("pipeline.defined", version="1", pipeline="p", stages=stages)
    answer = ask_portfolio("forecast", [pipeline, *OPEN, *closed(3, 7)], "2025-04-01")
    assert (answer["chances"][0]["chance"], answer["chances"][0]["source"]) == (0.1, "policy")
    assert sums(answer["periods"], "weighted") == [("2025-04", "120.00"), ("2025-06", "5.00")]


def test_quarters_are_those_of_the_fiscal_calendar_beside_their_targets_and_what_is_won_in_them():
    facts = [
        policy("calendar.defined", time_zone="UTC", fiscal_year_start="02-01"),
        *(policy("target.set", owner="m-1", period=each, amount=euros("5000")) for each in ("2024-Q4", "2025-Q1")),
        *OPEN,
        *closed(3, 0),
    ]
    answer = ask_portfolio("forecast", facts, "2025-04-01", period="quarter")
    assert [(row["period"], row["first"], row["last"]) for row in answer["periods"]] == [
        ("2025-Q1", "2025-02-01", "2025-04-30"),
        ("2025-Q2", "2025-05-01", "2025-07-31"),
    ]
    assert sums(answer["periods"], "target", "won", "gap") == [
        ("2025-Q1", "5000", "3", "4997"),
        ("2025-Q2", None, "0.00", None),
    ]


def test_one_deal_with_several_people_is_counted_once_and_each_group_apart():
    facts = [*OPEN, deal("b", "owner_changed", "2025-02-01", owner="m-2")]
    facts += [
        fact("team_member.assigned", "2025-01-01", {"member": each, "team_role": "sales"}) for each in ("m-1", "m-2")
    ]
    whole = ask_portfolio("forecast", facts, "2025-04-01", to="2025-04-30")
    assert sums(whole["periods"], "open") == [("2025-04", "1200")]
    groups = ask_portfolio("forecast", facts, "2025-04-01", group_by="owner", to="2025-04-30")["periods"]
    assert [(row["group"], row["open_deals"]) for row in groups] == [("m-1", 2), ("m-2", 1)]


def test_the_day_of_as_of_is_that_of_the_calendar():
    facts = [policy("calendar.defined", time_zone="Asia/Shanghai", fiscal_year_start="01-01")]
    facts += open_("a", "2025-03-31", "5")
    answer = ask_portfolio("forecast", facts, "2025-03-31T16:00:00Z")  # 1 April in Beijing
    assert (answer["periods"], sums(answer["overdue"], "open")) == ([], [(None, "5")])


def test_both_clocks():
    first = deal("o", "identified", name="o", value=euros("100"), expected_close="2025-01-31")
    facts = [first, stage("2025-01-01", "talk"), corrected(first, value=euros("120"))]
    facts += [deal("o", "expected_close_changed", "2025-03-10", expected_close="2025-09-01")]
    facts += late(*open_("p", "2025-01-31", "5"))

    def read(answer: Any) -> list[tuple[Any, ...]]:
        return sums([*answer["periods"], *answer["overdue"], *answer["undated"]], "open")

    assert four_of_all("forecast", facts, read) == [
        [("2025-01", "100")],
        [("2025-09", "100")],
        [("2025-01", "125")],
        [("2025-09", "120"), (None, "5")],
    ]


def test_the_crms_open_deals_have_no_date_and_the_known_share_of_the_engaged_is_won():
    answer = ask_crm("forecast", "2017-06-30")
    assert answer["periods"] == answer["overdue"] == []
    (undated,) = answer["undated"]
    assert (undated["open_deals"], undated["unvalued"], undated["unweighted"]) == (2186, 2186, 500)
    engaging, prospecting = answer["chances"]
    assert (engaging["open_deals"], engaging["closed_deals"], engaging["closed_won"]) == (1686, 2679, 1785)
    assert (engaging["chance"], prospecting["chance"]) == (1785 / 2679, None)
