"""Who may do what: bearer tokens, roles, and the accounts and sources that a token is for. Closed by default."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import jwt
from fastapi import FastAPI, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.environment import load
from services.http_problem import HttpProblem
from services.public_keys import KeysUnavailable
from services.rates import Rates
from services.settings import Signer, Terms
from services.signatures import TooLong, too_long, verifier

Role = Literal["emitter", "manager", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Scope = frozenset[str] | Literal["*"]
LONGEST_TOKEN = 16_384  # characters
LONGEST_SUBJECT = 200  # it is stamped on every event, as a Label
ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")  # what PostgreSQL can be asked for

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="RS256, ES256 or HS256; claims: sub, role, accounts, sources, iss and aud as set, iat, exp.",
    auto_error=False,
)


@dataclass(frozen=True)
class Caller:
    """Who calls, as the token's signer vouches; a claim that is absent allows nothing."""

    subject: str
    role: Role
    accounts: Scope
    sources: Scope

    def may_see(self, account: str) -> bool:
        """Tell whether the token is for this account."""
        return self.accounts == "*" or account in self.accounts

    def may_send(self, source: str, account: str) -> bool:
        """Tell whether the token is for both this source and this account."""
        return (self.sources == "*" or source in self.sources) and self.may_see(account)


def mint(  # noqa: PLR0913  the claims, each by its name
    secret: str,
    *,
    subject: str,
    role: Role,
    accounts: list[str] | Literal["*"],
    sources: list[str] | Literal["*"],
    seconds: int,
    terms: Terms | None = None,
) -> str:
    """Sign a token (HS256) that is good from now for so many seconds, by these terms; default: the environment's.

    Raises ValueError for one that would be refused.
    """
    now, terms = int(time.time()), terms or load(Terms)
    claims: dict[str, Any] = {
        "iss": terms.issuer,
        "aud": terms.audience,
        "sub": subject,
        "role": role,
        "accounts": accounts,
        "sources": sources,
        "iat": now,
        "nbf": now,
        "exp": now + seconds,
    }
    _caller(claims)  # never sign what would be refused
    if too_long(seconds, terms):
        raise _Malformed(_longest(terms))
    return jwt.encode(claims, secret, algorithm="HS256")


def install(app: FastAPI, signer: Signer, rate: int = 0) -> None:
    """Let the routes of this app that depend on `require` verify tokens by this signer, and count requests.

    `rate` is how many a second a caller may send; 0: any number.
    """
    app.state.terms, app.state.verifier = signer, verifier(signer)
    app.state.rates = Rates(rate)


def require(*roles: Role) -> Callable[..., Awaitable[Caller]]:
    """Make a FastAPI dependency that gives the Caller if the role is among `roles`: else 401 or 403, or 429.

    It runs before the request's body is read.
    """
    allowed = frozenset(roles)

    async def caller(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
    ) -> Caller:
        rates: Rates = request.app.state.rates
        try:
            found = await _authenticate(request.app, credentials)
        except HttpProblem:
            await rates.stranger(request)
            raise
        await rates.known(found.subject)
        request.state.caller = found  # known even to what is told about a refusal
        if found.role not in allowed:
            raise forbidden(f"The role {found.role} may not do this; it takes {' or '.join(sorted(allowed))}.")
        return found

    return caller


def forbidden(detail: str, *, errors: list[dict[str, Any]] | None = None) -> HttpProblem:
    """Make the problem for what this caller may not do."""
    return HttpProblem(403, "forbidden", "Not allowed", detail, errors=errors)


async def _authenticate(app: FastAPI, credentials: HTTPAuthorizationCredentials | None) -> Caller:
    if credentials is None:
        raise _unauthenticated("Send a token: Authorization: Bearer ….", "")
    if len(credentials.credentials) > LONGEST_TOKEN:
        raise _invalid_token("it is too long")
    try:
        return _caller(await app.state.verifier.claims(credentials.credentials))
    except (jwt.PyJWTError, ValueError, TypeError) as error:  # a hostile header or payload may fail in many ways
        raise _invalid_token(_why(error, app.state.terms)) from None
    except KeysUnavailable:
        raise HttpProblem(
            503,
            "keys-unavailable",
            "Tokens cannot be verified",
            "The signer's public keys cannot be read at the moment.",
            headers={"Retry-After": "30"},
        ) from None


class _Malformed(ValueError):  # noqa: N818  the sentence is the point
    """A claim is not what it should be."""


def _why(error: Exception, terms: Terms) -> str:
    """Say why a token is refused, in no words of its own."""
    if isinstance(error, _Malformed):
        return str(error)
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"the claim {error.claim} is missing"
    said: dict[type[Exception], str] = {
        jwt.ExpiredSignatureError: "it has expired",
        jwt.ImmatureSignatureError: "it is not valid yet",
        jwt.InvalidIssuerError: f"it is not from {terms.issuer}",
        jwt.InvalidAudienceError: f"it is not for {terms.audience}",
        TooLong: _longest(terms),
    }
    return said.get(type(error), "it is not one that this service accepts")


def _longest(terms: Terms) -> str:
    return f"it is good for more than {terms.days} days"


def _caller(claims: dict[str, Any]) -> Caller:
    subject, role = claims["sub"], claims.get("role")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise _Malformed(f"the claim sub must be 1 to {LONGEST_SUBJECT} printable characters")
    if role not in ROLES:
        raise _Malformed(f"the claim role must be one of {', '.join(ROLES)}")
    return Caller(subject, role, _scope(claims, "accounts"), _scope(claims, "sources"))


def _scope(claims: dict[str, Any], name: str) -> Scope:
    claim = claims.get(name, [])
    if claim == "*":
        return "*"
    if not isinstance(claim, list) or not all(isinstance(each, str) and ID.fullmatch(each) for each in claim):
        raise _Malformed(f'the claim {name} must be "*" or a list of strings without control characters')
    return frozenset(claim)


def _unauthenticated(detail: str, challenge: str) -> HttpProblem:
    header = {"WWW-Authenticate": f'Bearer realm="rapport"{challenge}'}
    return HttpProblem(401, "unauthenticated", "No valid token", detail, headers=header)


def _invalid_token(reason: str) -> HttpProblem:
    return _unauthenticated(f"The token is refused: {reason}.", ', error="invalid_token"')
