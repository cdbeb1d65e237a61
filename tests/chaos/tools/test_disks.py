"""A small disk is full when told so, and leaves nothing behind."""

import errno
import os
from contextlib import ExitStack

import pytest

from tests.chaos.tools import disks

SIZE = 4 * 1024 * 1024


@pytest.fixture
def place(tmp_path):
    assert disks.unavailable() is None
    return tmp_path / "disk"


def test_a_full_disk_takes_not_a_byte_until_it_is_emptied(place):
    with disks.small(place, SIZE) as disk:
        (place / "before").write_bytes(b"x" * 5_000)
        disk.fill()
        assert disk.free == 0
        with pytest.raises(OSError, match="No space left") as refused:
            (place / "during").write_bytes(b"x")
        assert refused.value.errno == errno.ENOSPC
        (place / "before").unlink()
        disk.fill()
        assert disk.free == 0
        disk.empty()
        (place / "after").write_bytes(b"x" * (SIZE // 2))


def test_a_disk_is_gone_in_the_end_though_somebody_uses_it_and_something_failed(place):
    with ExitStack() as users:

        def failing() -> None:
            with disks.small(place, SIZE):
                users.enter_context((place / "used").open("wb"))
                assert os.path.ismount(place)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            failing()
        assert not os.path.ismount(place)
        assert list(place.iterdir()) == []


def test_who_is_not_root_is_told_the_reason(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert disks.unavailable() == "mounting a tmpfs needs root"
