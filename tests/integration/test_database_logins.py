"""Who logs in to the database is made once, by whom may, over what was there before."""

import asyncio
import os
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.local import logins, postgres
from services.failures import sentence
from services.problem import Problem
from services.projections.store import control, roles
from tests.integration.admitted import admitted, expected, held, rows
from tests.integration.conftest import fresh
from tests.integration.projection import Projection, power, projected
from tests.integration.reading import reading

COMPOSE = Path(__file__).parents[2] / "deploy" / "postgres" / "compose.sql"


async def test_what_an_earlier_release_made_as_a_superuser_becomes_the_owners_and_works_on(servers, database, log):
    async with projected(database) as before:  # as a superuser, alone
        log.extend(power("1"), power("2", 4))
        await before.take(log.records)
        await before.run("REVOKE ALL ON ALL TABLES IN SCHEMA projection_1, rapport FROM rapport_worker, rapport_reader")
        await before.run("REVOKE ALL ON SCHEMA projection_1, rapport FROM rapport_worker, rapport_reader")
    own = await admitted(servers.data, database)
    foreign = (
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        f" WHERE nspname ~ '^(rapport|projection_)' AND '{logins.USERS['owner']}' NOT IN"
        " (pg_get_userbyid(relowner), pg_get_userbyid(nspowner))"
    )
    assert await rows(database, foreign) == []
    async with projected(own.owner):
        pass
    assert await held(own) == expected("projection_1")
    engine = control.connect(own.worker, 1, pool=1)
    assert (await Projection(engine).take([*log.records, log.add(power("3", 2))])).facts == 1
    await engine.dispose()
    async with reading(own.reader) as api:
        assert (await api.ok("/v1/accounts/acme/power-interest"))["answer"]["contacts"][0]["power"] == 2


async def test_what_the_server_refuses_while_the_stack_starts_is_one_sentence(servers, own):
    with pytest.raises(asyncpg.PostgresError) as refused:
        await logins.admit(own.reader.plain(), logins.of(servers.data / "postgres", own.reader.plain()))
    assert sentence(refused.value) == "The database refuses: permission denied to alter role."


async def test_roles_are_made_once_by_many_at_once_and_whoever_may_make_none_says_who_has_to(servers, own, monkeypatch):
    made = tuple(f"rapport_{which}_{uuid4().hex}" for which in "ab")
    monkeypatch.setattr(roles, "ROLES", made)
    with pytest.raises(Problem, match=f"CREATE ROLE {made[0]} NOLOGIN; CREATE ROLE {made[1]} NOLOGIN;"):
        await _ensured(own.owner)
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(fresh(servers)) for _ in range(6)]
        await asyncio.gather(*(_ensured(each) for each in databases))
        there = await rows(servers.database, f"SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname IN {made}")
        assert sorted(there) == [(each, False) for each in made]
        await _ensured(own.owner)  # finds what is there
        await rows(servers.database, f"DROP ROLE {made[0]}, {made[1]}")


async def _ensured(database):
    engine = control.connect(database, pool=1)
    try:
        async with engine.begin() as connection:
            await roles.ensure(connection)
            await asyncio.sleep(0.1)  # the others meet it
    finally:
        await engine.dispose()


async def test_the_containers_make_the_same_logins_with_passwords_from_their_environment(servers, database):
    url, own = make_url(database.plain()), logins.of(servers.data / "postgres", database.plain())
    told = os.environ | {
        "PGHOST": str(url.host),
        "PGPORT": str(url.port),
        "PGUSER": str(url.username),
        "PGPASSWORD": str(url.password),
        "PGDATABASE": str(url.database),
    }
    passwords = {
        f"RAPPORT_{name.upper()}_PASSWORD": str(make_url(each).password) for name, each in own._asdict().items()
    }
    command = [str(postgres._binaries() / "psql"), "-X", "-q", "-f", str(COMPOSE)]
    for _ in range(2):  # at each `docker compose up`
        done = subprocess.run(command, env=told | passwords, capture_output=True, text=True, check=False)  # noqa: S603, ASYNC221 -- PostgreSQL's own
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name, each in own._asdict().items():
        connection = await asyncpg.connect(each)
        assert await connection.fetchval("SELECT current_user") == logins.USERS[name]
        await connection.close()
    missing = subprocess.run(command, env=told, capture_output=True, text=True, check=False)  # noqa: S603, ASYNC221 -- as above
    assert missing.returncode != 0
