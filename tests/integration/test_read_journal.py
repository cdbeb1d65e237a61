"""The journal over HTTP: accounts, events with their lineage, replay, rows for BI tools, positions."""

import csv
import io
from datetime import datetime, timedelta

import orjson
import pytest

from services.partition import partition_of
from services.projections.store import waiting
from tests.integration.projection import PARTITIONS, START, corrected, power, retracted
from tests.integration.reading import CSV, NDJSON
from tests.unit.sending import event


def seconds(number):
    return (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")


def registered(account, name, id_="r"):
    return event("account.registered.v1", {"name": name, "external_ids": []}, id=id_, partitionkey=account)


NAMES = {"a-1": "Kan-code", "a-2": "市人民医院", "a-3": "Straße & Söhne", "a-4": "Hottechi", "b-5": "kan-ban"}


@pytest.fixture
async def five(projection, log, reads):
    log.extend(*[registered(account, name) for account, name in NAMES.items()])
    met = {"interaction": "i", "kind": "call", "direction": "inbound", "our_participants": [], "participants": []}
    log.add(event("interaction.recorded.v1", met, id="met", partitionkey="c-6"))  # nothing but a call
    await projection.take(log.records)
    return reads


async def test_accounts_come_in_order_of_id_with_their_names_whatever_is_known_of_them(five):
    listed = await five.ok("/v1/accounts")
    assert [(each["account"], each["name"]) for each in listed["accounts"]] == [*NAMES.items(), ("c-6", None)]
    assert listed["next"] is None


async def through(reads, limit, **asked):
    """Follow the cursors from the first page to the last."""
    page = await reads.ok("/v1/accounts", limit=limit, **asked)
    found = page["accounts"]
    while page["next"] is not None:
        page = await reads.ok("/v1/accounts", limit=limit, cursor=page["next"], **asked)
        assert len(page["accounts"]) <= limit
        found += page["accounts"]
    return [each["account"] for each in found]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
async def test_accounts_come_in_pages_that_neither_skip_nor_repeat(five, limit):
    assert await through(five, limit=limit) == [*NAMES, "c-6"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [("kan", ["a-1", "b-5"]), ("医院", ["a-2"]), ("STRASSE", ["a-3"]), ("B-", ["b-5"]), ("%", []), ("nobody", [])],
)
@pytest.mark.parametrize("limit", [1, 100])
async def test_accounts_are_found_by_a_part_of_their_id_or_name(five, q, expected, limit):
    assert await through(five, q=q, limit=limit) == expected


async def test_an_accounts_events_come_as_they_were_sent_with_their_record_time_in_pages(projection, log, reads):
    sent = [power(str(number), 1 + number % 5) for number in range(5)]
    log.extend(*sent)
    await projection.take(log.records)
    page = await reads.ok("/v1/accounts/acme/events", limit=3)
    at = partition_of("acme", PARTITIONS)
    assert page["events"] == [
        each | {"recordedat": seconds(number), "logposition": f"{at}/{number}"} for number, each in enumerate(sent[:3])
    ]
    rest = await reads.ok("/v1/accounts/acme/events", limit=3, cursor=page["next"])
    assert [each["id"] for each in rest["events"]] == ["3", "4"]
    assert rest["next"] is None


async def test_an_event_is_told_with_its_lineage_in_every_account_that_has_one(projection, log, reads):
    cause = event(data={"contact": "c-1", "level": 4, "causes": [{"source": "crm", "id": "1"}]}, id="5")
    log.extend(power("1"), corrected("2", "1", 4), retracted("3", "1"), cause, power("1", partitionkey="globex"))
    await projection.take(log.records)
    first, other = (await reads.ok("/v1/events", source="crm", id="1"))["events"]
    assert (first["account"], other["account"]) == ("acme", "globex")
    assert [(each["id"], each["type"], each["recorded_at"]) for each in first["amended_by"]] == [
        ("2", "event.corrected.v1", seconds(1)),
        ("3", "event.retracted.v1", seconds(2)),
    ]
    assert [(each["source"], each["id"], each["type"]) for each in first["caused"]] == [
        ("crm", "5", "power.assessed.v1")
    ]
    assert (first["causes"], other["amended_by"], other["caused"]) == ([], [], [])
    assert (first["partition"], first["offset"]) == (partition_of("acme", PARTITIONS), 0)
    assert (first["recorded_at"], first["time"]) == (seconds(0), "2025-03-01T09:00:00Z")
    assert "power-interest" in first["read_by"]
    assert "opportunities" not in first["read_by"]
    (caused,) = (await reads.ok("/v1/events", source="crm", id="5"))["events"]
    assert [(each["id"], each["type"]) for each in caused["causes"]] == [("1", "power.assessed.v1")]
    assert first["amends"] is None
    assert "power-interest" not in {each["question"] for each in first["cited_by"]}  # for it was retracted
    assert {"facts", "power-interest"} <= {each["question"] for each in caused["cited_by"]}
    (retraction,) = (await reads.ok("/v1/events", source="crm", id="3", cited=0))["events"]
    assert (retraction["amends"]["id"], retraction["cited_by"]) == ("1", None)
    assert (await reads.ok("/v1/events", source="crm", id="nobody"))["events"] == []


@pytest.fixture
async def told(projection, log, reads):
    log.add(power("1", time="2025-03-01T09:00:00Z"))
    log.add(power("2", time="2025-01-01T09:00:00Z", source="mail"))
    log.add(power("3", time="2025-02-01T09:00:00Z", actor="m-2"))
    log.add(registered("globex", "Globex", "4") | {"time": "2024-12-31T23:59:59Z"})
    await projection.take(log.records)
    return reads


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "1234"),
        ({"account": "acme"}, "123"),
        ({"account": "nobody"}, ""),
        ({"type": "account.registered.v1"}, "4"),
        ({"source": "mail"}, "2"),
        ({"actor": "m-2"}, "3"),
        ({"account": "acme", "actor": "m-1", "source": "crm"}, "1"),
        ({"from_": seconds(1), "to": seconds(2)}, "23"),
        ({"from_": "2025-06-01"}, "1234"),
        ({"to": "2025-05-31"}, ""),
        ({"clock": "time", "from_": "2025-01-01", "to": "2025-02-01"}, "23"),
        ({"clock": "time", "from_": "2025-01-01", "tz": "Asia/Shanghai"}, "1234"),  # which began at 16:00 in UTC
        ({"clock": "time", "to": "2024-12-31"}, "4"),
    ],
)
async def test_replay_streams_what_is_chosen_in_the_logs_order(told, asked, expected):
    answer = await told.get("/v1/replay", **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert sorted(each["id"] for each in lines) == list(expected)
    of_acme = [each["id"] for each in lines if each["partitionkey"] == "acme"]
    assert of_acme == sorted(of_acme)


async def test_a_replayed_line_is_the_event_as_sent_and_its_record_time(told, log):
    answer = await told.get("/v1/replay", account="acme")
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    times = [datetime.fromisoformat(line.pop("recordedat")) for line in lines]
    assert [line.pop("logposition") for line in lines] == [
        f"{each.partition}/{each.offset}" for each in log.records[:3]
    ]
    assert lines == [orjson.loads(record.value) for record in log.records[:3]]
    assert times == [START, START + timedelta(seconds=1), START + timedelta(seconds=2)]


async def test_rows_come_as_csv_and_ndjson_with_all_keys(projection, log, reads):
    log.add(event("contact.added.v1", {"contact": "c-1", "name": '=1+1,"王"', "external_ids": []}, id="0"))
    log.extend(power("1", 4), power("2", 2, partitionkey="globex"))
    await projection.take(log.records)
    answer = await reads.get("/v1/accounts/acme/power-interest", headers=CSV)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["account"], row["contact"], row["name"], row["power"]) == ("acme", "c-1", '\'=1+1,"王"', "4")
    assert {"as_of", "known_at"} <= row.keys()
    answer = await reads.get("/v1/accounts/acme/power-interest", headers=NDJSON)
    (line,) = [orjson.loads(line) for line in answer.content.splitlines()]
    assert (line["name"], line["power"]) == ('=1+1,"王"', 4)
    portfolio = await reads.get("/v1/portfolio/power-interest", headers=NDJSON)
    rows = [orjson.loads(line) for line in portfolio.content.splitlines()]
    assert [(each["account"], each["power"]) for each in rows] == [("acme", 4), ("globex", 2)]
    problem = await reads.problem(422, "/v1/accounts/acme/power-interest", headers=CSV, rows="colours")
    assert "rows" in problem["detail"]


