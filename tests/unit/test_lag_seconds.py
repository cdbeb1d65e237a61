"""How old what waits may be: told only while something waits."""

from datetime import timedelta

import pytest

from services.projections.api.log import _lag_seconds
from services.projections.store.reached import Position
from tests.integration.projection import START


@pytest.mark.parametrize(
    ("next_offset", "log_end", "seconds", "told"),
    [(3, 5, 60, 60.0), (5, 5, 60, None), (6, 5, 60, None), (0, 5, 60, None), (0, 0, 60, None), (3, 5, -60, 0.0)],
)
def test_it_is_told_only_of_a_partition_that_is_behind_and_has_been_projected(next_offset, log_end, seconds, told):
    position = Position(0, next_offset, START, log_end, START + timedelta(seconds=seconds))
    assert _lag_seconds(position) == told
