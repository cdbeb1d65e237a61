"""Who may send what."""

import pytest

from tests.integration.ingest.sending import BATCH, SINGLE, accepted, end, event, refused, written


@pytest.mark.parametrize("role", ["manager", "auditor"])
async def test_only_emitters_and_admins_may_send(service, role):
    await refused(service, 403, written(event()), client=service.client(role))


async def test_without_a_token_nothing_is_taken(service):
    await refused(service, 401, written(event()), SINGLE | {"Authorization": ""})


@pytest.mark.parametrize(
    ("claims", "pointer"),
    [({"sources": ["other"]}, "/source"), ({"accounts": ["other"]}, "/partitionkey")],
)
async def test_a_token_is_only_for_its_sources_and_accounts(broker, service, claims, pointer):
    before = await end(broker)
    mine = event(source="other", partitionkey="other")
    problem = await refused(service, 403, written([mine, event()]), BATCH, client=service.client(**claims))
    assert [(each["index"], each["pointer"]) for each in problem["errors"]] == [(1, pointer)]
    assert await end(broker) == before


async def test_policies_and_amending_anothers_event_take_an_admin(broker, service):
    sent = event("event.retracted.v1")
    sent["data"]["target"]["source"] = "another"
    policy = event("strength_model.defined.v1", partitionkey="$policy")
    problem = await refused(service, 403, written([sent, policy]), BATCH)
    places = [(each["index"], each["pointer"]) for each in problem["errors"]]
    assert places == [(0, "/data/target/source"), (1, "/partitionkey")]
    async with service.client("admin") as admin:
        await accepted(broker, await admin.post("/v1/events", json=[sent, policy], headers=BATCH), sent, policy)


async def test_a_token_joins_no_account_that_it_is_not_for_to_its_own(broker, service):
    before = await end(broker)
    merged = event("account.merged.v1", partitionkey="acme", data={"into": "victim"})
    target = {"source": merged["source"], "id": "1", "type": "account.merged.v1"}
    corrected = {"target": target, "reason": "wrong", "data": {"into": "victim"}}
    corrected = event("event.corrected.v1", source=merged["source"], partitionkey="acme", data=corrected)
    client = service.client(accounts=["acme"])
    problem = await refused(service, 403, written([merged, corrected]), BATCH, client=client)
    places = [(each["index"], each["pointer"]) for each in problem["errors"]]
    assert places == [(0, "/data/into"), (1, "/data/data/into")]
    assert await end(broker) == before
