"""What no backup is made of or restored into is refused in one sentence, before anything is written."""

import fcntl
import hashlib
import json
import os
import re
from time import time_ns

import pytest
import zstandard
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from deploy.local.ports import free
from services import log
from services.backup import manifest, rewriting, taking
from services.backup.giving_back import give_back
from services.copied import Original
from services.log import UnreachableLog
from services.partition import LOG_APPEND_TIME, partition_of
from services.problem import Problem
from services.projections.store import control
from services.settings import Database
from tests.integration.broker import Broker
from tests.integration.projection import PARTITIONS, power
from tests.integration.site import sites
from tests.integration.whole_log import append, everything, sent
from tests.integration.working import delete, new_topic

HERE = partition_of("acme", PARTITIONS)
NOW = time_ns() // 1_000_000

pytestmark = pytest.mark.timeout(1_800)


@pytest.fixture(scope="module")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def kafka(broker):
    """A log of three records."""
    await new_topic(broker.kafka)
    await append(broker.kafka, [sent(power(f"{number}", number)) for number in (1, 2, 3)])
    return broker.kafka


@pytest.fixture
async def another(servers, kafka, tmp_path):
    async with sites(servers, kafka, tmp_path) as make:
        yield make


@pytest.fixture
async def site(another):
    return await another()


@pytest.fixture
async def there(site, tmp_path):
    """A backup of that log."""
    await site.ok("backup", tmp_path / "backup")
    return tmp_path / "backup"


def damage(there, **changed):
    """Change the manifest."""
    file = there / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


def _with(partitions, segment):
    return [each | {"segments": [segment]} if each["partition"] == HERE else each for each in partitions]


async def test_a_backup_that_is_not_whole_is_not_restored(another, there):
    site = await another(lost=True)
    whole = {each.name: each.read_bytes() for each in there.iterdir()}
    (segment,) = [each for each in whole if each.startswith("partition")]
    (reads,) = [each for each in whole if each.startswith("reads")]
    manifest = json.loads(whole["manifest.json"])
    partitions = manifest["partitions"]
    (told,) = partitions[HERE]["segments"]
    lost = partitions[:HERE] + partitions[HERE + 1 :]
    gap = _with(partitions, told | {"first": 1, "lines": 2})
    elsewhere = _with(partitions, told | {"file": f"../{segment}"})
    for name, content, expected in (
        ("manifest.json", None, "is no backup: it has no manifest.json, which is written last"),
        ("manifest.json", b"{", "is no manifest of a backup that this release reads"),
        ("manifest.json", json.dumps(manifest | {"format": 2}).encode(), "is no manifest of a backup"),
        ("manifest.json", json.dumps(manifest | {"partitions": lost}).encode(), "is damaged: its partition"),
        ("manifest.json", json.dumps(manifest | {"partitions": gap}).encode(), f"its partition {HERE} is not whole"),
        ("manifest.json", json.dumps(manifest | {"partitions": elsewhere}).encode(), "names a file in another dir"),
        (segment, None, "is missing; this is no whole backup any more"),
        (segment, whole[segment][:-1], "is damaged: its SHA-256 is not the one that manifest.json tells"),
        (segment, whole[segment][:40] + b"x" + whole[segment][41:], "is damaged: its SHA-256"),
        (reads, whole[reads] + b"x", "is damaged: its SHA-256"),
    ):
        if content is None:
            (there / name).unlink()
        else:
            (there / name).write_bytes(content)
        with pytest.raises(Problem, match=re.escape(expected)):  # in this process: a command each would take a minute
            await give_back(site.kafka, site.database, there, lambda *_: None)
        (there / name).write_bytes(whole[name])
    assert not any((await everything(site.kafka)).values())
    assert (await site.ok("restore", there))["written"] == 3  # it was these alone


async def test_a_backup_with_reads_of_another_release_is_not_restored(another, there):
    site = await another(lost=True)
    told = json.loads((there / "manifest.json").read_bytes())["reads"]
    file = there / told["file"]
    file.write_bytes(zstandard.compress(b'{"who": "somebody"}\n'))
    damage(there, reads=told | {"lines": 1, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()})
    with pytest.raises(Problem, match=f"{told['file']} holds a line that is no read of this release"):
        await give_back(site.kafka, site.database, there, lambda *_: None)
    assert not any((await everything(site.kafka)).values())


async def test_a_backup_that_vanishes_while_it_is_restored_is_no_fault_of_kafka(another, site, there):
    await append(site.kafka, [sent(power("1", partitionkey=each)) for each in ("globex", "initech")])
    await site.ok("backup", there)
    site = await another(lost=True)

    def vanish(stage, done, total):
        if stage == "Writing the log" and done < total:
            for each in there.glob("partition-*"):
                each.unlink()

    expected = rf"^{there}/partition-.*\.ndjson\.zst cannot be read: No such file or directory\.$"
    with pytest.raises(Problem, match=expected) as refused:
        await give_back(site.kafka, site.database, there, vanish)
    assert not isinstance(refused.value, UnreachableLog)


async def test_a_backup_is_restored_into_an_empty_log_only(another, site, there):
    assert "This is the very log that the backup is of" in await site.refused("restore", there)
    site = await another(lost=True)
    await append(site.kafka, [sent(power("1", 1))])
    told = await site.refused("restore", there)
    assert f"holds 1 records in partition {HERE}, and the one at offset 0 is not of this backup" in told
    site = await another(lost=True)
    await site.ok("restore", there)
    await append(site.kafka, [sent(power("4", 4))])
    told = await site.refused("restore", there)
    assert f"rapport.events holds 4 records, in partition {HERE} from 0 to 4, where the backup ends at 3" in told


