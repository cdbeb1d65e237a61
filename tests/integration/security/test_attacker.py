"""With a good token for one account, and everything that can be forged, guessed or kept: nothing of another's."""

from datetime import UTC, datetime, timedelta
from itertools import product

import orjson
import pytest

from services import receipt
from services.projections import bookmark, cut
from services.projections.bookmark import Bookmark, Ticking, Within
from services.projections.cut import Cut
from services.projections.questions import PORTFOLIO
from tests.integration.following import PACE, serving
from tests.integration.projection import LOG_ID, PARTITIONS, START, power
from tests.integration.security import world
from tests.integration.security.asking import Request, ask
from tests.integration.security.bearers import good
from tests.integration.security.world import BRANCH, NEXT, OURS, THEIRS
from tests.unit.strategies import needed

NAMES = ("account", "contact", "member", "manager", "opportunity", "source", "party", "unit", "criteria")
EVER = datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), START
OFFSETS = 0, -1, -(2**63), 2**62, 3


async def test_what_a_question_over_all_accounts_is_asked_about_names_nobody_elses(api):
    """Each parameter that takes an id is given theirs."""
    asked = 0
    for question in PORTFOLIO.values():
        for name in sorted(question.parameters.model_fields.keys() & set(NAMES)):
            for value in (THEIRS, BRANCH, NEXT, f"c-li-{THEIRS}", f"m-{THEIRS}"):
                query = needed(question.parameters) | {name: value}
                for accept in ("application/json", "text/csv"):
                    there = Request("GET", f"/v1/portfolio/{question.name}", query, {"Accept": accept})
                    answer = await ask(api, there.by(good("manager", [OURS])))
                    assert answer.status in (200, 422), answer.body
                    assert b"-globex" not in answer.body.replace(value.encode(), b""), (there, answer.body)
                    asked += 1
    assert asked > 0


def forged_cuts():
    for as_of, known_at, offset, only_known in product(EVER, EVER, OFFSETS, (True, False)):
        offsets = dict.fromkeys(range(PARTITIONS), offset)
        yield Cut(as_of, known_at, only_known, complete=True, offsets=offsets, log_id=LOG_ID, version="x").encode()


async def test_a_forged_token_shows_no_more_than_may_be_seen(api):
    token = good("manager", [OURS])
    for forged in forged_cuts():
        for path, query in (
            (f"/v1/accounts/{OURS}/attitude", {}),
            (f"/v1/accounts/{THEIRS}/attitude", {}),
            ("/v1/portfolio/attitude", {}),
            (f"/v1/accounts/{OURS}/diff", {"question": "attitude", "from": "2025-01-01"}),
        ):
            name = "to_token" if "diff" in path else "token"
            answer = await ask(api, Request("GET", path, query | {name: forged}).by(token))
            assert answer.status in (200, 404, 410, 422, 503), (path, cut.decode(forged), answer.body)
            assert (answer.status == 200) <= (THEIRS not in path)
            assert b"globex" not in answer.bytes


def forged_marks():
    for tick, offset, known in product((EVER[0], EVER[1], bookmark.day(START)), OFFSETS, OFFSETS):
        offsets, others = dict.fromkeys(range(PARTITIONS), offset), dict.fromkeys(range(PARTITIONS), known)
        plain = Bookmark(offsets, tick, others, LOG_ID)
        yield from (
            plain,
            plain._replace(within=Within(0, offset + 1, THEIRS), filter="x"),
            plain._replace(within=Within(99, 5, THEIRS)),
            plain._replace(ticking=Ticking(tick + timedelta(days=1), THEIRS) if tick.year < 9999 else None),
        )


async def test_a_forged_place_in_the_stream_shows_no_more_than_may_be_seen(api):
    statuses = set()
    for mark in forged_marks():
        for query in ({}, {"account": OURS}, {"account": THEIRS}):
            asked = Request("GET", "/v1/changes", query, {"Last-Event-ID": mark.encode()})
            answer = await ask(api, asked.by(good("manager", [OURS])))
            statuses.add(answer.status)
            assert answer.status in (200, 404, 410, 422, 503), (mark, answer.body)
    assert {200, 404, 422, 503} <= statuses


