"""What a file of a replay holds, and what a killed process leaves of its last line."""

from datetime import UTC, datetime

import orjson
import pytest

from services.cli.resuming import Held, held
from services.problem import Problem

AT = datetime(2025, 3, 1, tzinfo=UTC)


def line(position, id_):
    event = {"source": "crm", "id": id_, "recordedat": AT, "logposition": position}
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def every(_event, _recorded_at):
    return True


def test_the_last_event_of_each_partition_is_held_and_half_a_line_is_dropped(tmp_path):
    file = tmp_path / "replay.ndjson"
    whole = line("0/7", "a") + line("3/1", "b") + line("3/5", "c")
    file.write_bytes(whole + line("3/6", "d")[:-9])
    assert held(file, every) == {0: Held(7, "crm", "a", AT), 3: Held(5, "crm", "c", AT)}
    assert file.read_bytes() == whole


def test_a_new_file_holds_nothing(tmp_path):
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
