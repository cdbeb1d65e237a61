"""What became of what was sent, and answers that wait for it."""

import asyncio

import pytest
from sqlalchemy import text

from services import receipt
from services.projections.api import entering
from services.projections.api.app import read_api
from services.settings import Signer
from tests.integration.projection import LOG_ID, PARTITIONS, power
from tests.integration.reading import SECRET, Reader

WAITING = 12  # more than the read API has connections
PATH = "/v1/accounts/acme/power-interest"


def token(*records, log_id=LOG_ID):
    return receipt.encode(log_id, [(each.partition, each.offset) for each in records])


async def test_a_receipt_tells_what_became_of_each_event(projection, log, reads):
    new, again, conflict, other = log.extend(power("1"), power("1"), power("1", 5), power("2", partitionkey="globex"))
    bad, misplaced = log.add(b"{}"), log.add(power("3"), key=b"x")
    waiting = log.add(power("4"))
    await projection.take(log.records[:-1])
    told = await reads.ok(f"/v1/receipts/{token(*log.records)}", role="emitter")
    found = {(each["partition"], each["offset"]): each for each in told["events"]}
    expected = {
        new: "projected",
        again: "duplicate",
        conflict: "conflict",
        other: "projected",
        bad: "undecodable",
        misplaced: "misrouted",
        waiting: "waiting",
    }
    assert {record: found[record.partition, record.offset]["status"] for record in log.records} == expected
    assert told["settled"] is False
    assert found[new.partition, new.offset]["id"] == "1"
    assert "came first" in found[conflict.partition, conflict.offset]["detail"]
    await projection.take([waiting])
    told = await reads.ok(f"/v1/receipts/{token(*log.records)}", role="emitter")
    assert told["settled"] is True


async def test_a_receipt_tells_ids_only_of_accounts_that_the_caller_may_see(projection, log, reads):
    mine, others, conflict = log.extend(
        power("1"), power("2", partitionkey="globex"), power("2", 5, partitionkey="globex")
    )
    await projection.take(log.records)
    told = await reads.ok(f"/v1/receipts/{token(*log.records)}", role="emitter", accounts=["acme"])
    ids = {(each["partition"], each["offset"]): (each["id"], each["detail"]) for each in told["events"]}
    assert ids[mine.partition, mine.offset] == ("1", None)
    assert ids[others.partition, others.offset] == ids[conflict.partition, conflict.offset] == (None, None)


async def test_a_receipt_of_another_log_is_gone_and_one_that_is_none_is_refused(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    other, none = token(*log.records, log_id="another/topic-of-the-tests"), token(*log.records)[:-2]
    await reads.problem(410, f"/v1/receipts/{other}")
    await reads.problem(410, PATH, after=other)
    problem = await reads.problem(422, f"/v1/receipts/{none}")
    assert [each["parameter"] for each in problem["errors"]] == ["token"]
    problem = await reads.problem(422, PATH, after=none)
    assert [each["parameter"] for each in problem["errors"]] == ["after"]


@pytest.mark.parametrize("path", [PATH, "/v1/portfolio/power-interest", "/v1/portfolio/accounts"])
async def test_after_waits_until_what_the_receipt_names_is_projected(projection, log, reads, path):
    first, second = log.extend(power("1", 2), power("2", 5, partitionkey="globex"))
    await projection.take([first])
    waiting = asyncio.create_task(reads.ok(path, after=token(first, second)))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await projection.take([second])
    assert (await waiting)["answer"]


async def test_however_many_wait_one_looks_for_all_of_them(projection, log, database):
    first, second = log.extend(power("1", 2), power("2", 5))
    await projection.take([first])
    app = read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS)
    async with app.router.lifespan_context(app):
        pulse, reads = app.state.live.quick, Reader(app)
        waiting = [asyncio.create_task(reads.ok(PATH, after=token(second))) for _ in range(WAITING)]
        while pulse.followers < WAITING:  # noqa: ASYNC110 -- it has no event for that
            await asyncio.sleep(0.01)
        async with projection.engine.connect() as other:
            await other.execute(text("LOCK TABLE position IN ACCESS EXCLUSIVE MODE"))  # who looks now has to wait
            looking = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'position'::regclass")
            while not (await other.execute(looking)).scalar():  # noqa: ASYNC110 -- nor has it
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)  # for all others, if they looked, too
            assert (await other.execute(looking)).scalar() == 1
        await projection.take([second])
        assert [len(each["answer"]["contacts"]) for each in await asyncio.gather(*waiting)] == [1] * WAITING


async def test_a_receipt_of_a_log_that_is_not_projected_any_more_is_gone_for_whoever_waits(projection, log, reads):
    first, second = log.extend(power("1"), power("2"))
    await projection.take([first])
    waiting = asyncio.create_task(reads.problem(410, PATH, after=token(second)))
    await asyncio.wait([waiting], timeout=0.2)
    await projection.run("UPDATE log SET topic_id = 'another'")
    await waiting


async def test_after_waits_no_longer_than_is_bearable(projection, log, reads, monkeypatch):
    monkeypatch.setattr(entering, "PATIENCE", 0.2)
    first, second = log.extend(power("1"), power("2"))
    await projection.take([first])
    answer = await reads.get(PATH, after=token(second))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"] == "urn:rapport:problem:behind"
    assert (await reads.get(PATH, after=token(first))).status_code == 200
