"""`rapport demo` as somebody meets it: the first time, the second time, and without Java."""

import re
import subprocess

import pytest

from deploy.local.process import find
from tests import known
from tests.e2e.stack import RAPPORT, REPOSITORY, environment, rapport

ESCAPE = "\x1b"


STORIES = (
    ("bank", "21"),
    ("hospital", "65"),
    ("it", "34"),
    ("manufacturer", "37"),
    ("retailer", "37"),
    ("supplier", "34"),
)


@pytest.fixture(scope="module")
def second(stack):
    """The demo again, on a stack that has its data: what it printed, and the log's length before and after."""
    before = stack.log_end()
    return rapport(stack.data, "demo", "--once"), before, stack.log_end()


def test_the_first_demo_loads_all_three_sets(stack):
    loaded = re.findall(r"^(\w+): ([\d,]+) events, ([\d,]+) of them new\.$", stack.demo.stderr, re.MULTILINE)
    assert loaded == [
        ("crm", "27,388", "27,388"),
        ("commons", "6,946", "6,946"),
        ("congress", "4,960", "4,960"),
    ]
    assert dict(re.findall(r"^(\w+): (\d+) events restored", stack.demo.stderr, re.MULTILINE)) == dict(STORIES)


def test_the_second_demo_loads_nothing_and_says_so(second):
    demo, before, after = second
    assert demo.returncode == 0, demo.stderr
    assert after == before
    assert re.findall(r"^(\w+): already there, ([\d,]+) events\.$", demo.stderr, re.MULTILINE) == [
        ("crm", "27,388"),
        ("commons", "6,946"),
        ("congress", "4,960"),
        *STORIES,
    ]


def test_the_second_demo_answers_as_the_first(stack, second):
    assert second[0].stdout == stack.demo.stdout


def test_a_stack_that_was_up_before_the_demo_stays_up(stack, second):
    assert "The stack was up before, and stays up." in second[0].stderr
    assert find(stack.record.supervisor)


def test_the_demo_tells_how_attitudes_to_the_withdrawal_agreement_shifted(stack):
    told = stack.demo.stdout
    first, last = known.MIX[known.FIRST_VOTE], known.MIX[known.SECOND_VOTE]
    assert f"support went from {first.support} to {last.support} members" in told
    assert f"opposition from {first.oppose} to {last.oppose}; {known.SHIFTS} members changed their mind." in told
    assert re.search(r"Labour +│ oppose to support +│ +1 │ Caroline Flint", told)


def test_the_demo_tells_the_funnel_at_two_moments_and_who_won_most(stack):
    told = stack.demo.stdout
    middle, end = known.PIPELINE["2017-06-30"], known.PIPELINE["2017-12-31"]
    assert f"{middle.won:,} deals were won, worth {middle.won_value:,} USD" in told
    assert f"{end.won:,}, worth {end.won_value:,} USD" in told
    assert f"{known.TOP_AGENT} won most, {known.TOP_AGENT_WON} deals worth {known.TOP_AGENT_VALUE:,} USD." in told


def test_the_demo_tells_who_heads_the_committees_of_the_house(stack):
    assert re.search(r"House Committee on Appropriations +│ Tom Cole ", stack.demo.stdout)


def test_without_a_terminal_there_are_no_colours_and_no_progress_bars(stack):
    assert ESCAPE not in stack.demo.stdout + stack.demo.stderr


def test_without_java_the_demo_says_so_in_one_sentence(tmp_path):
    (tmp_path / "bin").mkdir()
    nothing = {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    demo = rapport(tmp_path / "data", "demo", "--once", **nothing)
    assert demo.returncode == 1
    assert demo.stdout == ""
    remedy = "install Java 17 or newer for the local Kafka, or name a broker with RAPPORT_KAFKA."
    assert demo.stderr == f"Java is missing: {remedy}\n"


def test_whoever_stops_reading_ends_the_command_without_a_traceback(stack):
    command = f"{RAPPORT[0]} -c '{RAPPORT[2]}' replay | head -n 1"
    reading = subprocess.run(  # noqa: S602  a pipe is the point
        command, shell=True, env=environment(stack.data), cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert reading.stdout.count("\n") == 1
    assert "Traceback" not in reading.stderr
