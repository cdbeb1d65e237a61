"""Accounts that have to be folded anew: however many they are at once, few facts are in memory together."""

import tracemalloc
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from services.projections import rebuild
from services.projections.project import AT_ONCE
from tests.integration.projection import corrected, power, powers

LENGTH = 200  # facts in each account
FEW = [f"account-{number}" for number in range(AT_ONCE // LENGTH)]
MANY = [f"account-{number}" for number in range(6 * len(FEW))]


@pytest.fixture
async def told(projection, log):
    """Tell the power of one person, over and over, in many accounts."""
    for account in MANY:
        log.extend(*[power(str(number), 3, partitionkey=account) for number in range(LENGTH)])
    await projection.take(log.records)
    return projection


@contextmanager
def peak():
    """Find the most memory that was taken at once within, in bytes."""
    found = SimpleNamespace()
    tracemalloc.start()
    try:
        yield found
        found.bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_corrections_of_many_accounts_in_a_batch_take_no_more_memory_than_those_of_a_few(told, log):
    taken = {}
    for level, accounts in ((4, FEW), (5, MANY)):
        start = len(log.records)
        for account in accounts:
            log.add(corrected(f"to {level}", str(LENGTH - 1), level) | {"partitionkey": account})
        with peak() as taken[level]:
            await told.take(log.records[start:])
        assert [await powers(told, account=account) for account in accounts] == [{"c-1": level}] * len(accounts)
    assert taken[5].bytes < 2 * taken[4].bytes


async def test_a_rebuild_has_the_facts_of_one_account_in_memory_however_many_it_folds_from_the_journal(told):
    states = "SELECT account, subject, fold_version, folded_to, due, state FROM account_state ORDER BY 1, 2"
    before = await told.rows(states)
    await told.run("DELETE FROM account_state")
    taken = []
    for accounts in (MANY[:1], MANY):
        async with told.engine.begin() as connection:
            with peak() as found:
                await rebuild._refold(connection, accounts)
        taken.append(found.bytes)
    assert await told.rows(states) == before
    assert len(before) == len(MANY)
    assert taken[1] < 3 * taken[0]
