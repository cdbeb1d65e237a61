"""Two accounts that are one customer: the one that the other was merged into answers for both."""

import pytest

from tests.integration.projection import power, powers
from tests.unit.sending import event

MERGER = {"source": "crm", "id": "2", "type": "account.merged.v1"}


def merged(into):
    return event("account.merged.v1", {"into": into}, id="2")


def amended(wire, id_, **data):
    return event(wire, {"target": MERGER, "reason": "the wrong one", **data}, id=id_)


@pytest.mark.parametrize(
    ("amendments", "knowing"),
    [
        ([], {"x"}),
        ([amended("event.corrected.v1", "3", data={"into": "y"})], {"y"}),
        ([amended("event.retracted.v1", "3")], set()),
        ([amended("event.retracted.v1", "3"), amended("event.corrected.v1", "4", data={"into": "y"})], {"y"}),
    ],
    ids=["merged", "corrected", "retracted", "revived"],
)
async def test_the_account_that_is_last_said_to_be_merged_into_knows_the_others_people(
    projection, log, amendments, knowing
):
    other = {"contact": "c-2", "level": 1}
    log.extend(power("1", 4), merged("x"), *amendments)
    log.extend(*(event(data=other, id="9", partitionkey=account) for account in ("x", "y")))
    await projection.take(log.records)
    for account in ("x", "y"):
        own = {"c-2": 1}
        assert await powers(projection, account=account) == (own | {"c-1": 4} if account in knowing else own)
