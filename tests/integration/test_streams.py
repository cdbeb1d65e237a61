"""So many streams of one caller and no more, be they of changes or of the journal; one that ends makes room."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from services.projections.api import streams
from tests.integration.following import PATIENCE, serving
from tests.integration.projection import power

MOST = 20  # of one caller, as the README says


@asynccontextmanager
async def asked(url, token, path="/v1/changes"):
    """Ask and wait until the answer begins."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as client,
        client.stream("GET", path) as answer,
    ):
        yield answer


async def test_a_caller_has_so_many_streams_at_once_and_a_further_one_is_told_the_limit(projection, log, database):
    log.extend(power("1"))
    await projection.take(log.records)
    async with serving(database) as stream, AsyncExitStack() as stack:
        mine, other = stream.token("auditor"), stream.token("auditor", subject="reader-8")
        for _ in range(MOST):
            assert (await stack.enter_async_context(asked(stream.url, mine))).status_code == 200
        for path in ("/v1/changes", "/v1/replay"):
            async with asked(stream.url, mine, path) as refused:
                problem = await refused.aread()
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
            assert b"20 streams of one caller" in problem
        async with asked(stream.url, other, "/v1/replay") as answer:
            assert answer.status_code == 200
            assert (await answer.aread()).count(b"\n") == 1
        await stack.aclose()
        async with asyncio.timeout(PATIENCE):
            while True:  # the server learns that a client has left when it writes to it next
                async with asked(stream.url, mine) as again:
                    if again.status_code == 200:
                        break


@pytest.mark.usefixtures("projection")
async def test_all_callers_together_have_so_many(database, monkeypatch):
    monkeypatch.setattr(streams, "STREAMS", 1)
    async with serving(database) as stream, asked(stream.url, stream.token("manager", subject="reader-8")):
        async with asked(stream.url, stream.token("manager")) as refused:
            assert refused.status_code == 429
        async with asked(stream.url, stream.token("manager"), "/v1/accounts") as answer:
            assert answer.status_code == 200  # no stream


async def test_streams_that_end_are_not_counted(projection, log, database):
    log.extend(power("1"))
    await projection.take(log.records)
    async with serving(database) as stream:
        for _ in range(MOST + 5):
            async with asked(stream.url, stream.token("auditor"), "/v1/replay") as answer:
                assert (answer.status_code, (await answer.aread()).count(b"\n")) == (200, 1)
        for _ in range(MOST + 5):  # refused for another reason
            async with asked(stream.url, stream.token("auditor"), "/v1/replay?after=x") as answer:
                assert answer.status_code == 422
