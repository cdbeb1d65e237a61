"""`rapport backup`, `rapport restore`: what comes back is the log that was, record for record, answer for answer."""

import asyncio
import hashlib
import itertools
import signal
import sys

import pytest
from sqlalchemy import make_url

from services import copied
from services.projections.store import reads as noted
from tests.integration.broker import Broker
from tests.integration.projection import power
from tests.integration.site import JOURNAL, LETTERS, READS, held, lines, sites
from tests.integration.whole_log import append, append_stamped_by_the_sender, everything, odd, sent, stories
from tests.integration.working import new_topic, until
from tests.unit.test_ledger import a_read

pytestmark = pytest.mark.timeout(1_800)
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from services.backup.giving_back import give_back
from services.cli import local

def report(stage, done, total):
    if stage == "Writing the log" and done > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(give_back(local.kafka(), local.database(), Path(sys.argv[1]), report))
"""
FULL = """
import resource, sys
from services.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def kafka(broker):
    """An empty log."""
    await new_topic(broker.kafka)
    return broker.kafka


@pytest.fixture
async def another(servers, kafka, tmp_path):
    """Make an empty database beside the log of the moment; `lost` loses that first."""
    async with sites(servers, kafka, tmp_path) as make:
        yield make


@pytest.fixture
async def site(another):
    return await another()


@pytest.fixture
def there(tmp_path):
    return tmp_path / "backup"


def some(count, account="acme"):
    return [sent(power(f"{account}-{number}", 1 + number % 5, partitionkey=account)) for number in range(count)]


def sizes(records):
    return {number: len(each) for number, each in records.items()}


async def has(kafka, count):
    return sum(sizes(await everything(kafka)).values()) >= count


