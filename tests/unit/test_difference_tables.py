"""A difference as a table: what was compared, what each value was and is, and the events that did it."""

from typing import Any

import pytest

from services.cli import differences, tables

MOMENTS = {
    "from": {"as_of": "2025-03-01T00:00:00Z", "known_at": "2025-03-10T00:00:00Z"},
    "to": {"as_of": "2025-03-01T00:00:00Z", "known_at": "2025-04-01T00:00:00Z"},
}
EVENTS = [{"source": "crm", "id": f"h{number}"} for number in range(30, 35)]
LEVEL = {"field": "level", "was": None, "is": -1}
WENT: dict[str, Any] = {
    "path": "people",
    "key": {"contact": "c-2"},
    "name": None,
    "change": "went",
    "is": None,
    "fields": [],
}
CHANGES = [
    {
        **WENT,
        "path": "contacts",
        "name": "赵芸",
        "change": "changed",
        "fields": [LEVEL],
        "events": EVENTS,
        "more_events": 7,
    },
    {**WENT, "was": {"contact": "c-2", "title": "Head"}, "events": [], "more_events": 0},
]


def test_the_line_above_tells_what_was_compared_and_both_moments():
    envelope = {"question": "diff", "of": "attitude", "account": "acme", "complete": True, **MOMENTS}
    assert differences.header(envelope) == (
        "What changed in attitude of acme, from as of 2025-03-01 00:00:00 UTC known at 2025-03-10 00:00:00 UTC,"
        " to as of 2025-03-01 00:00:00 UTC known at 2025-04-01 00:00:00 UTC, complete."
    )


@pytest.mark.parametrize(
    "answer", [{"changes": CHANGES}, [{"account": "acme", "answer": {"changes": CHANGES}}]], ids=["one", "many"]
)
def test_each_change_is_a_row_with_its_values_and_its_events(answer, capsys):
    differences.show(answer, tables.console())
    told = capsys.readouterr().out
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in told.splitlines() if "│" in line]
    assert lines[0] == ["changed", "contacts", "c-2", "赵芸", "level: - → -1", "crm/h30"]
    assert [line[-1] for line in lines[1:4]] == ["crm/h31", "crm/h32", "and 9 more"]
    assert lines[4] == ["went", "people", "c-2", "", "c-2 Head", ""]
    assert told.startswith("acme\n") == isinstance(answer, list)


@pytest.mark.parametrize("answer", [{"changes": []}, []])
def test_nothing_is_a_sentence(answer, capsys):
    differences.show(answer, tables.console())
    assert capsys.readouterr().out == "Nothing changed.\n"
