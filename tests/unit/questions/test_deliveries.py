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
        ("2025-01-31", "2025-02-01", ("open", 0, None, None)),  # its last day
        ("2025-02-05", "2025-02-05", ("open", 5, 5, False)),  # nobody told us yet that it came two days before
        ("2025-02-05", "2025-02-10", ("fulfilled", 3, None, False)),
        ("2025-02-02", "2025-02-10", ("open", 2, 2, False)),  # and then it had not come
    ],
)
def test_a_delivery_is_judged_by_what_was_true_and_known(as_of, known_at, stands):
    found = row(HISTORY, as_of, known_at)
    assert tuple(found[name] for name in ("status", "days_late", "overdue_days", "kept")) == stands
    assert (found["opportunity_name"], found["text"], found["due"]) == ("Scanner", "deliver d", "2025-01-31")
    assert found["course"][0]["assessor_name"] == "Zhang"


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
        ([fulfilled("d", "2025-01-29", quality_ok=True)], None, None),  # nobody told what was promised
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


@pytest.mark.parametrize(
    ("facts", "promises"),
    [
        # its day passed on 10 January while it was open; promised anew a month later, the new promise was kept
        (
            [
                committed("d", "2025-01-01", "2025-01-10"),
                committed("d", "2025-02-15", "2025-02-28"),
                fulfilled("d", "2025-02-20"),
            ],
            (1, 1),
        ),
        (
            [
                committed("d", "2025-01-01", "2025-01-10"),
                breached("d", "2025-01-08"),
                breached("d", "2025-01-09", "still no parts"),
                committed("d", "2025-01-09", "2025-01-31"),
                fulfilled("d", "2025-01-31"),
            ],
            (1, 1),
        ),  # broken once, however often it was said
        ([committed("d", "2025-01-01", "2025-01-10"), fulfilled("d", "2025-01-11")], (0, 1)),
        ([committed("d", "2025-01-01", "2025-01-10")], (0, 1)),
        ([breached("d", "2025-01-08")], (0, 1)),
    ],
)
def test_a_broken_promise_stays_broken_whatever_is_promised_after_it(facts, promises):
    found = ask("deliveries", facts, "2025-12-31")
    assert (found["kept"], found["broken"]) == promises
    (only,) = found["deliveries"]
    assert (only["kept_promises"], only["broken_promises"]) == promises
    assert only["kept"] is (False if promises[1] else None)


def test_the_same_promise_told_by_a_second_source_begins_nothing():
    facts = [committed("d", "2025-01-01", "2025-01-10"), fulfilled("d", "2025-01-09")]
    echo = committed("d", "2025-01-11", "2025-01-10", source="erp")
    answer = ask("deliveries", [*facts, echo], "2025-02-01")
    (only,) = answer["deliveries"]
    assert (only["status"], only["since"][:10], only["days_late"], only["kept"]) == (
        "fulfilled",
        "2025-01-09",
        -1,
        True,
    )
    assert (answer["open"], answer["overdue"], answer["kept"], answer["broken"]) == (0, 0, 1, 0)
    other = committed("d", "2025-01-11", "2025-03-10", source="erp")
    assert row([*facts, other], "2025-02-01")["status"] == "open"


def test_what_was_delivered_without_a_promise_decides_nothing():
    answer = ask("deliveries", [fulfilled("d", "2025-01-09")], "2025-02-01")
    assert (answer["deliveries"][0]["status"], answer["kept"], answer["kept_share"]) == ("fulfilled", 0, None)


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
    assert counts == (2, 1, 1, 2, pytest.approx(1 / 3))  # e was kept, d was late, the day of f is over
    everything = ask("deliveries", facts, "2025-03-01")
    assert [each["delivery"] for each in everything["deliveries"]] == ["f", "d", "e", "g", "h"]
    assert everything["kept"] == 1
