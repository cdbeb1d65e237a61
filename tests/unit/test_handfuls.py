"""Accounts are taken by handfuls of so many facts."""

import pytest

from services.projections.project import handfuls


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, []),
        ({"a": 0, "b": 0, "c": 0}, [["a", "b", "c"]]),
        ({"a": 4, "b": 6, "c": 1}, [["a", "b"], ["c"]]),
        ({"a": 4, "b": 7, "c": 3}, [["a"], ["b", "c"]]),
        ({"a": 1, "b": 99, "c": 1}, [["a"], ["b"], ["c"]]),
        ({"a": 99}, [["a"]]),
    ],
)
def test_a_handful_has_no_more_facts_than_it_may_unless_one_account_has(sizes, expected):
    assert list(handfuls(sizes, 10)) == expected
