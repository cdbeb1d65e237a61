"""The models on 8,800 real deals: trained on what was known on 2017-06-30, scored on what closed by 2017-12-31.

What is expected is worked out here anew from the CSV files, with none of the models' code. The win probability is no
better than the base rate: the attributes in this file hardly tell who wins.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import orjson
import pytest

import schemas
from services.cli import predicting
from services.importers import crm
from services.projections.history import Recorded
from tests.unit import portfolios
from tests.unit.portfolios import ask_crm, ask_portfolio

CUT, END = "2017-06-30", "2017-12-31"
TOLD = datetime(2017, 7, 1, tzinfo=UTC)
FILES = Path(crm.__file__).parent / "data" / "crm"
SPELLINGS = {"GTXPro": "GTX Pro", "technolgy": "technology", "Philipines": "Philippines"}
Deal = Mapping[str, Any]


def rows(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(encoding="utf-8") as lines:
        found = list(csv.DictReader(lines))
    return [{key: SPELLINGS.get(value, value) for key, value in row.items()} for row in found]


def day(text: str) -> str:
    return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC).date().isoformat() if text else ""


@cache
def deals() -> list[Deal]:
    accounts = {row["account"]: row for row in rows("accounts.csv")}
    return [
        {
            "id": row["opportunity_id"],
            "end": row["deal_stage"] if row["close_date"] else None,
            "begun": day(row["engage_date"]),
            "closed": day(row["close_date"]),
            "known": {
                "agent": row["sales_agent"],
                "product": row["product"],
                **{
                    column: accounts[row["account"]][column]
                    for column in ("sector", "office_location")
                    if row["account"]
                },
            },
        }
        for row in rows("sales_pipeline.csv")
    ]


def closed_by(cut: str) -> list[Deal]:
    return [deal for deal in deals() if deal["end"] and deal["closed"] <= cut]


def chances(closed: Iterable[Deal], wanted: Iterable[Deal]) -> dict[str, float]:
    """Naive Bayes with 0.1 for each value that was seen; a stage says nothing, all closed deals being in the same."""
    ends = Counter(deal["end"] for deal in closed)
    counts = Counter((name, value, deal["end"]) for deal in closed for name, value in deal["known"].items())
    values = Counter(name for name, _ in {(name, value) for name, value, _ in counts})

    def likelihood(name: str, value: str, end: str) -> float:
        known = sum(count for (other, _, which), count in counts.items() if (other, which) == (name, end))
        return (counts[name, value, end] + 0.1) / (known + 0.1 * values[name])

    @cache
    def ratio(name: str, value: str) -> float:
        if not (counts[name, value, "Won"] or counts[name, value, "Lost"]):
            return 1
        return likelihood(name, value, "Won") / likelihood(name, value, "Lost")

    prior = (ends["Won"] + 0.1) / (ends["Lost"] + 0.1)
    odds = {deal["id"]: prior * prod(ratio(*each) for each in deal["known"].items()) for deal in wanted}
    return {deal: each / (1 + each) for deal, each in odds.items()}


@pytest.fixture(scope="module")
def predictions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask_crm("predictions", CUT)["predictions"]
    return [row for row in found if row["status"] == "predicted"]


@pytest.fixture(scope="module")
def scores(predictions) -> Any:
    """The calibration at the end of the year, of what was recorded as predicted on the day of the cut."""
    told = [schemas.parse(orjson.dumps(predicting.event(row, f"{CUT}T23:59:59Z"))) for row in predictions]
    facts = [each for each in portfolios._crm() if each.event.type.startswith("opportunity.")]
    made = [Recorded(event, TOLD, 0, len(portfolios._crm()) + number) for number, event in enumerate(told)]
    assert len({each.identity for each in made}) == len(made)
    return ask_portfolio("calibration", [*facts, *made], END)


def test_the_chances_are_those_of_another_computation(predictions):
    found = {row["opportunity"]: row["value"] for row in predictions if row["quantity"] == "win_probability"}
    wanted = [deal for deal in deals() if deal["begun"] <= CUT and not (deal["end"] and deal["closed"] <= CUT)]
    assert len(found) == 2186
    assert found == pytest.approx(chances(closed_by(CUT), wanted))


def test_the_chances_are_no_better_than_the_base_rate(scores):
    (found,) = scores["probabilities"]
    wanted = [deal for deal in closed_by(END) if deal["closed"] > CUT and deal["begun"] <= CUT]
    p = chances(closed_by(CUT), wanted)
    won = {deal["id"]: float(deal["end"] == "Won") for deal in wanted}
    rate = sum(won.values()) / len(won)
    assert found["scored"] == len(wanted) == 970
    assert found["brier"] == pytest.approx(sum((p[deal] - won[deal]) ** 2 for deal in p) / len(p))
    assert found["base_rate_brier"] == pytest.approx(rate * (1 - rate))
    assert (round(found["brier"], 4), round(found["base_rate_brier"], 4)) == (0.2369, 0.2337)
    assert found["skill"] < 0


def test_the_intervals_of_awards_hold_for_more_than_half_of_what_was_won(predictions, scores):
    (found,) = [row for row in scores["dates"] if row["quantity"] == "award_date"]
    made = {row["opportunity"]: row for row in predictions if row["quantity"] == "award_date"}
    closed = {deal["id"]: deal for deal in deals()}
    whole = [row for row in made.values() if row["high"]]
    won = [row for row in made.values() if closed[row["opportunity"]]["end"] == "Won"]
    inside = sum(row["low"] <= closed[row["opportunity"]]["closed"] <= (row["high"] or "") for row in won)
    assert all(row["high"] and row["high"] < END for row in won)
    unwon = [(closed[row["opportunity"]], row["high"]) for row in whole if row["high"] < END]
    passed = sum(deal["end"] is None or (deal["end"] == "Lost" and deal["closed"] > high) for deal, high in unwon)
    assert (found["happened"], found["inside"], found["passed"]) == (len(won), inside, passed) == (609, 417, 368)
    assert found["cover"] == pytest.approx(417 / 609)  # half was to be
    assert found["passed_share"] == pytest.approx(368 / 977)  # 360 of them are never closed in this file


def test_an_award_is_dated_by_hand(predictions):
    """By the shares of the deals that were won after as many days, of those that lasted longer than this one."""
    row = next(each for each in predictions if each["quantity"] == "award_date" and each["high"])
    deal = next(each for each in deals() if each["id"] == row["opportunity"])

    def days(each: Deal, until: str) -> int:
        return (datetime.fromisoformat(until) - datetime.fromisoformat(each["begun"])).days

    lengths = [
        (days(each, each["closed"]), each["end"]) if each["end"] and each["closed"] <= CUT else (days(each, CUT), "")
        for each in deals()
        if each["begun"] and each["begun"] <= CUT
    ]
    lasting, won, curve = 1.0, 0.0, {}
    for after in sorted({length for length, end in lengths if end}):
        risk = sum(length >= after for length, _ in lengths)
        ends = Counter(end for length, end in lengths if length == after and end)
        won += lasting * ends["Won"] / risk
        lasting *= 1 - ends.total() / risk
        curve[after] = won
    share = won / (1 - lasting)
    spent = days(deal, CUT)
    before = max((so_far for after, so_far in curve.items() if after <= spent), default=0)
    quarters = [
        next(after for after, so_far in curve.items() if so_far - before >= part * (share - before) - 1e-9)
        for part in (0.25, 0.5, 0.75)
    ]
    begun = datetime.fromisoformat(deal["begun"]).date()
    assert [row["low"], row["value"], row["high"]] == [(begun + timedelta(days=each)).isoformat() for each in quarters]
