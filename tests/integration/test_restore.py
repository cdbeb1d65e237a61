"""A restored event keeps its record time, and has its place only among its like: live, in answers, told again."""

import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas import catalogue
from services import receipt, restored
from services.access import Caller
from services.ingest import restoring
from services.projections.answers import Asked
from services.projections.questions import ACCOUNT
from tests.integration.conftest import fresh
from tests.integration.projection import LOG_ID, START, Log, power, powers, projected
from tests.integration.reading import reading
from tests.integration.test_any_history import HISTORIES, arriving
from tests.unit.sending import event
from tests.unit.strategies import ACCOUNTS, POOLS, needed

THEN = datetime(
    2024, 3, 1, 9, tzinfo=UTC
)  # when the first restored event was recorded; each a day after the one before
ADMIN = Caller("keeper", "admin", "*", "*")
STAMPS = {"submittedby": "sender-7", "catalogueversion": catalogue().version}  # as ingest writes them
JOURNAL = 'SELECT account, source, id, digest, recorded_at, raw FROM journal ORDER BY partition, "offset"'
STATES = "SELECT account, subject, due, state FROM account_state ORDER BY 1, 2"


def first_recorded(days):
    return THEN + timedelta(days=days)


@pytest.fixture
def tell(log):
    """Append an event to the log: restored, if it was first recorded so many days after THEN."""

    def append(sent, days=None):
        return log.add(sent, headers=() if days is None else [restored.header(first_recorded(days))])

    return append


async def test_a_restored_fact_keeps_its_record_time_and_the_log_its_own(projection, log, tell, reads):
    tell(power("1", 1), 0), tell(power("2", 5, time="2025-03-02T09:00:00Z"), 1)
    await projection.take(log.records)
    rows = await projection.rows("SELECT recorded_at, logged_at FROM journal ORDER BY id")
    assert rows == [(first_recorded(day), START + timedelta(seconds=day)) for day in (0, 1)]
    assert await projection.rows("SELECT recorded_at FROM position WHERE next_offset > 0") == [
        (START + timedelta(seconds=1),)
    ]
    for days, expected in ((-1, {}), (0, {"c-1": 1}), (1, {"c-1": 5})):
        assert await powers(projection, Asked(known_at=first_recorded(days))) == expected
    lines = (await reads.get("/v1/replay")).content.splitlines()
    assert [datetime.fromisoformat(orjson.loads(line)["recordedat"]) for line in lines] == [row[0] for row in rows]
    (lineage,) = (await reads.ok("/v1/events", source="crm", id="2"))["events"]
    assert datetime.fromisoformat(lineage["recorded_at"]) == first_recorded(1)
    assert datetime.fromisoformat(lineage["logged_at"]) == START + timedelta(seconds=1)


async def test_saved_states_go_as_far_as_the_log_so_that_what_was_in_the_future_then_is_folded_in(
    projection, log, tell
):
    tell(power("1", 1, time="2024-03-05T09:00:00Z"), 0)  # true four days after it was recorded, and long since
    await projection.take(log.records)
    assert await projection.rows("SELECT folded_to, due FROM account_state WHERE subject = 'assessment'") == [
        (START, None)
    ]
    assert await powers(projection) == {"c-1": 1}


async def test_what_comes_back_among_other_events_is_a_dead_letter_and_a_receipt_says_so(projection, log, tell, reads):
    became = [
        (tell(power("1", 1), 0), "projected"),
        (tell(power("1", 1), 0), "duplicate"),
        (tell(power("2", 2), 1), "projected"),
        (tell(power("1", 1)), "duplicate"),  # sent, but known: the account is as open as before
        (tell(power("3", 3), 2), "projected"),
        (tell(power("4", 4)), "projected"),
        (tell(power("5", 5), 3), "occupied"),
        (tell(power("2", 2), 1), "duplicate"),
        (tell(power("3", 1), 2), "conflict"),
        (tell(power("5", 5)), "projected"),  # what was refused was not told
        (tell(power("5", 5), 3), "duplicate"),
        (tell(power("6", 1, partitionkey="globex"), 4), "projected"),
    ]
    await projection.take(log.records)
    token = receipt.encode(LOG_ID, [(record.partition, record.offset) for record, _ in became])
    told = (await reads.ok(f"/v1/receipts/{token}", role="emitter"))["events"]
    found = {(each["partition"], each["offset"]): each for each in told}
    assert [found[record.partition, record.offset]["status"] for record, _ in became] == [each for _, each in became]
    late = became[6][0]
    assert "not restored" in found[late.partition, late.offset]["detail"]
    assert (await reads.ok("/v1/positions"))["dead_letters"] == {"conflict": 1, "occupied": 1}


