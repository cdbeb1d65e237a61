"""What `rapport restore` reads of a file before anything is sent."""

import orjson
import pytest

from services.cli.restoring import _events, _first_of_each
from services.problem import Problem


def line(id_, account="acme", **more):
    event = {"partitionkey": account, "source": "crm", "id": id_, "recordedat": "2025-03-01T09:00:00Z"}
    return orjson.dumps(event | more, option=orjson.OPT_APPEND_NEWLINE)


def test_what_a_log_has_twice_is_restored_once_and_the_first_counts(tmp_path):
    file = tmp_path / "log.ndjson"
    again = line("1", recordedat="2025-04-01T09:00:00Z")
    file.write_bytes(line("1") + line("1", "globex") + line("2") + again + b"\n" + line("3"))
    assert [(each["partitionkey"], each["id"]) for each in _events(file)] == [
        ("acme", "1"),
        ("globex", "1"),
        ("acme", "2"),
        ("acme", "3"),
    ]
    first, total = _first_of_each(file)
    assert ({account: each["id"] for account, each in first.items()}, total) == ({"acme": "1", "globex": "1"}, 4)


@pytest.mark.parametrize("other", [b"{}\n", b"a,b\n", b"[1]\n", b"null\n", line(1)])
def test_a_line_that_is_no_exported_event_is_named(tmp_path, other):
    file = tmp_path / "log.ndjson"
    file.write_bytes(line("1") + other)
    with pytest.raises(Problem, match=r"^Line 2 of .* is no exported event: expected JSON with partitionkey, "):
        _first_of_each(file)


def test_a_file_that_is_not_in_the_order_of_its_log_is_refused(tmp_path):
    file = tmp_path / "log.ndjson"
    file.write_bytes(line("1") + line("2", "globex", recordedat="2024-03-01T09:00:00Z"))
    assert _first_of_each(file)[1] == 2  # each account has an order of its own
    file.write_bytes(line("1") + line("2", recordedat="2024-03-01T09:00:00Z"))
    with pytest.raises(Problem, match=r"is not in the order of a log: of the account acme, the event 2 was recorded"):
        _first_of_each(file)


def test_a_file_without_events_and_one_that_is_not_there_are_refused(tmp_path):
    file = tmp_path / "log.ndjson"
    with pytest.raises(Problem, match="cannot be read"):
        _first_of_each(file)
    file.write_bytes(b"\n")
    with pytest.raises(Problem, match="holds no events"):
        _first_of_each(file)
