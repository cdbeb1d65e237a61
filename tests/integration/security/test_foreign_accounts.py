"""Another's account is told, to the byte and by the same way through the database, as one that does not exist."""

import orjson
import pytest
from sqlalchemy import event as sql

from services import receipt
from services.projections.hindsight.questions import OF_AN_ACCOUNT
from tests.integration.projection import LOG_ID
from tests.integration.security.asking import Request, ask
from tests.integration.security.bearers import good
from tests.integration.security.rows import READ, routes, row_of
from tests.integration.security.test_read_matrix import request
from tests.integration.security.world import BRANCH, NOBODY, OURS, THEIRS
from tests.unit.sending import event

CLAIM = [OURS, NOBODY, f"{NOBODY}-branch"]  # a token may be for accounts of which nothing was told yet
ACCEPT = ("application/json", "text/csv", "application/x-ndjson", "text/event-stream", "image/png")
PATHS = [f"/v1/accounts/{{}}/{name}" for name in (*OF_AN_ACCOUNT, "diff", "events")]
ODD = ({"as_of": "2025-06-30"}, {"explain": "1"}, {"token": "x"}, {"limit": "0"}, {"tz": "Mars"})
ALMOST = ("{}/attitude", "{}/..", "../{}", "acme/../{}", " {}", "{} ", "{}\0", "{}\u200b", "{}%00", "{}/what-if")
THEN = {"as_of": "2025-07-01T00:00:00Z", "known_at": "2025-06-02T00:00:00Z"}
TOO = {"source": "crm", "id": "same"}
SUPPOSED: list[dict[str, object]] = [
    {"question": "attitude", "add": [event(partitionkey="{}")]},
    {"question": "attitude", "add": [event("account.merged.v1", {"into": OURS}, partitionkey="{}")]},
    {"question": "attitude", "drop": [TOO | {"account": "{}"}]},
    {"question": "attitude", "move": [TOO | {"account": "{}", "time": "2025-03-01T00:00:00Z"}]},
    {"question": "attitude", "drop": [TOO], "explain": True},
    {"question": "nonsense"},
]


@pytest.fixture
def statements(api):
    """Record which statements an answer takes."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sql.listen(api.state.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    sql.remove(api.state.engine.sync_engine, "before_cursor_execute", note)


class Pairs:
    """Asks everything twice, of somebody else and of nobody, and keeps what differs."""

    def __init__(self, api, statements):
        self._api, self._statements = api, statements
        self.differing: list[object] = []
        self.statuses: set[int] = set()
        self.asked = 0

    async def _once(self, asked):
        self._statements.clear()
        answer = await ask(self._api, asked)
        # what was noted of earlier requests is written beside us, each second
        return answer, [each for each in self._statements if "rapport.read" not in each and "advisory" not in each]

    async def same(self, asked, theirs=THEIRS, nobody=NOBODY, role="admin"):
        """Ask with `{}` in the path, query and body standing for the account."""
        token = good(role, CLAIM)
        answers = [await self._once(_about(asked, who).by(token)) for who in (theirs, nobody)]
        self.asked += 1
        self.statuses.add(answers[0][0].status)
        if answers[0] != answers[1] or b"globex" in answers[0][0].bytes:
            self.differing.append((asked, answers))


def _about(asked, who):
    query = {name: str(value).replace("{}", who) for name, value in asked.query.items()}
    return asked._replace(path=asked.path.replace("{}", who), query=query, body=asked.body.replace(b"{}", who.encode()))


@pytest.fixture
def pairs(api, statements):
    return Pairs(api, statements)


async def test_in_every_form_and_with_whatever_is_asked(api, pairs, record_property):
    for route in routes(api):
        if READ[row_of(route)].about == "account":
            asked = request(route, "{}")
            for accept in ACCEPT:
                await pairs.same(asked._replace(headers={"Accept": accept, "Accept-Language": "zh"}))
            for name, value in (
                ("as_of", "2025-06-30"),
                ("explain", "1"),
                ("token", "x"),
                ("limit", "0"),
                ("tz", "Mars"),
            ):
                await pairs.same(asked._replace(query=asked.query | {name: value}))
            await pairs.same(asked._replace(query={}))
    assert pairs.differing == []
    assert pairs.statuses == {404, 422}
    record_property("counted", f"another's account as nobody's: {pairs.asked} requests in every form")


async def test_what_others_got_does_not_open_their_account(api, pairs, history):
    """With the tokens, the ETags and the receipts of an answer about it that somebody else was given."""
    answer = await ask(api, Request("GET", f"/v1/accounts/{THEIRS}/attitude").by(good("manager", [THEIRS])))
    told, tag = orjson.loads(answer.body), dict(answer.headers)[b"etag"].decode()
    places = [(each.partition, each.offset) for each in history.records if each.key == THEIRS.encode()]
    after = receipt.encode(LOG_ID, places)
    for path in PATHS:
        for query in (
            {"token": told["token"]},
            {"after": after},
            {"as_of": told["as_of"], "known_at": told["known_at"]},
        ):
            await pairs.same(Request("GET", path, query | {"question": "attitude", "from": "2025-01-01"}))
        for tags in (tag, f"W/{tag}", "*"):
            await pairs.same(Request("GET", path, {"question": "attitude"}, {"If-None-Match": tags}))
    assert pairs.differing == []
    assert pairs.statuses == {404, 422}


async def test_in_suppositions_about_them_and_about_us(pairs):
    for body in SUPPOSED:
        for path in ("/v1/accounts/{}/what-if", f"/v1/accounts/{OURS}/what-if"):
            asked = Request("POST", path, body=orjson.dumps(body | THEN))
            await pairs.same(asked)
            if path != "/v1/accounts/{}/what-if":
                await pairs.same(asked, BRANCH, f"{NOBODY}-branch")
    assert pairs.differing == []
    assert pairs.statuses == {200, 404, 422}


async def test_in_lists_streams_and_lineage(pairs):
    for query in ({"account": "{}"}, {"account": "{}", "limit": "1"}):
        for path in ("/v1/replay", "/v1/dead-letters"):
            await pairs.same(Request("GET", path, query), role="auditor")
    await pairs.same(Request("GET", "/v1/changes", {"account": "{}"}))
    await pairs.same(Request("GET", "/v1/reads", {"account": "{}", "to": "2025-01-01"}), role="auditor")
    for cited in ("0", "1"):
        for name in ("caused-{}", "lost-{}", "never-{}", "again-{}"):
            await pairs.same(Request("GET", "/v1/events", {"source": "crm", "id": name, "cited": cited}))
    for name in ("q", "cursor"):
        await pairs.same(Request("GET", "/v1/accounts", {name: "{}x"}))
    await pairs.same(Request("GET", "/v1/replay", {"actor": "m-{}"}))
    await pairs.same(Request("GET", "/v1/replay", {"source": "board-{}"}))
    await pairs.same(Request("GET", "/v1/dead-letters", {"source": "board-{}"}))
    assert pairs.differing == []
    assert pairs.statuses == {200, 404, 422}


@pytest.mark.parametrize(
    "who", ["{}/attitude", "{}/..", "../{}", "acme/../{}", " {}", "{} ", "{}\0", "{}\u200b", "{}%00"]
)
async def test_under_a_name_that_is_almost_theirs(pairs, who):
    for path in PATHS:
        await pairs.same(Request("GET", path.replace("{}", who), {"question": "attitude", "from": "2025-01-01"}))
    assert pairs.differing == []
    assert pairs.statuses <= {404, 422}
