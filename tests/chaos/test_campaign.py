"""Three minutes of the most telling faults: nothing acknowledged is lost, nothing counts twice, no answer is wrong."""

import os

import pytest
from rich.console import Console

from tests.chaos import report
from tests.chaos.campaign import Campaign
from tests.chaos.faults import FAULTS
from tests.chaos.stack import standing
from tests.chaos.staging import plan

SEED = os.environ.get("CHAOS_SEED", "20")
SECONDS = 180
SCALE = 0.3  # of the seconds that links are away: enough to outlast every patience


@pytest.mark.timeout(2_400)
async def test_three_minutes_of_faults_break_no_promise(tmp_path):
    telling = [each for each in FAULTS.values() if each.telling and not each.missing()]
    async with standing(plan(tmp_path.resolve())) as stack:
        result = await Campaign(stack, SEED, print, SCALE).run(telling, SECONDS)
    report.show([result], [], Console(soft_wrap=True))
    assert result.ordeals
    assert result.violations == []
