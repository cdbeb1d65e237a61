"""Which events did it: those of the account, those of policies, or time alone. Pure."""

from typing import NamedTuple

from services.projections.hindsight.changes import MOST_EVENTS, Change, happened
from services.projections.hindsight.found import Found, Touched
from services.projections.history import Recorded
from services.projections.news import News, texts


class Causes(NamedTuple):
    """What would be otherwise had the account's events not happened, or had policies not changed; None: not known."""

    facts: Touched | None = None
    policies: Touched | None = None

    def explained(self, found: Found, facts: News, *policies: News) -> Change:
        """Name the events that did it: as the explanations tell, else as the facts' own ids do, else all."""
        events = self._of_facts(found, facts)
        if self._of_policies(found, events):
            events = [*events, *(event for each in policies for event in each.all())]
        listed = [happened(event) for event in events[-MOST_EVENTS:]]
        return found.change.model_copy(update={"events": listed, "more_events": len(events) - len(listed)})

    def _of_facts(self, found: Found, facts: News) -> list[Recorded]:
        if self.facts and not self.facts.has(found):
            return []
        names = list(texts(found.change.key))
        named = facts.of(found.before | found.after) or facts.about(names)
        return named or (facts.all() if self.facts or not names else [])

    def _of_policies(self, found: Found, events: list[Recorded]) -> bool:
        return self.policies.has(found) if self.policies else not events


UNKNOWN = Causes()
