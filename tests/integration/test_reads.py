"""Who read what is recorded: every question that somebody with a token asked, answered or refused."""

import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.projections.api import ledger, noting, retention
from services.projections.api.ledger import Ledger, Unrecordable
from services.projections.store import control
from services.projections.store import reads as store
from tests.integration.projection import power
from tests.integration.reading import CSV, NDJSON, reading
from tests.integration.service import ReadApi
from tests.unit.sending import event
from tests.unit.test_ledger import a_read

SAID = ("question", "account", "portfolio", "compares", "role", "outcome", "status")
ACME = "/v1/accounts/acme"
NOW, HOUR = datetime.now(UTC), timedelta(hours=1)  # older than days enough, reads are forgotten by the API itself


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
    await reads.ok("/v1/positions", account="acme")  # polled, and of no customer
    await reads.problem(422, "/v1/receipts/none")
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
    problem = await reads.problem(422, "/v1/reads", cursor="2025-01-01T00:00:00+00:00")
    assert [each["parameter"] for each in problem["errors"]] == ["cursor"]


async def test_reads_outlive_a_database_that_was_away_and_are_written_once(projection, reads, database):
    await reads.get("/v1/accounts/a/attitude")
    await projection.run("ALTER TABLE rapport.read RENAME TO away")
    told = await reads.problem(503, "/v1/reads")  # nothing is forgotten
    assert (told["type"], "run `rapport migrate`" in told["detail"]) == ("urn:rapport:problem:reads", True)
    assert (await reads.problem(503, "/health/ready"))["type"] == "urn:rapport:problem:reads"
    await projection.run("ALTER TABLE rapport.away RENAME TO read")
    await reads.ok("/health/ready")
    asked = [("attitude", 404), ("reads", 503)]
    assert [(each[0], each[-1]) for each in await said(reads)] == asked
    async with reading(database) as other:
        assert [(each[0], each[-1]) for each in await said(other)][:2] == asked


async def test_a_read_that_began_before_the_page_and_was_noted_after_it_is_on_the_next_page(projection, reads):
    await noted(projection, "late", at=NOW)
    page = await reads.ok("/v1/reads", limit=1)
    await noted(projection, "slow", at=NOW - HOUR)
    following = await reads.ok("/v1/reads", limit=2, cursor=page["next"])
    assert [page["reads"][0]["account"], following["reads"][0]["account"]] == ["late", "slow"]


async def test_who_may_have_seen_an_account_among_others_is_found_by_it(projection, log, reads):
    log.extend(power("1"), power("2", partitionkey="acme-old"))
    log.add(event("account.merged.v1", {"into": "acme"}, id="3", partitionkey="acme-old"))
    await projection.take(log.records)
    await reads.ok("/v1/portfolio/attitude", role="manager", accounts=["acme", "acme-old"])
    await reads.ok("/v1/portfolio/attitude", role="manager", accounts=["globex"])
    await reads.ok("/v1/accounts", role="admin")
    await reads.ok(f"{ACME}/attitude", role="manager")
    found = [(row[0], row[1], row[4]) for row in await said(reads, account="acme-old")]
    assert found == [
        ("attitude", None, "manager"),
        ("accounts", None, "admin"),
        ("attitude", "acme", "manager"),  # into which it was merged
    ]
    assert await said(reads, account="acme-old", accounts=["acme"]) == []  # who may see an account is nobody's business


async def test_one_request_notes_some_accounts_and_the_rest_in_one_read(reads):
    many = [f"a-{number:02}" for number in range(noting.MOST + 2)]
    await reads.problem(404, "/v1/changes", account=many)
    rows = await said(reads)
    assert [row[1] for row in rows] == [*many[: noting.MOST], None]
    assert [row[1] for row in await said(reads, account=many[-1])] == [None]


async def test_reads_are_forgotten_after_so_many_days(projection, reads):
    for account, at in (("a", NOW - HOUR), ("b", NOW - HOUR), ("c", NOW)):
        await noted(projection, account, at=at)
    assert await retention.forget(projection.engine, NOW) == 2
    assert [row[1] for row in await said(reads)] == ["c"]


async def test_a_table_that_is_not_there_is_said_once_and_what_waits_is_counted(projection, monkeypatch, caplog):
    monkeypatch.setattr(ledger, "PATIENCE", 2.0)
    monkeypatch.setattr(ledger, "BEAT", 0.01)
    await projection.run("DROP TABLE rapport.read")
    book = Ledger()
    book.add(a_read("acme"))
    with pytest.raises(Unrecordable):
        await book.check(projection.engine)
    await book.close(projection.engine)
    assert [each.getMessage() for each in caplog.records if each.name == ledger.__name__] == [
        f"Reads cannot be recorded, and wait: {ledger.REMEDY}",
        "1 reads are not recorded: the database did not take them",
    ]
    async with projection.engine.begin() as connection:
        await control.ensure(connection)
    await book.flush(projection.engine)
    assert await projection.rows("SELECT account FROM rapport.read") == [("acme",)]


async def noted(projection: Any, account: str, *, at: datetime) -> None:
    """Write a read as another process does."""
    async with projection.engine.begin() as connection:
        await store.append(connection, [a_read(account, at)])


@pytest.mark.usefixtures("projection")
async def test_a_process_that_is_asked_to_stop_writes_what_it_holds(servers, database, projection, tmp_path):
    service = ReadApi(servers.kafka, tmp_path, database)
    await service.start()
    async with service.client(role="manager", accounts=["acme"]) as client:
        for account in ("acme", "globex"):
            assert (await client.get(f"/v1/accounts/{account}/attitude")).status_code == 404
        assert service.process
        service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(300) == 0
    rows = await projection.rows("SELECT caller, account, status FROM rapport.read ORDER BY time")
    assert rows == [("sender-7", "acme", 404), ("sender-7", "globex", 404)]
