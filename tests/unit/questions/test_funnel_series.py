from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.projections.questions.funnel import FunnelParameters
from services.projections.questions.funnel_series import FunnelSeriesParameters
from tests.unit import test_questions as questions
from tests.unit.clocks import JANUARY, MARCH, four_of_all, late, retracted
from tests.unit.histories import fact
from tests.unit.portfolios import ask_crm, ask_portfolio
from tests.unit.questions.test_funnel import deal, entered, identified, won
from tests.unit.strategies import ACCOUNTS, MOMENTS, START, drafts
from tests.unit.test_questions import LATE, recorded_all

# What moves deals and names their groups; of all types that the question reads, one history would hold few of these.
OF_DEALS = (
    *("opportunity.identified.v1", "opportunity.stage_entered.v1", "opportunity.won.v1") * 2,
    *("opportunity.lost.v1", "opportunity.reopened.v1", "opportunity.owner_changed.v1"),
    *("opportunity.value_changed.v1", "member.registered.v1", "account.registered.v1", "account.segmented.v1"),
)


def brief(point: Any) -> tuple[Any, ...]:
    """Return what a point counts: the stages, and those open, won, lost and abandoned."""
    kinds = (point[kind]["count"] for kind in ("open", "won", "lost", "abandoned"))
    return {each["stage"]: each["count"] for each in point["stages"]}, *kinds


@given(
    told=st.fixed_dictionaries(dict.fromkeys(ACCOUNTS[:2], drafts(OF_DEALS, max_size=20))),
    at=st.one_of(st.just(LATE), MOMENTS),
    by=st.sampled_from((None, "owner", "manager", "office", "segment", "account")),
)
def test_a_point_is_the_funnel_as_of_its_time(told, at, by):
    log, span = recorded_all(told), {"from": START, "step": "P3M11DT7H", "group_by": by}
    for point in questions.ask("funnel-series", log, at, FunnelSeriesParameters.model_validate(span))["points"]:
        then = at._replace(as_of=datetime.fromisoformat(point.pop("time")))
        funnel = questions.ask("funnel", log, then, FunnelParameters(group_by=by))
        assert point == {"because": [], **without_conversion(funnel)}


def without_conversion(funnel: Any) -> Any:
    groups = [{name: each[name] for name in each if name != "conversion"} for each in funnel["groups"]]
    return {name: funnel[name] for name in funnel if name != "conversion"} | {"groups": groups}


def test_the_crms_series_is_its_known_funnel_at_the_end_of_each_quarter():
    points = ask_crm("funnel-series", "2017-12-31", from_="2017-03-31T23:59:59.999999Z", step="P3M")["points"]
    first, half, _, last = points
    assert [(each["time"][:10], each["won"]["count"], each["lost"]["count"]) for each in (first, half, last)] == [
        ("2017-03-31", 531, 116),
        ("2017-06-30", 1785, 894),
        ("2017-12-31", 4238, 2473),
    ]
    assert [brief(each)[0] for each in (first, half, last)] == [
        {"Engaging": engaging, "Prospecting": 500} for engaging in (1330, 1686, 1589)
    ]
    assert [each["won"]["value"][0]["amount"] for each in (first, half, last)] == ["1134672", "4220783", "10005534"]


def test_each_point_tells_what_had_happened_by_then_as_far_as_it_was_known():
    talk = entered("a", "talk", JANUARY)
    facts = [identified("a"), identified("b", account="globex"), talk, won("a", MARCH), retracted(talk)]
    facts += late(deal("b", "lost", JANUARY, account="globex", reason="unknown"))

    def points(answer: Any) -> list[tuple[Any, ...]]:
        return [(point["time"][5:10], *brief(point)) for point in answer["points"]]

    begun = ("01-10", {"identified": 2}, 2, 0, 0, 0)
    assert four_of_all("funnel-series", facts, points, from_="2025-01-10") == [
        [begun],
        [
            begun,
            ("02-10", {"identified": 1, "talk": 1}, 2, 0, 0, 0),
            ("03-10", {"identified": 1, "talk": 0}, 1, 1, 0, 0),
            ("04-10", {"identified": 1, "talk": 0}, 1, 1, 0, 0),
        ],
        [begun],
        [
            begun,
            ("02-10", {"identified": 1}, 1, 0, 1, 0),
            ("03-10", {"identified": 0}, 0, 1, 1, 0),
            ("04-10", {"identified": 0}, 0, 1, 1, 0),
        ],
    ]


def test_a_group_has_the_name_and_the_deals_that_it_had_then():
    facts = [
        identified("a", owner="m-1"),
        fact("member.registered", "2025-02-15", {"member": "m-1", "name": "Ann"}),
        deal("a", "owner_changed", "2025-03-15", owner="m-2"),
    ]
    points = ask_portfolio("funnel-series", facts, "2025-04-01", from_="2025-02-01", group_by="owner")["points"]
    groups = [[(each["group"], each["name"], each["open"]["count"]) for each in point["groups"]] for point in points]
    assert groups == [[("m-1", None, 1)], [("m-1", "Ann", 1)], [("m-2", None, 1)]]
