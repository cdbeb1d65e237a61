"""The cut of the log that an answer was read at, as an opaque token: asked again at it, the answer is the same."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

import schemas
from services.projections import tokens
from services.projections.defaults import DEFAULT
from services.projections.history import Moment, Recorded
from services.projections.policy import KINDS, Policies

HERE = Path(__file__).parent


class Cut(NamedTuple):
    """What an answer was read at: the moments, the next offset of each partition, and whose log and code."""

    as_of: datetime
    known_at: datetime
    only_known: bool  # whether `known_at` was asked for, or is what the offsets amount to
    complete: bool
    offsets: dict[int, int]
    log_id: str
    version: str  # of the code; the policies are a part of the log

    @property
    def moment(self) -> Moment:
        """The moments that the answer tells."""
        return Moment(self.as_of, self.known_at)

    @property
    def asked_known_at(self) -> datetime | None:
        """The `known_at` that was asked for; None: all that the offsets hold is known."""
        return self.known_at if self.only_known else None

    def encode(self) -> str:
        """Write it as a token for a URL."""
        as_of, known_at = tokens.number(self.as_of), tokens.number(self.known_at)
        return tokens.pack((as_of, known_at, *self[2:]))


def known(facts: Iterable[Recorded], cut: Cut) -> Iterator[Recorded]:
    """Yield the facts below the cut's offsets, and if a `known_at` was asked for, recorded by then."""
    for fact in facts:
        if fact.offset < cut.offsets.get(fact.partition, 0) and not (
            cut.only_known and fact.recorded_at > cut.known_at
        ):
            yield fact


class _Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    as_of: int
    known_at: int
    only_known: bool
    complete: bool
    offsets: dict[int, int]
    log_id: str
    version: str


def decode(token: str) -> Cut:
    """Read a token; ValueError for anything that `encode` did not write."""
    wire = tokens.unpack(token, _Wire)
    as_of, known_at = tokens.moment(wire.as_of), tokens.moment(wire.known_at)
    return Cut(as_of, known_at, wire.only_known, wire.complete, wire.offsets, wire.log_id, wire.version)


@cache
def code_version() -> str:
    """Name the code that answers depend on: a digest of its source, so that no change can forget to say so."""
    digest = sha256()
    for root in (Path(schemas.__file__).parent, HERE, HERE.parent / "locales"):
        for file in sorted((*root.rglob("*.py"), *root.rglob("*.sql"), *root.rglob("*.po"))):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def version(policies: Policies) -> str:
    """Name the code and the policies of an answer: what differs from the defaults, with a digest of what it says."""
    differs = {kind: each for kind in KINDS if (each := getattr(policies, kind)) != getattr(DEFAULT, kind)}
    named = ["defaults-1", *(f"{kind}={each.version}@{_digest(each)}" for kind, each in differs.items())]
    return f"{code_version()};{','.join(named)}"


def _digest(policy: tuple[object, ...]) -> str:
    encoded = msgspec.msgpack.encode(policy, enc_hook=str, order="deterministic")  # a default's own words are `Own`
    return sha256(encoded).hexdigest()[:8]
