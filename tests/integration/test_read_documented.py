"""The read API answers as its OpenAPI document says, whatever is asked: about a story, and about what nobody knows."""

from datetime import datetime

import orjson
import pytest

from tests.integration.conftest import fresh
from tests.integration.documented import findings, known
from tests.integration.following import PACE, serving
from tests.integration.projection import Log, projected
from tests.unit.histories import STORIES

SHORT = PACE._replace(lifetime=0.05, most=100)  # a stream ends, so that it can be looked at
MOMENTS = ("2025-03-01", "2025-03-01T09:00:00Z", "9999-12-31")
KNOWN = {
    "account": ("hosp-1",),
    "opportunity": ("opp-ct",),
    "contact": ("c-li", "c-zhao"),
    "question": ("attitude", "warnings", "funnel"),
    **dict.fromkeys(("as_of", "known_at", "from", "to", "known_from", "known_to"), MOMENTS),
}
# What all questions share is judged on some of them: each further one would cost half a second, and tell the same.
SOME = "attitude|calibration|facts|funnel-series|power-interest|relationship-map|strength|timeline|warnings"
OTHERS = rf"^/v1/(accounts/\{{account\}}|portfolio)/(?!({SOME}|events|diff|what-if)$)"


@pytest.fixture(scope="module")
async def stream(servers):
    """The hospital's story, and the read API over it as a server."""
    log = Log()
    for line in (STORIES / "hospital.ndjson").read_bytes().splitlines():
        told = orjson.loads(line)
        log.add(told, at=datetime.fromisoformat(told.pop("recordedat")))
    async with fresh(servers) as database, projected(database) as projection:
        await projection.take(log.records)
        await projection.see(log.records)
        async with serving(database, SHORT) as made:
            yield made


@pytest.mark.parametrize(
    ("phases", "examples", "only"),
    [("examples,fuzzing", 6, ()), ("coverage", 1, ("--exclude-path-regex", OTHERS))],
    ids=["fuzzing", "coverage"],
)
async def test_every_route_answers_as_documented(stream, tmp_path, phases, examples, only):
    (tmp_path / "schemathesis.toml").write_text(known(KNOWN))
    told = await findings(stream.url, stream.token("admin"), tmp_path, phases, examples, *only)
    assert not told, told
