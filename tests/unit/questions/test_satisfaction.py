from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact, hospital


def surveyed(time: str, score: float, most: float = 10, contact: str | None = "a", **more: Any) -> Recorded:
    whom = {"contact": contact} if contact else {}
    told = {"method": more.pop("method", "csat"), "score": score, "scale_max": most} | whom
    return fact("satisfaction.surveyed", time, told, **more)


HISTORY = [
    fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
    surveyed("2025-01-10", 6),  # 60 %
    surveyed("2025-02-10", 4, 5, recorded_at="2025-04-01"),  # 80 %, up 20
    surveyed("2025-03-10", 7),  # 70 %: down 10 from 80, up 10 from 60
    surveyed("2025-03-15", 9, contact="b"),  # 90 %
    surveyed("2025-03-20", 3, 10, None, method="nps"),  # of the customer as a whole
]


@pytest.mark.parametrize(
    ("as_of", "known_at", "latest"),
    [
        ("2025-02-28", "2025-03-31", [("csat", "a", 60, None, None)]),
        ("2025-02-28", "2025-04-01", [("csat", "a", 80, 20, "up")]),
        ("2025-03-12", "2025-03-31", [("csat", "a", 70, 10, "up")]),
        ("2025-03-12", "2025-04-01", [("csat", "a", 70, -10, "down")]),
        (
            "2025-03-31",
            "2025-04-01",
            [("csat", "a", 70, -10, "down"), ("csat", "b", 90, None, None), ("nps", None, 30, None, None)],
        ),
    ],
)
def test_the_latest_is_compared_with_the_one_before_it_that_was_known(as_of, known_at, latest):
    rows = ask("satisfaction", HISTORY, as_of, known_at)["latest"]
    assert [tuple(row[name] for name in ("method", "contact", "percent", "change", "trend")) for row in rows] == latest
    assert rows[0]["name"] == "Ada"


def test_means_are_over_the_latest_of_each_person():
    answer = ask("satisfaction", HISTORY, "2025-03-31")
    methods = [(row["method"], row["percent"], row["people"], row["surveys"]) for row in answer["methods"]]
    assert methods == [("csat", 80, 2, 4), ("nps", 30, 1, 1)]  # (70 + 90) / 2
    assert [(row["method"], row["percent"]) for row in answer["points"]] == [("csat", 80), ("nps", 30)]


def test_a_series_tells_the_mean_at_each_point_and_lists_the_surveys_of_its_window():
    answer = ask("satisfaction", HISTORY, "2025-03-31", from_="2025-02-01", to="2025-03-14", method="csat")
    points = [(row["time"][:10], row["percent"], row["people"]) for row in answer["points"]]
    assert points == [("2025-02-01", 60, 1), ("2025-03-01", 80, 1)]
    assert [row["time"][:10] for row in answer["surveys"]] == ["2025-02-10", "2025-03-10"]
    assert [row["percent"] for row in answer["latest"]] == [70, 90]  # as of as_of, whatever the window


def test_two_contacts_who_are_one_person_have_one_course():
    merged = fact("contact.merged", "2025-03-30", {"contact": "b", "into": "a"})
    (row,) = ask("satisfaction", [*HISTORY, merged], "2025-03-31", contact="b", method="csat")["latest"]
    assert (row["contact"], row["percent"], row["change"], row["trend"]) == ("a", 90, 20, "up")


def test_a_survey_that_was_true_before_its_time_counts_at_any_moment():
    facts = [surveyed("2025-06-01", 5, timebasis="since"), surveyed("2025-01-10", 5)]
    (row,) = ask("satisfaction", facts, "2025-01-31")["latest"]
    assert (row["change"], row["trend"]) == (0, "flat")
    (point,) = ask("satisfaction", facts[:1], "2025-01-01")["points"]
    assert point["percent"] == 50


def test_a_survey_at_an_unknown_moment_lies_in_no_window():
    facts = [surveyed("2025-02-10", 5, timebasis="since"), surveyed("2025-02-11", 6)]

    def listed(**window: str) -> list[str]:
        surveys = ask("satisfaction", facts, "2025-03-31", **window)["surveys"]
        return [row["time"][:10] for row in surveys]

    assert listed() == ["2025-02-10", "2025-02-11"]
    assert listed(from_="2025-02-01") == listed(to="2025-02-28") == ["2025-02-11"]


def test_the_hospital_is_satisfied_with_96_of_100():
    answer = ask("satisfaction", hospital(), "2025-11-30")
    assert [(row["contact"], row["name"], row["percent"]) for row in answer["latest"]] == [("c-li", "李强", 96)]
    assert ask("satisfaction", hospital(), "2025-11-13")["latest"] == []
