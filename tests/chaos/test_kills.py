"""Kill -9 of every process, again and again, under load: nothing acknowledged is lost, nothing counts twice."""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from services.projections.questions import ACCOUNT
from tests.chaos.history import ACCOUNTS, MOST, OPPORTUNITIES, Place, Sent, facts, recorded, with_repetitions
from tests.chaos.stack import Stack
from tests.unit.histories import ask

SEED = int(os.environ.get("CHAOS_SEED", "20"))
EVENTS, DUPLICATES, CONFLICTS = 5_000, 200, 48
KILLS = 20
TARGETS = ("worker", "worker-2", "ingest", "kafka", "postgres")
SENDERS = 4
CATCH_UP = 600  # seconds: a dead worker's partitions are given away after 30
BATCH = {"Content-Type": "application/cloudevents-batch+json"}

Receipt = dict[str, Any]


@pytest.fixture
async def stack(tmp_path):
    stack = Stack(tmp_path.resolve())
    try:
        await stack.start()
        yield stack
    finally:
        stack.stop()


class Campaign:
    """Sends everything until it is acknowledged, and kills on the way."""

    def __init__(self, stack: Stack, random: Random) -> None:
        self.receipts: list[tuple[Sent, Receipt]] = []
        self.attempts = Counter[str]()
        self.read = Counter[int]()
        self._stack = stack
        moments = sorted(random.sample(range(50, EVENTS - 200), KILLS))
        targets = list(TARGETS) * (KILLS // len(TARGETS))
        random.shuffle(targets)
        self._plan = list(zip(moments, targets, strict=True))

    async def run(self, queues: Sequence[list[Sent]], random: Random) -> None:
        """Send each queue in its order, several at a time, while somebody reads."""
        sizes = [Random(random.random()) for _ in queues]
        reader = asyncio.create_task(self._read())
        await asyncio.gather(*(self._send(queue, size) for queue, size in zip(queues, sizes, strict=True)))
        reader.cancel()
        await asyncio.wait([reader])
        if not reader.cancelled():
            reader.result()
        assert self._plan == []

    async def _send(self, queue: list[Sent], random: Random) -> None:
        headers = BATCH | {"Authorization": f"Bearer {self._stack.token('emitter')}"}
        async with httpx.AsyncClient(base_url=self._stack.record.ingest, headers=headers, timeout=300) as client:
            while queue:
                size = random.randint(1, MOST)
                batch, queue = queue[:size], queue[size:]
                receipts = await self._until_acknowledged(client, batch)
                self.receipts += zip(batch, receipts, strict=True)
                await self._strike()

    async def _until_acknowledged(self, client: httpx.AsyncClient, batch: list[Sent]) -> list[Receipt]:
        while True:
            try:
                answer = await client.post("/v1/events", json=batch)
            except httpx.TransportError as error:
                self.attempts[type(error).__name__] += 1
            else:
                self.attempts[str(answer.status_code)] += 1
                if answer.status_code == 202:
                    receipts: list[Receipt] = answer.json()["receipts"]
                    return receipts
                assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.2)

    async def _strike(self) -> None:
        while self._plan and len(self.receipts) >= self._plan[0][0]:
            _, target = self._plan.pop(0)
            await self._stack.kill(target)

    async def _read(self) -> None:
        """Ask all the time: the read API lives, and says so when its database does not."""
        headers = {"Authorization": f"Bearer {self._stack.token('manager')}"}
        async with httpx.AsyncClient(base_url=self._stack.record.api, headers=headers, timeout=300) as client:
            while True:
                for account in ACCOUNTS:
                    self.read[(await client.get(f"/v1/accounts/{account}/attitude-mix")).status_code] += 1
                    await asyncio.sleep(0.1)


@pytest.mark.timeout(1_800)
async def test_twenty_kills_under_load_lose_nothing_double_nothing_and_falsify_no_answer(stack):
    print(f"CHAOS_SEED={SEED}; logs in {stack.data}")  # noqa: T201  shown when it fails
    random = Random(SEED)
    told = facts(random, EVENTS - DUPLICATES - CONFLICTS)
    queues = [
        with_repetitions(
            random,
            [each for each in told if each["partitionkey"] in ACCOUNTS[sender::SENDERS]],
            DUPLICATES // SENDERS,
            CONFLICTS // SENDERS,
        )
        for sender in range(SENDERS)
    ]
    campaign = Campaign(stack, random)
    await campaign.run(queues, random)
    print(f"requests: {dict(campaign.attempts)}; reads: {dict(campaign.read)}")  # noqa: T201  as above
    await caught_up(stack)
    await every_acknowledged_event_is_where_it_belongs_once(stack, campaign, told)
    await every_answer_is_that_of_the_senders_own_list(stack, told)
    assert campaign.read.keys() <= {200, 404, 503}


