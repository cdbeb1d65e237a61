"""Which records of the log a replay tells, and where it goes on in a file."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

import schemas
from services import restored
from services.cli.log_facts import LogFacts
from services.cli.replaying import Clock, Wanted, _line
from services.cli.resuming import Held, Resumed, held
from services.partition import partition_of
from services.problem import Problem

AT = datetime(2025, 3, 1, tzinfo=UTC)
EXAMPLE = orjson.loads((Path(schemas.__file__).parent / "examples/attitude.assessed.v1/1.json").read_bytes())
ANY = Wanted(None, None, None, None, None, None, Clock.RECORDED)


def record(id_, account="acme", *, first_recorded=None, **more):
    event = EXAMPLE | {"partitionkey": account, "source": "crm", "id": id_}
    found = {
        "value": orjson.dumps(event),
        "key": account.encode(),
        "partition": partition_of(account, 12),
        "offset": 7,
        "timestamp_type": 1,
        "headers": [restored.header(first_recorded)] if first_recorded else [],
    }
    return SimpleNamespace(**found | more)


def told(*records):
    facts = LogFacts(12)
    return [event["id"] if (event := facts.event(each)) else None for each in records]


def test_a_restored_event_among_others_is_none_unless_it_is_known():
    assert told(record("1"), record("2", first_recorded=AT), record("3")) == ["1", None, "3"]
    assert told(record("1", first_recorded=AT), record("2", first_recorded=AT), record("3")) == ["1", "2", "3"]
    again = record("1", first_recorded=AT), record("3"), record("1", first_recorded=AT), record("2", first_recorded=AT)
    assert told(*again) == ["1", "3", "1", None]
    sent_again = record("1", first_recorded=AT), record("1"), record("2", first_recorded=AT)
    assert told(*sent_again) == ["1", "1", "2"]  # a repetition is no fact of the account's own
    assert told(record("1"), record("1", "globex", first_recorded=AT)) == ["1", "1"]
    invalid = orjson.dumps(EXAMPLE | {"partitionkey": "acme", "data": {}})
    assert told(record("1", value=invalid), record("2", first_recorded=AT)) == [None, "2"]  # it occupies nothing


@pytest.mark.parametrize(
    "other",
    [
        {"value": None},
        {"value": b"x"},
        {"value": b"1"},
        {"value": orjson.dumps(EXAMPLE | {"partitionkey": "acme", "type": "invented.v1"})},
        {"key": b"globex"},
        {"partition": partition_of("acme", 12) + 1},
        {"timestamp_type": 0},
        {"headers": [(restored.HEADER, b"yesterday")]},
    ],
)
def test_a_record_that_ends_in_the_dead_letters_is_no_fact(other):
    assert told(record("1", **other)) == [None]


def test_a_record_is_printed_with_the_time_of_its_recording():
    facts, place = LogFacts(12), f"{partition_of('acme', 12)}/7"
    event = facts.event(record("1"))
    assert event
    line = _line(record("1"), event, AT, ANY)
    assert orjson.loads(line or b"") == event | {"recordedat": "2025-03-01T00:00:00+00:00", "logposition": place}


def line(position, id_):
    event = {"source": "crm", "id": id_, "recordedat": AT, "logposition": position}
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def every(_event, _recorded_at):
    return True


def test_what_a_file_holds_of_each_partition_and_half_a_line_is_dropped(tmp_path):
    file = tmp_path / "replay.ndjson"
    whole = line("0/7", "a") + line("3/1", "b") + line("3/5", "c")
    file.write_bytes(whole + line("3/6", "d")[:-9])
    assert held(file, every) == {0: Held(1, 7, "crm", "a"), 3: Held(2, 5, "crm", "c")}
    assert file.read_bytes() == whole
    assert held(tmp_path / "new.ndjson", every) == {}


@pytest.mark.parametrize("other", [b"a,b,c", b"{}", b"[]", b"null", b'{"logposition": "3"}', line("x/1", "a").strip()])
def test_a_file_that_is_no_replay_is_refused_and_stays_as_it_is(tmp_path, other):
    file = tmp_path / "other"
    file.write_bytes(line("0/7", "a") + other + b"\n")
    before = file.read_bytes()
    with pytest.raises(Problem, match=r"^Line 2 of .* is no event of a replay; choose another file\.$"):
        held(file, every)
    assert file.read_bytes() == before


def test_a_file_of_other_events_than_those_wanted_is_refused(tmp_path):
    file = tmp_path / "replay.ndjson"
    file.write_bytes(line("0/7", "a"))
    with pytest.raises(Problem, match="not among what is asked for"):
        held(file, lambda event, _recorded_at: event["id"] == "b")


LOG = [(0, 5, "a"), (0, 6, "b"), (0, 8, "c"), (3, 1, "d")]


def written(found):
    resumed = Resumed(found)
    new = [id_ for partition, offset, id_ in LOG if resumed.writes(partition, offset, {"source": "crm", "id": id_})]
    resumed.finish()
    return new


def test_what_follows_the_held_is_written():
    assert written({}) == ["a", "b", "c", "d"]
    assert written({0: Held(2, 6, "crm", "b")}) == ["c", "d"]
    assert written({0: Held(3, 8, "crm", "c"), 3: Held(1, 1, "crm", "d")}) == []


@pytest.mark.parametrize(
    "other",
    [
        Held(1, 6, "crm", "b"),  # the file was written of fewer: `a` is missing
        Held(3, 6, "crm", "b"),
        Held(2, 6, "crm", "x"),  # another log
        Held(2, 7, "crm", "b"),
        Held(4, 9, "crm", "e"),  # a shorter one
    ],
)
def test_a_file_that_does_not_hold_all_before_is_refused(other):
    with pytest.raises(Problem, match="does not hold what the log has"):
        written({0: other})
