"""A token for some accounts cannot join another account to them, neither directly nor by correcting a merger."""

import json
from pathlib import Path

import pytest

import schemas
from services.access import Caller
from services.http_problem import HttpProblem
from services.ingest.judging import judge

EXAMPLES = Path(schemas.__file__).parent / "examples"


def merged(into):
    sent = json.loads((EXAMPLES / "account.merged.v1" / "1.json").read_text())
    return sent | {"source": "crm", "partitionkey": "acme", "data": {"into": into}}


def corrected(into):
    sent = json.loads((EXAMPLES / "event.corrected.v1" / "1.json").read_text())
    target = {"source": "crm", "id": "1", "type": "account.merged.v1"}
    data = {"target": target, "reason": "wrong", "data": {"into": into}}
    return sent | {"source": "crm", "partitionkey": "acme", "data": data}


CASES = pytest.mark.parametrize(("make", "pointer"), [(merged, "/data/into"), (corrected, "/data/data/into")])


@CASES
@pytest.mark.parametrize("role", ["emitter", "admin"])
def test_merging_into_an_account_that_the_token_is_not_for_is_forbidden(make, pointer, role):
    with pytest.raises(HttpProblem) as caught:
        judge([make("victim")], Caller("crm", role, frozenset({"acme"}), "*"))
    assert caught.value.status == 403
    assert [each["pointer"] for each in caught.value.errors or []] == [pointer]


@CASES
def test_merging_two_accounts_that_the_token_is_for_is_allowed(make, pointer):
    del pointer
    assert len(judge([make("globex")], Caller("crm", "emitter", frozenset({"acme", "globex"}), "*"))) == 1
    assert len(judge([make("globex")], Caller("crm", "emitter", "*", "*"))) == 1
