"""What is asked of the journal by probes is what looking at every row would say, at any cut, of any accounts."""

import random
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import text

from schemas import POLICY
from services import restored
from services.projections.store import accounts, changes, control, journal
from tests.integration.projection import PARTITIONS, START, power

NAMES = "abcdefghijklmno"  # more than partitions


class Row(NamedTuple):
    """A row of the journal."""

    partition: int
    offset: int
    account: str
    recorded_at: datetime
    logged_at: datetime | None

    @property
    def log_time(self):
        return self.logged_at or self.recorded_at


@pytest.fixture
def chance():
    return random.Random(7)


@pytest.fixture
async def rows(projection, log, chance):
    """Of a log in which half of the accounts begin restored, with record times that go back, and some of them go on."""
    for number in range(150):
        account = chance.choice(NAMES)
        when = START - timedelta(days=chance.randrange(1, 60))
        back = NAMES.index(account) % 2 and number < 90
        log.add(power(str(number % 60), partitionkey=account), headers=[restored.header(when)] if back else ())
        log.add(b"no event", partition=chance.randrange(PARTITIONS))
    await projection.take(log.records)
    return [Row(*row) for row in await projection.rows(f"SELECT {', '.join(map(quoted, Row._fields))} FROM journal")]


def quoted(name):
    return f'"{name}"'


async def test_probes_find_what_all_rows_say(projection, rows, chance):
    async with projection.engine.connect() as connection:
        await control.enter(connection)
        assert await journal.telling(connection, NAMES) == {row.account for row in rows if row.logged_at is None}
        for _ in range(40):
            below = {each: chance.randrange(40) for each in range(PARTITIONS)}
            some, known = chance.sample(NAMES, 3), [row for row in rows if row.offset < below[row.partition]]
            last = {row.account: row for row in sorted(known, key=lambda row: row.offset) if row.account in some}
            stood = {account: (row.offset + 1, row.log_time) for account, row in last.items()}
            assert await changes.stood(connection, some, below) == stood
            moment = START + timedelta(seconds=chance.randrange(300))
            got = [row for row in rows if row.log_time <= moment]
            ends = {each: max((row.offset + 1 for row in got if row.partition == each), default=0) for each in below}
            assert await changes.known_to(connection, moment) == ends
            known_at = START - timedelta(days=chance.randrange(80))
            back = [row for row in known if row.logged_at]
            for among in (None, some):
                of = [row.recorded_at for row in back if among is None or row.account in among]
                assert await accounts.restored(connection, among, below, None) is bool(of)
                assert await accounts.restored(connection, among, below, known_at) is any(at <= known_at for at in of)


async def test_accounts_are_walked_to_in_order_page_by_page_as_far_as_they_are_known(projection, rows, chance):
    async with projection.engine.connect() as connection:
        await control.enter(connection)
        for _ in range(40):
            below = {each: chance.randrange(40) for each in range(PARTITIONS)}
            known_at = chance.choice([None, START - timedelta(days=chance.randrange(80))])
            known = {
                row.account
                for row in rows
                if row.offset < below[row.partition] and (known_at is None or row.recorded_at <= known_at)
            }
            some, beyond, most = chance.sample(NAMES, 5), chance.choice(["", *NAMES]), chance.choice([None, 1, 2, 15])
            for among in (None, some):
                expected = sorted(each for each in known if each > beyond and (among is None or each in among))[:most]
                found = await accounts.known(connection, among, below, known_at, beyond=beyond, most=most)
                assert list(found) == expected


@pytest.mark.usefixtures("rows")
async def test_the_walk_to_accounts_ends_with_its_page(projection):
    wanted = {"accounts": None, "beyond": "a", "known_at": None, "most": 3, "policy": POLICY}
    cut = {"partitions": list(range(PARTITIONS)), "offsets": [1_000] * PARTITIONS}
    async with projection.engine.connect() as connection:
        await control.enter(connection)
        explained = await connection.execute(
            text(f"EXPLAIN (ANALYZE, FORMAT JSON) {accounts.KNOWN.text}"), wanted | cut
        )
        (plan,) = explained.scalar_one()
    (union,) = [each for each in parts(plan["Plan"]) if each["Node Type"] == "Recursive Union"]
    assert union["Actual Rows"] == 1 + 3  # where it begins, and the page


def parts(plan):
    yield plan
    for each in plan.get("Plans", ()):
        yield from parts(each)


async def test_every_fact_that_is_read_knows_when_the_log_got_it(projection, rows):
    log_times = {(row.partition, row.offset): row.log_time for row in rows}
    wires = ["power.assessed.v1"]
    async with projection.engine.connect() as connection:
        await control.enter(connection)
        for read in (
            [fact async for _, facts in journal.all_facts(connection, None, wires) for fact in facts],
            await journal.earlier(connection, dict.fromkeys(NAMES, 1_000), wires),
        ):
            assert {(fact.partition, fact.offset): fact.log_time for fact in read} == log_times
