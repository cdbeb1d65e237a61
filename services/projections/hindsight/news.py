"""Which facts look otherwise at one moment than at another, and which events made it so. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.projections.history import Moment, Recorded, latest_amendments, visible

At = tuple[int, int]  # partition and offset


class News(NamedTuple):
    """The facts that came into sight, went out of it, or say something else, each with the events that did it."""

    events: Mapping[At, Sequence[Recorded]]  # by the place of the fact; an amendment stands at what it amends
    naming: Mapping[str, Sequence[At]]  # the places of those that name an id, or any other text

    def of(self, places: Iterable[At]) -> list[Recorded]:
        """Return the events that changed what stands at these places, in the order of the log."""
        return _in_order(event for place in places for event in self.events.get(place, ()))

    def about(self, names: Iterable[str]) -> list[Recorded]:
        """Return the events that changed a fact which names all of these."""
        found = [set(self.naming.get(name, ())) for name in names]
        return self.of(set.intersection(*found)) if found else []

    def all(self) -> list[Recorded]:
        """Return every event that changed anything."""
        return self.of(self.events)


def news(facts: Iterable[Recorded], was: Moment, now: Moment) -> News:
    """Compare what is visible of the facts of one stream at two moments."""
    facts = list(facts)
    seen_was, seen_now = (_by_place(visible(facts, moment)) for moment in (was, now))
    amended_was, amended_now = (latest_amendments(_known(facts, moment)) for moment in (was, now))
    events: dict[At, list[Recorded]] = {}
    naming: dict[str, list[At]] = defaultdict(list)
    for told in facts:
        place = (told.partition, told.offset)
        one, other = seen_was.get(place), seen_now.get(place)
        if one == other:
            continue
        target = (*told.identity, told.event.type)
        first, last = amended_was.get(target), amended_now.get(target)
        newly_told = (told.recorded_at <= was.known_at) != (told.recorded_at <= now.known_at)
        amendments = [each for each in (first, last) if each is not None] if first is not last else []
        events[place] = [told, *amendments] if newly_told or not amendments else amendments
        for name in {name for each in (one, other) if each for name in texts(each.event.data.model_dump())}:
            naming[name].append(place)
    return News(events, naming)


def _known(facts: Iterable[Recorded], moment: Moment) -> Iterator[Recorded]:
    return (fact for fact in facts if fact.recorded_at <= moment.known_at)


def _by_place(facts: Iterable[Recorded]) -> dict[At, Recorded]:
    return {(fact.partition, fact.offset): fact for fact in facts}


def _in_order(events: Iterable[Recorded]) -> list[Recorded]:
    once = {(each.partition, each.offset): each for each in events}
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
