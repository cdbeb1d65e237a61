"""Who signs tokens: a shared secret or a set of public keys, never both, so that algorithms cannot be confused."""

import asyncio
import time
from pathlib import Path
from typing import Any, Protocol

import httpx
import jwt
from jwt import PyJWK, PyJWKSet

from services.settings import Signer

PARTY = "rapport"  # both issuer and audience
REQUIRED = ["iss", "aud", "sub", "iat", "exp"]
ASYMMETRIC = frozenset({"RS256", "ES256"})
LEEWAY = 30  # seconds that two honest clocks may differ
KEYS_KEPT = 600  # seconds after which a key that was taken away counts no more
KEYS_ASKED = 30  # seconds between two fetches, however many unknown key ids are presented
LARGEST_KEY_SET = 1_000_000  # bytes


class KeysUnavailable(Exception):  # noqa: N818  it says what is the case
    """The set of public keys cannot be read, and none is known from before."""


class Verifier(Protocol):
    """Checks a token's signature, issuer, audience and times."""

    async def claims(self, token: str) -> dict[str, Any]:
        """Return the claims; jwt.PyJWTError if the token is not good, KeysUnavailable if nobody can tell."""
        ...


def verifier(signer: Signer) -> Verifier:
    """Choose the one way to verify that the settings allow."""
    if signer.secret is not None:
        return SharedSecret(signer.secret.get_secret_value())
    assert signer.jwks is not None  # noqa: S101  Signer's own promise: exactly one is set
    return PublicKeys(signer.jwks)


class SharedSecret:
    """HS256 and nothing else."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def claims(self, token: str) -> dict[str, Any]:
        """See `Verifier`."""
        return _decoded(token, self._secret, "HS256")


class PublicKeys:
    """RS256 or ES256, as the key that the token names says; read from a file or an https URL, and cached."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._keys: dict[str | None, PyJWK] = {}
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def claims(self, token: str) -> dict[str, Any]:
        """See `Verifier`."""
        key = await self._key(jwt.get_unverified_header(token).get("kid"))
        return _decoded(token, key, key.algorithm_name)

    async def _key(self, name: str | None) -> PyJWK:
        if name not in self._keys or time.monotonic() - self._read_at > KEYS_KEPT:
            await self._refresh()
        if not self._keys:
            raise KeysUnavailable
        if name not in self._keys:
            raise jwt.InvalidKeyError("the token names a key that is not in the set")
        return self._keys[name]

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._asked_at < KEYS_ASKED:
                return
            self._asked_at = time.monotonic()
            try:
                keys = PyJWKSet.from_json(await self._text()).keys
            except (OSError, httpx.HTTPError, ValueError, jwt.PyJWTError):
                if time.monotonic() - self._read_at > KEYS_KEPT:
                    self._keys = {}  # closed, rather than open by an old key
                return
            self._keys = {key.key_id: key for key in keys if key.algorithm_name in ASYMMETRIC}
            self._read_at = time.monotonic()

    async def _text(self) -> str:
        if not self._place.startswith("https://"):
            return await asyncio.to_thread(Path(self._place).read_text)
        async with httpx.AsyncClient(timeout=5) as client:
            answer = (await client.get(self._place)).raise_for_status()
        if len(answer.content) > LARGEST_KEY_SET:
            raise ValueError("the key set is too large")
        return answer.text


def _decoded(token: str, key: str | PyJWK, algorithm: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=PARTY,
        issuer=PARTY,
        leeway=LEEWAY,
        options={"require": REQUIRED},
    )
