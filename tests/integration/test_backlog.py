"""A worker that finds a long log waiting for it takes as much memory as for a short one."""

from typing import Any

import pytest

from tests.bench import stack as bench
from tests.bench.events import Mix, payloads
from tests.bench.memory import MOST
from tests.integration.broker import Broker
from tests.integration.service import Service
from tests.integration.working import Api, Worker, bound, caught_up, new_topic
from tests.memory import MIB, peak

# Far more than a worker holds, which is at most 64 slices of a fetch of 8,000 records, of 1 MiB, and so a tenth of
# this log's 60 MB in most of them; what would grow with the log has grown by then. A million: `make bench`, `memory`.
BACKLOG = 150_000


@pytest.mark.timeout(1_800)
async def test_a_backlog_costs_no_process_more_memory_than_its_bound(projection, database, tmp_path):
    broker = Broker(tmp_path / "kafka")
    await broker.start()
    await new_topic(broker.kafka)
    await bound(projection, broker.kafka)
    async with bench.producing(broker.kafka) as producer:
        await bench.append(producer, payloads(Mix(BACKLOG, accounts=1_000)))
    ingest: Any = Service(broker.kafka, tmp_path)
    api: Any = Api(broker.kafka, database, tmp_path)
    worker: Any = Worker(broker.kafka, database, tmp_path)
    await ingest.start()
    await api.start().light(200)
    worker.start()
    pids = [each.process.pid for each in (ingest, api, worker)]
    async with peak(*pids) as held:
        await caught_up(broker.kafka, projection, worker)
        await worker.light(200)
    assert [ingest.stop(), await api.stop(), await worker.stop()] == [0, 0, 0]
    broker.kill()
    assert await projection.rows("SELECT count(*) FROM journal") == [(BACKLOG,)]
    assert max(held.of.values()) < MOST * MIB, [f"{each / MIB:.0f} MiB" for each in held.of.values()]
