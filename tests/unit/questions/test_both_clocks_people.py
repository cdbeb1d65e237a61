"""The questions about people, at two moments of each clock as `clocks.four` asks them."""

from math import exp
from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.clocks import AS_OF, JANUARY, MARCH, corrected, four, four_of_all, late, retracted
from tests.unit.customers import registered
from tests.unit.histories import end_of, fact
from tests.unit.worries import attitude, contact, met, placed, power, role

STANCES = [attitude("a", 1), attitude("a", -1, MARCH), *late(attitude("a", 0, JANUARY))]


def test_attitude():
    levels = four("attitude", STANCES, lambda answer: answer["contacts"][0]["level"])
    assert levels == [1, -1, 0, -1]


def test_attitude_shifts():
    def shifts(answer: Any) -> list[tuple[int, int]]:
        return [(each["from"]["level"], each["to"]["level"]) for each in answer["shifts"]]

    assert four("attitude-shifts", STANCES, shifts) == [[], [(1, -1)], [(1, 0)], [(1, 0), (0, -1)]]


def test_disagreements():
    def says(time: str, assessor: str, level: int) -> Recorded:
        return fact("attitude.assessed", time, {"contact": "a", "level": level}, actor=assessor)

    facts = [says("2025-01-01", "m-1", 1), says(MARCH, "m-2", -1), *late(says(JANUARY, "m-3", 0))]

    def spread(answer: Any) -> list[tuple[int, int]]:
        return [(each["spread"], len(each["assessors"])) for each in answer["disagreements"]]

    assert four("disagreements", facts, spread) == [[], [(2, 2)], [(1, 2)], [(2, 3)]]


def test_power_interest():
    told = power("a", 4)
    interests = [
        fact("interest.assessed", time, {"contact": "a", "level": level})
        for time, level in (("2025-01-01", 1), (MARCH, 4))
    ]
    facts = [contact("a"), told, *interests, corrected(told, level=2)]
    quadrants = four("power-interest", facts, lambda answer: answer["contacts"][0]["quadrant"])
    assert quadrants == ["keep_satisfied", "manage_closely", "monitor", "keep_informed"]


def test_motives():
    def motive(time: str, word: str, motive: str, **data: Any) -> Recorded:
        return fact(f"motive.{word}", time, {"contact": "a", "motive": motive, **data})

    facts = [motive("2025-01-01", "identified", "financial", strength=2), motive(MARCH, "withdrawn", "financial")]
    facts += late(motive(JANUARY, "identified", "business", strength=5))
    found = four("motives", facts, lambda answer: [each["motive"] for each in answer["motives"]])
    assert found == [["financial"], [], ["business", "financial"], ["business"]]


def test_influence():
    def sways(time: str, word: str, origin: str, **data: Any) -> Recorded:
        ends = {"from": {"kind": "contact", "id": origin}, "to": {"kind": "contact", "id": "b"}, "kind": "advises"}
        return fact(f"influence.{word}", time, ends | data)

    facts = [sways("2025-01-01", "asserted", "a", weight=3, hidden=False), sways(MARCH, "withdrawn", "a")]
    facts += late(sways(JANUARY, "asserted", "c", weight=1, hidden=True))
    found = four("influence", facts, lambda answer: [each["from"] for each in answer["edges"]])
    assert found == [["a"], [], ["a", "c"], ["c"]]


def test_asks():
    raised = fact("ask.raised", "2025-01-01", {"contact": "a", "ask": "k", "kind": "wish", "text": "training"})
    met_ = fact("ask.met", MARCH, {"contact": "a", "ask": "k"})
    facts = [raised, met_, retracted(met_)]
    assert four("asks", facts, lambda answer: answer["asks"][0]["status"]) == ["open", "met", "open", "open"]


def test_profiles():
    facts = [contact("a"), placed("a", "u")]
    facts += [fact("contact.position_ended", MARCH, {"contact": "a", "position": "pos-a"})]
    facts += late(fact("contact.channel_preferred", JANUARY, {"contact": "a", "channel": "WeChat"}))

    def profile(answer: Any) -> tuple[str | None, str | None]:
        (row,) = answer["contacts"]
        (held,) = row["positions"]
        return held["to"], row["channel"]

    ended = f"{MARCH}T00:00:00Z"
    assert four("profiles", facts, profile) == [(None, None), (ended, None), (None, "WeChat"), (ended, "WeChat")]


