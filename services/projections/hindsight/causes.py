"""Which events did it: those of the account, those of policies, or time alone. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.projections.hindsight.change_rows import MOST_EVENTS, Change, happened
from services.projections.hindsight.found import Found, Touched
from services.projections.history import Recorded
from services.projections.news import News, in_order, texts

SERIES = "time"  # what a list of points names: of a point it says when, and not of what it is


class Causes(NamedTuple):
    """What would be otherwise had the account's events not happened, or had policies not changed; None: not known."""

    facts: Touched | None = None
    policies: Touched | None = None
    alone: Sequence[tuple[Recorded, Touched | None]] = ()  # had this event of the account alone not; None: all

    def explained(self, found: Found, facts: News, *policies: News) -> Change:
        """Name the events that did it: those without any of which it were otherwise, else as explanations tell."""
        events = self._of_facts(found, facts)
        if self._of_policies(found, events):
            events = [*events, *(event for each in policies for event in each.all())]
        return found.change.model_copy(update=events_of(events))

    def _of_facts(self, found: Found, facts: News) -> list[Recorded]:
        if self.facts and not self.facts.has(found):
            return []
        alone = [event for event, without in self.alone if without is None or without.has(found)]
        return alone or self._likely(found, facts)

    def _likely(self, found: Found, facts: News) -> list[Recorded]:
        """Return those that the row's explanation gained or lost, with those about what its key names; else all."""
        names = list(texts({field: each for field, each in found.change.key.items() if field != SERIES}))
        if not names:
            return facts.all()
        named = in_order([*facts.of(found.before | found.after), *facts.about(names)])
        return named or (facts.all() if self.facts else [])

    def _of_policies(self, found: Found, events: list[Recorded]) -> bool:
        return self.policies.has(found) if self.policies else not events


UNKNOWN = Causes()


def events_of(events: Sequence[Recorded]) -> dict[str, Any]:
    """Return the last of some events as a change lists them, and how many it does not."""
    listed = [happened(event) for event in events[-MOST_EVENTS:]]
    return {"events": listed, "more_events": len(events) - len(listed)}
