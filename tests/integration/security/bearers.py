"""Tokens, good and bad: each condition under which one may come."""

from collections.abc import Callable
from typing import Any

import jwt

from services.access import Role
from tests.integration.reading import SECRET
from tests.unit.bearing import claims

DAY = 86_400


def good(role: Role, accounts: Any = "*", sources: Any = "*", **changes: Any) -> str:
    told = claims(role=role, accounts=accounts, sources=sources, **changes)
    return jwt.encode(told, SECRET, algorithm="HS256")


def _shifted(seconds: int) -> Callable[..., str]:
    def made(role: Role, accounts: Any, sources: Any) -> str:
        now = claims()["iat"] + seconds
        return good(role, accounts, sources, iat=now - DAY, nbf=now, exp=now + DAY // 2)

    return made


def _forged(role: Role, accounts: Any, sources: Any) -> str:
    told = claims(role=role, accounts=accounts, sources=sources)
    return jwt.encode(told, SECRET[::-1], algorithm="HS256")


# Each is refused, but "valid" by role and scope; None: no token is sent.
CONDITIONS: dict[str, Callable[..., str] | None] = {
    "valid": good,
    "expired": _shifted(-DAY),
    "not yet valid": _shifted(DAY),
    "forged": _forged,
    "wrong audience": lambda *claim: good(*claim, aud="another"),
    "wrong issuer": lambda *claim: good(*claim, iss="another"),
    "malformed": lambda *claim: good(*claim)[:-10],
    "missing": None,
}
