"""Every route of the ingest x every role x own and another's account and source x every condition of a token."""

import asyncio
from itertools import product

import orjson
import pytest

from services.ingest.app import ingest
from services.log import ensure
from services.projections.watch import Ends
from services.settings import Signer
from tests.integration.reading import SECRET
from tests.integration.security.asking import Request, ask
from tests.integration.security.bearers import CONDITIONS, good
from tests.integration.security.rows import INGEST, ROLES, routes, row_of
from tests.unit.sending import event

PLACES = list(product(("acme", "globex"), ("crm", "erp")))  # the token is for the first of each
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LINES = {"Content-Type": "application/x-ndjson"}
SINGLE = {"Content-Type": "application/cloudevents+json"}


@pytest.fixture(scope="module")
async def app(kafka):
    await ensure(kafka)
    made = ingest(kafka, Signer.model_validate({"RAPPORT_SECRET": SECRET}), pytest.fail)
    async with made.router.lifespan_context(made):
        async with asyncio.timeout(300):
            while (await ask(made, Request("GET", "/health/ready"))).status != 200:  # noqa: ASYNC110 -- as Kafka says
                await asyncio.sleep(0.1)
        yield made


@pytest.fixture
async def appended(kafka):
    """Return how many records the log has got since."""
    async with Ends(kafka) as ends:
        before = sum((await ends.ends(set(range(kafka.partitions)))).values())

        async def since():
            return sum((await ends.ends(set(range(kafka.partitions)))).values()) - before

        yield since


def forms(path, sent, own):
    """Return each form in which an event may come; in a batch it is the last of many that may be sent."""
    many = [own | {"id": f"own-{number}"} for number in range(5)] + [sent]
    if path == "/v1/restore":
        many = [{**each, "recordedat": "2025-06-01T00:00:00Z"} for each in many]
        sent = many[-1]
    lines = b"\n".join(map(orjson.dumps, many))
    yield "batch", Request("POST", path, {}, BATCH, orjson.dumps(many))
    yield "lines", Request("POST", path, {}, LINES, lines)
    if path == "/v1/events":
        yield "single", Request("POST", path, {}, SINGLE, orjson.dumps(sent))
        heads = {f"ce-{name}": value for name, value in sent.items() if name != "data"}
        yield (
            "binary",
            Request("POST", path, {}, heads | {"Content-Type": "application/json"}, orjson.dumps(sent["data"])),
        )


def requests(route, account, source):
    """Return what is sent to a route: of those that take events, an event of this account and source in each form."""
    method, path = route.split(" ")
    if INGEST[row_of(route)].about == "send":
        own = event(partitionkey="acme", source="crm")
        yield from forms(path, event(partitionkey=account, source=source, id="last"), own)
    elif (account, source) == PLACES[0]:
        yield "ask", Request(method, path.replace("{wire_name}", "power.assessed.v1"))


def expected(row, role, condition, place):
    if row.about == "open":
        return 200
    if condition != "valid":
        return 401
    return 202 if role in row.roles and place == PLACES[0] else 403


def test_every_route_has_a_row_and_every_row_a_route(app):
    assert {row_of(route) for route in routes(app)} == set(INGEST)


@pytest.mark.parametrize("condition", CONDITIONS)
async def test_every_cell_is_as_the_table_says_and_nothing_else_is_appended(app, appended, condition, record_property):
    wrong, cells, taken = [], 0, 0
    make = CONDITIONS[condition]
    for route, role, place in product(routes(app), ROLES, PLACES):
        row = INGEST[row_of(route)]
        token = make(role, ["acme"], ["crm"]) if make else None
        for form, request in requests(route, *place):
            answer = await ask(app, request.by(token))
            cells += 1
            taken += len(orjson.loads(answer.body)["receipts"]) if answer.status == 202 else 0
            if answer.status != expected(row, role, condition, place):
                wrong.append((route, role, place, form, answer.status, answer.body[:300]))
    assert wrong == []
    assert await appended() == taken
    # Two roles send, in batch, lines, single and binary; one of them restores, in batch and lines.
    assert taken == (2 * (6 + 6 + 1 + 1) + 6 + 6 if condition == "valid" else 0)
    record_property("counted", f"ingest matrix, token {condition}: {cells} cells")


async def test_no_path_takes_another_method(app, record_property):
    cells, taken = 0, set(routes(app))
    for path in sorted({route.split(" ")[1] for route in taken}):
        for method in sorted(METHODS - {route.split(" ")[0] for route in taken if route.split(" ")[1] == path}):
            asked = Request(method, path.replace("{wire_name}", "power.assessed.v1"), {}, SINGLE, b"{}")
            assert (await ask(app, asked.by(good("admin")))).status == 405, (method, path)
            cells += 1
    record_property("counted", f"ingest matrix, other methods: {cells} cells")
