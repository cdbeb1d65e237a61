from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def turn(kind: str, time: str, referral: str = "r", **data: Any) -> Recorded:
    envelope = {"recorded_at": data.pop("recorded_at")} if "recorded_at" in data else {}
    return fact(f"referral.{kind}", time, {"referral": referral, **data}, **envelope)


HISTORY = [
    fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
    turn("requested", "2025-01-10", contact="a", text="who else needs one?"),
    turn("given", "2025-02-10", contact="a", to="the clinic next door", recorded_at="2025-03-01"),
    turn("converted", "2025-04-10", account="clinic", opportunity="c-1"),
]
COUNTS = ("requested", "given", "converted", "open", "given_share", "converted_share")


@pytest.mark.parametrize(
    ("as_of", "known_at", "status", "counts"),
    [
        ("2025-02-28", "2025-02-28", "requested", (1, 0, 0, 1, 0, None)),
        ("2025-02-28", "2025-03-01", "given", (1, 1, 0, 1, 1, 0)),
        ("2025-01-31", "2025-03-01", "requested", (1, 0, 0, 1, 0, None)),
        ("2025-04-30", "2025-04-30", "converted", (1, 1, 1, 0, 1, 1)),
    ],
)
def test_a_referral_came_as_far_as_was_true_and_known(as_of, known_at, status, counts):
    answer = ask("referrals", HISTORY, as_of, known_at)
    (row,) = answer["referrals"]
    assert (row["status"], row["contact"], row["name"]) == (status, "a", "Ada")
    assert tuple(answer[name] for name in COUNTS) == counts


def test_a_referral_tells_to_whom_and_what_it_became():
    (row,) = ask("referrals", HISTORY, "2025-04-30")["referrals"]
    assert (row["text"], row["to"]) == ("who else needs one?", "the clinic next door")
    assert (row["converted_account"], row["converted_opportunity"]) == ("clinic", "c-1")
    assert [row[name][:10] for name in ("requested", "given", "converted")] == [
        "2025-01-10",
        "2025-02-10",
        "2025-04-10",
    ]


def test_shares_are_of_those_that_came_before():
    facts = [
        *HISTORY,
        turn("requested", "2025-01-11", "s", contact="b"),
        turn("requested", "2025-01-12", "t", contact="a"),
        turn("given", "2025-01-20", "t", contact="b"),  # another one than we asked
        turn("given", "2025-01-21", "u"),  # nobody asked
        turn("converted", "2025-01-22", "v"),  # neither did anybody tell us who recommended us
    ]
    answer = ask("referrals", facts, "2025-04-30")
    # asked: r s t, of which r and t were given; given: r t u; a sale: r v, of r t u v that came so far
    assert tuple(answer[name] for name in COUNTS) == (3, 3, 2, 3, pytest.approx(2 / 3), 0.5)
    only = ask("referrals", facts, "2025-04-30", contact="b", status="given")
    assert [row["referral"] for row in only["referrals"]] == ["t"]
    assert only["requested"] == 2
