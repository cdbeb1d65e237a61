"""When PostgreSQL is away the read API says so, and answers again without an operator."""

import asyncio
import contextlib

import pytest
from sqlalchemy import make_url

from services.settings import Database
from tests.integration.projection import power
from tests.integration.reading import reading

PATHS = ["/v1/accounts/acme/power-interest", "/v1/portfolio/funnel", "/v1/accounts", "/v1/positions", "/v1/replay"]


class Link:
    """A way to a server that can be cut: what is under way breaks, and what comes is refused."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._server_port = host, port
        self._open = set[asyncio.StreamWriter]()
        self._whole = True
        self.port = 0

    async def start(self) -> asyncio.Server:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    def cut(self) -> None:
        """Break everything."""
        self._whole = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Carry again."""
        self._whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        other_reader, other_writer = await asyncio.open_connection(self._host, self._server_port)
        both = {writer, other_writer}
        self._open |= both
        with contextlib.suppress(OSError):
            await asyncio.gather(_pour(reader, other_writer), _pour(other_reader, writer))
        self._open -= both
        for each in both:
            each.transport.abort()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


@pytest.fixture
async def link(database):
    url = make_url(database.plain())
    link = Link(str(url.host), int(url.port or 5432))
    server = await link.start()
    yield link
    link.cut()
    server.close()


async def test_a_database_that_is_away_is_a_503_problem_and_answers_come_back_with_it(projection, log, database, link):
    log.extend(power("1"))
    await projection.take(log.records)
    through = make_url(database.plain()).set(port=link.port)
    url = Database.model_validate({"dsn": through.render_as_string(hide_password=False)})
    async with reading(url) as reads:
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
