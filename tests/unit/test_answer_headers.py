"""Every answer of both services says that it is data and no page, and nobody's to keep unless it says so itself."""

import httpx
import pytest
from fastapi import FastAPI, Response

from services.answer_headers import Guarded
from services.ingest.app import ingest
from services.projections.api.app import read_api
from services.settings import Database, Kafka, Signer

SIGNER = Signer.model_validate({"RAPPORT_SECRET": "a secret of more than thirty-two characters"})


def client(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


@pytest.fixture(scope="module")
def services():
    database = Database.model_validate({"dsn": "postgresql://nobody@localhost:1/none"})
    return [ingest(Kafka.at("localhost:1"), SIGNER, print), read_api(database, SIGNER, 12)]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health/live", 200), ("/metrics", 200), ("/nothing", 404), ("/v1/events", (401, 405)), ("/health/ready", 500)],
)
async def test_answers_and_problems_are_data_and_never_a_page(services, path, status):
    for app in services:
        async with client(app) as asked:
            answer = await asked.get(path)
        assert answer.status_code == status or answer.status_code in (status if isinstance(status, tuple) else ())
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert not answer.headers["content-type"].startswith("text/html")


async def test_what_an_answer_says_of_its_keeping_stands():
    app = FastAPI()
    app.add_middleware(Guarded)

    @app.get("/")
    async def kept() -> Response:
        return Response(headers={"Cache-Control": "private, no-cache"})

    async with client(app) as asked:
        assert (await asked.get("/")).headers.get_list("cache-control") == ["private, no-cache"]