async def test_an_interrupted_restore_is_begun_anew_and_goes_on(projection, log, tell):
    for number in (0, 1, 0, 1, 2, 3):
        tell(power(str(number), number + 1), number)
    await projection.take(log.records[:2])
    applied = await projection.take(log.records[2:])
    assert (applied.facts, applied.duplicates, applied.letters) == (2, 2, ())
    tell(power("4", 5))  # and life goes on
    await projection.take(log.records)
    assert len(await projection.identities()) == 5
    assert await powers(projection) == {"c-1": 5}


async def test_however_a_log_is_cut_into_batches_the_same_becomes_of_it(projection, log, tell):
    chance = random.Random(4)
    for _ in range(120):
        account, number = chance.choice("abcdef"), chance.randrange(6)
        sent = power(str(number), chance.choice((1, 1, 5)), partitionkey=account)
        tell(sent, chance.choice((None, 1, 2, 3)))
    facts: dict[tuple[str, str], int] = {}
    letters, telling = [], set[str]()
    for record in log.records:
        sent, back = orjson.loads(record.value), bool(record.headers)
        identity, level = (sent["partitionkey"], sent["id"]), sent["data"]["level"]
        if identity in facts:
            if facts[identity] != level:
                letters.append((record.partition, record.offset, "conflict"))
        elif back and identity[0] in telling:
            letters.append((record.partition, record.offset, "occupied"))
        else:
            facts[identity] = level
            telling |= set() if back else {identity[0]}
    assert {reason for *_, reason in letters} == {"conflict", "occupied"}
    kept = None
    for most in (1, 3, 120):
        await projection.empty()
        done = 0
        while done < len(log.records):
            size = chance.randint(1, most)
            await projection.take(log.records[done : done + size])
            done += size
        assert {(account, id_) for account, _, id_ in await projection.identities()} == facts.keys()
        assert await projection.letters() == sorted(letters)
        states = await projection.rows(STATES)
        assert kept in (None, states)
        kept = states


async def test_answers_say_restored_where_anything_of_them_was_known_and_only_there(projection, log, tell, reads):
    tell(power("1", 1, partitionkey="back"), 0)
    tell(power("2", 1, partitionkey="own"))
    tell(event("account.merged.v1", {"into": "whole"}, id="3", partitionkey="back"), 1)
    tell(power("4", 1, partitionkey="whole"))
    await projection.take(log.records)
    of = "/v1/accounts/{}/power-interest"

    async def flagged(path, **asked):
        return (await reads.ok(path, **asked)).get("restored")

    assert await flagged(of.format("back")) is True
    assert await flagged(of.format("own")) is None
    assert await flagged(of.format("whole")) is True  # by what is merged into it
    before_the_merger = first_recorded(0).isoformat()
    assert await flagged(of.format("whole"), known_at=before_the_merger) is None
    assert await flagged(of.format("back"), known_at=before_the_merger) is True
    assert await flagged(of.format("back"), known_at=first_recorded(-1).isoformat()) is None
    for question in ("power-interest", "accounts"):  # account by account, and of all
        path = f"/v1/portfolio/{question}"
        assert await flagged(path) is True
        assert await flagged(path, accounts=["own"]) is None
        assert await flagged(path, known_at=first_recorded(-1).isoformat()) is None
    assert await flagged("/v1/portfolio/power-interest", accounts=["whole", "back"]) is True
    token = (await reads.ok(of.format("own")))["token"]
    tell(event("account.merged.v1", {"into": "own"}, id="6", partitionkey="back"))
    await projection.take(log.records)
    assert await flagged(of.format("own"), token=token) is None
    assert await flagged(of.format("own")) is True