async def test_what_is_restored_is_the_log_that_was_with_every_answer_at_every_moment(another, site, there, tmp_path):
    await append(site.kafka, stories())
    await append_stamped_by_the_sender(site.kafka)
    for each in (*odd(), sent(power("later", 4)), sent(power("last", 2))):
        await append(site.kafka, [each])  # each at a time of its own
    async with site.worker() as worker:
        first = await site.tables(worker)
        known = sorted({row[7].isoformat() for row in first[JOURNAL]})
        moments = [("2025-03-01", known[len(known) // 2]), ("2025-06-01", known[-4]), ("2026-01-01", known[-1])]
        answered = await site.answers(moments)
    first[READS] = (await site.tables())[READS]
    assert {row[3] for row in first[LETTERS]} == {"undecodable", "misrouted", "conflict", "occupied"}
    assert "LogAppendTime" in str([row[4] for row in first[LETTERS]])
    assert len(first[READS]) >= len(answered)
    assert any(row[11] for row in first[READS])
    before = await everything(site.kafka)
    made = await site.ok("backup", there)
    assert made["records"] == sum(map(len, before.values()))
    assert held(there) == before

    second = await another(lost=True)
    async with second.worker() as worker:
        given = await second.ok("restore", there)
        ends = [{"partition": number, "end": len(each), "position": len(each)} for number, each in before.items()]
        assert given["ends"] == ends
        assert (given["projected"], given["written"]) == (True, made["records"])
        assert await second.tables(worker) == first
    after = await everything(second.kafka)
    for number, records in before.items():
        for was, is_ in zip(records, after[number], strict=True):
            assert (is_.offset, is_.key, is_.value, is_.headers[1:]) == (was.offset, was.key, was.value, was.headers)
            assert is_.headers[0] == copied.header(was.timestamp, was.timestamp_type)
    assert await second.answers(moments) == answered
    assert (await second.ok("verify"))["differences"] == []
    await second.ok("rebuild")
    rebuilt = await second.tables()
    assert {each: rebuilt[each] for each in (JOURNAL, LETTERS)} == {each: first[each] for each in (JOURNAL, LETTERS)}
    assert await second.answers(moments) == answered
    assert (await second.ok("verify"))["differences"] == []
    replayed = [await each.run("replay") for each in (site, second)]
    assert replayed[0] == replayed[1]

    # A backup of what was restored, and of what came since, is as good as the first.
    (late,) = await append(second.kafka, [sent(power("since", 5))])
    again = tmp_path / "again"
    await second.ok("backup", again)
    third = await another(lost=True)
    given = await third.ok("restore", again)
    assert (given["projected"], given["written"]) == (False, made["records"] + 1)
    await third.ok("rebuild")
    journal = (await third.tables())[JOURNAL]
    (row,) = [each for each in journal if each not in first[JOURNAL]]
    assert (row[1], row[4], row[7].timestamp()) == (late.offset, "since", late.timestamp / 1000)
    assert (await third.tables())[LETTERS] == first[LETTERS]
    assert (await third.ok("verify"))["differences"] == []


async def test_a_backup_while_events_flow_is_the_log_up_to_a_moment_and_the_next_one_adds_what_came_since(site, there):
    stop, appended = asyncio.Event(), itertools.count()

    async def flow():
        while not stop.is_set():
            turn = next(appended)
            await append(site.kafka, [sent(power(f"{turn}", partitionkey=f"a-{n}")) for n in range(200)])

    flowing = asyncio.create_task(flow())
    try:
        await until(lambda: has(site.kafka, 1_000))
        first = await site.ok("backup", there)
        whole = held(there)
        files = {each.name: each.read_bytes() for each in there.iterdir() if each.name.startswith("partition")}
    finally:
        stop.set()
        await flowing
    log = await everything(site.kafka)
    assert 1_000 <= first["records"] == sum(map(len, whole.values())) < sum(map(len, log.values()))
    assert whole == {number: records[: len(whole[number])] for number, records in log.items()}

    second = await site.ok("backup", there)
    assert held(there) == log
    assert (second["records"], second["keys"]) == (sum(map(len, log.values())), 200)
    assert all((there / name).read_bytes() == content for name, content in files.items())
    for told in [*(each for of in second["partitions"] for each in of["segments"]), second["reads"]]:
        assert hashlib.sha256((there / told["file"]).read_bytes()).hexdigest() == told["sha256"]
        assert len(lines(there / told["file"])) == told["lines"]
    assert len(list(there.glob("reads-*"))) == 1
    assert {each.stat().st_mode & 0o077 for each in there.iterdir()} == {0}  # it is about people


async def test_a_restore_that_was_killed_goes_on_where_it_was(another, site, there):
    await append(site.kafka, [each for account in ("acme", "globex", "initech") for each in some(4_000, account)])
    made = await site.ok("backup", there)
    log = await everything(site.kafka)
    second = await another(lost=True)
    code, _, _ = await second.run(there, 2_000, program=(sys.executable, "-c", KILLED))
    assert code == -signal.SIGKILL
    begun = await everything(second.kafka)
    assert 2_000 < sum(map(len, begun.values())) < made["records"]
    given = await second.ok("restore", there)
    assert given["written"] == made["records"] - sum(map(len, begun.values()))
    after = await everything(second.kafka)
    assert sizes(after) == sizes(log)
    assert [each.value for each in after[0]] == [each.value for each in log[0]]
    assert (await second.ok("restore", there))["written"] == 0  # and once more changes nothing
    assert await everything(second.kafka) == after


async def test_a_full_disk_is_said_and_what_was_a_backup_before_is_one_still(another, site, there):
    await append(site.kafka, some(50))
    full = (sys.executable, "-c", FULL)
    told = await site.refused(100, "backup", there, program=full)
    assert "cannot be used (File too large)" in told
    assert list(there.iterdir()) == []
    await site.ok("backup", there)
    kept = {each.name: each.read_bytes() for each in there.iterdir()}
    await append(site.kafka, some(5_000, "globex"))
    assert "(File too large). What was a backup there before, is one still." in await site.refused(
        2_000, "backup", there, program=full
    )
    assert {each.name: each.read_bytes() for each in there.iterdir()} == kept
    second = await another(lost=True)
    assert (await second.ok("restore", there))["written"] == 50


async def test_a_backup_needs_to_see_who_read_what_and_no_other_right(site, there):
    await append(site.kafka, some(1))
    url = make_url(site.database.plain()).set(username="keeper", password="keeper")
    login = {"RAPPORT_DATABASE": url.render_as_string(hide_password=False)}
    async with site.projection() as made:
        async with made.engine.begin() as connection:
            await noted.append(connection, [a_read("acme")])
        await made.run("DROP ROLE IF EXISTS keeper")
        await made.run("CREATE ROLE keeper LOGIN PASSWORD 'keeper'")
        await made.run("GRANT USAGE ON SCHEMA rapport TO keeper")
        await made.run("GRANT SELECT ON rapport.read TO keeper")  # whose rows are not for everybody
        assert "does not see who read what" in await site.refused("backup", there, **login)
        assert list(there.iterdir()) == []
        await made.run("GRANT rapport_reader TO keeper")
        backup = await site.ok("backup", there, **login)
        assert (backup["records"], backup["reads"]["lines"]) == (1, 1)
        await made.run("DROP OWNED BY keeper")
        await made.run("DROP ROLE keeper")
