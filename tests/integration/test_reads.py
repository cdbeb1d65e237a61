"""Who read what is recorded: every question that somebody with a token asked, answered or refused."""

import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.integration.projection import power
from tests.integration.reading import CSV, NDJSON, reading
from tests.integration.service import Service

SAID = ("question", "account", "portfolio", "compares", "role", "outcome", "status")
ACME = "/v1/accounts/acme"


async def said(reads: Any, **wanted: Any) -> list[tuple[Any, ...]]:
    page = await reads.ok("/v1/reads", **wanted)
    return [tuple(each[name] for name in SAID) for each in page["reads"]]


async def test_what_was_asked_and_what_was_refused_is_told_to_auditors(projection, log, reads):
    log.add(power("1"))
    await projection.take(log.records)
    answer = await reads.ok(f"{ACME}/power-interest", role="manager", as_of="2025-03-01T10:00:00Z")
    await reads.ok("/v1/portfolio/attitude")
    await reads.problem(404, f"{ACME}/attitude", role="manager", accounts=["globex"])
    await reads.problem(403, f"{ACME}/events", role="manager")
    await reads.problem(401, f"{ACME}/attitude", headers={"Authorization": ""})  # of nobody that we know
    await reads.problem(422, f"{ACME}/attitude", as_of="yesterday", contact="c-secret")
    await reads.ok(f"{ACME}/diff", question="attitude", from_="2025-01-01")
    await reads.post(f"{ACME}/what-if", {"question": "attitude", "add": [], "drop": [{"source": "crm", "id": "1"}]})
    await reads.get("/v1/replay", account="acme")
    await reads.problem(403, "/v1/reads", role="manager")
    await reads.problem(403, "/v1/reads", role="admin")
    assert await said(reads) == [
        ("power-interest", "acme", False, None, "manager", "answered", 200),
        ("attitude", None, True, None, "auditor", "answered", 200),
        ("attitude", "acme", False, None, "manager", "refused", 404),
        ("events", "acme", False, None, "manager", "refused", 403),
        ("attitude", "acme", False, None, "auditor", "unfit", 422),
        ("diff", "acme", False, "attitude", "auditor", "answered", 200),
        ("what-if", "acme", False, "attitude", "auditor", "answered", 200),
        ("replay", "acme", False, None, "auditor", "answered", 200),
        ("reads", None, False, None, "manager", "refused", 403),
        ("reads", None, False, None, "admin", "refused", 403),
    ]
    page = await reads.ok("/v1/reads")
    assert (page["reads"][-1]["question"], len(page["reads"])) == ("reads", 11)  # to read this is to read, too
    first = page["reads"][0]
    assert (first["caller"], first["as_of"], first["known_at"]) == ("reader-7", answer["as_of"], answer["known_at"])
    assert "c-secret" not in str(page)


async def test_reads_are_chosen_and_come_in_pages_and_as_rows(reads):
    for account in ("a", "b", "a", "c"):
        await reads.get(f"/v1/accounts/{account}/attitude")
    since = (await reads.ok("/v1/reads"))["reads"][2]["time"]
    assert [each[1] for each in await said(reads, account="a")] == ["a", "a"]
    assert [each[1] for each in await said(reads, accounts=["b"])] == ["b", None]  # and what is about no account
    assert await said(reads, caller="somebody") == []
    assert [each[1] for each in await said(reads, from_=since)][:2] == ["a", "c"]
    page = await reads.get("/v1/reads", limit=3)
    following = page.json()["next"]
    assert httpx.URL(page.links["next"]["url"]).params["cursor"] == following
    rest = await reads.ok("/v1/reads", cursor=following, limit=1)
    assert [each["account"] for each in rest["reads"]] == ["c"]
    lines = (await reads.get("/v1/reads", account="c", headers=CSV)).text.splitlines()
    assert lines[0].startswith("read,time,caller,role,question,")
    assert len(lines) == 2
    assert (await reads.get("/v1/reads", account="c", headers=NDJSON)).text.count("\n") == 2  # to read of c is about c
    problem = await reads.problem(422, "/v1/reads", cursor="x/y")
    assert [each["parameter"] for each in problem["errors"]] == ["cursor"]


async def test_reads_outlive_a_database_that_was_away_and_are_written_once(projection, reads, database):
    await reads.get("/v1/accounts/a/attitude")
    await projection.run("ALTER TABLE rapport.read RENAME TO away")
    assert (await reads.get("/v1/reads")).status_code == 500  # the table that is not there; nothing is forgotten
    await projection.run("ALTER TABLE rapport.away RENAME TO read")
    asked = [("attitude", 404), ("reads", 500)]
    assert [(each[0], each[-1]) for each in await said(reads)] == asked
    async with reading(database) as other:
        assert [(each[0], each[-1]) for each in await said(other)][:2] == asked


@pytest.mark.usefixtures("projection")
async def test_a_process_that_is_asked_to_stop_writes_what_it_holds(servers, database, projection, tmp_path):
    service = Serving(servers.kafka, tmp_path, database)
    await service.start()
    async with service.client(role="manager", accounts=["acme"]) as client:
        for account in ("acme", "globex"):
            assert (await client.get(f"/v1/accounts/{account}/attitude")).status_code == 404
        assert service.process
        service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == -signal.SIGTERM
    rows = await projection.rows("SELECT caller, account, status FROM rapport.read ORDER BY time")
    assert rows == [("sender-7", "acme", 404), ("sender-7", "globex", 404)]


class Serving(Service):
    """The read API as a process of its own."""

    def __init__(self, kafka: Any, home: Any, database: Any) -> None:
        super().__init__(kafka, home)
        self._environment |= {"RAPPORT_API": self.url, "RAPPORT_DATABASE": database.plain()}
        self._errors = home / "api.log"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it and do not wait for anything."""
        with self._errors.open("wb") as log:
            command = [sys.executable, "-m", "services.projections", "api"]
            self.process = subprocess.Popen(command, env=self._environment, stderr=log)  # noqa: S603 -- our own command
        return self.process
