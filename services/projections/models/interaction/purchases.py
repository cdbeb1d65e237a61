"""Of which purchase things are that were told in an interaction. Pure."""

from collections.abc import Iterable
from typing import Protocol

from schemas.interaction import InteractionPlanned, InteractionRecorded
from services.projections.history import Recorded


class InAPurchase(Protocol):
    """What was told of something that may be of a purchase, and told in an interaction."""

    @property
    def opportunity(self) -> str | None:
        """The purchase that is named."""

    @property
    def interaction(self) -> str | None:
        """The interaction that is named."""


class Purchases:
    """Of which purchase things are: what was agreed or said in an interaction is of the purchase that it was about."""

    def __init__(self, facts: Iterable[Recorded]) -> None:
        """Index what interactions were about: as last recorded, else as last planned."""
        planned: dict[str, str | None] = {}
        recorded: dict[str, str | None] = {}
        for fact in facts:
            match fact.event.data:
                case InteractionRecorded() as data:
                    recorded[data.interaction] = data.opportunity
                case InteractionPlanned() as data:
                    planned[data.interaction] = data.opportunity
        self._of = planned | recorded

    def of(self, told: InAPurchase) -> str | None:
        """Return the purchase that is named, else that of the interaction that is named; None: of none, or unknown."""
        return told.opportunity or self._of.get(told.interaction or "")