async def test_a_backup_is_restored_into_as_many_partitions_as_it_has(site, there):
    await delete(site.kafka)
    await log.ensure(site.kafka.model_copy(update={"partitions": 3}))
    told = await site.refused("restore", there, RAPPORT_PARTITIONS="3")
    assert "The backup has 12 partitions, rapport.events has 3: create it with RAPPORT_PARTITIONS=12." in told
    assert "it has 3 partitions, expected 12 (RAPPORT_PARTITIONS)" in await site.refused("restore", there)


async def test_a_backup_is_restored_beside_a_database_of_no_other_log(another, there):
    site = await another(lost=True)
    async with site.projection() as made, made.engine.begin() as connection:
        await control.set_log(connection, control.Log("another", "log"))
    await made.run("UPDATE position SET next_offset = 9 WHERE partition = 3")
    told = await site.refused("restore", there)
    assert "holds 9 projected records of another log (another/log)" in told
    assert not any((await everything(site.kafka)).values())


async def test_nothing_is_restored_before_it_happened(another, there):
    site = await another(lost=True)
    damage(there, latest=NOW + 3_600_000)
    assert "which is later than it is by this clock" in await site.refused("restore", there)
    assert not any((await everything(site.kafka)).values())


async def test_a_record_that_gets_another_place_or_an_earlier_time_ends_the_restore_at_once(kafka):
    records = [Original(HERE, number, NOW, LOG_APPEND_TIME, b"acme", b"{}", []) for number in (3, 4)]
    async with rewriting.producer(kafka) as producer:
        assert [end async for end in rewriting.write(kafka, producer, HERE, records, 3)] == [5]
        with pytest.raises(Problem, match=r"Something else writes to rapport.events: .* offset 4 at 5. Stop ingest"):
            _ = [end async for end in rewriting.write(kafka, producer, HERE, records, 4)]
        late = [Original(HERE, 7, NOW + 86_400_000, LOG_APPEND_TIME, b"acme", b"{}", [])]
        with pytest.raises(Problem, match=r"The broker's clock is behind the backup"):
            _ = [end async for end in rewriting.write(kafka, producer, HERE, late, 7)]


async def test_a_log_that_falls_silent_while_it_is_written_is_said_with_what_to_do(broker, kafka, monkeypatch):
    monkeypatch.setattr(rewriting, "PATIENCE", 1.0)
    records = [Original(HERE, 3, NOW, LOG_APPEND_TIME, b"acme", b"{}", [])]
    async with rewriting.producer(kafka) as producer:
        broker.pause()
        try:
            with pytest.raises(UnreachableLog, match=r"does not answer \(TimeoutError\)\. Run it again: it goes on"):
                _ = [end async for end in rewriting.write(kafka, producer, HERE, records, 3)]
        finally:
            broker.resume()


async def test_a_backup_is_written_to_a_directory_of_its_own(another, site, there, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert "holds notes.txt, which is no part of a backup" in await site.refused("backup", other)
    assert (other / "notes.txt").read_text() == "mine"
    assert "cannot be used (Not a directory)" in await site.refused("backup", other / "notes.txt" / "below")
    handle = os.open(there, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert "Another backup is being written to" in await site.refused("backup", there)
    os.close(handle)
    (there / f"partition-{HERE:02d}.000000000003-000000000009.ndjson.zst").write_bytes(
        b"half"
    )  # of one that was killed
    await append(site.kafka, [sent(power("4", 4))])
    assert (await site.ok("backup", there))["records"] == 4
    assert len(list(there.iterdir())) == 4
    (segment,) = there.glob("*-000000000003.ndjson.zst")
    segment.write_bytes(segment.read_bytes() + b"x")
    assert "is damaged: its SHA-256" in await site.refused("backup", there)
    site = await another(lost=True)
    assert "is a backup of another log" in await site.refused("backup", there)


async def test_a_log_that_lost_its_beginning_is_not_backed_up(site, tmp_path):
    admin = AIOKafkaAdminClient(**site.kafka.client())
    await admin.start()
    await admin.delete_records({TopicPartition(log.TOPIC, HERE): RecordsToDelete(before_offset=2)})
    await admin.close()
    told = await site.refused("backup", tmp_path / "backup")
    assert f"Partition {HERE} of rapport.events has lost its first 2 records" in told


async def test_a_log_that_is_away_is_said(site, there, tmp_path):
    away = f"127.0.0.1:{free(1)[0]}"
    for command, where in (("backup", tmp_path / "new"), ("restore", there)):
        assert f"Kafka at {away} (RAPPORT_KAFKA) does not answer" in await site.refused(
            command, where, RAPPORT_KAFKA=away
        )


async def test_a_disk_that_fails_once_the_manifest_stands_leaves_the_backup_that_it_names(site, there, monkeypatch):
    before = manifest.read(there)
    sync, left = manifest.sync, [1]

    def fails_the_second_time(directory):
        if not left:
            raise OSError(5, "Input/output error", str(directory))
        left.pop()
        sync(directory)

    monkeypatch.setattr(manifest, "sync", fails_the_second_time)
    with pytest.raises(Problem, match="cannot be used"):
        await taking.take(site.kafka, site.database, there, lambda *_: None)
    monkeypatch.undo()
    after = manifest.read(there)
    assert before
    assert after
    assert after.made_at > before.made_at
    for each in after.files():
        manifest.check(there, each)


async def test_a_database_that_is_away_is_no_fault_of_the_directory(site, tmp_path):
    away = Database.model_validate({"dsn": "postgresql://u:p@127.0.0.1:1/d"})
    with pytest.raises(ConnectionError):  # which the command tells as PostgreSQL's
        await taking.take(site.kafka, away, tmp_path / "backup", lambda *_: None)