async def test_a_restored_policy_is_below_every_answer_wherever_it_is_known(projection, log, tell, reads):
    tell(power("1", 1, partitionkey="own"))
    await projection.take(log.records)
    own, body = "/v1/accounts/own", {"question": "strength"}
    paths = [own + "/strength", own + "/diff", *(f"/v1/portfolio/{each}" for each in ("strength", "accounts", "diff"))]
    token = (await reads.ok(paths[0]))["token"]
    data = {"weights": {"meeting": 9.0}, "half_lives": {}, "kappa": 20}
    tell(event("strength_model.defined.v1", {"version": "s-1", **data}, id="2", partitionkey="$policy"), 0)
    await projection.take(log.records)
    assert await projection.letters() == []
    before, since = first_recorded(-1).isoformat(), first_recorded(0).isoformat()
    for path in paths:
        diff = path.endswith("diff")
        moment, more = ("known_to", {"from": before, **body}) if diff else ("known_at", {})
        for accounts in ("*", ["own"]):
            answers = [
                await reads.ok(path, accounts=accounts, **more, **asked)
                for asked in ({}, {moment: since}, {moment: before}, {"to_token" if diff else "token": token})
            ]
            assert [each.get("restored") for each in answers] == [True, True, None, None], (path, accounts)
    supposed = body | {"drop": [{"source": "crm", "id": "1"}]}
    assert (await reads.post(own + "/what-if", supposed)).json()["restored"] is True


async def exported(reads):
    """Export all that a read API has."""
    return [orjson.loads(line) for line in (await reads.get("/v1/replay")).content.splitlines()]


def brought_back(export, log):
    """Put an export on a log as POST /v1/restore does."""
    now = datetime.now(tz=UTC)
    for judged in restoring.judge(export, ADMIN, now):
        log.add(orjson.loads(judged.value), at=now, headers=[restored.header(judged.recorded_at or now)])


async def follow(projection, log):
    """Project a log from its beginning, to its end."""
    await projection.empty()
    await projection.take(log.records)
    await projection.see(log.records)


def without_place(line):
    return {name: each for name, each in line.items() if name != "logposition"}


async def said(reads, path, asked):
    """Ask for an answer, without what is of the log that it is read from."""
    answer = await reads.get(path, **asked)
    told = answer.json()
    return answer.status_code, {name: each for name, each in told.items() if name not in ("token", "restored")}


MOMENTS = st.datetimes(THEN.replace(tzinfo=None), datetime(2025, 3, 1)).map(lambda at: at.isoformat() + "Z")  # noqa: DTZ001 -- in UTC


@pytest.fixture(scope="module")
async def both(servers):
    """Two projections of logs of their own, each with its read API."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            database = await stack.enter_async_context(fresh(servers))
            of = await stack.enter_async_context(projected(database))
            made.append((of, await stack.enter_async_context(reading(database))))
        yield made


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # an example takes a second: too long to shrink
    suppress_health_check=list(HealthCheck),
)
@given(
    told=HISTORIES.filter(lambda told: all(told.values())),
    pairs=st.lists(st.tuples(MOMENTS, MOMENTS), min_size=4, max_size=4),
    chance=st.randoms(use_true_random=False),
)
async def test_an_export_that_comes_back_is_the_same_history_with_the_same_answers(both, told, pairs, chance):
    (first, reads), (second, reads_again) = both
    log, again = arriving(told, chance, STAMPS), Log()
    await follow(first, log)
    brought_back(await exported(reads), again)
    await follow(second, again)
    journals = [await each.rows(JOURNAL) for each in (first, second)]
    assert journals[0] == journals[1] != []
    assert [without_place(each) for each in await exported(reads_again)] == [
        without_place(each) for each in await exported(reads)
    ]
    for name in chance.sample(sorted(ACCOUNT), 4):
        for as_of, known_at in pairs:
            path, asked = f"/v1/accounts/{ACCOUNTS[0]}/{name}", {"as_of": as_of, "known_at": known_at, "explain": 1}
            asked |= {parameter: chance.choice(POOLS[parameter]) for parameter in needed(ACCOUNT[name].parameters)}
            assert await said(reads_again, path, asked) == await said(reads, path, asked), (name, as_of, known_at)
