"""What each fact made known when it was told: something new, or that an earlier one was wrong. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple

from schemas.correction import Amendment, EventCorrected
from services.projections.folds.account import State as AccountState
from services.projections.history import DAY, Recorded, Target, amend, latest_amendments
from services.projections.models.account.members import member_name

AmendmentKind = Literal["corrected", "retracted"]


class Telling(NamedTuple):
    """A fact as it was told, and what stood in the place of the fact that it is about, before it and after."""

    fact: Recorded
    target: Recorded | None  # the fact that it is about: itself, or what it amends; None: that is not there
    was: Recorded | None  # as it stood just before; None: nobody knew of it, or it was retracted
    now: Recorded | None  # as it stood just after
    said: Recorded | None  # what the target said last before it, retracted or not; of an original, what it says
    says: Recorded | None  # and what it says by it
    stands: bool  # whether no later amendment overrides it

    @property
    def kind(self) -> AmendmentKind | None:
        """How it amends; None: it is an original."""
        return amends(self.fact)

    @property
    def days_late(self) -> float | None:
        """The days from when the fact was true, or for an amendment was told, to this telling; never below 0.

        None: what is amended is not there, or nobody knows since when the fact was true.
        """
        stood = self.now or self.fact
        if self.target is None or (self.kind is None and stood.undated):
            return None
        since = stood.event.time if self.kind is None else self.target.recorded_at
        return max((self.fact.recorded_at - since) / DAY, 0.0)

    @property
    def moved(self) -> tuple[datetime, datetime] | None:
        """From when to when a correction moved what it amends; None: it stayed, came or went."""
        if self.was is None or self.now is None or self.was.event.time == self.now.event.time:
            return None
        return self.was.event.time, self.now.event.time

    @property
    def earliest(self) -> datetime | None:
        """The first moment about which it may say something else than was known; None: it says nothing."""
        times = [each.event.time for each in (self.was, self.now) if each is not None]
        return None if self.was == self.now else min(times)

    @property
    def places(self) -> list[tuple[int, int]]:
        """The places in the log of what it is about and of itself."""
        return list(dict.fromkeys((each.partition, each.offset) for each in (self.target, self.fact) if each))


def in_order(fact: Recorded) -> tuple[datetime, int, int]:
    """Sort by when it was learned, as `known_at` does; what was learned at once, by the log.

    Of facts restored by several requests record times may go back in the log: which of two amendments stands, the log
    decides, as everywhere, but only among those that were learned.
    """
    return fact.recorded_at, fact.partition, fact.offset


def amends(fact: Recorded) -> AmendmentKind | None:
    """Return how a fact amends another; None: it does not."""
    if not isinstance(fact.event.data, Amendment):
        return None
    return "corrected" if isinstance(fact.event.data, EventCorrected) else "retracted"


def tellings(facts: Iterable[Recorded]) -> Iterator[Telling]:
    """Yield what each fact made known, in the order in which they were told."""
    told = sorted(facts, key=in_order)
    last = latest_amendments(told)
    there: dict[Target, Recorded] = {}
    for fact in told:
        if amends(fact) is None:
            there.setdefault(_about(fact), fact)
    original: dict[Target, Recorded] = {}
    before: dict[Target, list[Recorded]] = defaultdict(list)
    for fact in told:
        about = _about(fact)
        was = _standing(original.get(about), before[about])
        said = _said(there.get(about), before[about])
        if amends(fact):
            before[about].append(fact)
        else:
            original.setdefault(about, fact)
        now = _standing(original.get(about), before[about])
        says = _said(there.get(about), before[about])
        yield Telling(fact, there.get(about), was, now, said, says, stands=last.get(about, fact) is fact)


def _about(fact: Recorded) -> Target:
    data = fact.event.data
    if isinstance(data, Amendment):
        return fact.event.partitionkey, data.target.source, data.target.id, data.target.type
    return *fact.identity, fact.event.type


def _standing(original: Recorded | None, amendments: list[Recorded]) -> Recorded | None:
    return next(iter(amend([original, *amendments])), None) if original else None


def _said(original: Recorded | None, amendments: list[Recorded]) -> Recorded | None:
    return _standing(original, [each for each in amendments if amends(each) == "corrected"])


def content(fact: Recorded) -> dict[str, Any]:
    """Return what a fact says by the paths of its fields, its time among them, as JSON; an unset field is null."""
    return {"time": fact.event.time, **_flat(fact.event.data.model_dump(mode="json", by_alias=True))}


def _flat(data: dict[str, Any], way: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        found |= _flat(value, f"{way}{name}.") if isinstance(value, dict) else {way + name: value}
    return found


class Teller(NamedTuple):
    """Who said it, and who sent it."""

    actor: str
    actor_name: str | None
    submittedby: str | None


def teller(fact: Recorded, ours: AccountState) -> Teller:
    """Return who told a fact, with the name of one of ours."""
    return Teller(fact.event.actor, member_name(ours, fact.event.actor), fact.event.submittedby)
