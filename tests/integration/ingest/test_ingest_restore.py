"""An export comes back over HTTP, with its record times, and answers see both clocks as they did."""

import json
from datetime import datetime

import pytest

from schemas import catalogue
from services import restored
from services.projections.bulk import records as every_record
from services.projections.store import reached
from services.projections.watch import Ends
from tests.integration.ingest.sending import BATCH, LINES, SINGLE, end, event, records, refused, written
from tests.integration.projection import PARTITIONS
from tests.integration.working import bound

ACCOUNT = "two-clocks"
LEDGER = {"source": "ledger", "actor": "m-1", "partitionkey": ACCOUNT}


def told(wire, day, recorded, data):
    envelope = {"specversion": "1.0", "id": f"{wire}-{day}", "type": wire, "time": f"{day}T09:00:00Z"}
    return {**envelope, **LEDGER, "data": data, "recordedat": f"{recorded}T09:30:00Z", "submittedby": "bookkeeper"}


def worth(amount):
    return {"opportunity": "o-1", "value": {"amount": amount, "currency": "EUR"}}


# After Fowler: a value of 6000; in March we were told that it was 6500 from February on.
FOWLER = [
    told("opportunity.identified.v1", "2025-01-01", "2025-01-01", {**worth("6000"), "name": "CT"}),
    told("opportunity.value_changed.v1", "2025-02-01", "2025-03-10", worth("6500")),
]
LATE = {name: each for name, each in FOWLER[1].items() if name != "recordedat"}


async def follow(broker, projection):
    """Project the whole log."""
    async with Ends(broker.kafka) as ends:
        target = await ends.ends(set(range(PARTITIONS)))
    async with projection.engine.connect() as connection:
        starts = {each.partition: each.next_offset for each in (await reached.positions(connection)).values()}
    async for slice_ in every_record(broker.kafka, starts, target):
        await projection.take(slice_)


async def test_the_two_clocks_of_a_restored_history(broker, service, projection, reads):
    lines = b"\n".join(map(written, FOWLER))
    async with service.client("admin") as keeper:
        answer = await keeper.post("/v1/restore", content=lines, headers=LINES)
        again = await keeper.post("/v1/restore", content=written(FOWLER), headers=BATCH)
    assert (answer.status_code, again.status_code) == (202, 202), answer.text
    assert [each["id"] for each in answer.json()["receipts"]] == [each["id"] for each in FOWLER]
    for sent, record in zip(FOWLER, await records(broker, answer.json()["receipts"]), strict=True):
        value = json.loads(record.value)
        stamps = {"submittedby": "bookkeeper", "catalogueversion": catalogue().version}
        assert value == {name: each for name, each in sent.items() if name != "recordedat"} | stamps
        assert record.headers[1:] == (restored.header(datetime.fromisoformat(sent["recordedat"])),)
    await bound(projection, broker.kafka)
    await follow(broker, projection)
    path = f"/v1/accounts/{ACCOUNT}"
    for as_of, known_at, value in (
        ("2025-02-15", "2025-02-20", "6000"),  # February, seen in February
        ("2025-02-15", "2025-03-20", "6500"),  # February, seen in March
        ("2025-01-15", "2025-01-20", "6000"),  # January, in whatever month it is seen
        ("2025-01-15", "2025-02-20", "6000"),
        ("2025-01-15", "2025-03-20", "6000"),
        ("2025-03-15", "2025-03-20", "6500"),
    ):
        asked = {"as_of": as_of, "known_at": known_at}
        one = await reads.ok(f"{path}/opportunity", opportunity="o-1", **asked)
        (row,) = (await reads.ok(f"{path}/opportunities", **asked))["answer"]
        assert (one["answer"]["value"]["amount"], row["value"]["amount"]) == (value, value), asked
        assert one["restored"] is True
    token = answer.json()["token"]
    events = (await reads.ok(f"/v1/receipts/{token}", role="emitter"))["events"]
    assert [each["status"] for each in events] == ["projected", "projected"]


@pytest.mark.parametrize("role", ["emitter", "manager", "auditor"])
async def test_only_an_admin_restores(service, role):
    async with service.client(role) as sender:
        answer = await sender.post("/v1/restore", content=written(FOWLER[0]), headers=LINES)
    assert answer.status_code == 403


async def test_one_bad_line_keeps_the_others_out_and_sending_takes_no_record_time(broker, service):
    before = await end(broker)
    async with service.client("admin") as keeper:
        lines = b"\n".join(
            map(written, [FOWLER[0], LATE, FOWLER[1] | {"data": {"opportunity": "o-1", "value": "much"}}])
        )
        answer = await keeper.post("/v1/restore", content=lines, headers=LINES)
        single = await keeper.post("/v1/restore", content=written(FOWLER[0]), headers=SINGLE)
    assert (answer.status_code, single.status_code) == (422, 415)
    problems = answer.json()["errors"]
    assert [(each["index"], each["pointer"]) for each in problems] == [
        (1, "/recordedat"),
        (2, "/data/value"),
    ]
    (problem,) = (await refused(service, 422, written(event(recordedat="2025-01-01T00:00:00Z"))))["errors"]
    assert problem["pointer"] == "/recordedat"
    assert "/v1/restore" in problem["detail"]
    assert await end(broker) == before
