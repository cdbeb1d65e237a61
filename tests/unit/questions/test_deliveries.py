from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def committed(delivery: str, time: str, due: str | None = None, **envelope: Any) -> Recorded:
    told = {"delivery": delivery, "opportunity": "o", "text": f"deliver {delivery}"} | ({"due": due} if due else {})
    return fact("delivery.committed", time, told, **envelope)


def fulfilled(delivery: str, time: str, *, quality_ok: bool | None = None, **envelope: Any) -> Recorded:
    quality = {} if quality_ok is None else {"quality_ok": quality_ok}
    return fact("delivery.fulfilled", time, {"delivery": delivery} | quality, **envelope)


def breached(delivery: str, time: str, reason: str = "no parts") -> Recorded:
    return fact("delivery.breached", time, {"delivery": delivery, "reason": reason})


HISTORY = [
    fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"}),
    fact("opportunity.identified", "2025-01-01", {"opportunity": "o", "name": "Scanner"}),
    committed("d", "2025-01-05", "2025-01-31"),
    fulfilled("d", "2025-02-03", quality_ok=True, recorded_at="2025-02-10"),  # 3 days after 31 January
]


def row(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **parameters: Any) -> Any:
    (only,) = ask("deliveries", facts, as_of, known_at, **parameters)["deliveries"]
    return only


@pytest.mark.parametrize(
    ("as_of", "known_at", "stands"),
    [
        ("2025-01-31", "2025-02-01", ("open", 0, False, None)),  # its last day
        ("2025-02-05", "2025-02-05", ("open", 5, True, None)),  # nobody told us yet that it came two days before
        ("2025-02-05", "2025-02-10", ("fulfilled", 3, False, False)),
        ("2025-02-02", "2025-02-10", ("open", 2, True, None)),  # and then it had not come
    ],
)
def test_a_delivery_is_judged_by_what_was_true_and_known(as_of, known_at, stands):
    found = row(HISTORY, as_of, known_at)
    assert tuple(found[name] for name in ("status", "days_late", "overdue", "kept")) == stands
    assert (found["opportunity_name"], found["text"], found["due"]) == ("Scanner", "deliver d", "2025-01-31")
    assert found["turns"][0]["assessor_name"] == "Zhang"


@pytest.mark.parametrize(
    ("facts", "kept", "days_late"),
    [
        ([committed("d", "2025-01-05", "2025-01-31"), fulfilled("d", "2025-01-29")], True, -2),
        ([committed("d", "2025-01-05"), fulfilled("d", "2025-01-29")], True, None),  # no day was promised
        ([committed("d", "2025-01-05", "2025-01-31"), fulfilled("d", "2025-01-29", quality_ok=False)], False, -2),
        (
            [
                committed("d", "2025-01-05", "2025-01-31", timebasis="since"),
                fulfilled("d", "2025-01-29", timebasis="since"),
            ],
            None,
            None,
        ),  # both some time before
        ([committed("d", "2025-01-05", "2025-01-31"), breached("d", "2025-01-20")], False, None),
        # delivered in time after all, but it had been broken
        (
            [committed("d", "2025-01-05", "2025-01-31"), breached("d", "2025-01-20"), fulfilled("d", "2025-01-30")],
            False,
            -1,
        ),
        # a new promise after that is judged by itself
        (
            [
                committed("d", "2025-01-05", "2025-01-10"),
                breached("d", "2025-01-11"),
                committed("d", "2025-01-12", "2025-01-31"),
                fulfilled("d", "2025-01-31"),
            ],
            True,
            0,
        ),
        # promised for another day before it was due, that day counts
        (
            [
                committed("d", "2025-01-05", "2025-01-10"),
                committed("d", "2025-01-08", "2025-02-10"),
                fulfilled("d", "2025-02-08"),
            ],
            True,
            -2,
        ),
    ],
)
def test_a_promise_is_kept_if_it_was_delivered_in_time_and_well(facts, kept, days_late):
    found = row(facts)
    assert (found["kept"], found["days_late"]) == (kept, days_late)


def test_a_day_is_that_of_the_zone():
    facts = [committed("d", "2025-01-05", "2025-01-31"), fulfilled("d", "2025-01-31T20:00:00Z")]
    assert row(facts)["days_late"] == 0
    assert row(facts, tz="Asia/Shanghai")["days_late"] == 1  # there it was 1 February already


def test_all_are_counted_and_those_that_are_wanted_are_listed():
    facts = [
        *HISTORY,
        committed("e", "2025-01-05", "2025-01-31"),
        fulfilled("e", "2025-01-30"),
        committed("f", "2025-01-06", "2025-01-20"),
        committed("g", "2025-01-07", "2026-01-20"),
        fulfilled("h", "2025-01-30"),  # of a promise that nobody told, so of no purchase that we know
    ]
    answer = ask("deliveries", facts, "2025-03-01", opportunity="o", status="open")
    assert [each["delivery"] for each in answer["deliveries"]] == ["f", "g"]
    counts = tuple(answer[name] for name in ("open", "overdue", "kept", "broken", "kept_share"))
    assert counts == (2, 1, 1, 1, 0.5)  # e was kept, d was late
    everything = ask("deliveries", facts, "2025-03-01")
    assert [each["delivery"] for each in everything["deliveries"]] == ["f", "d", "e", "g", "h"]
    assert everything["kept"] == 2
