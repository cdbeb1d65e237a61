"""What cannot become a fact is kept with its bytes and a reason, and the partition goes on."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.partition import partition_of
from tests.integration.projection import PARTITIONS, START, power, powers
from tests.unit.sending import event

HERE = partition_of("acme", PARTITIONS)
ELSEWHERE = (HERE + 1) % PARTITIONS


async def test_the_first_of_two_contents_of_one_identity_counts_and_the_other_is_a_conflict(projection, log):
    log.extend(power("1", 3), power("1", 4), power("1", 3))  # within one batch
    applied = await projection.take(log.records)
    assert (applied.facts, applied.duplicates, [each.reason for each in applied.letters]) == (1, 1, ["conflict"])
    late = log.extend(power("1", 5), power("1", actor="m-2"), power("1", time="2025-03-02T09:00:00Z"))
    await projection.take(late)  # and after it
    assert await projection.letters() == [(HERE, offset, "conflict") for offset in (1, 3, 4, 5)]
    assert await powers(projection) == {"c-1": 3}
    ((account, source, id_, value),) = await projection.rows(
        'SELECT account, source, id, value FROM dead_letter WHERE "offset" = 1'
    )
    assert (account, source, id_, value) == ("acme", "crm", "1", log.records[1].value)


async def test_the_same_source_and_id_in_another_account_or_of_another_source_is_another_event(projection, log):
    log.extend(power("1", 3), power("1", 4, source="mail"), power("1", 5, partitionkey="hosp-2"))
    await projection.take(log.records)
    assert len(await projection.identities()) == 3
    assert await projection.letters() == []


UNDECODABLE = {
    "no value": None,
    "bytes": b"\xff\x00\xfe",
    "not an event": b"[1, 2]",
    "too deep": b"[" * 100_000,
    "an unknown type": orjson.dumps(event() | {"type": "no.such.v1"}),
    "an unknown field": orjson.dumps(event() | {"levle": 1}),
    "a field that PostgreSQL cannot write": orjson.dumps(event() | {"a\x00b": 1}),
    "a type that PostgreSQL cannot write": orjson.dumps(event() | {"type": "a\x00b"}),
    "a field of a million letters": orjson.dumps(event() | {"x" * 1_000_000: 1}),
}


@pytest.mark.parametrize("value", UNDECODABLE.values(), ids=UNDECODABLE.keys())
async def test_what_cannot_be_read_is_a_dead_letter_with_its_bytes(projection, log, value):
    log.add(power("1"))
    log.add(value, key=b"\xff")
    log.add(power("2"))
    await projection.take(log.records)
    assert await projection.identities() == [("acme", "crm", "1"), ("acme", "crm", "2")]
    assert await projection.letters() == [(HERE, 1, "undecodable")]
    assert await projection.positions() == {HERE: 3}
    ((kept, key, detail),) = await projection.rows("SELECT value, key, detail FROM dead_letter")
    assert (kept, key) == (value, b"\xff")
    assert 0 < len(detail) <= 2_000


async def test_a_record_in_the_wrong_place_is_a_dead_letter_and_its_account_stays_as_it_is(projection, log):
    log.add(power("1"))
    log.add(power("2"), key=b"other")
    log.add(power("3"), partition=ELSEWHERE)
    log.add(power("4"), timestamp_type=0)
    log.add(power("5"), key=b"")
    log.add(power("6"))
    await projection.take(log.records)
    assert await projection.identities() == [("acme", "crm", "1"), ("acme", "crm", "6")]
    found = sorted(
        [(HERE, 1, "misrouted"), (ELSEWHERE, 0, "misrouted"), (HERE, 2, "misrouted"), (HERE, 3, "misrouted")]
    )
    assert await projection.letters() == found
    details = dict(await projection.rows("SELECT id, detail FROM dead_letter"))
    assert "key" in details["2"]
    assert str(ELSEWHERE) in details["3"]
    assert "LogAppendTime" in details["4"]


@pytest.mark.parametrize("claimed", [datetime(2099, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
async def test_a_time_that_the_log_did_not_give_moves_no_clock(projection, log, claimed):
    log.add(power("1"))
    log.add(power("2"), timestamp_type=0, at=claimed)
    log.add(power("3"))
    await projection.take(log.records)
    assert await projection.rows("SELECT id, recorded_at FROM journal ORDER BY id") == [
        ("1", START),
        ("3", START + timedelta(seconds=2)),
    ]


@pytest.mark.parametrize("claimed", [10**17, -(10**17), 2**63 - 1])
async def test_a_time_beyond_every_calendar_is_a_dead_letter_too(projection, log, claimed):
    record = log.add(power("1"), timestamp_type=0)
    await projection.take([record._replace(timestamp=claimed)])
    assert await projection.letters() == [(HERE, 0, "misrouted")]
