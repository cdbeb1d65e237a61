"""Who watches a campaign: a sampler of the database, and a reader who asks all the time."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import asyncpg
import httpx
from sqlalchemy import make_url

from services.projections import cut
from tests.chaos.oracle import ANSWERS
from tests.chaos.recording import Asked, Attempt, History, Look, Sample, Tables

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)
SAMPLING, ASKING = 0.3, 0.15  # seconds between two
WAITS = 0.1  # of the questions wait for what has just been acknowledged
CHASED = 8  # answers about an account that is about to change, one right after the other
STIRS, STIR = 200, 0.005  # looks for such an account, and the seconds between two
# Between two samples a position may go back and forth: each move is noted by the database itself.
WATCHED = """
    CREATE SCHEMA IF NOT EXISTS chaos;
    CREATE TABLE IF NOT EXISTS chaos.backwards (partition integer, was bigint, became bigint);
    CREATE OR REPLACE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN INSERT INTO chaos.backwards VALUES (old.partition, old.next_offset, new.next_offset); RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER noted AFTER UPDATE ON projection_{version}.position
        FOR EACH ROW WHEN (new.next_offset < old.next_offset) EXECUTE FUNCTION chaos.note();
"""


async def sample(database: str, history: History) -> None:
    """Look at positions and rows, in one snapshot each time, until cancelled."""
    while True:
        try:
            connection = await asyncpg.connect(plain(database), timeout=5, command_timeout=20)
            try:
                watched = None
                while True:
                    history.samples.append(await look(connection))
                    if watched != history.samples[-1].version:
                        watched = history.samples[-1].version
                        await connection.execute(WATCHED.format(version=watched))
                    await asyncio.sleep(SAMPLING)
            finally:
                connection.terminate()
        except AWAY:
            await asyncio.sleep(SAMPLING)


async def look(connection: asyncpg.Connection) -> Sample:
    """Take one snapshot."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        version = await connection.fetchval("SELECT active FROM rapport.projection")
        schema = f"projection_{version}"
        positions = await connection.fetch(f"SELECT partition, next_offset FROM {schema}.position")
        journal, letters = [
            await connection.fetch(f"SELECT partition, count(*) FROM {schema}.{table} GROUP BY 1")
            for table in ("journal", "dead_letter")
        ]
    return Sample(time.monotonic(), version, dict(positions), dict(journal), dict(letters))


async def sampled(database: str) -> Sample:
    """Take one snapshot, over a connection of its own; raises one of AWAY if there is none to be had."""
    connection = await asyncpg.connect(plain(database), timeout=5, command_timeout=20)
    try:
        return await look(connection)
    finally:
        connection.terminate()


async def passed(database: str, ends: Mapping[int, int]) -> None:
    """Wait until the database is as far as the log was, whatever comes meanwhile."""
    while True:
        with contextlib.suppress(*AWAY):
            positions = (await sampled(database)).positions
            if all(positions[each] >= end for each, end in ends.items()):
                return
        await asyncio.sleep(0.2)


async def backwards(database: str) -> list[tuple[int, int, int]]:
    """Return each move of a position that went back: partition, from where, to where."""
    connection = await asyncpg.connect(plain(database))
    try:
        return [tuple(row) for row in await connection.fetch("SELECT partition, was, became FROM chaos.backwards")]
    finally:
        await connection.close()


async def tables(database: str) -> Tables:
    """Read the journal and the dead letters, whole."""
    connection = await asyncpg.connect(plain(database))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            schema = f"projection_{await connection.fetchval('SELECT active FROM rapport.projection')}"
            journal = await connection.fetch(
                f'SELECT partition, "offset", account, source, id, recorded_at, raw FROM {schema}.journal'
            )
            letters = await connection.fetch(f'SELECT partition, "offset", reason, value FROM {schema}.dead_letter')
    finally:
        await connection.close()
    return Tables(
        {(row[0], row[1]): (row[2], row[3], row[4], row[5], row[6]) for row in journal},
        {(row[0], row[1]): (row[2], row[3]) for row in letters},
    )


class Reader:
    """Asks about accounts as they change; `statuses` counts what came of it.

    An answer that was put together from before and after a batch is one of the two between which its cut moved.
    """

    def __init__(self, client: httpx.AsyncClient, history: History, random: Random, accounts: list[str]) -> None:
        self._client, self._history, self._random, self._accounts = client, history, random, accounts
        self.statuses = Counter[str]()

    async def run(self) -> None:
        """Ask about now until cancelled."""
        while True:
            (account, told), question = await self._stirred(), self._random.choice(sorted(ANSWERS))
            if told and self._random.random() < WAITS:
                await self.ask(account, question, {"after": told.token}, told)
            before: Asked | None = None
            for _ in range(CHASED):
                asked = await self.ask(account, question, {})
                if asked is None or asked.status != httpx.codes.OK:
                    break
                if before and _offsets(before) != _offsets(asked):
                    self._history.answers += before, asked
                before = asked
            await asyncio.sleep(ASKING)

    async def _stirred(self) -> tuple[str, Attempt | None]:
        """Return an account of which something has been acknowledged just now, and that; if none is for long, any."""
        attempts = self._history.attempts
        seen = len(attempts)
        for _ in range(STIRS):
            taken = [(event["partitionkey"], each) for each in attempts[seen:] if each.token for event in each.events]
            if stirred := [(account, each) for account, each in taken if account in self._accounts]:
                return self._random.choice(stirred)
            await asyncio.sleep(STIR)
        return self._random.choice(self._accounts), None

    async def ask(
        self, account: str, question: str, parameters: dict[str, str], awaited: Attempt | None = None
    ) -> Asked | None:
        """Ask once; None if there was no answer at all."""
        began = time.monotonic()
        try:
            answer = await self._client.get(f"/v1/accounts/{account}/{question}", params=parameters)
        except httpx.HTTPError as error:
            self.statuses[type(error).__name__] += 1
            return None
        self.statuses[str(answer.status_code)] += 1
        asked = Asked(account, question, parameters, answer.status_code, _json(answer))
        if awaited or not parameters:
            look = Look(account, question, began, time.monotonic(), asked.status)
            if asked.status == httpx.codes.OK:
                look = look._replace(offsets=_offsets(asked), complete=asked.body["complete"])
            self._history.looks.append(look._replace(awaited=awaited.places if awaited else ()))
        return asked


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"text": answer.text[:200]}
    return dict(found)


def _offsets(asked: Asked) -> Mapping[int, int]:
    return cut.decode(asked.body["token"]).offsets


def plain(database: str) -> str:
    """Return a URL as asyncpg takes it."""
    return make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
