"""The saved state of one subject of one account: a cache of the fold, and how it is carried forward. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import zstandard

from schemas.correction import Amendment
from schemas.event import REGISTERED
from services.projections.folds import FOLDS, encode, subject_of
from services.projections.history import Recorded

_COMPRESSOR = zstandard.ZstdCompressor(level=1)
_DECOMPRESSOR = zstandard.ZstdDecompressor()


class Kept(NamedTuple):
    """A state that holds all facts dated up to `folded_to`; the earliest of the later ones is dated `due`."""

    state: Any
    folded_to: datetime
    due: datetime | None


def subject_types(subject: str) -> list[str]:
    """Return the wire names that a refold of `subject` reads: its own, and amendments."""
    return [
        wire for wire, payload in REGISTERED.items() if subject_of(payload) == subject or issubclass(payload, Amendment)
    ]


def advance(subject: str, kept: Kept, facts: Iterable[Recorded], to: datetime) -> Kept:
    """Fold newly known facts; `to` is the last time that the log has of the account. The state is changed in place.

    The caller refolds instead if a fact is amended, or if one that waited has fallen due (`kept.due <= to`).
    """
    due = kept.due
    fold = FOLDS[subject].fold
    for fact in facts:
        if fact.undated or fact.event.time <= to:
            fold(kept.state, fact)
        elif due is None or fact.event.time < due:
            due = fact.event.time
    return Kept(kept.state, to, due)


def refold(subject: str, facts: Iterable[Recorded], to: datetime) -> Kept:
    """Fold all facts of a subject, amended, anew."""
    return advance(subject, Kept(FOLDS[subject].empty(), to, None), facts, to)


def pack(state: object) -> bytes:
    """Write a state as it is stored; equal states give equal bytes."""
    return _COMPRESSOR.compress(encode(state))


def unpacked(packed: bytes) -> bytes | None:
    """Return the encoded state within what `pack` wrote, or None if it cannot be read."""
    try:
        return _DECOMPRESSOR.decompress(packed)
    except zstandard.ZstdError:
        return None


def unpack(subject: str, packed: bytes) -> Any:  # noqa: ANN401 -- the subject's own State
    """Read what `pack` wrote. Raises msgspec.ValidationError or zstandard.ZstdError for anything else."""
    return FOLDS[subject].decode(_DECOMPRESSOR.decompress(packed))
