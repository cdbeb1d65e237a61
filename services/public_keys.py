"""The public keys of who signs tokens: read from a file or an https URL, kept for a while, and read anew."""

import asyncio
import logging
import time
from pathlib import Path

import httpx
import jwt
from jwt import PyJWK, PyJWKSet

logger = logging.getLogger(__name__)

ASYMMETRIC = frozenset({"RS256", "ES256"})
FRESH = 300  # seconds after which the set is read anew while the old one still counts
KEPT = 600  # seconds after which a key that was taken away counts no more, nor any if the set cannot be read
ASKED = 30  # seconds between two readings, however many unknown key ids are presented
PATIENCE = 10.0  # seconds for the whole set to arrive
LARGEST = 1_000_000  # bytes of a set
MALFORMED = (ValueError, TypeError, AttributeError, RecursionError)  # how what is no set shows


class KeysUnavailable(Exception):  # noqa: N818  it says what is the case
    """The set of public keys cannot be read, and none is known from before."""


class KeySet:
    """The keys at a place that verify signatures, by their ids. What else the set holds is left out.

    Of a URL the certificate is checked: against the well-known authorities, or those of SSL_CERT_FILE alone.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._keys: dict[str | None, PyJWK] = {}
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def named(self, name: str | None) -> PyJWK | None:
        """Return the key of this id, None if there is none; raises KeysUnavailable."""
        served = name in self._keys and self._age() <= KEPT  # and does not wait while others read the set
        if (not served or self._age() > FRESH) and not (served and self._lock.locked()):
            await self._refresh()
        if self._age() > KEPT:
            raise KeysUnavailable  # closed, rather than open by an old key
        return self._keys.get(name)

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._asked_at < ASKED:
                return
            self._asked_at = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    self._keys = _read(await self._text())
            except (OSError, httpx.HTTPError, jwt.PyJWTError, *MALFORMED) as error:
                logger.warning("The public keys cannot be read: %s", type(error).__name__)
                return
            self._read_at = time.monotonic()

    async def _text(self) -> bytes:
        if not self._place.startswith("https://"):
            return await asyncio.to_thread(Path(self._place).read_bytes)
        text = b""
        async with httpx.AsyncClient(timeout=5) as client, client.stream("GET", self._place) as answer:
            answer.raise_for_status()
            async for some in answer.aiter_bytes():
                text += some
                if len(text) > LARGEST:
                    raise ValueError("the key set is too large")
        return text


def _read(text: bytes) -> dict[str | None, PyJWK]:
    """Return the keys of a set that may verify a token: no secret, which is not for a public set, no other use."""
    found = dict[str | None, PyJWK]()
    for key in PyJWKSet.from_json(text.decode()).keys:
        if key.algorithm_name not in ASYMMETRIC or key.public_key_use not in (None, "sig"):
            continue
        if key.Algorithm.check_key_length(key.key):
            logger.warning("A public key is left out: RSA takes at least 2048 bits")
            continue
        found[key.key_id] = key
    return found
