"""Opaque tokens for URLs and headers: a few fields packed, compressed and written in letters; nonsense is refused."""

import binascii
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from services.projections.history import EPOCH, MICROSECOND

LONGEST = 8_192  # characters of a token, and bytes of what is in it
NONSENSE = "this is not a token of an answer, or not the whole of it"

W = TypeVar("W", bound=msgspec.Struct)


def pack(fields: Sequence[object]) -> str:
    """Write fields as a token; moments go in as numbers."""
    return urlsafe_b64encode(zlib.compress(msgspec.msgpack.encode(tuple(fields)), 9)).rstrip(b"=").decode()


def unpack(token: str, wire: type[W]) -> W:
    """Read the fields of a token as `wire` names them; ValueError for anything that `pack` did not write for it."""
    if len(token) > LONGEST:
        raise ValueError(NONSENSE)
    try:
        inflate = zlib.decompressobj()
        packed = inflate.decompress(b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True), LONGEST)
        if not inflate.eof or inflate.unused_data:
            raise ValueError(NONSENSE)  # noqa: TRY301 -- as all that follows
        return msgspec.msgpack.decode(packed, type=wire)
    except (binascii.Error, zlib.error, msgspec.DecodeError, ValueError):
        raise ValueError(NONSENSE) from None


def number(moment: datetime) -> int:
    """Return a moment as it stands in a token: microseconds since the epoch."""
    return (moment - EPOCH) // MICROSECOND


def moment(number: int) -> datetime:
    """Read a moment of a token; ValueError for one that is out of all bounds."""
    try:
        return EPOCH + timedelta(microseconds=number)
    except OverflowError:
        raise ValueError(NONSENSE) from None
