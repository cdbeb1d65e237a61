"""Minutes of the most telling faults: nothing acknowledged is lost, nothing counts twice, no answer is wrong."""

import math
import os

import pytest
from rich.console import Console

from tests.chaos import report
from tests.chaos.campaign import Campaign
from tests.chaos.faults import FAULTS
from tests.chaos.stack import standing
from tests.chaos.staging import plan

SEED = os.environ.get("CHAOS_SEED", "20")
# How much there must be at least: else there was nothing to check.
SEEN = {"ok": 200, "failed": 5, "unknown": 5, "duplicate": 50, "conflict": 5, "samples": 100} | {
    "looks": 200, "complete": 100, "waited": 5, "repeated": 50,
}  # fmt: skip
SCALE = 0.3  # of the seconds that links are away: enough to outlast every patience


@pytest.mark.timeout(2_400)
async def test_the_most_telling_faults_break_no_promise(tmp_path):
    telling = [each for each in FAULTS.values() if each.telling]
    async with standing(plan(tmp_path.resolve())) as stack:
        result = await Campaign(stack, SEED, print, SCALE).run(telling, math.inf)
    report.show([result], telling, Console(soft_wrap=True))
    assert result.violations == []
    assert [each.fault for each in result.ordeals] == [each.name for each in telling]
    assert all(result.counts[name] >= least for name, least in SEEN.items()), result.counts
