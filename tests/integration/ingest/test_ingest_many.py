"""Many requests of a middling size at once: each is taken, none has to be sent again."""

import asyncio
from collections import Counter

from tests.integration.ingest.sending import BATCH, event


async def test_requests_of_a_few_dozen_events_beside_each_other_are_all_taken(service):
    requests = [[event(partitionkey=f"many-{number % 3}") for _ in range(40)] for number in range(120)]
    async with service.client() as client:
        answers = await asyncio.gather(*(client.post("/v1/events", json=sent, headers=BATCH) for sent in requests))
    assert Counter(answer.status_code for answer in answers) == {202: 120}
    places = [(each["partition"], each["offset"]) for answer in answers for each in answer.json()["receipts"]]
    assert len(set(places)) == 120 * 40
