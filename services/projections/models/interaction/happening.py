"""One thing that happened in an account, as a timeline tells it."""

from collections.abc import Hashable
from typing import Literal, NamedTuple

from schemas.interaction import InteractionKind, InteractionPlanned
from schemas.values import Participant
from services.projections.history import Recorded
from services.projections.said import Said, said

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
        "need",
        "budget",
        "qualification",
        "competitor",
        "offer",
        "quote",
        "solution",
        "prediction",
        "action",
        "contract",
        "satisfaction",
        "lead",
        "pursuit",
        "capability_gap",
        "conflict",
        "strategic_fit",
        "exposure",
        "commitment",
        "objection",
        "value",
        "question",
        "delivery",
        "payment",
        "cost",
        "complaint",
        "referral",
    ]
)
LONGEST_TITLE = 100


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


class New(NamedTuple):
    """What a fact says, and of what (None: of nothing that lasts); the same said again of the same is no news."""

    kind: Kind
    title: Said
    of: Hashable = None
    contacts: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    opportunity: str | None = None


def of_name(name: str | None, what: Said) -> Said:
    """Return what is said of a name; without one, what is said."""
    return said("{name}: {what}", name=name, what=what) if name else what


def with_text(what: Said, text: str | None) -> Said:
    """Return what is said, and the beginning of a text about it, if there is one."""
    return said("{what}: {text}", what=what, text=short(text)) if text else what


def short(text: str) -> str:
    """Return a text that fits into a title."""
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"
