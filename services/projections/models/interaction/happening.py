"""One thing that happened in an account, as a timeline tells it."""

from typing import Literal, NamedTuple

from schemas.interaction import InteractionKind, InteractionPlanned
from schemas.values import Participant
from services.projections.history import Recorded
from services.projections.said import Said

Kind = (
    InteractionKind
    | Literal[
        "attitude",
        "stage",
        "outcome",
        "position",
        "arrival",
        "departure",
        "note",
        "review",
        "handover",
        "plan",
        "key_account",
        "segment",
        "party",
        "ask",
        "trust",
        "engagement",
        "owner",
        "decision_step",
        "buying_group",
        "milestone",
    ]
)


class Happening(NamedTuple):
    """One thing that happened, who took part, and which opportunity it was about."""

    fact: Recorded
    kind: Kind
    title: Said
    participants: tuple[Participant, ...] = ()
    ours: tuple[Participant, ...] = ()
    opportunity: str | None = None

    @property
    def planned(self) -> bool:
        """Whether it is agreed, and neither took place nor was cancelled as far as we know."""
        return isinstance(self.fact.event.data, InteractionPlanned)
