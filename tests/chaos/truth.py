"""What a campaign sends, and its own truth of it: a seeded world of accounts, made request by request, without end.

The world knows nothing of the code under test. Valid time goes forward through the past months; three events in ten
are told up to a week late, one in ten is told again later, a few are dated years or seconds ahead.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Literal, NamedTuple

Sent = dict[str, Any]
Expected = Literal["taken", "refused"]

CONTACTS = tuple(f"c-{number}" for number in range(1, 9))
OPPORTUNITIES = ("o-1", "o-2", "o-3")
STAGES = ("lead", "approval", "tender", "award")
SOURCES = ("crm", "mail")  # they number their events alike
MEMBERS = ("m-1", "m-2")
POLICY = "$policy"
MOST = 12  # events in one request
FAR_AHEAD = timedelta(days=365 * 70)
LATE = timedelta(days=7)
REMEMBERED = 60  # events that may be told again, or amended: a late amendment refolds its account all the same

KINDS = {
    "contact.added.v1": 2,
    "contact.position_assigned.v1": 2,
    "attitude.assessed.v1": 8,
    "power.assessed.v1": 4,
    "opportunity.identified.v1": 1,
    "opportunity.stage_entered.v1": 3,
    "interaction.recorded.v1": 4,
    "amendment": 2,
}


class Request(NamedTuple):
    """What is sent at once: taken whole, or refused whole because of one event that breaks a rule."""

    events: list[Sent]
    expected: Expected


class World:
    """Accounts of one sender, who tells of each in one order; `told` is all that it may have sent, by content."""

    def __init__(self, seed: str, accounts: Iterable[str], start: datetime) -> None:
        """Begin; `start` is now, in whose past months everything happens."""
        self._random = Random(seed)
        self._accounts = {account: _Account(account, start) for account in accounts}

    def request(self) -> Request:
        """Make the next request."""
        random = self._random
        account = self._accounts[random.choice(sorted(self._accounts))]
        events = [account.event(random) for _ in range(random.randint(1, MOST))]
        if random.random() < 0.03:
            broken = random.choice(events)
            broken["data"] = broken["data"] | {"level": 77, "nonsense": True}
            account.forget(events)
            return Request(events, "refused")
        return Request(events, "taken")


class Policies:
    """Who settles how attitudes fade, anew every now and then."""

    def __init__(self, seed: str, start: datetime) -> None:
        self._random, self._start, self._numbers = Random(seed), start, count(1)

    def request(self) -> Request:
        """Make the next definition; it applies from some day in the past months, or from now."""
        number = next(self._numbers)
        data = {
            "version": f"fading-{number}",
            "leading": "latest",
            "half_life_days": self._random.choice((5, 20, 60, 180)),
            "floor": self._random.choice((0.2, 0.3, 0.5, 0.9)),
        }
        time = self._start - timedelta(days=self._random.uniform(0, 60), microseconds=number)
        return Request(
            [_event(POLICY, "board", f"p-{number}", "attitude_model.defined.v1", time, "m-1", data)], "taken"
        )


class _Account:
    def __init__(self, name: str, start: datetime) -> None:
        self._name, self._now, self._end = name, start - timedelta(days=120), start
        self._numbers = count(1)
        self._recent: list[Sent] = []

    def event(self, random: Random) -> Sent:
        """Make one event: a new one, or of what was told lately the same again, or the same name for another."""
        chance = random.random()
        if self._recent and chance < 0.10:
            return dict(random.choice(self._recent))
        if self._recent and chance < 0.11:
            return random.choice(self._recent) | {"actor": "m-9"}  # a conflict
        if self._recent and chance < 0.13 and (twin := self._twin(random)):
            return twin
        made = self._new(random)
        self._recent = [*self._recent[-REMEMBERED:], made]
        return made

    def forget(self, events: list[Sent]) -> None:
        """Never tell these again, nor amend them: they are refused."""
        self._recent = [each for each in self._recent if each not in events]

    def _twin(self, random: Random) -> Sent | None:
        """Make another system's event of the same id: two facts."""
        first = random.choice(self._recent)
        identities = {(each["source"], each["id"]) for each in self._recent}
        if first["source"] == "mail" or ("mail", first["id"]) in identities or first["type"].startswith("event."):
            return None
        data = {"contact": random.choice(CONTACTS), "level": random.randint(1, 5)}
        twin = _event(self._name, "mail", first["id"], "power.assessed.v1", self._time(random), "m-2", data)
        self._recent = [*self._recent[-REMEMBERED:], twin]
        return twin

    def _new(self, random: Random) -> Sent:
        wire = random.choices(list(KINDS), list(KINDS.values()))[0]
        id_ = f"e-{next(self._numbers)}"
        time, actor, source = self._time(random), random.choice(MEMBERS), "crm"
        originals = [each for each in self._recent if not each["type"].startswith("event.")]
        if wire == "amendment" and originals:
            target = random.choice(originals)
            source = target["source"]  # whose it is: others may not amend it
            wire, data = self._amendment(random, target)
        else:
            wire = "attitude.assessed.v1" if wire == "amendment" else wire
            data = _data(wire, random, id_)
        return _event(self._name, source, id_, wire, time, actor, data)

    def _amendment(self, random: Random, target: Sent) -> tuple[str, dict[str, Any]]:
        """Make a correction or a retraction; several may amend one target, in any order of their own times."""
        aim = {"source": target["source"], "id": target["id"], "type": target["type"]}
        if random.random() < 0.4:
            return "event.retracted.v1", {"target": aim, "reason": "never was"}
        change: dict[str, Any] = {
            "target": aim,
            "reason": "was else",
            "data": _data(target["type"], random, target["id"]),
        }
        if random.random() < 0.3:
            change["time"] = self._time(random).isoformat()
        return "event.corrected.v1", change

    def _time(self, random: Random) -> datetime:
        """Go on a little, or back up to a week, or far ahead; no two events of an account are of one moment."""
        self._now += timedelta(minutes=random.uniform(1, 12), microseconds=random.randrange(1_000_000))
        chance = random.random()
        if chance < 0.02:
            return self._now + FAR_AHEAD
        if chance < 0.04:
            return self._end + timedelta(seconds=random.uniform(0, 120))  # falls due while the campaign runs
        return self._now - random.random() * LATE if chance < 0.34 else self._now


