"""When PostgreSQL is away the read API says so, and answers again without an operator."""

import asyncio

from sqlalchemy import text

from services.settings import Database
from tests.integration.projection import power
from tests.integration.reading import reading

PATHS = ["/v1/accounts/acme/power-interest", "/v1/portfolio/funnel", "/v1/accounts", "/v1/positions", "/v1/replay"]


async def test_a_database_that_is_away_is_a_503_problem_and_answers_come_back_with_it(projection, log, cuttable, link):
    log.extend(power("1"))
    await projection.take(log.records)
    async with reading(cuttable) as reads:
        for _ in range(2):  # the second time there are connections that were good once
            for path in PATHS:
                assert (await reads.get(path)).status_code == 200, path
            assert (await reads.get("/health/ready")).status_code == 200
            link.cut()
            for path in (*PATHS, "/health/ready"):
                problem = await reads.problem(503, path)
                assert problem["type"] == "urn:rapport:problem:database"
            assert (await reads.get("/health/live")).status_code == 200
            assert (await reads.get(PATHS[0])).headers["retry-after"] == "1"
            link.mend()


async def test_a_server_that_ends_its_sessions_costs_no_answer_but_a_503(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    await reads.ok(PATHS[0])
    await projection.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    answers = [(await reads.get(path)).status_code for path in PATHS * 3]
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200


async def test_a_crowd_of_readers_is_served_by_few_connections(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    answers = await asyncio.gather(*(reads.get(PATHS[0]) for _ in range(100)))
    assert {each.status_code for each in answers} == {200}
    ((count,),) = await projection.rows("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    assert count <= 10 + 4


async def test_a_server_that_still_starts_is_a_503_problem():
    async def starting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak as PostgreSQL does: no TLS, and not yet."""
        while (length := int.from_bytes(await reader.readexactly(4))) == 8:  # a request for TLS
            await reader.readexactly(4)
            writer.write(b"N")
        await reader.readexactly(length - 4)
        fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
        writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(starting, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with reading(Database.model_validate({"dsn": f"postgresql://u:p@127.0.0.1:{port}/d"})) as reads:
        for path in (*PATHS, "/health/ready"):
            assert (await reads.problem(503, path))["type"] == "urn:rapport:problem:database"
    server.close()


async def test_a_question_whose_session_is_ended_in_the_middle_is_a_503_problem(projection, log, reads):
    log.extend(power("1"))
    await projection.take(log.records)
    waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with projection.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        asking = asyncio.create_task(reads.get(PATHS[0]))
        async with asyncio.timeout(300):
            while not await projection.rows(f"SELECT 1 {waiting}"):  # noqa: ASYNC110 -- the database says when
                await asyncio.sleep(0.05)
        await projection.rows(f"SELECT pg_terminate_backend(pid) {waiting}")
        assert (await asking).status_code == 503


async def test_however_many_look_whether_it_is_ready_the_database_is_asked_once_at_a_time(projection, reads):
    waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with projection.engine.connect() as connection:
        await connection.execute(text("LOCK TABLE position IN ACCESS EXCLUSIVE MODE"))
        looking = [asyncio.create_task(reads.get("/health/ready")) for _ in range(30)]
        async with asyncio.timeout(300):
            while not await projection.rows(f"SELECT 1 {waiting}"):  # noqa: ASYNC110 -- the database says when
                await asyncio.sleep(0.05)
        looking[0].cancel()  # who leaves takes nobody with him
        await asyncio.sleep(0.5)
        assert await projection.rows(f"SELECT count(*) {waiting}") == [(1,)]
    assert {each.status_code for each in await asyncio.gather(*looking[1:])} == {200}
    assert (await reads.get("/health/ready")).status_code == 200