async def test_positions_tell_lag_dead_letters_and_the_amendments_that_wait(projection, log, reads):
    log.extend(power("1"), power("1", 5), corrected("2", "1", 4), corrected("3", "lost", 4), retracted("4", "r"))
    log.add(registered("acme", "Acme", "r"))  # the target of "4", but of another type
    log.add(b"{}")
    here = partition_of("acme", PARTITIONS)
    await projection.take(log.records[:-1])
    await projection.see(log.records, START + timedelta(seconds=65))
    told = await reads.ok("/v1/positions")
    position = told["partitions"][here]
    assert [position[name] for name in ("partition", "position", "end", "lag", "lag_seconds")] == [here, 6, 7, 1, 60.0]
    assert [each["lag"] for each in told["partitions"]].count(0) == PARTITIONS - 1
    assert told["dead_letters"] == {"conflict": 1}
    assert [(each["account"], each["id"], each["target"]["id"]) for each in told["waiting_amendments"]] == [
        ("acme", "3", "lost"),
        ("acme", "4", "r"),
    ]
    await projection.take(log.records[-1:])
    told = await reads.ok("/v1/positions", role="manager")
    assert told["dead_letters"] == {"conflict": 1, "undecodable": 1}
    assert told["partitions"][here]["lag"] == 0


async def test_an_amendment_finds_its_target_whatever_the_database_cannot_hold(projection, log, reads):
    log.extend(power("1"))
    for id_, target in (("2", "1"), ("3", "lost")):  # of a field told twice, what comes last counts, and is looked at
        twice = orjson.dumps(corrected(id_, target, 4)).replace(b'"reason":', rb'"reason":"\u0000","reason":')
        log.add(twice)
    log.add(orjson.dumps(corrected("4", "1", 4)).replace(b"power.", rb"power\u002e"))
    await projection.take(log.records)
    told = await reads.ok("/v1/positions")
    assert told["dead_letters"] == {}
    assert [each["id"] for each in told["waiting_amendments"]] == ["3"]


async def test_amendments_that_wait_are_told_up_to_a_number_whatever_came_before_them(
    projection, log, reads, monkeypatch
):
    monkeypatch.setattr(waiting, "MOST", 2)
    log.extend(power("1"), *[corrected(f"found-{each}", "1", 4) for each in range(4)])
    log.extend(*[corrected(f"waits-{each}", "lost", 4) for each in range(3)])
    await projection.take(log.records)
    told = await reads.ok("/v1/positions")
    assert [each["id"] for each in told["waiting_amendments"]] == ["waits-0", "waits-1"]
