"""While an answer over many accounts is worked out and written, the read API does other things."""

import asyncio
from typing import Annotated, Any

import pytest
from pydantic import SerializerFunctionWrapHandler, model_serializer

from services.projections.api import asking
from services.projections.api.app import read_api
from services.projections.question import AccountQuestion, Answer, Parameters, PortfolioQuestion, Row, Unanswerable, key
from services.settings import Signer
from tests.integration.projection import PARTITIONS, power
from tests.integration.reading import CSV, NDJSON, SECRET, Reader

LONG = 5  # seconds: work that holds everything up fails after these
loops = list[asyncio.AbstractEventLoop]()


def until_others_were_answered() -> None:
    """Wait until the loop that serves went round; on the loop itself that is never."""
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loops[-1]).result(LONG)


class Slow(Row):
    """A row that takes its time to be written."""

    name: str

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        until_others_were_answered()
        written: dict[str, Any] = write(self)
        return written


class SlowAnswer(Answer):
    """An answer of such rows."""

    slow: Annotated[list[Slow], key("name")]


class SlowParameters(Parameters):
    """Whether it can be answered."""

    fit: bool = True


def answer(_: object, asked: SlowParameters) -> SlowAnswer:
    """Take its time, too."""
    until_others_were_answered()
    if not asked.fit:
        raise Unanswerable("fit", "expected another one")
    return SlowAnswer(slow=[Slow(name="初")])


TERMS: tuple[Any, ...] = ("", SlowParameters, SlowAnswer, answer)
ROUTES = {
    "slow-each": asking._each_route(AccountQuestion("slow-each", *TERMS)),
    "slow-whole": asking._portfolio_route(PortfolioQuestion("slow-whole", *TERMS)),
}


@pytest.fixture
async def slow(projection, log, database):
    log.extend(power("1"), power("1", partitionkey="globex"))
    await projection.take(log.records)
    app = read_api(database, Signer.model_validate({"RAPPORT_SECRET": SECRET}), PARTITIONS)
    for name, route in ROUTES.items():
        app.add_api_route(f"/v1/portfolio/{name}", route, response_model=None)
    loops.append(asyncio.get_running_loop())
    async with app.router.lifespan_context(app):
        yield Reader(app)


@pytest.mark.parametrize("explain", [0, 1])
async def test_others_are_answered_while_many_accounts_are(slow, explain):
    each = await slow.ok("/v1/portfolio/slow-each", explain=explain)
    row = {"name": "初", "because": []} if explain else {"name": "初"}
    assert each["answer"] == [{"account": name, "answer": {"slow": [row]}} for name in ("acme", "globex")]
    whole = await slow.ok("/v1/portfolio/slow-whole", explain=explain)
    assert whole["answer"] == {"slow": [row]}


@pytest.mark.parametrize("kind", [CSV, NDJSON])
async def test_others_are_answered_while_rows_of_many_accounts_are_written(slow, kind):
    each = await slow.get("/v1/portfolio/slow-each", headers=kind)
    assert (each.status_code, each.content.count("初".encode())) == (200, 2)
    whole = await slow.get("/v1/portfolio/slow-whole", headers=kind)
    assert (whole.status_code, whole.content.count("初".encode())) == (200, 1)


@pytest.mark.parametrize("name", ROUTES)
async def test_what_does_not_fit_the_moment_is_told_as_ever(slow, name):
    problem = await slow.problem(422, f"/v1/portfolio/{name}", fit=0)
    assert [each["parameter"] for each in problem["errors"]] == ["fit"]
