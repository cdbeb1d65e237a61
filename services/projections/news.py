"""Which facts look otherwise at one moment than at another, and which events made it so. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

from schemas.account import AccountMerged
from services.projections.history import Moment, Recorded, Target, amend, latest_amendments, visible

At = tuple[int, int]  # partition and offset
_ALWAYS = datetime.max.replace(tzinfo=UTC)


class Known(NamedTuple):
    """What is known at a moment, as it was told; what of it is of one customer with the account; and the moment."""

    facts: Sequence[Recorded]
    joined: Sequence[Recorded]
    as_of: datetime

    def held(self) -> list[Recorded]:
        """Return what is seen: true by `as_of`, amended, in fold order."""
        return visible(self.joined, Moment(self.as_of, _ALWAYS))

    def without(self, event: Recorded, was: "Known") -> list[Recorded]:
        """Return the facts as if this event were not news: as they were at the earlier moment; not there if it was."""
        place = place_of(event)
        is_ = next((fact for fact in self.facts if place_of(fact) == place), None)
        before = [fact for fact in was.facts if place_of(fact) == place and fact != is_]
        return [*(fact for fact in self.facts if place_of(fact) != place), *before]


class News(NamedTuple):
    """The facts that came into sight, went out of it, or say something else, each with the events that did it."""

    events: Mapping[At, Sequence[Recorded]]  # by the place of the fact; an amendment stands at what it amends
    naming: Mapping[str, Sequence[At]]  # the places of those that name an id, or any other text

    def of(self, places: Iterable[At]) -> list[Recorded]:
        """Return the events that changed what stands at these places, in the order of the log."""
        return in_order(event for place in places for event in self.events.get(place, ()))

    def about(self, names: Iterable[str]) -> list[Recorded]:
        """Return the events that changed a fact which names all of these that any changed fact names."""
        found = [set(self.naming[name]) for name in names if name in self.naming]
        return self.of(set.intersection(*found)) if found else []

    def all(self) -> list[Recorded]:
        """Return every event that changed anything."""
        return self.of(self.events)


class _Told(NamedTuple):
    """What was told by one of the two moments only, and the last amendments at each."""

    newly: set[At]
    amended_was: Mapping[Target, Recorded]
    amended_now: Mapping[Target, Recorded]

    def events(self, fact: Recorded) -> list[Recorded]:
        """Return what made a fact look otherwise: that it was told, or amended; neither if only its time came."""
        target = (*fact.identity, fact.event.type)
        told = (fact, self.amended_was.get(target), self.amended_now.get(target))
        return [each for each in told if each is not None and place_of(each) in self.newly]


def between(was: Known, now: Known, *, telling: bool = False) -> News:
    """Compare what is seen at two moments; with `telling`, also what was told at all, amendments among it."""
    facts, told_was, told_now = (_by_place(each) for each in (chain(was.facts, now.facts), was.facts, now.facts))
    newly = told_was.keys() ^ told_now.keys()
    told = _Told(newly, latest_amendments(was.facts), latest_amendments(now.facts))
    mergers = _mergers(was, now, told)
    seen_was, seen_now = _by_place(was.held()), _by_place(now.held())
    otherwise = [place for place in facts if told_was.get(place) != told_now.get(place)] if telling else []
    events: dict[At, list[Recorded]] = {place: [facts[place]] for place in otherwise}
    naming: dict[str, list[At]] = defaultdict(list)
    for place, fact in facts.items():
        one, other = seen_was.get(place), seen_now.get(place)
        if one == other:
            continue
        joined = mergers.get(fact.event.partitionkey, []) if one is None or other is None else []
        events[place] = [*told.events(fact), *joined] or [fact]
        for name in {name for each in (one, other) if each for name in texts(each.event.data.model_dump())}:
            naming[name].append(place)
    return News(events, naming)


def together(each: Iterable[News]) -> News:
    """Take the news of several accounts as one."""
    events: dict[At, Sequence[Recorded]] = {}
    naming: dict[str, list[At]] = defaultdict(list)
    for one in each:
        events |= one.events
        for name, places in one.naming.items():
            naming[name].extend(places)
    return News(events, naming)


def _mergers(was: Known, now: Known, told: _Told) -> dict[str, list[Recorded]]:
    """Return, for each account that is one customer with this one at one of the moments only, what was told of that."""
    joined = {each.event.partitionkey for each in was.joined} ^ {each.event.partitionkey for each in now.joined}
    if not joined:
        return {}
    one, other = (_by_place(fact for fact in amend(each.facts) if _merges(fact)) for each in (was, now))
    changed = [(one | other)[place] for place in one.keys() | other.keys() if one.get(place) != other.get(place)]
    return dict.fromkeys(joined, in_order(event for fact in changed for event in told.events(fact)))


def _merges(fact: Recorded) -> bool:
    return isinstance(fact.event.data, AccountMerged)


def place_of(fact: Recorded) -> At:
    """Return where a fact stands in the log."""
    return fact.partition, fact.offset


def _by_place(facts: Iterable[Recorded]) -> dict[At, Recorded]:
    return {place_of(fact): fact for fact in facts}


def in_order(events: Iterable[Recorded]) -> list[Recorded]:
    """Return each event once, in the order of the log."""
    once = _by_place(events)
    return [once[place] for place in sorted(once)]


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 -- any data
    """Yield every text in some data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
