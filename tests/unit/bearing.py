"""Tokens as a signer writes them, the keys that sign them, and a small service that asks for one."""

import base64
import json
import time
from typing import Annotated, Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import Depends, FastAPI
from pydantic import SecretStr

from services import access, http_problem
from services.access import Caller, require
from services.settings import Signer

SECRET = "a secret of more than thirty-two characters"


def claims(**changes: Any) -> dict[str, Any]:
    """Return good claims as of now, with these changes; None: without."""
    now = int(time.time())
    good = {
        "iss": "rapport",
        "aud": "rapport",
        "sub": "crm",
        "role": "manager",
        "accounts": ["a"],
        "sources": "*",
        "iat": now,
        "exp": now + 86_400,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(**changes: Any) -> str:
    return jwt.encode(claims(**changes), SECRET, algorithm="HS256")


def shared(**terms: Any) -> Signer:
    return Signer(secret=SecretStr(SECRET), **terms)


def by_hand(header: dict[str, Any], body: Any, sign: Any) -> str:
    """Write a token that no library would write; `sign` gets the bytes to sign."""
    parts = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body))
    return b".".join([parts, base64.urlsafe_b64encode(sign(parts)).rstrip(b"=")]).decode()


def service(signer: Signer) -> httpx.AsyncClient:
    app = FastAPI()
    access.install(app, signer)
    http_problem.install(app)

    @app.get("/who")
    async def who(caller: Annotated[Caller, Depends(require("manager", "admin"))]) -> dict[str, object]:
        return {"subject": caller.subject, "role": caller.role}

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def asked(signer: Signer, token: str, scheme: str = "Bearer") -> httpx.Response:
    async with service(signer) as client:
        return await client.get("/who", headers={"Authorization": f"{scheme} {token}"})


def key_pair(kind: str, name: str | None = None, bits: int = 2048) -> tuple[Any, dict[str, Any]]:
    """Make a private key and its public half as it stands in a set, under a name; default: its algorithm's."""
    private: Any = (
        rsa.generate_private_key(public_exponent=65537, key_size=bits)
        if kind == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    public = jwt.get_algorithm_by_name(kind).to_jwk(private.public_key(), as_dict=True)
    return private, public | {"kid": name or kind, "alg": kind}


def signed_by(private: Any, kind: str, name: str | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), private, algorithm=kind, headers={"kid": name or kind})
