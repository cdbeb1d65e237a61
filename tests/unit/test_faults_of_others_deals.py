"""Faults of other products about deals that are impossible here, each a test of its name.

The loss without its reason and entries from old to old also stand where their answers are tested: test_timeline.py,
test_opportunity.py and test_pipeline_changes.py in questions/.
"""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact
from tests.unit.portfolios import ask_portfolio


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def deal(word: str, time: str, *, recorded_at: str | None = None, **data: Any) -> Recorded:
    return fact(f"opportunity.{word}", time, {"opportunity": "o", **data}, recorded_at=recorded_at)


IDENTIFIED = deal("identified", "2025-01-01", name="O", owner="m-1", value=euros("10"), expected_close="2025-06-30")
TALK, OFFER = (
    deal("stage_entered", time, stage=stage) for time, stage in (("2025-01-01", "talk"), ("2025-03-01", "offer"))
)
WON = deal("won", "2025-06-15", recorded_at="2025-07-20", amount=euros("9"))
REOPENED = deal("reopened", "2025-08-01")


def test_the_old_stages_time_shown_on_the_new_stage():
    facts = [IDENTIFIED, TALK, OFFER]
    (row,) = ask("opportunities", facts, "2025-03-11T00:00:00Z")
    assert (row["stage"], row["since"]) == ("offer", "2025-03-01T00:00:00Z")
    standing = ask_portfolio("funnel", facts, "2025-03-11T00:00:00Z")["stages"]
    assert [(each["stage"], each["median_days"]) for each in standing] == [("talk", None), ("offer", 10)]


def test_a_close_date_kept_after_a_won_deal_is_reopened():
    facts = [IDENTIFIED, TALK, WON, REOPENED]
    (row,) = ask("opportunities", facts, "2025-08-31")
    assert (row["outcome"], row["closed_at"], row["expected_close"]) == (None, None, None)
    (shown,) = ask("account-360", facts, "2025-08-31")["opportunities"]
    assert shown["expected_close"] is None
    forecast = ask_portfolio("forecast", facts, "2025-08-31")
    assert (forecast["overdue"], forecast["undated"][0]["open_deals"]) == ([], 1)
    anew = deal("expected_close_changed", "2025-08-02", expected_close="2025-09-30")
    assert ask("opportunities", [*facts, anew], "2025-08-31")[0]["expected_close"] == "2025-09-30"
    assert ask("opportunities", facts, "2025-07-31")[0]["expected_close"] == "2025-06-30"


def test_a_history_entry_from_old_to_old():
    again = [
        deal("stage_entered", "2025-02-01", stage="talk"),
        deal("value_changed", "2025-02-02", value=euros("10.00")),
        deal("owner_changed", "2025-02-03", owner="m-1"),
        deal("expected_close_changed", "2025-02-04", expected_close="2025-06-30"),
    ]
    facts = [IDENTIFIED, TALK, *again]
    assert ask_portfolio("pipeline-changes", facts, "2025-02-28", from_="2025-01-02")["changes"] == []
    assert [each["stage"] for each in ask("stages", facts, "2025-02-28")["spells"]] == ["talk"]


def test_history_lost_when_a_value_is_overwritten():
    facts = [IDENTIFIED, *(deal("value_changed", f"2025-0{month}-01", value=euros(str(month))) for month in (2, 3))]
    told = [each["to"] for each in ask("opportunity", facts, "2025-12-31", opportunity="o")["changes"][-2:]]
    assert told == ["2 EUR", "3 EUR"]
    worth = [
        ask("opportunities", facts, day)[0]["value"]["amount"] for day in ("2025-01-31", "2025-02-28", "2025-03-31")
    ]
    assert worth == ["10", "2", "3"]


def test_several_people_for_one_deal():
    serving = [
        fact("team_member.assigned", "2025-01-01", {"member": each, "team_role": "sales"}) for each in ("a", "b")
    ]
    buying = [
        fact(
            "buying_role.assigned", "2025-01-01", {"contact": each, "role": "user", "domain": "all", "opportunity": "o"}
        )
        for each in ("c", "d")
    ]
    facts = [IDENTIFIED, TALK, *serving, *buying, deal("owner_changed", "2025-02-01", owner="m-2")]
    (group,) = ask_portfolio("forecast", facts, "2025-02-28", group_by="owner")["periods"]
    assert (group["group"], group["open_deals"], group["currencies"][0]["open"]) == ("m-2", 1, euros("10"))
    assert ask_portfolio("funnel", facts, "2025-02-28")["open"]["count"] == 1


def test_buckets_by_processing_time_instead_of_event_time():
    target = {"owner": "m-1", "amount": euros("18")}
    facts = [IDENTIFIED, WON]  # won in June, told in July
    facts += [
        fact("target.set", "2025-01-01", {**target, "period": each}, account="$policy")
        for each in ("2025-06", "2025-07")
    ]

    def won(known_at: str | None = None) -> list[float]:
        rows = ask_portfolio("targets", facts, "2025-12-31", known_at)["targets"]
        return [row["currencies"][0]["attainment"] for row in rows]

    assert won() == [0.5, 0]
    assert won("2025-07-19") == [0, 0]


def test_a_rebuild_that_yields_zero_width_intervals():
    at_once = deal("stage_entered", "2025-03-01", stage="skipped")
    facts = [IDENTIFIED, TALK, at_once, OFFER, OFFER, TALK]
    for order in (facts, facts[::-1]):
        spells = ask("stages", order, "2025-03-31")["spells"]
        assert [(each["stage"], each["days"]) for each in spells][:1] == [("talk", 59)]
        assert all(each["from"] != each["to"] for each in spells)
        changes = ask_portfolio("pipeline-changes", order, "2025-03-31", from_="2025-02-01")["changes"]
        assert [(each["from"], each["to"]) for each in changes] == [("talk", spells[-1]["stage"])]
