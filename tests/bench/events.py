"""Realistic events, the same for the same seed: who works where, who thinks what, how deals go on, who met whom."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

Draft = dict[str, Any]

START, SPAN = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=365)  # all of it lies in the past
WEEK = timedelta(days=7)
SOURCES = ("crm", "calendar", "survey")
MEMBERS = tuple(f"m-{number}" for number in range(40))
TITLES = ("Head of Cardiology", "Purchasing Manager", "Chief Information Officer", "设备科科长", "Project Engineer")
STAGES = ("qualification", "needs", "proposal", "approval", "tender", "negotiation", "award")
FEEDBACK = (
    "Asked for a reference in the same region and for the total cost over seven years.",
    "Worried about the migration; the former supplier promised the same and was half a year late.",
    "参数已确认,等院办会讨论,预算下季度批复。",
    "Will speak for us in the committee if service within four hours is part of the contract.",
)
RANKS = ("executive", "middle", "frontline")
KINDS = ("meeting", "call", "email", "site_visit", "technical_exchange")
ROLES = ("decision_maker", "influencer", "user", "procurement", "technical_evaluator", "gatekeeper")


class Mix(NamedTuple):
    """What a log is made of; `late` is the part of events that tell of up to a week before their place."""

    events: int
    accounts: int
    late: float = 0.0
    seed: int = 1


def drafts(mix: Mix) -> Iterator[Draft]:
    """Yield a log's events, as a sender would send them, in the order of the log."""
    rng = random.Random(mix.seed)
    accounts = [_Account(f"account-{mix.seed}-{number:05}", rng) for number in range(mix.accounts)]
    for number in range(mix.events):
        time = START + SPAN * number / mix.events
        if rng.random() < mix.late:
            time -= WEEK * rng.random()
        yield accounts[rng.randrange(mix.accounts)].next(time)


def payloads(mix: Mix) -> Iterator[tuple[str, bytes]]:
    """Yield account and JSON of each event."""
    for draft in drafts(mix):
        yield draft["partitionkey"], orjson.dumps(draft)


class _Account:
    """One customer: its people, units and deals become more with time; most of what happens is meetings."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self._name, self._rng = name, rng
        self._people = self._units = self._deals = 0

    def next(self, time: datetime) -> Draft:
        """Make the next event."""
        kind = self._rng.choices(_NAMES, _WEIGHTS)[0]
        if not self._people:
            kind = "contact.added.v1"
        elif not self._deals and kind.startswith("opportunity"):
            kind = "opportunity.identified.v1"
        elif not self._units and kind.startswith("contact.position"):
            kind = "unit.added.v1"
        return {
            "specversion": "1.0",
            "id": str(UUID(int=self._rng.getrandbits(128), version=4)),
            "source": self._rng.choice(SOURCES),
            "type": kind,
            "time": time.isoformat(timespec="seconds"),
            "partitionkey": self._name,
            "actor": self._rng.choice(MEMBERS),
            "data": _MAKERS[kind](self),
        }

    def person(self) -> str:
        return f"c-{self._rng.randrange(self._people)}"

    def deal(self) -> str:
        return f"o-{self._rng.randrange(self._deals)}"

    def unit(self) -> str:
        return f"u-{self._rng.randrange(self._units)}"

    def of(self, values: tuple[str, ...]) -> str:
        return self._rng.choice(values)

    def level(self, low: int, high: int) -> int:
        return self._rng.randint(low, high)

    def new_person(self) -> Draft:
        self._people = min(self._people + 1, 40)
        contact = f"c-{self._people - 1}"
        return {"contact": contact, "name": f"Person {contact} of {self._name}", "email": f"{contact}@example.org"}

    def new_unit(self) -> Draft:
        self._units = min(self._units + 1, 12)
        parent = "u-0" if self._units > 1 else None
        return {"unit": f"u-{self._units - 1}", "name": f"Unit {self._units}", "function": "clinic", "parent": parent}

    def new_deal(self) -> Draft:
        self._deals = min(self._deals + 1, 8)
        owner = self.of(MEMBERS)
        return {"opportunity": f"o-{self._deals - 1}", "name": f"Deal {self._deals}", "owner": owner} | self.worth()

    def worth(self) -> Draft:
        return {"value": {"amount": f"{self.level(10, 900)}000.00", "currency": self.of(("EUR", "CNY", "USD"))}}

    def interaction(self) -> Draft:
        return {
            "interaction": f"i-{self._rng.getrandbits(40):x}",
            "kind": self.of(KINDS),
            "direction": "mutual",
            "our_participants": [self.of(MEMBERS)],
            "participants": [self.person(), self.person()],
            "minutes": self.level(10, 120),
            "feedback": self.of(FEEDBACK),
            "sentiment": self.level(-2, 2),
        }


_Maker = Callable[[_Account], Draft]
# How often each kind happens, and what it says.
_KINDS: dict[str, tuple[int, _Maker]] = {
    "interaction.recorded.v1": (40, _Account.interaction),
    "attitude.assessed.v1": (
        16,
        lambda a: {"contact": a.person(), "level": a.level(-2, 2), "reason": a.of(FEEDBACK)},
    ),
    "contact.position_assigned.v1": (
        8,
        lambda a: {
            "contact": a.person(),
            "position": "p-1",
            "title": a.of(TITLES),
            "level": a.of(RANKS),
            "unit": a.unit(),
        },
    ),
    "contact.added.v1": (6, _Account.new_person),
    "opportunity.stage_entered.v1": (8, lambda a: {"opportunity": a.deal(), "stage": a.of(STAGES)}),
    "opportunity.identified.v1": (2, _Account.new_deal),
    "opportunity.value_changed.v1": (2, lambda a: {"opportunity": a.deal()} | a.worth()),
    "power.assessed.v1": (4, lambda a: {"contact": a.person(), "level": a.level(1, 5)}),
    "interest.assessed.v1": (4, lambda a: {"contact": a.person(), "level": a.level(1, 5)}),
    "reporting_line.established.v1": (
        4,
        lambda a: {"contact": a.person(), "manager": a.person(), "kind": "solid"},
    ),
    "buying_role.assigned.v1": (
        3,
        lambda a: {"contact": a.person(), "role": a.of(ROLES), "domain": "imaging"},
    ),
    "unit.added.v1": (3, _Account.new_unit),
}
_NAMES = tuple(_KINDS)
_WEIGHTS = tuple(weight for weight, _ in _KINDS.values())
_MAKERS = {name: maker for name, (_, maker) in _KINDS.items()}
