"""Every answer about us is the same to the byte, whatever was told of others meanwhile: nothing of it gets in."""

import orjson

from tests.integration.security.asking import ask
from tests.integration.security.bearers import good
from tests.integration.security.rows import READ, routes, row_of
from tests.integration.security.test_read_matrix import request
from tests.integration.security.world import OURS

THEN = {"as_of": "2026-06-30", "known_at": "2025-06-01T12:00:00Z"}  # after all that was told
LOGGED = {"GET /v1/reads", "GET /v1/changes"}  # what was asked, and where the log ends, is not the same
FORMS: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"Accept": "application/json"}, {"explain": "1"}),
    ({"Accept": "text/csv"}, {}),
    ({"Accept": "application/x-ndjson", "Accept-Language": "zh"}, {}),
)


def requests(route):
    asked = request(route, OURS)
    if "{question}" not in row_of(route):
        yield asked._replace(
            query=asked.query | ({"cited": "0"} if route == "GET /v1/events" else {})
        )  # "now" is in it
        return
    for headers, query in FORMS if "portfolio" in route else FORMS[:2]:
        yield asked._replace(headers=headers, query=asked.query | THEN | query)


def told(answer):
    """Return an answer without the tokens, which name the ends of the log, and when it was asked."""
    if answer.body[:1] != b"{" or b"\n" in answer.body:
        return answer.status, answer.body
    document = orjson.loads(answer.body)
    moments = [document, *(each for each in (document.get("from"), document.get("to")) if isinstance(each, dict))]
    for each in moments:
        for name in ("token", "known_at", "as_of"):
            each.pop(name, None)
    return answer.status, document


async def test_no_answer_differs(api, alone, record_property):
    differing, asked = [], 0
    for route in routes(api):
        row = READ[row_of(route)]
        if row.about in ("account", "list") and route not in LOGGED:
            for each in requests(route):
                by_us = each.by(good(row.roles[-1], [OURS]))
                there, here = await ask(api, by_us), await ask(alone, by_us)
                asked += 1
                assert here.status == 200, (each, here.body)
                if told(there) != told(here):
                    differing.append((each.path, each.headers, there.body[:2000], here.body[:2000]))
    assert differing == []
    record_property("counted", f"answers about us, with and without others in the log: {asked}, none differs")