async def caught_up(stack: Stack) -> None:
    """Wait until the read side has taken all that the log has."""
    ends = await stack.ends()
    headers = {"Authorization": f"Bearer {stack.token('auditor')}"}
    async with httpx.AsyncClient(base_url=stack.record.api, headers=headers, timeout=300) as client:
        positions: dict[int, int] = {}
        try:
            async with asyncio.timeout(CATCH_UP):
                while positions != ends:
                    answer = await client.get("/v1/positions")
                    if answer.status_code == 200:
                        positions = {each["partition"]: each["position"] for each in answer.json()["partitions"]}
                    await asyncio.sleep(0.2)
        except TimeoutError:
            pytest.fail(f"stuck: {positions} of {ends}\n{stack.told}")


async def every_acknowledged_event_is_where_it_belongs_once(
    stack: Stack, campaign: Campaign, told: Sequence[Sent]
) -> None:
    connection = await asyncpg.connect(stack.record.database)
    try:
        journal = await connection.fetch('SELECT account, id, partition, "offset", raw FROM projection_1.journal')
        letters = await connection.fetch(
            'SELECT account, id, partition, "offset", reason, value FROM projection_1.dead_letter'
        )
    finally:
        await connection.close()
    kept = {row["id"]: row for row in journal}
    assert len(journal) == len(kept) == len(told)
    assert [as_sent(kept[each["id"]]["raw"]) for each in told] == told
    places = {(row["partition"], row["offset"]): row["id"] for row in journal}
    conflicts = {(row["partition"], row["offset"]): row for row in letters}
    planted = set()
    for sent, receipt in campaign.receipts:
        place = receipt["partition"], receipt["offset"]
        if sent["actor"] == "m-2":
            planted.add(sent["id"])
            assert conflicts[place]["reason"] == "conflict"
            assert as_sent(conflicts[place]["value"]) == sent
        else:
            assert place not in conflicts
            first = kept[sent["id"]]
            assert first["partition"] == receipt["partition"]
            assert places.get(place) in {sent["id"], None}  # None: it was there before, and counts once
            assert first["offset"] <= receipt["offset"]
    assert {row["id"] for row in letters} == planted
    assert len(campaign.receipts) == EVENTS


def as_sent(raw: bytes) -> Sent:
    """Take ingest's stamps off."""
    stamps = ("submittedby", "catalogueversion")
    return {name: value for name, value in orjson.loads(raw).items() if name not in stamps}


async def every_answer_is_that_of_the_senders_own_list(stack: Stack, told: Sequence[Sent]) -> None:
    headers = {"Authorization": f"Bearer {stack.token('manager')}"}
    own = recorded(told, await places(stack))
    async with httpx.AsyncClient(base_url=stack.record.api, headers=headers, timeout=300) as client:
        for account in ACCOUNTS:
            for name, question in ACCOUNT.items():
                if question.told and account not in ACCOUNTS[:3]:
                    continue  # these take a second each
                asked = {"opportunity": OPPORTUNITIES[0]} if name == "opportunity" else {}
                for moments in ({}, {"as_of": "2025-09-30"}):
                    answer = await client.get(f"/v1/accounts/{account}/{name}", params=asked | moments)
                    assert answer.status_code == 200, (account, name, answer.text)
                    got = answer.json()
                    expected = ask(name, own[account], got["as_of"], got["known_at"], **asked)
                    assert comparable(got["answer"]) == comparable(expected), (account, name, moments)


async def places(stack: Stack) -> dict[str, Place]:
    """Return where and when the log got each event, and who sent it, which was checked against the receipts."""
    connection = await asyncpg.connect(stack.record.database)
    try:
        rows = await connection.fetch('SELECT id, partition, "offset", recorded_at, raw FROM projection_1.journal')
    finally:
        await connection.close()
    return {
        row["id"]: Place(row["partition"], row["offset"], row["recorded_at"], orjson.loads(row["raw"])["submittedby"])
        for row in rows
    }


def comparable(answer: Any) -> Any:
    """Leave out the places of the events behind, which explain=1 would name."""
    if isinstance(answer, dict):
        return {key: comparable(value) for key, value in answer.items() if key != "because"}
    return [comparable(each) for each in answer] if isinstance(answer, list) else answer
