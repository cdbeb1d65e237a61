"""Work that is shared among processes: each does its part, and none goes on once another has failed."""

import time
from pathlib import Path

import pytest

from services.projections import loading
from services.projections.processes import each_in_its_own


def double(number):
    loading.count(number)
    return 2 * number


def fail_or_write(path: Path | None):
    if path is None:
        raise RuntimeError("no log")
    time.sleep(20)
    path.write_text("I went on")


async def test_each_part_is_done_and_what_is_done_is_told_meanwhile():
    told = list[int]()
    assert await each_in_its_own(double, [1, 2], told.append) == [2, 4]
    assert told[0] == 0
    assert set(told) <= {0, 1, 2, 3}


async def test_if_one_fails_the_others_are_ended(tmp_path):
    path = tmp_path / "written"
    with pytest.raises(RuntimeError, match="no log"):
        await each_in_its_own(fail_or_write, [None, path], lambda _: None)
    assert not path.exists()
