"""What an export must say to come back, what of it goes into the log, and what a record says of it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from schemas import catalogue
from services import restored
from services.access import Caller
from services.faults import Invalid
from services.http_problem import HttpProblem
from services.ingest import judging, reading, restoring
from services.limits import EVENT
from services.partition import partition_of
from services.projections.arrival import read
from tests.unit.sending import event

ADMIN = Caller("keeper", "admin", "*", "*")
NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
VERSION = catalogue().version


def exported(recordedat="2025-06-01T08:00:00.123000+00:00", **attributes):
    return event(**attributes) | {"recordedat": recordedat}


def judge(*documents, caller=ADMIN):
    return restoring.judge(documents, caller, NOW)


def faults(*documents):
    with pytest.raises(Invalid) as refused:
        judge(*documents)
    return [(each.index, each.pointer, each.detail) for each in refused.value.faults]


def test_what_was_exported_goes_into_the_log_as_it_stood_there():
    stored = event() | {"submittedby": "crm-7", "catalogueversion": VERSION}
    (judged,) = judge(stored | {"recordedat": "2025-06-01T10:00:00.5+02:00", "logposition": "3/17"})
    assert judged.value == orjson.dumps(stored)
    assert judged.recorded_at == datetime(2025, 6, 1, 8, 0, 0, 500_000, tzinfo=UTC)


def test_the_sender_is_kept_or_else_the_caller_and_the_contract_is_that_of_today():
    told, untold, null = judge(
        exported(submittedby="crm-7", catalogueversion="of old"), exported(id="2"), exported(id="3", submittedby=None)
    )
    stamps = [orjson.loads(each.value) for each in (told, untold, null)]
    assert [each["submittedby"] for each in stamps] == ["crm-7", "keeper", "keeper"]
    assert {each["catalogueversion"] for each in stamps} == {VERSION}


@pytest.mark.parametrize(
    ("recordedat", "detail"),
    [
        ("2025-07-01T12:00:00.000001Z", "future"),
        ("2025-06-01", "RFC 3339"),
        ("2025-06-01T08:00:00", "RFC 3339"),
        (1_748_764_800, "RFC 3339"),
        (None, "RFC 3339"),
    ],
)
def test_a_record_time_is_a_moment_that_has_been(recordedat, detail):
    ((index, pointer, told),) = faults(exported(), exported(recordedat, id="2"))
    assert (index, pointer) == (1, "/recordedat")
    assert detail in told


def test_a_record_time_is_required_and_now_is_early_enough():
    assert [each[:2] for each in faults(event(), event())] == [(0, "/recordedat"), (1, "/recordedat")]
    assert judge(exported(NOW.isoformat()))[0].recorded_at == NOW


def test_within_an_account_record_times_do_not_go_back():
    first, later = "2025-06-01T08:00:00Z", "2025-06-02T08:00:00Z"
    other = exported(first, id="3", partitionkey="globex")
    assert len(judge(exported(first), exported(later, id="2"), other, exported(later, id="4"))) == 4
    told = faults(exported(first), exported(later, id="2"), other, exported(first, id="4"))
    assert [each[:2] for each in told] == [(3, "/recordedat")]


def test_all_else_is_judged_as_if_it_were_sent():
    told = faults(
        exported(data={"contact": "c-1", "level": 9}), exported(submittedby=7), exported(recordedat="x"), exported(x=1)
    )
    assert [each[:2] for each in told] == [
        (0, "/data/level"),
        (1, "/submittedby"),
        (2, "/recordedat"),
        (3, "/x"),
    ]
    with pytest.raises(HttpProblem) as refused:
        judge(exported(), caller=Caller("keeper", "admin", frozenset({"globex"}), "*"))
    assert refused.value.status == 403


def test_elsewhere_a_record_time_is_refused_and_the_way_is_shown():
    with pytest.raises(Invalid) as refused:
        judging.judge([exported()], ADMIN)
    (fault,) = refused.value.faults
    assert fault.pointer == "/recordedat"
    assert "POST /v1/restore" in fault.detail


@pytest.mark.parametrize(("media", "form"), [("application/x-ndjson", b"%s\n"), (reading.BATCH, b"[%s]")])
def test_an_event_as_large_as_may_be_comes_back_too(media, form):
    stored = event() | {"submittedby": "crm-7", "catalogueversion": VERSION}
    largest = stored | {"data": {"contact": "c-1", "level": 3, "causes": []}}
    causes = largest["data"]["causes"]
    while (left := EVENT - len(orjson.dumps(largest))) > 220:
        long = 200 if left > 700 else 50
        causes.append({"source": "s" * long, "id": f"{len(causes):0{long}}"})
    causes.append({"source": "s", "id": "9" * (left - len(',{"source":"s","id":""}'))})
    assert len(orjson.dumps(largest)) == EVENT
    line = orjson.dumps(largest | {"recordedat": NOW, "logposition": f"{10**9 - 1}/{10**18 - 1}"})
    (judged,) = judge(*reading.read_export(form % line, media))
    assert judged.value == orjson.dumps(largest)


def test_an_export_comes_in_lines_or_as_a_batch():
    with pytest.raises(HttpProblem) as refused:
        reading.read_export(orjson.dumps(exported()), "application/cloudevents+json")
    assert refused.value.status == 415


@dataclass
class Standing:
    """A record of the log, with these headers."""

    headers: Sequence[tuple[str, Any]]
    partition: int = partition_of("acme", 12)
    offset: int = 7
    timestamp: int = int(NOW.timestamp() * 1000)
    timestamp_type: int = 1
    key: bytes | None = b"acme"
    value: bytes | None = orjson.dumps(event())


def standing(*headers: tuple[str, Any]) -> Any:
    return read(Standing([("content-type", b"application/cloudevents+json"), *headers]), 12)


def test_a_record_says_when_its_event_was_first_recorded():
    first = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
    arrival = standing(restored.header(first))
    assert arrival.recorded_at == first
    assert arrival.clocks(NOW) == (first, NOW)
    assert standing().clocks(NOW) == (NOW, None)
    assert arrival.clocks(first - timedelta(days=1))[0] == first - timedelta(days=1)  # none is known before it is there


@pytest.mark.parametrize(
    "values", [[b"yesterday"], [b"\xff"], [b""], [None], [b"2024-02-29T00:00:00+00:00"] * 2, [b"0001-01-01T00:00:00Z"]]
)
def test_a_record_that_says_it_badly_is_a_dead_letter(values):
    letter = standing(*((restored.HEADER, value) for value in values))
    assert letter.reason == "undecodable"
    assert letter.detail.startswith(f"the header {restored.HEADER}: expected")
