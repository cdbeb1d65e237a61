"""Policies over the whole read side: they change answers at once and no state, and the past keeps the ones it had."""

from datetime import timedelta

import orjson
import pytest

from services.projections.cut import code_version
from tests.integration.projection import START, ahead, power
from tests.unit.sending import event

MET = (START - timedelta(days=10)).isoformat()
STRENGTH = "/v1/accounts/acme/strength"


def met(id_):
    who = {"participants": ["c-1"], "our_participants": ["m-1"]}
    data = {"interaction": "i-1", "kind": "meeting", "direction": "mutual", **who}
    return event("interaction.recorded.v1", data, id=id_, time=MET)


def policy(id_, wire, data, **attributes):
    told = {"time": (START - timedelta(days=1)).isoformat()} | attributes
    return event(f"{wire}.v1", {"version": id_, **data}, id=id_, partitionkey="$policy", **told)


def model(id_, weight=12.0, **attributes):
    data = {"weights": {"meeting": weight}, "half_lives": {}, "kappa": 20}
    return policy(id_, "strength_model.defined", data, **attributes)


def retracted(id_, target):
    aim = {"source": "crm", "id": target, "type": "strength_model.defined.v1"}
    return event("event.retracted.v1", {"target": aim, "reason": "not agreed"}, id=id_, partitionkey="$policy")


def strength(answer):
    (contact,) = answer["answer"]["contacts"]
    return contact["strength"]


@pytest.fixture
async def told(projection, log):
    """Project what is told next, after all that was told before."""

    async def tell(*sent):
        placed = log.extend(*sent)
        await projection.take(placed)
        await projection.see(log.records)
        return placed[-1]

    await tell(met("1"), power("2"))
    return tell


async def states(projection):
    return await projection.rows(
        "SELECT account, subject, fold_version, folded_to, due, state FROM account_state"
        " WHERE account <> '$policy' ORDER BY 1, 2"
    )


async def test_a_new_policy_changes_the_answer_at_once_and_no_state_of_any_account(projection, told, reads):
    before, kept = await reads.ok(STRENGTH), await states(projection)
    await told(model("2026-a"))
    after = await reads.ok(STRENGTH)
    assert kept
    assert await states(projection) == kept
    assert strength(after) > 1.9 * strength(before)  # small, and its weight is twice the default's
    assert before["version"] == f"{code_version()};defaults-1"
    assert after["version"].startswith(f"{code_version()};defaults-1,strength=2026-a@")


async def test_before_it_applied_and_before_it_was_known_the_old_one_holds(told, reads):
    before = await reads.ok(STRENGTH, as_of=START.isoformat())
    placed = await told(model("2026-a", time=(START - timedelta(days=1)).isoformat()))
    day = (START - timedelta(days=2)).isoformat()
    assert (await reads.ok(STRENGTH, as_of=day))["version"].endswith(";defaults-1")
    known_before = (placed.recorded_at - timedelta(milliseconds=1)).isoformat()
    unaware = await reads.ok(STRENGTH, as_of=START.isoformat(), known_at=known_before)
    assert (unaware["version"], unaware["answer"]) == (before["version"], before["answer"])
    aware = await reads.ok(STRENGTH, as_of=START.isoformat(), known_at=placed.recorded_at.isoformat())
    assert strength(aware) > strength(before)


@pytest.mark.parametrize("path", [STRENGTH, "/v1/portfolio/strength", "/v1/portfolio/policies", "/v1/portfolio/funnel"])
async def test_a_token_of_before_gives_the_same_bytes_after_a_new_policy_a_correction_and_a_retraction(
    told, reads, path
):
    first = await reads.get(path)
    await told(model("2026-a"))
    second = await reads.get(path)
    assert second.json()["version"] != first.json()["version"]
    await told(model("2026-b", 99.0), retracted("4", "2026-a"))
    for each in (first, second):
        again = await reads.get(path, token=each.json()["token"])
        assert again.content == each.content
        assert "repeatable" not in again.json()
    other = await reads.ok(path)
    assert "strength=2026-b@" in other["version"]
    await told(retracted("5", "2026-b"))
    assert (await reads.ok(path))["version"].endswith(";defaults-1")


async def test_a_policy_that_lies_ahead_applies_when_it_falls_due(told, reads):
    await told(model("2099-a", time="2099-01-01T00:00:00Z"))
    assert (await reads.ok(STRENGTH))["version"].endswith(";defaults-1")
    assert "strength=2099-a@" in (await reads.ok(STRENGTH, as_of="2099-01-01"))["version"]


async def test_the_stream_of_policies_is_no_account(told, reads):
    await told(model("2026-a"))
    assert [each["account"] for each in (await reads.ok("/v1/accounts"))["accounts"]] == ["acme"]
    assert [each["account"] for each in (await reads.ok("/v1/portfolio/strength"))["answer"]] == ["acme"]
    accounts = await reads.ok("/v1/portfolio/accounts")
    assert [each["account"] for each in accounts["answer"]["accounts"]] == ["acme"]
    for role in ("manager", "admin"):
        unknown = await reads.get("/v1/accounts/nobody/strength", role=role)
        answer = await reads.get("/v1/accounts/$policy/strength", role=role)
        assert (answer.status_code, answer.content) == (404, unknown.content)


async def test_its_journal_is_for_auditors_and_admins(told, reads):
    await told(model("2026-a"))
    for role in ("auditor", "admin"):
        events = await reads.ok("/v1/accounts/$policy/events", role=role)
        assert [each["id"] for each in events["events"]] == ["2026-a"]
    await reads.problem(403, "/v1/accounts/$policy/events", role="manager")


@pytest.mark.usefixtures("told")
async def test_an_answer_is_complete_once_the_policies_are_read_too(projection, log, reads):
    await projection.see(log.records, ahead())
    assert (await reads.ok(STRENGTH))["complete"]
    unread = log.add(model("2026-a"))
    await projection.see(log.records, ahead())
    assert not (await reads.ok(STRENGTH))["complete"]
    await projection.take([unread])
    assert (await reads.ok(STRENGTH))["complete"]


async def test_policies_are_told_without_any_account(projection, log, reads):
    await projection.take(log.extend(model("2026-a")))
    await projection.see(log.records)
    answer = (await reads.get("/v1/portfolio/policies", explain="1")).content
    (row,) = [each for each in orjson.loads(answer)["answer"]["policies"] if each["kind"] == "strength"]
    assert (row["version"], row["because"]) == ("2026-a", [{"source": "crm", "id": "2026-a"}])
