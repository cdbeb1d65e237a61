"""Running processes believe another clock, and cannot sync, as long as they are told so."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from tests.chaos.tools import preload
from tests.chaos.tools.preload import Preload

HOUR, WEEK = 3_600, 7 * 86_400
PYTHON = """
import datetime, mmap, os, sys, time
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); os.write(file, b"x"); memory = mmap.mmap(file, 1)
def sync(how):
    try: how(); return "synced"
    except OSError as error: return os.strerror(error.errno)
for _ in sys.stdin:
    clocks = time.time(), time.clock_gettime(time.CLOCK_REALTIME), datetime.datetime.now().timestamp()
    syncs = {sync(how) for how in (lambda: os.fsync(file), lambda: os.fdatasync(file), memory.flush)}
    print(*clocks, time.monotonic(), *syncs, sep=";", flush=True)
"""
JAVA = """
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.util.concurrent.locks.LockSupport;
public class Told {
    public static void main(String[] arguments) throws Exception {
        var file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        while (System.in.read() >= 0) {
            long now, instant, parked = 0;
            do { // again if a busy machine let the moment pass before it could be waited for
                now = System.currentTimeMillis();
                instant = java.time.Instant.now().toEpochMilli();
                for (; System.currentTimeMillis() < now + 200; parked++) LockSupport.parkUntil(now + 200);
            } while (parked == 0);
            String told = "synced";
            try { file.force(true); } catch (java.io.IOException error) { told = error.getMessage(); }
            System.out.println(now / 1e3 + ";" + instant / 1e3 + ";" + parked + ";" + told);
        }
    }
}
"""


class Process:
    """A process that says, at each line that it is given, what it believes."""

    def __init__(self, orders: Preload, command: Sequence[str]) -> None:
        environment = os.environ | orders.environment
        self._process = subprocess.Popen(  # noqa: S603  our own command
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self) -> list[str]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip().split(";")

    def ahead(self, clocks: int, seconds: int) -> bool:
        """Whether its clocks are so many seconds ahead of the true one, however long it takes to answer."""
        before = time.time()
        told = [float(each) - seconds for each in self.ask()[:clocks]]
        return before <= min(told) <= max(told) <= time.time()

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    assert preload.unavailable() is None
    return Preload(tmp_path_factory.mktemp("preload") / "made", ["nobody", "one.file", "other.file", "Told.java"])


@pytest.fixture
def start(orders, tmp_path):
    started = list[Process]()

    def process(name: str) -> Process:
        started.append(Process(orders, [sys.executable, "-c", PYTHON, str(tmp_path / name)]))
        return started[-1]

    yield process
    orders.heal()
    for each in started:
        each.end()


def test_the_clock_of_a_running_process_steps_as_told_and_no_other_does(orders, start):
    one, other = start("one.file"), start("other.file")
    for seconds in (0, -HOUR, WEEK, 0):
        before = orders.obeyed("one.file")
        orders.shift("one.file", seconds)
        assert one.ahead(3, seconds)
        assert other.ahead(3, 0)
        assert (orders.obeyed("one.file") > before) == (seconds != 0)
    assert orders.obeyed("other.file") == 0
    orders.shift("one.file", WEEK)
    assert abs(float(one.ask()[3]) - time.monotonic()) < HOUR


def test_syncs_of_one_process_fail_below_a_directory_until_it_is_healed(orders, start, tmp_path):
    one, other = start("one.file"), start("other.file")
    orders.fail("one.file", tmp_path / "elsewhere")
    assert one.ask()[4:] == ["synced"]
    before = orders.obeyed("one.file")
    orders.fail("one.file", tmp_path / "one")
    assert one.ask()[4:] == ["Input/output error"]
    assert orders.obeyed("one.file") == before + 3  # fsync, fdatasync, msync
    assert other.ask()[4:] == ["synced"]
    orders.heal()
    assert one.ask()[4:] == ["synced"]


def test_a_failure_that_does_not_last_ends_with_the_processes_that_it_meets(orders, start):
    before = start("one.file")
    before.ask()
    orders.fail("one.file", lasting=False)
    after = start("one.file")
    assert before.ask()[4:] == ["Input/output error"]
    assert after.ask()[4:] == ["synced"]
    orders.fail("one.file")
    assert after.ask()[4:] == ["Input/output error"]


def test_java_believes_too_and_neither_hangs_nor_spins_until_a_moment_by_that_clock(orders, tmp_path):
    source = tmp_path / "Told.java"
    source.write_text(JAVA)
    java = Process(orders, ["java", str(source), str(tmp_path / "file")])
    for seconds in (0, -HOUR, WEEK):
        orders.shift("Told.java", seconds)
        now, instant, parked, told = java.ask()
        assert abs(float(now) - time.time() - seconds) < HOUR / 6
        assert abs(float(instant) - time.time() - seconds) < HOUR / 6
        assert 1 <= int(parked) < 50
        assert told == "synced"
    orders.fail("Told.java", tmp_path)
    assert java.ask()[3] == "Input/output error"
    orders.heal()
    java.end()


def test_a_process_that_cannot_hear_its_orders_does_not_run(orders, tmp_path):
    environment = os.environ | orders.environment | {"PRELOAD_CONTROL": str(tmp_path / "absent")}
    ended = subprocess.run(["true"], env=environment, capture_output=True, text=True, check=False)  # noqa: S607
    assert ended.returncode == 127
    assert "absent" in ended.stderr


def test_a_machine_without_a_compiler_is_named_as_the_reason(monkeypatch):
    monkeypatch.setattr(preload, "COMPILER", "no-such-compiler")
    assert preload.unavailable() == "there is no compiler: no-such-compiler"
