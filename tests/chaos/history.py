"""What a sender sends in a campaign: random events of some accounts, some of them twice, some in conflict."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import orjson

import schemas
from services.projections.history import Recorded

Sent = dict[str, Any]

ACCOUNTS = tuple(f"account-{number:02}" for number in range(12))
CONTACTS = tuple(f"c-{number}" for number in range(1, 9))
OPPORTUNITIES = ("o-1", "o-2", "o-3")
STAGES = ("lead", "approval", "tender", "award")
START = datetime(2025, 1, 1, tzinfo=UTC)
FUTURE = datetime(2099, 1, 1, tzinfo=UTC)
SOURCE = "campaign"
MOST = 12  # events in one request


def data(wire: str, random: Random) -> dict[str, Any]:
    """Return the payload of one event type."""
    contact, opportunity = random.choice(CONTACTS), random.choice(OPPORTUNITIES)
    payloads: dict[str, dict[str, Any]] = {
        "contact.added.v1": {"contact": contact, "name": f"王 {random.randrange(99)}"},
        "contact.position_assigned.v1": {
            "contact": contact,
            "position": f"pos-{contact}",
            "title": "主任",
            "level": "middle",
        },
        "attitude.assessed.v1": {"contact": contact, "level": random.randint(-2, 2)},
        "power.assessed.v1": {"contact": contact, "level": random.randint(1, 5)},
        "opportunity.identified.v1": {"opportunity": opportunity, "name": f"CT {random.randrange(99)}"},
        "opportunity.stage_entered.v1": {"opportunity": opportunity, "stage": random.choice(STAGES)},
        "interaction.recorded.v1": {
            "interaction": f"i-{random.randrange(10_000)}",
            "kind": random.choice(("call", "meeting", "email")),
            "direction": random.choice(("inbound", "outbound", "mutual")),
            "our_participants": ["m-1"],
            "participants": [contact],
        },
    }
    return payloads[wire]


WIRES = {
    "contact.added.v1": 1,
    "contact.position_assigned.v1": 1,
    "attitude.assessed.v1": 6,
    "power.assessed.v1": 3,
    "opportunity.identified.v1": 1,
    "opportunity.stage_entered.v1": 2,
    "interaction.recorded.v1": 4,
}


def facts(random: Random, count: int) -> list[Sent]:
    """Return events in the order of sending, each identity once; no two of an account are true from the same time."""
    minutes = {account: iter(random.sample(range(600_000), count)) for account in ACCOUNTS}
    told: list[Sent] = []
    originals: dict[str, list[Sent]] = {account: [] for account in ACCOUNTS}  # not amended so far
    for number in range(count):
        account = random.choice(ACCOUNTS)
        start = FUTURE if random.random() < 0.02 else START
        time = start + timedelta(minutes=next(minutes[account]))
        if originals[account] and random.random() < 0.04:
            at = random.randrange(len(originals[account]))
            wire, payload = amendment(random, originals[account].pop(at))
        else:
            wire = random.choices(list(WIRES), list(WIRES.values()))[0]
            payload = data(wire, random)
        told.append(event(account, f"e-{number}", wire, time, payload))
        if not wire.startswith("event."):
            originals[account].append(told[-1])
    return told


def amendment(random: Random, target: Sent) -> tuple[str, dict[str, Any]]:
    """Return type and payload of a correction or retraction, the only one that this target gets."""
    aim = {"source": SOURCE, "id": target["id"], "type": target["type"]}
    if random.random() < 0.5:
        return "event.retracted.v1", {"target": aim, "reason": "never was"}
    return "event.corrected.v1", {"target": aim, "reason": "was else", "data": data(target["type"], random)}


def event(account: str, id_: str, wire: str, time: datetime, payload: dict[str, Any]) -> Sent:
    """Return an event as it is sent."""
    return {
        "specversion": "1.0",
        "source": SOURCE,
        "id": id_,
        "type": wire,
        "time": time.isoformat(),
        "partitionkey": account,
        "actor": "m-1",
        "data": payload,
    }


def with_repetitions(random: Random, told: list[Sent], duplicates: int, conflicts: int) -> list[Sent]:
    """Return the same with copies put in, each in a later request than its original: the original comes first."""
    chosen = random.sample(range(len(told) - 2 * MOST), duplicates + conflicts)
    copies = [dict(told[at]) for at in chosen[:duplicates]]
    copies += [told[at] | {"actor": "m-2"} for at in chosen[duplicates:]]
    places = [random.randrange(at + 2 * MOST, len(told)) for at in chosen]
    queue = list(told)
    for place, copy in sorted(zip(places, copies, strict=True), key=lambda each: each[0], reverse=True):
        queue.insert(place, copy)
    return queue


class Place(NamedTuple):
    """Where and when the log got an event, and from whom."""

    partition: int
    offset: int
    recorded_at: datetime
    submittedby: str


def recorded(told: Iterable[Sent], places: Mapping[str, Place]) -> Mapping[str, list[Recorded]]:
    """Return the facts of each account as they were sent, at the places and times that only the log knows, by id."""
    accounts: dict[str, list[Recorded]] = {account: [] for account in ACCOUNTS}
    for each in told:
        at = places[each["id"]]
        event = schemas.parse(orjson.dumps(each | {"submittedby": at.submittedby}))
        accounts[each["partitionkey"]].append(Recorded(event, at.recorded_at, at.partition, at.offset))
    return accounts
