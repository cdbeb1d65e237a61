"""A token for some accounts cannot join them to another one, merged or below it, directly or by a correction."""

import json
from pathlib import Path

import pytest

import schemas
from services.access import Caller
from services.http_problem import HttpProblem
from services.ingest.judging import judge

EXAMPLES = Path(schemas.__file__).parent / "examples"


def sent(wire, **data):
    told = json.loads((EXAMPLES / wire / "1.json").read_text())
    return told | {"source": "crm", "partitionkey": "acme", "data": data}


def merged(into):
    return sent("account.merged.v1", into=into)


def registered(parent):
    return sent("account.registered.v1", name="Acme", parent_account=parent)


def moved(parent):
    return sent("account.profile_changed.v1", parent_account=parent)


def correcting(make):
    def corrected(account):
        original = make(account)
        target = {"source": "crm", "id": "1", "type": original["type"]}
        return sent("event.corrected.v1", target=target, reason="wrong", data=original["data"])

    return corrected


CASES = pytest.mark.parametrize(
    ("make", "pointer"),
    [
        (merged, "/data/into"),
        (registered, "/data/parent_account"),
        (moved, "/data/parent_account"),
        (correcting(merged), "/data/data/into"),
        (correcting(registered), "/data/data/parent_account"),
        (correcting(moved), "/data/data/parent_account"),
    ],
)


@CASES
@pytest.mark.parametrize("role", ["emitter", "admin"])
def test_joining_an_account_that_the_token_is_not_for_is_forbidden(make, pointer, role):
    with pytest.raises(HttpProblem) as caught:
        judge([make("victim")], Caller("crm", role, frozenset({"acme"}), "*"))
    assert caught.value.status == 403
    assert [each["pointer"] for each in caught.value.errors or []] == [pointer]


@CASES
def test_joining_two_accounts_that_the_token_is_for_is_allowed(make, pointer):
    del pointer
    assert len(judge([make("globex")], Caller("crm", "emitter", frozenset({"acme", "globex"}), "*"))) == 1
    assert len(judge([make("globex")], Caller("crm", "emitter", "*", "*"))) == 1


@pytest.mark.parametrize("make", [registered, moved, correcting(registered), correcting(moved)])
def test_an_account_that_belongs_to_no_group_is_joined_to_nothing(make):
    assert len(judge([make(None)], Caller("crm", "emitter", frozenset({"acme"}), "*"))) == 1
