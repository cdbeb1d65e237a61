"""/v1/changes over HTTP: each event once whatever breaks off, late commits, claims, ticks, tokens, and a clean end."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from uuid import uuid4

import pytest

from services import restored
from services.partition import partition_of
from services.projections import bookmark
from services.projections.arrival import read
from services.projections.bookmark import Bookmark
from services.projections.project import apply
from services.projections.store import control, reached
from tests.integration.following import PACE, Stream, Told, serving
from tests.integration.projection import LOG_ID, PARTITIONS, START, Sent, corrected, power
from tests.integration.working import Worker, append, bound, caught_up, raw
from tests.unit.sending import event

HERE = partition_of("acme", PARTITIONS)
SAME = [each for each in (f"near-{number}" for number in range(99)) if partition_of(each, PARTITIONS) == HERE][:3]
FAR = next(each for each in (f"far-{number}" for number in range(99)) if partition_of(each, PARTITIONS) != HERE)
DAY = timedelta(days=1)
CHAMPION: list[tuple[str, Sent]] = [
    ("contact.added.v1", {"contact": "c-1", "name": "Chen"}),
    ("buying_role.assigned.v1", {"contact": "c-1", "role": "champion", "domain": "any"}),
    ("attitude.assessed.v1", {"contact": "c-1", "level": 2}),
]


@pytest.fixture
async def stream(projection, database):
    del projection  # it must be there first
    async with serving(database) as made:
        yield made


def start(tick=START, offsets=None):
    """Return a token of the beginning of the log, but for some offsets."""
    zero = dict.fromkeys(range(PARTITIONS), 0)
    return Bookmark(zero | (offsets or {}), tick, zero, LOG_ID).encode()


def ids(messages):
    return [each for message in messages for each in message.ids]


async def cut_off(stream: Stream, last: str, count: int) -> list[tuple[str, str]]:
    """Follow until so many events were told, cutting the connection after each message that tells of one."""
    found: list[tuple[str, str]] = []
    while len(found) < count:
        async with aclosing(stream.messages(last)) as messages:
            change = await anext(each async for each in messages if each.ids)
        last = change.id
        found += change.ids
    return found


async def test_whoever_is_cut_off_within_windows_sees_each_event_once_in_the_order_of_its_account(
    projection, log, stream
):
    names = [*SAME, FAR]
    log.extend(*(power(f"e{number:02}", partitionkey=names[number % 4]) for number in range(16)))
    await projection.take(log.records)
    found = await cut_off(stream, start(), 16)
    assert sorted(found) == sorted((names[number % 4], f"e{number:02}") for number in range(16))
    for name in names:
        assert [each for each in found if each[0] == name] == sorted(each for each in found if each[0] == name)
    whole = await stream.all_of(projection, start())
    assert ids(whole) == found
    assert await stream.all_of(projection, whole[-1].id) == []
    async with aclosing(stream.messages(start(), account=[max(SAME)])) as messages:
        part = await anext(each async for each in messages if each.ids)
    assert bookmark.decode(part.id).within  # of a window that held other accounts' events under another filter
    rest = set(ids(await stream.all_of(projection, part.id)))
    assert rest >= {each for each in found if each[0] in SAME}


@pytest.mark.timeout(900)
async def test_two_workers_write_and_whoever_is_cut_off_misses_nothing_and_sees_nothing_twice(
    kafka, projection, database, stream, tmp_path
):
    await bound(projection, kafka)
    ours = [f"{uuid4().hex}-{number}" for number in range(9)]
    last = (await anext(aiter(stream.messages()))).id
    workers = [Worker(kafka, database, tmp_path).start() for _ in range(2)]

    async def write():
        for each in range(3):
            told = [power(f"{each}-{number:02}", partitionkey=ours[number % 9]) for number in range(36)]
            await append(kafka, raw(*told, told[0]))  # one comes twice

    writing = asyncio.create_task(write())
    try:
        async with asyncio.timeout(600):
            found: list[tuple[str, str]] = []
            while len([each for each in found if each[0] in ours]) < 108:
                some, last = await taken(stream, last, 7)
                found += some
        await writing
        await caught_up(kafka, projection, *workers)
        found += ids(await stream.all_of(projection, last))
    finally:
        await asyncio.gather(*(each.stop() for each in workers))
    journal = await projection.rows('SELECT account, id FROM journal ORDER BY partition, "offset"')
    assert len(found) == len(journal)
    for name in {name for name, _ in journal}:
        assert [each for each in found if each[0] == name] == [each for each in journal if each[0] == name]


async def taken(stream, last, most):
    """Follow for a few messages; return the events, and where they end."""
    found: list[tuple[str, str]] = []
    count = 0
    async with aclosing(stream.messages(last)) as messages:
        async for each in messages:
            last, count = each.id, count + 1
            found += each.ids
            if count == most:
                break
    return found, last


async def test_what_is_committed_late_is_not_missed(projection, log, stream):
    early, late = log.extend(power("early", partitionkey=FAR), power("late", partitionkey="acme"))
    async with aclosing(stream.messages()) as messages:
        await anext(messages)
        async with projection.engine.begin() as connection:
            before = await reached.lock_positions(connection, [HERE])
            await apply(connection, [read(late, PARTITIONS)], before)
            await projection.take([early])
            assert await next_change(messages) == [(FAR, "early")]
        assert await next_change(messages) == [("acme", "late")]


async def next_change(messages):
    async for each in messages:
        if each.event == "change":
            return each.ids
    return None


async def test_a_switch_to_a_rebuilt_version_neither_loses_nor_repeats(projection, database, log, stream):
    first, second = log.extend(power("1"), power("2"))
    await projection.take([first])
    async with aclosing(stream.messages(start())) as messages:
        assert await next_change(messages) == [("acme", "1")]
        async with projection.engine.begin() as connection:
            version = await control.add_version(connection, PARTITIONS, above=1)
        rebuilt = control.connect(database, version, pool=1)
        async with rebuilt.begin() as connection:
            await control.script(connection, "indexes.sql")
            await control.set_log(connection, control.Log(*LOG_ID.split("/")))
            await apply(connection, [read(each, PARTITIONS) for each in (first, second)],
                        await reached.lock_positions(connection, [HERE]))  # fmt: skip
            await control.flip(connection, version)
        await rebuilt.dispose()
        assert await next_change(messages) == [("acme", "2")]


async def test_only_accounts_of_the_claim_are_told_and_a_heartbeat_goes_on_past_the_others(projection, log, stream):
    log.extend(power("1"), power("2", partitionkey=SAME[0]))
    async with aclosing(stream.messages(accounts=[SAME[0]])) as messages:
        await anext(messages)
        await projection.take(log.records)
        assert await next_change(messages) == [(SAME[0], "2")]
        log.extend(power("3"))
        await projection.take(log.records[2:])
        further = (each async for each in messages if bookmark.decode(each.id).offsets[HERE] == 3)
        assert (await anext(further)).event == "heartbeat"
    assert ids(await stream.all_of(projection, start(), account=["acme"])) == [("acme", "1"), ("acme", "3")]
    for account, claim in (("acme", [SAME[0]]), ("nobody", "*"), ("$policy", "*")):
        async with stream.client(accounts=claim) as client:
            assert (await client.get("/v1/changes", params={"account": account})).status_code == 404


async def test_a_change_tells_the_events_their_questions_and_when_the_log_got_them(projection, log, stream, reads):
    log.extend(power("1"), corrected("2", "1", 5))
    await projection.take(log.records[:1])
    token = (await reads.ok("/v1/accounts/acme/power-interest"))["token"]
    await projection.take(log.records[1:])
    (told,) = await stream.all_of(projection, None, since=token)
    assert told.event == "change"
    assert told.data["events"] == [
        {
            "source": "crm",
            "id": "2",
            "type": "event.corrected.v1",
            "time": log.records[1].fact.event.time.isoformat().replace("+00:00", "Z"),
            "recorded_at": "2025-06-01T00:00:01Z",
        }
    ]
    assert told.data["recorded_at"] == "2025-06-01T00:00:01Z"
    assert "power-interest" in told.data["questions"]  # for what it corrects is an assessment of power
    assert "stages" not in told.data["questions"]
    (plain,) = await stream.all_of(projection, None, since=token, warnings="0")
    assert plain.data == told.data | {"warnings": None}


async def test_all_that_appeared_and_went_from_the_start_is_what_the_question_answers_at_the_last_tick(
    projection, log, database, reads
):
    role = {"contact": "c-1", "role": "champion", "domain": "any"}
    limits = {"version": "ours", "thresholds": {"silent_days": 5, "turned_days": 2}, "off": []}
    log.add(event("warnings.defined.v1", limits, partitionkey="$policy", time=START.isoformat()), at=START)
    for hours, wire, data in (
        (0, "contact.added.v1", {"contact": "c-1", "name": "Chen"}),
        (1, "buying_role.assigned.v1", role),
        (2, "attitude.assessed.v1", {"contact": "c-1", "level": 2}),
        (60, "attitude.assessed.v1", {"contact": "c-1", "level": -1}),
    ):
        at = START + timedelta(hours=hours)
        log.add(event(wire, data, id=f"{hours}", time=at.isoformat()), at=at)
    await projection.take(log.records)
    tick = START + 7 * DAY
    standing: set[tuple[str, ...]] = set()
    told = []
    async with serving(database, PACE._replace(now=lambda: tick + timedelta(hours=1))) as stream:
        for each in await stream.all_of(projection, start(), tick):
            went, appeared = ({of(row) for row in each.data["warnings"][name]} for name in ("went", "appeared"))
            assert went <= standing
            assert not appeared & standing
            standing = standing - went | appeared
            told += [(each.event, each.data.get("time", each.data.get("recorded_at")), went, appeared)]
    answer = await reads.ok("/v1/accounts/acme/warnings", as_of=tick.isoformat())
    assert standing == {of(row) for row in answer["answer"]} != set()
    fell, silent = ("champion_turned", "contact", "c-1", None), ("champion_silent", "contact", "c-1", None)
    assert [each[:2] for each in told if fell in each[3]] == [("change", "2025-06-03T12:00:00Z")]
    assert [each[:2] for each in told if fell in each[2]] == [("tick", "2025-06-06T00:00:00Z")]  # after 2 days
    assert [each[:2] for each in told if silent in each[2] | each[3]] == [("tick", "2025-06-07T00:00:00Z")]  # after 5


@pytest.mark.parametrize("days", [7, 30])
async def test_whoever_is_cut_off_within_a_tick_sees_each_account_once_and_after_a_week_one_tick_tells_all(
    projection, log, database, days
):
    names, tick = sorted([*SAME, FAR]), START + days * DAY
    limits = {"version": "ours", "thresholds": {"silent_days": 5}, "off": []}
    log.add(event("warnings.defined.v1", limits, partitionkey="$policy", time=START.isoformat()), at=START)
    for name in names:
        for number, (wire, data) in enumerate(CHAMPION):
            log.add(event(wire, data, id=str(number), partitionkey=name, time=START.isoformat()), at=START)
    await projection.take(log.records)
    async with serving(database, PACE._replace(now=lambda: tick + timedelta(hours=1))) as stream:
        whole = await stream.all_of(projection, start(), tick)
        last, found = start(), list[Told]()
        while len(found) < len(whole):
            async with aclosing(stream.messages(last)) as messages:
                told = await anext(each async for each in messages if each.event != "heartbeat")
            last = told.id
            found.append(told)
    assert [(each.event, each.data) for each in found] == [(each.event, each.data) for each in whole]
    silent = ("champion_silent", "contact", "c-1", None)
    ticks = [each.data for each in whole if each.event == "tick"]
    warned = [each for each in ticks if silent in map(of, each["warnings"]["appeared"])]
    assert [each["account"] for each in warned] == names
    assert len({each["time"] for each in warned}) == 1
    assert days == 7 or {each["time"] for each in ticks} == {"2025-07-01T00:00:00Z"}


async def test_a_restored_fact_is_told_of_the_moment_when_this_log_got_it(projection, log, stream):
    first = log.add(power("1"), at=START + timedelta(hours=2), headers=[restored.header(START - DAY)])
    await projection.take([first])
    (told,) = await stream.all_of(projection, start())
    assert told.data["recorded_at"] == "2025-06-01T02:00:00Z"
    assert [each["recorded_at"] for each in told.data["events"]] == ["2025-05-31T00:00:00Z"]
    assert await stream.all_of(projection, told.id) == []


def of(row):
    return row["rule"], row["about"]["kind"], row["about"]["id"], row["opportunity"]


async def test_a_token_that_is_none_or_of_another_log_is_a_problem_before_the_stream_begins(projection, log, stream):
    log.extend(power("1"))
    await projection.take(log.records)
    other = bookmark.decode(start())._replace(log_id="another/topic").encode()
    ahead = start(offsets={HERE: 9})
    to_come = start(START + 10_000 * DAY)
    async with stream.client() as client:
        for token, status in (("nonsense", 422), (start()[:-3], 422), (to_come, 422), (other, 410), (ahead, 503)):
            for told in ({"headers": {"Last-Event-ID": token}}, {"params": {"since": token}}):
                answer = await client.get("/v1/changes", **told)
                assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (await client.get("/v1/changes", headers={"Accept": "text/csv"})).status_code == 406
    async with stream.client("emitter") as client:
        assert (await client.get("/v1/changes")).status_code == 403
