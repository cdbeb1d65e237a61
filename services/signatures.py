"""Who signs tokens: a shared secret or a set of public keys, never both, so that algorithms cannot be confused."""

from typing import Any, Protocol

import jwt
from jwt import PyJWK

from services.public_keys import KeySet
from services.settings import Signer, Terms

REQUIRED = ["iss", "aud", "sub", "iat", "exp"]
LEEWAY = 30  # seconds that two honest clocks may differ
SECONDS_A_DAY = 86_400


class TooLong(jwt.InvalidTokenError):
    """A token is good for longer than the terms allow."""


class Verifier(Protocol):
    """Checks a token's signature, issuer, audience and times."""

    async def claims(self, token: str) -> dict[str, Any]:
        """Return the claims; jwt.PyJWTError if the token is not good, KeysUnavailable if nobody can tell."""
        ...


def verifier(signer: Signer) -> Verifier:
    """Choose the one way to verify that the settings allow."""
    if signer.secret is not None:
        return SharedSecret(signer.secret.get_secret_value(), signer)
    assert signer.jwks is not None  # noqa: S101  Signer's own promise: exactly one is set
    return PublicKeys(KeySet(signer.jwks), signer)


class SharedSecret:
    """HS256 and nothing else."""

    def __init__(self, secret: str, terms: Terms) -> None:
        self._secret, self._terms = secret, terms

    async def claims(self, token: str) -> dict[str, Any]:
        """See `Verifier`."""
        return _decoded(token, self._secret, "HS256", self._terms)


class PublicKeys:
    """RS256 or ES256, as the key that the token names says; of the token's header nothing else is believed."""

    def __init__(self, keys: KeySet, terms: Terms) -> None:
        self._keys, self._terms = keys, terms

    async def claims(self, token: str) -> dict[str, Any]:
        """See `Verifier`."""
        key = await self._keys.named(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise jwt.InvalidKeyError("the token names a key that is not in the set")
        return _decoded(token, key, key.algorithm_name, self._terms)


def too_long(seconds: int, terms: Terms) -> bool:
    """Tell whether a token that is good for so many seconds is refused."""
    return seconds > terms.days * SECONDS_A_DAY


def _decoded(token: str, key: str | PyJWK, algorithm: str, terms: Terms) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=terms.audience,
        issuer=terms.issuer,
        leeway=LEEWAY,
        options={"require": REQUIRED},
    )
    if too_long(int(claims["exp"]) - int(claims["iat"]), terms):
        raise TooLong
    return claims
