"""No line of a log, no error and no metric of a running process tells of a person, an account, a token or the secret.

All three processes go through what they go through in a year: events that are taken and refused, dead letters, a
database that is away and one that refuses, a log that is away, the end of a worker. Every word sent holds a mark.
"""

import asyncio
import json
import re
import signal

import httpx
import orjson
import pytest

from schemas import catalogue
from services.partition import partition_of
from tests.integration.broker import Broker
from tests.integration.ingest.sending import BATCH, LINES, SINGLE
from tests.integration.projection import PARTITIONS
from tests.integration.security.bearers import CONDITIONS, good
from tests.integration.security.personal import MARK, events, marked, sentinels
from tests.integration.service import SECRET, ReadApi, Service
from tests.integration.working import Worker, append, bound, caught_up, until
from tests.unit.sending import event

ACCOUNT = f"{MARK}-account"
ODD = f"{MARK} wang.min@example.org"
HERE = partition_of(ACCOUNT, PARTITIONS)
ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    (f"/v1/accounts/{ACCOUNT}/attitude", {"as_of": ODD}),
    (f"/v1/accounts/{ACCOUNT}/attitude", {"token": ODD}),
    (f"/v1/accounts/{ACCOUNT}/attitude", {"after": ODD}),
    (f"/v1/accounts/{ACCOUNT}/attitude", {"tz": ODD}),
    (f"/v1/accounts/{ACCOUNT}/attitude-mix", {"among": ODD, "step": ODD}),
    (f"/v1/accounts/{ACCOUNT}/diff", {"question": ODD, "from": ODD}),
    (f"/v1/accounts/{ACCOUNT}/events", {"cursor": ODD}),
    (f"/v1/accounts/{ODD}/attitude", {}),
    ("/v1/portfolio/funnel", {"group_by": ODD}),
    ("/v1/portfolio/attitude", {"limit": ODD}),
    ("/v1/replay", {"after": ODD, "clock": ODD}),
    ("/v1/changes", {"account": ODD}),
    ("/v1/changes", {"since": ODD}),
    ("/v1/dead-letters", {"reason": ODD, "cursor": ODD}),
    ("/v1/reads", {"from": ODD}),
    (f"/v1/receipts/{ODD}", {}),
    (f"/{ODD}", {}),
)


class Heard:
    """All that was said to whom it may not be: errors and metrics as they come, and logs in the end."""

    def __init__(self):
        self.told: list[str] = []
        self.errors = 0
        self.hidden = [MARK, SECRET]

    def error(self, answer: httpx.Response, *statuses: int) -> None:
        assert answer.status_code in statuses, (answer.status_code, answer.text)
        self.errors += 1
        self.told.append(f"{answer.text} {dict(answer.headers)}")

    async def metrics(self, *urls: str) -> None:
        for url in urls:
            async with httpx.AsyncClient(base_url=url, timeout=60) as client:
                self.told.append((await client.get("/metrics")).text)

    def found(self) -> list[str]:
        """Return what should not have been said, with a little around it."""
        text = "\n".join(self.told)
        return [text[max(each.start() - 200, 0) : each.end() + 60] for word in self.hidden for each in _all(word, text)]


def _all(word: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(re.escape(word), text))[:5]


def client(url: str, heard: Heard, token: str) -> httpx.AsyncClient:
    heard.hidden += [token, token.rpartition(".")[2]]
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120)


def spoiled(sent):
    """Return an event in ways in which it is not taken, each with what is personal in the wrong place or form."""
    yield {**sent, "time": ODD}
    yield {**sent, "specversion": ODD}
    yield {**sent, "actor": [ODD]}
    yield {**sent, "partitionkey": f"$policy-{MARK}\0"}
    yield {**sent, "data": {name: [ODD] for name in sent["data"]}}
    yield {**sent, "data": {name: {"x": ODD} for name in sent["data"]}}
    yield {**sent, "data": sent["data"] | dict.fromkeys(sent["data"], ODD * 2_000)}
    yield {**sent, "data": ODD}


def test_the_history_has_every_field_that_is_marked_as_personal():
    told = events(ACCOUNT)
    wires = {each["type"] for each in told if sentinels(each["data"])}
    schemas = {wire: catalogue().json_schema(wire) for wire in catalogue().events}
    assert wires == {wire for wire, each in schemas.items() if marked(each["properties"]["data"], each["$defs"])}
    assert len(wires) >= 50
    found = [word for each in told for word in sentinels(each["data"])]
    assert len(found) == len(set(found)) >= 70


@pytest.fixture
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("broker"))
    await broker.start()
    yield broker
    broker.kill()


async def test_nothing_of_it_is_told(  # noqa: PLR0913, PLR0917 -- fixtures
    broker, servers, projection, cuttable, link, tmp_path, record_property
):
    await bound(projection, broker.kafka)
    heard, kafka = Heard(), broker.kafka
    ingest, api = Service(kafka, tmp_path), ReadApi(kafka, tmp_path, cuttable)
    await ingest.start()
    await api.start()
    worker = Worker(kafka, cuttable, tmp_path).start()
    try:
        await taken_and_refused(ingest, heard)
        await dead_letters(kafka)
        await caught_up(kafka, projection, worker)
        await asked(api, heard)
        await heard.metrics(ingest.url, api.url, worker.url)
        await a_database_that_refuses(kafka, projection, worker)
        await a_database_that_is_away(link, api, heard)
        await heard.metrics(ingest.url, api.url)
        broker.kill()
        async with client(ingest.url, heard, good("admin")) as sender:
            heard.error(await sender.post("/v1/events", content=orjson.dumps(events(ACCOUNT)), headers=BATCH), 503)
        assert await worker.ended() != 0
    finally:
        logs = [ingest.told, api.told, worker.told]
        for each in (ingest, api):
            if each.process:
                each.process.kill()
        worker.send(signal.SIGKILL)
    heard.told += [*logs, (servers.data / "logs" / "postgres.log").read_text()]
    assert heard.found() == []
    assert heard.errors > 300
    assert all(len(each.splitlines()) > 3 for each in logs), logs
    assert {json.loads(line)["service"] for line in "".join(logs).splitlines()} == {"ingest", "api", "worker"}
    record_property("counted", f"errors without a word of what was sent: {heard.errors}")


