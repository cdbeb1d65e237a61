"""How each kind of thing stands, by the turns of its course: one definition, for every answer and warning. Pure."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, TypeVar

import msgspec

from services.projections.course import Course, Turn
from services.projections.history import Stamp
from services.projections.models import turns
from services.projections.models.turns import Spell

T = TypeVar("T", bound=msgspec.Struct)
Kind = Literal[
    "action",
    "question",
    "objection",
    "solution",
    "need",
    "value",
    "capability_gap",
    "lead",
    "complaint",
    "delivery",
    "referral",
]

# What the turns of each kind of thing make of it.
WORDS: Mapping[Kind, Mapping[str, str]] = {
    "action": {"planned": "open", "completed": "done", "cancelled": "cancelled"},
    "question": {"asked": "open", "answered": "answered"},
    "objection": {"raised": "open", "reopened": "open", "answered": "answered", "resolved": "resolved"},
    "solution": {"presented": "presented", "revised": "revised"},
    "need": {"stated": "open", "clarified": "open", "withdrawn": "withdrawn"},
    "value": {"proposed": "proposed", "confirmed": "confirmed"},
    "capability_gap": {"identified": "open", "closed": "closed"},
    "lead": {"captured": "open", "dismissed": "dismissed"},
    "complaint": {"received": "open", "responded": "responded", "resolved": "resolved"},
    "delivery": {"committed": "open", "fulfilled": "fulfilled", "breached": "breached"},
    "referral": {"requested": "requested", "given": "given", "converted": "converted"},
}

# Which turns change nothing in a thing that stands so: a late answer opens nothing that is settled, a complaint that
# is told again is still answered, and a recommendation that was given is not asked for any more.
NO_CHANGE: Mapping[Kind, frozenset[tuple[str, str]]] = {
    "objection": frozenset({("resolved", "answered")}),
    "complaint": frozenset({("resolved", "responded"), ("responded", "received")}),
    "referral": frozenset({("given", "requested"), ("converted", "requested"), ("converted", "given")}),
}
# The turns that tell all of a thing, each in place of the one before.
TELLS: Mapping[Kind, tuple[str, ...]] = {
    "action": ("planned",),
    "question": ("asked",),
    "objection": ("raised",),
    "solution": ("presented", "revised"),
    "need": ("stated", "clarified"),
    "value": ("proposed",),
    "capability_gap": ("identified",),
    "lead": ("captured",),
    "complaint": ("received",),
    "delivery": ("committed",),
    "referral": ("requested",),
}

# Which turns claim, and what: one that claims just what was claimed before, as an echo from a second source, begins
# nothing: what was confirmed, delivered or resolved still is.
CLAIMS: Mapping[Kind, tuple[str, tuple[str, ...]]] = {
    "value": ("proposed", ("text", "amount")),
    "delivery": ("committed", ("text", "due")),
    "complaint": ("received", ("text",)),
}
# How a thing stands that is not settled: an answer may not convince, and what we did not deliver is still promised.
OPEN: Mapping[Kind, frozenset[str]] = {
    "action": frozenset({"open"}),
    "question": frozenset({"open"}),
    "objection": frozenset({"open", "answered"}),
    "solution": frozenset({"presented", "revised"}),
    "need": frozenset({"open"}),
    "value": frozenset({"proposed"}),
    "capability_gap": frozenset({"open"}),
    "lead": frozenset({"open"}),
    "complaint": frozenset({"open", "responded"}),
    "delivery": frozenset({"open", "breached"}),
    "referral": frozenset({"requested", "given"}),
}


def spells(kind: Kind, course: Course[T]) -> list[Spell[T]]:
    """Return how a thing stood, one stretch after the other; none of a course without turns."""
    words, none = WORDS[kind], NO_CHANGE.get(kind, frozenset())
    again = claimed_again(kind, course)

    def says(turn: Turn[T], before: str | None) -> str | None:
        return None if (before, turn.kind) in none or turn.at in again else words.get(turn.kind)

    return turns.spells(course, says)


def stand(kind: Kind, course: Course[T]) -> Spell[T]:
    """Return how a thing stands, and since which turn; its course has one turn at least."""
    return spells(kind, course)[-1]


def status(kind: Kind, course: Course[T]) -> str | None:
    """Return how a thing stands, as `WORDS` says it; None of a course without turns."""
    return next((each.state for each in reversed(spells(kind, course))), None)


def is_open(kind: Kind, course: Course[T]) -> bool:
    """Whether a thing is not settled yet."""
    return status(kind, course) in OPEN[kind]


def open_since(kind: Kind, course: Course[T]) -> Turn[T] | None:
    """Return the turn since which a thing is not settled, however it stood from then on; None of one that is."""
    found: Turn[T] | None = None
    for each in spells(kind, course):
        found = (found or each.begin) if each.state in OPEN[kind] else None
    return found


def content(kind: Kind, course: Course[T], unknown: T) -> T:
    """Return a thing as it was told last, which replaced what was told before; `unknown` where nobody told of it."""
    return turns.whole(course, unknown, *TELLS[kind])


def during(course: Course[T], spell: Spell[T]) -> Course[T]:
    """Return the turns of a stretch, in fold order."""
    return [each for each in course if each.at >= spell.begin.at and (spell.end is None or each.at < spell.end.at)]


def claimed_again(kind: Kind, course: Course[T]) -> frozenset[Stamp]:
    """Return where a course claims just what it claimed before."""
    word, fields = CLAIMS.get(kind, ("", ()))
    claims = [(each.at, [getattr(each.told, name) for name in fields]) for each in course if each.kind == word]
    return frozenset(at for (_, before), (at, claim) in pairwise(claims) if claim == before)