def test_engagement():
    def engage(time: str, mode: str) -> Recorded:
        return fact("engagement.set", time, {"contact": "a", "mode": mode, "approach": "by hand"})

    first = engage("2025-01-01", "focus")
    facts = [contact("a"), first, engage(MARCH, "report"), corrected(first, mode="assist")]
    modes = four("engagement", facts, lambda answer: answer["contacts"][0]["mode"])
    assert modes == ["focus", "report", "assist", "report"]


def test_coverage():
    owned = fact("relationship_owner.assigned", MARCH, {"contact": "a", "member": "m-1"})
    facts = [contact("a"), placed("a", "u"), owned, *late(contact("b"), placed("b", "u", time=JANUARY))]

    def middle(answer: Any) -> tuple[int, int]:
        (row,) = [each for each in answer["levels"] if each["level"] == "middle"]
        return row["people"], row["covered"]

    assert four("coverage", facts, middle) == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_champions_at_risk():
    left = fact("contact.left", MARCH, {"contact": "a"})
    met_ = [met(["a"], time) for time in (JANUARY, "2025-04-20")]
    facts = [contact("a"), role("a", "champion"), attitude("a", 1), *met_, left, retracted(left)]

    def risks(answer: Any) -> dict[str, list[str]]:
        return {each["contact"]: [reason["kind"] for reason in each["reasons"]] for each in answer["at_risk"]}

    assert four("champions-at-risk", facts, risks) == [{}, {"a": ["left"]}, {}, {}]


def test_trust():
    def signal(time: str, sign: int) -> Recorded:
        return fact("trust_signal.observed", time, {"contact": "a", "kind": "openness", "sign": sign})

    facts = [signal("2025-01-01", 1), signal(MARCH, -1), *late(signal(JANUARY, 1))]

    def signs(answer: Any) -> tuple[int, int]:
        return answer["contacts"][0]["good"], answer["contacts"][0]["bad"]

    assert four("trust", facts, signs) == [(1, 0), (1, 1), (2, 0), (2, 1)]


# A meeting weighs 6 and a mutual one 1.2 times that, which halves in the ninety days between the two AS_OF.
MEETINGS = [
    met(["a"], end_of(AS_OF[0]).isoformat()),
    *late(met(["a"], end_of(AS_OF[1]).isoformat())),
]
RAW = [7.2, 3.6, 7.2, 10.8]


def test_strength():
    found = four("strength", MEETINGS, lambda answer: answer["contacts"][0]["strength"])
    assert found == [pytest.approx(100 * (1 - exp(-raw / 20)), abs=1e-4) for raw in RAW]


def test_strength_explained():
    found = four("strength-explained", MEETINGS, lambda answer: answer["contacts"][0]["raw"])
    assert found == pytest.approx(RAW)


def test_reviews_overdue():
    reviewed = [fact("review.completed", time, {"scope": "account", "confirmed": []}) for time in (MARCH, JANUARY)]
    facts = [registered("acme", "2025-01-01"), reviewed[0], *late(reviewed[1])]

    def last(answer: Any) -> str | None:
        (row,) = [each for each in answer["reviews"] if each["scope"] == "account"]
        return str(row["last"])[:10] if row["last"] else None

    assert four("reviews-overdue", facts, last) == [None, MARCH, JANUARY, MARCH]


def test_reviews_overdue_of_all_accounts():
    reviewed = fact("review.completed", MARCH, {"scope": "account", "confirmed": []})
    facts = [registered("acme", "2025-01-01"), *late(reviewed)]  # due after ninety days, on 1 April
    rows = four_of_all("reviews-overdue", facts, lambda answer: [each["scope"] for each in answer["overdue"]])
    assert rows == [[], ["account"], [], []]


def test_warnings_of_all_accounts():
    facts = [contact("a"), role("a", "champion"), attitude("a", 1), met(["a"], "2025-01-01")]
    facts += late(met(["a"], "2025-04-20"))
    silent = four_of_all("warnings", facts, lambda answer: len(answer["warnings"]), rule="champion_silent")
    assert silent == [0, 1, 0, 0]  # silent after sixty days


def test_timeline():
    first = met(["a"], "2025-01-01")
    facts = [first, met(["a"], MARCH), retracted(first), *late(met(["a"], JANUARY))]
    found = four("timeline", facts, lambda answer: sorted(each["time"][:10] for each in answer))
    assert found == [["2025-01-01"], ["2025-01-01", MARCH], [JANUARY], [JANUARY, MARCH]]