async def taken_and_refused(ingest, heard):
    told = events(ACCOUNT)
    async with client(ingest.url, heard, good("admin")) as admin:
        for headers, body in ((BATCH, orjson.dumps(told)), (LINES, b"\n".join(map(orjson.dumps, told)))):
            answer = await admin.post("/v1/events", content=body, headers=headers)
            assert answer.status_code == 202, answer.text
        for sent in filter(sentinels, told):
            for each in spoiled(sent):
                answer = await admin.post("/v1/events", content=orjson.dumps(each), headers=SINGLE)
                if answer.status_code != 202:  # a few types take any word for anything
                    heard.error(answer, 413, 422)
        heard.error(await admin.post("/v1/events", content=f'{{"a": "{ODD}"', headers=SINGLE), 422)
        heard.error(await admin.post("/v1/events", content=ODD, headers={"Content-Type": f"text/{MARK}"}), 415)
        heard.error(await admin.post("/v1/restore", content=orjson.dumps(told), headers=BATCH), 422)
        heard.error(await admin.get(f"/v1/types/{ODD}"), 404)
    for name, make in CONDITIONS.items():
        if make and name != "valid":
            async with client(ingest.url, heard, make("admin", [ACCOUNT], "*")) as nobody:
                heard.error(await nobody.post("/v1/events", content=orjson.dumps(told), headers=BATCH), 401)
    async with client(ingest.url, heard, good("emitter", ["another"], ["another"])) as other:
        heard.error(await other.post("/v1/events", content=orjson.dumps(told), headers=BATCH), 403)


async def dead_letters(kafka):
    """Put on the log what only somebody else could have put there: undecodable, misrouted, and conflicts."""
    bad = [orjson.dumps(each) for sent in events(ACCOUNT) for each in spoiled(sent)]
    good_ones = [orjson.dumps(each) for each in events(ACCOUNT)]
    conflicts = [orjson.dumps({**each, "actor": f"{MARK}-another"}) for each in events(ACCOUNT)]
    key = ACCOUNT.encode()
    records = [(HERE, key, value) for value in (ODD.encode(), *bad[:500], *conflicts)]
    await append(kafka, [*records, *((HERE, f"{MARK}-key".encode(), value) for value in good_ones)])


async def asked(api, heard):
    async with client(api.url, heard, good("auditor")) as auditor:
        for path in (f"/v1/accounts/{ACCOUNT}/org-map", f"/v1/accounts/{ACCOUNT}/events", "/v1/dead-letters"):
            answer = await auditor.get(path)
            assert (answer.status_code, MARK in answer.text) == (200, True)
        for path, query in (("/v1/accounts", {"q": ODD}), ("/v1/events", {"source": ODD, "id": ODD})):
            assert (await auditor.get(path, params=query)).status_code == 200
        for path, query in ASKED:
            heard.error(await auditor.get(path, params=query), 404, 422)
        supposed = {"question": ODD, "add": [{**event(), "data": {"contact": ODD * 100, "level": ODD}}]}
        for body in (supposed, {"question": "attitude", "drop": [{"source": ODD, "id": ODD}]}):
            heard.error(await auditor.post(f"/v1/accounts/{ACCOUNT}/what-if", json=body), 422)
    for name, make in CONDITIONS.items():
        if make and name != "valid":
            async with client(api.url, heard, make("auditor", [ACCOUNT], "*")) as nobody:
                heard.error(await nobody.get(f"/v1/accounts/{ACCOUNT}/attitude"), 401)
    async with client(api.url, heard, good("auditor", ["another"])) as other:
        heard.error(await other.get(f"/v1/accounts/{ACCOUNT}/attitude"), 404)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(f"GET /{MARK} {MARK} HTTP/9.9\r\n{MARK}\r\n\r\n".encode())
    heard.told.append((await reader.read()).decode())
    writer.close()


async def a_database_that_refuses(kafka, projection, worker):
    """The server's own words quote the row that it does not take."""
    await projection.run(f"ALTER TABLE journal ADD CHECK (account <> '{ACCOUNT}-2')")
    sent = event(partitionkey=f"{ACCOUNT}-2", id=f"{MARK}-1", actor=f"{MARK}-actor")
    await append(
        kafka, [(partition_of(sent["partitionkey"], PARTITIONS), sent["partitionkey"].encode(), orjson.dumps(sent))]
    )

    async def complained():
        return "IntegrityError" in worker.told

    await until(complained, worker)


async def a_database_that_is_away(link, api, heard):
    link.cut()
    async with client(api.url, heard, good("auditor")) as auditor:
        for path in (f"/v1/accounts/{ACCOUNT}/attitude", "/v1/portfolio/attitude", "/health/ready", "/v1/reads"):
            heard.error(await auditor.get(path), 503)