async def test_the_stream_of_everything_tells_nothing_of_others(projection, database, log):
    world.ours(log)
    world.theirs(log)
    await projection.take(log.records)
    facts = await projection.rows("SELECT id FROM journal WHERE account = 'acme'")
    tomorrow = PACE._replace(now=lambda: START + timedelta(days=1, hours=1), most=50)
    begin = Bookmark(dict.fromkeys(range(PARTITIONS), 0), START, dict.fromkeys(range(PARTITIONS), 0), LOG_ID).encode()
    async with serving(database, tomorrow) as stream:
        found = await stream.all_of(projection, begin, START + timedelta(days=1), accounts=[OURS])
        theirs = await stream.all_of(projection, begin, START + timedelta(days=1), accounts=[THEIRS])
    assert sorted(id_ for each in found for _, id_ in each.ids) == sorted(id_ for (id_,) in facts)
    assert {each.data["account"] for each in found} == {OURS}
    assert "globex" not in str([each.data for each in found])
    assert "globex" in str([each.data for each in theirs])  # it would have shown


async def test_whoever_sends_reads_by_a_receipt_only_what_the_source_itself_sent(projection, log, reads):
    mine, others = log.extend(power("1"), power("2", source="erp-secret"))
    conflict = log.add(power("2", 5, source="erp-secret"))
    await projection.take(log.records)
    all_places = receipt.encode(LOG_ID, [(each.partition, each.offset) for each in log.records])  # by whoever can count
    token = good("emitter", [OURS], ["crm"])
    told = await reads.ok(f"/v1/receipts/{all_places}", headers={"Authorization": f"Bearer {token}"})
    ids = {(each["partition"], each["offset"]): (each["source"], each["id"], each["detail"]) for each in told["events"]}
    assert ids[mine.partition, mine.offset] == ("crm", "1", None)
    assert ids[others.partition, others.offset] == ids[conflict.partition, conflict.offset] == (None, None, None)
    assert [each["status"] for each in told["events"]] == ["projected", "projected", "conflict"]


async def test_amendments_that_wait_are_told_of_ours_however_many_others_wait(projection, log, reads, monkeypatch):
    monkeypatch.setattr("services.projections.store.waiting.MOST", 2)
    for account in ("globex", "globex", "globex", OURS):
        target = {"source": "crm", "id": "never", "type": "power.assessed.v1"}
        amendment = {"target": target, "reason": "r"}
        sent = power(str(len(log.records)), partitionkey=account)
        log.add(sent | {"type": "event.retracted.v1", "data": amendment})
    await projection.take(log.records)
    told = await reads.ok("/v1/positions", role="manager", accounts=[OURS])
    assert [(each["account"], each["id"]) for each in told["waiting_amendments"]] == [(OURS, "3")]


async def test_an_auditor_of_one_account_sees_who_may_have_read_it_and_no_one_else(projection, log, reads):
    log.extend(power("1"), power("1", partitionkey=THEIRS))
    await projection.take(log.records)

    async def asked(subject, path, accounts):
        token = good("manager", accounts, sub=subject)
        assert (await reads.get(path, headers={"Authorization": f"Bearer {token}"})).status_code == 200

    await asked("of-theirs", "/v1/portfolio/attitude", [THEIRS])
    await asked("of-theirs", f"/v1/accounts/{THEIRS}/attitude", [THEIRS])
    await asked("of-theirs", "/v1/accounts", [THEIRS])
    await asked("of-both", "/v1/portfolio/attitude", [THEIRS, OURS])
    await asked("of-all", "/v1/accounts", "*")
    await asked("of-ours", f"/v1/accounts/{OURS}/attitude", [OURS])
    for account in ({}, {"account": OURS}):
        page = await reads.ok("/v1/reads", accounts=[OURS], **account)
        found = [each["caller"] for each in page["reads"] if each["question"] != "reads"]
        assert found == ["of-both", "of-all", "of-ours"]
    page = await reads.ok("/v1/reads", accounts=[OURS], account=THEIRS)
    assert page["reads"] == []


@pytest.mark.parametrize("claim", [[], ["$policy"], [""], ["*"], ["acme "], ["ACME"], ["acme\u200b"], ["%61cme"]])
async def test_a_claim_that_is_almost_ours_opens_nothing(api, claim):
    for path in (f"/v1/accounts/{OURS}/attitude", f"/v1/accounts/{OURS}/events", "/v1/accounts/$policy/attitude"):
        answer = await ask(api, Request("GET", path).by(good("auditor", claim)))
        assert answer.status == 404, (path, answer.body)
    everything = orjson.loads((await ask(api, Request("GET", "/v1/accounts").by(good("auditor", claim)))).body)
    assert everything["accounts"] == []
