"""Every route of the read API x every role x own and another's account x every condition of a token."""

from itertools import product

import orjson
import pytest

from services import receipt
from services.projections.hindsight.questions import ALL, OF_AN_ACCOUNT
from tests.integration.projection import LOG_ID
from tests.integration.security.asking import Request, ask
from tests.integration.security.bearers import CONDITIONS, good
from tests.integration.security.rows import READ, ROLES, routes, row_of
from tests.integration.security.world import OURS, THEIRS
from tests.unit.strategies import needed

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SPAN = {"question": "attitude", "from": "2025-01-01", "to": "2026-06-30", "known_to": "2025-06-01T12:00:00Z"}
WHAT_IF = orjson.dumps({"question": "attitude", "drop": [], "as_of": SPAN["to"], "known_at": SPAN["known_to"]})
TAKING_AN_ACCOUNT = {"GET /v1/replay", "GET /v1/dead-letters", "GET /v1/reads", "GET /v1/changes"}
QUERIES = {
    "GET /v1/accounts/{account}/diff": SPAN,
    "GET /v1/portfolio/diff": SPAN,
    "GET /v1/events": {"source": "crm", "id": "same"},
}


def request(route, account):
    """Return a request that fits, about an account where the route is about one."""
    method, path = route.split(" ")
    token = receipt.encode(LOG_ID, [(0, 0)])
    query = dict(QUERIES.get(route, {}))
    name = path.rpartition("/")[2]
    if name in ALL and "{question}" in row_of(route):
        query |= needed((OF_AN_ACCOUNT.get(name) or ALL[name]).parameters)
    if route in TAKING_AN_ACCOUNT:
        query["account"] = account
    body = WHAT_IF if method == "POST" else b""
    return Request(method, path.replace("{account}", account).replace("{token}", token), query, {}, body)


def expected(row, role, condition, account):
    """Return the status that the table says."""
    if row.about == "open":
        return 200
    if condition != "valid":
        return 401
    if role not in row.roles:
        return 403
    return 404 if account == THEIRS and row.about in ("account", "stream") else 200


def test_every_route_has_a_row_and_every_row_a_route(api):
    assert {row_of(route) for route in routes(api)} == set(READ)


async def test_the_document_names_the_same_routes(api):
    document = orjson.loads((await ask(api, Request("GET", "/openapi.json"))).body)
    named = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert {route.replace("{account:path}", "{account}") for route in named} == {
        route for route in routes(api) if "openapi" not in route
    }


@pytest.mark.parametrize("condition", CONDITIONS)
async def test_every_cell_is_as_the_table_says(api, condition, record_property):
    wrong, cells = [], 0
    make = CONDITIONS[condition]
    for route, role, account in product(routes(api), ROLES, (OURS, THEIRS)):
        row = READ[row_of(route)]
        if account == THEIRS and request(route, THEIRS) == request(route, OURS):
            continue  # it names no account: that is one cell
        token = make(role, [OURS], "*") if make else None
        answer = await ask(api, request(route, account).by(token))
        cells += 1
        if answer.status != expected(row, role, condition, account) or THEIRS.encode() in answer.bytes:
            wrong.append((route, role, account, answer.status, answer.body[:200]))
    assert wrong == []
    record_property("counted", f"read matrix, token {condition}: {cells} cells")


async def test_the_other_side_sees_its_own_and_nothing_of_ours(api):
    """What is in no answer for want of anything to tell would show here."""
    seen = set()
    for route in routes(api):
        row = READ[row_of(route)]
        if row.roles:
            answer = await ask(api, request(route, THEIRS).by(good(row.roles[-1], [THEIRS])))
            assert answer.status == 200, (route, answer.body)
            assert OURS.encode() not in answer.bytes, route
            seen |= {row_of(route)} if THEIRS.encode() in answer.body else set()
    assert {name for name, row in READ.items() if row.about in ("account", "list")} <= seen


async def test_no_path_takes_another_method(api, record_property):
    cells = 0
    taken = set(routes(api))
    for path in sorted({route.split(" ")[1] for route in taken}):
        for method in sorted(METHODS - {route.split(" ")[0] for route in taken if route.split(" ")[1] == path}):
            fitting = request(f"GET {path}", OURS)._replace(method=method, body=b"{}")
            answer = await ask(api, fitting.by(good("admin")))
            assert answer.status == 405, (method, path, answer.body)
            cells += 1
    record_property("counted", f"read matrix, other methods: {cells} cells")