def _data(wire: str, random: Random, id_: str) -> dict[str, Any]:
    if wire == "interaction.recorded.v1":
        return {
            "interaction": f"i-{id_}",
            "kind": random.choice(("call", "meeting", "email")),
            "direction": random.choice(("inbound", "outbound", "mutual")),
            "our_participants": ["m-1"],
            "participants": random.sample(CONTACTS, random.randint(1, 3)),
        }
    if wire.startswith("opportunity."):
        name, stage = f"CT {random.randrange(999)}", random.choice(STAGES)
        return {"opportunity": random.choice(OPPORTUNITIES)} | ({"stage": stage} if "stage" in wire else {"name": name})
    return {"contact": random.choice(CONTACTS)} | _of_contact(wire, random)


def _of_contact(wire: str, random: Random) -> dict[str, Any]:
    match wire:
        case "contact.added.v1":
            return {"name": f"王 {random.randrange(999)}"}
        case "contact.position_assigned.v1":
            return {"position": "pos-1", "title": "主任", "level": "middle"}
        case "attitude.assessed.v1":
            basis = {"assertion": "told", "confidence": random.choice((0.4, 0.7, 1.0))}
            return {"level": random.randint(-2, 2), "basis": basis}
        case _:
            return {"level": random.randint(1, 5)}


def _event(  # noqa: PLR0913, PLR0917  an event's attributes
    account: str, source: str, id_: str, wire: str, time: datetime, actor: str, data: dict[str, Any]
) -> Sent:
    return {
        "specversion": "1.0",
        "source": source,
        "id": id_,
        "type": wire,
        "time": time.isoformat(),
        "partitionkey": account,
        "actor": actor,
        "data": data,
    }
