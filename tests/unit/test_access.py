"""A token says who calls; anything that is not exactly such a token is refused, whoever wrote it."""

import base64
import json
import time
from typing import Annotated

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import Depends, FastAPI
from pydantic import SecretStr

from services import access, http_problem, signatures
from services.access import Caller, mint, require
from services.settings import Signer

SECRET = "a secret of more than thirty-two characters"
NOW = int(time.time())
CLAIMS = {
    "iss": "rapport",
    "aud": "rapport",
    "sub": "crm",
    "role": "manager",
    "accounts": ["a"],
    "sources": "*",
    "iat": NOW,
    "exp": NOW + 86_400,
}


def service(signer):
    app = FastAPI()
    access.install(app, signer)
    http_problem.install(app)

    @app.get("/who")
    async def who(caller: Annotated[Caller, Depends(require("manager", "admin"))]) -> dict[str, object]:
        return {"subject": caller.subject, "role": caller.role}

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def asked(signer, token, scheme="Bearer"):
    async with service(signer) as client:
        return await client.get("/who", headers={"Authorization": f"{scheme} {token}"})


def shared():
    return Signer(secret=SecretStr(SECRET))


def signed(**changes):
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, SECRET, algorithm="HS256")


async def test_a_minted_token_tells_who_calls():
    token = mint(SECRET, subject="m-he", role="manager", accounts=["a"], sources=[], seconds=60)
    answer = await asked(shared(), token)
    assert (answer.status_code, answer.json()) == (200, {"subject": "m-he", "role": "manager"})


async def test_without_a_token_the_answer_says_how_to_authenticate():
    async with service(shared()) as client:
        answer = await client.get("/who")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_in_the_url_is_no_token():
    async with service(shared()) as client:
        for name in ("token", "access_token", "authorization"):
            assert (await client.get("/who", params={name: signed()})).status_code == 401


@pytest.mark.parametrize("role", ["emitter", "auditor"])
async def test_a_role_that_is_not_named_is_forbidden(role):
    assert (await asked(shared(), signed(role=role))).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": NOW - 3600},
        {"nbf": NOW + 3600},
        {"iat": None},
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 201},
        {"sub": "a\nb"},
        {"role": "root"},
        {"role": None},
        {"role": ["admin"]},
        {"accounts": "a"},
        {"accounts": {"a": 1}},
        {"accounts": [1]},
        {"sources": "crm"},
    ],
    ids="".join,  # not the times, which differ from one process of `make test` to another
)
async def test_a_token_with_a_wrong_claim_is_refused(changes):
    answer = await asked(shared(), signed(**changes))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def unsigned():
    head, body, _ = signed().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{none}.{body}.", f"{head}.{body}.", f"{none}.{body}"


@pytest.mark.parametrize(
    "token",
    [
        *unsigned(),
        "x",
        "a.b.c",
        "." * 5,
        "A" * 20_000,
        jwt.encode(CLAIMS, SECRET + "!", algorithm="HS256"),
        jwt.encode(CLAIMS, SECRET * 2, algorithm="HS512"),
    ],
    ids=lambda token: token[:12],
)
async def test_a_token_that_is_not_signed_by_the_secret_is_refused(token):
    assert (await asked(shared(), token)).status_code == 401


async def test_another_scheme_than_bearer_is_refused():
    assert (await asked(shared(), signed(), scheme="Basic")).status_code == 401


def key_pair(kind):
    private = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    algorithm = jwt.get_algorithm_by_name(kind)
    return private, algorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": kind, "alg": kind}


@pytest.fixture
def keys(tmp_path):
    pairs = {kind: key_pair(kind) for kind in ("RS256", "ES256")}
    symmetric = {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "c2VjcmV0" * 8}
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [public for _, public in pairs.values()] + [symmetric]}))
    return path, {kind: private for kind, (private, _) in pairs.items()}


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
async def test_a_public_key_of_the_set_verifies_a_token(keys, kind):
    path, private = keys
    token = jwt.encode(CLAIMS, private[kind], algorithm=kind, headers={"kid": kind})
    assert (await asked(Signer(jwks=str(path)), token)).status_code == 200


async def test_a_public_key_is_never_taken_for_a_shared_secret(keys):
    path, private = keys
    public = private["RS256"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"RS256"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).rstrip(b"=")
    signature = jwt.get_algorithm_by_name("HS256").sign(head + b"." + body, pem)
    token = b".".join([head, body, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    assert (await asked(Signer(jwks=str(path)), token)).status_code == 401


async def test_with_public_keys_a_shared_secret_opens_nothing(keys):
    path, _ = keys
    symmetric = jwt.encode(CLAIMS, base64.b64decode("c2VjcmV0" * 8), algorithm="HS256", headers={"kid": "shared"})
    for token in (signed(), symmetric):
        assert (await asked(Signer(jwks=str(path)), token)).status_code == 401


async def test_with_a_shared_secret_a_private_key_opens_nothing(keys):
    token = jwt.encode(CLAIMS, keys[1]["RS256"], algorithm="RS256", headers={"kid": "RS256"})
    assert (await asked(shared(), token)).status_code == 401


async def test_unknown_key_ids_do_not_make_the_service_read_the_set_again_and_again(keys, monkeypatch):
    path, private = keys
    reads = []
    verifier = signatures.PublicKeys(str(path))
    read = verifier._text

    async def counted():
        reads.append(1)
        return await read()

    monkeypatch.setattr(verifier, "_text", counted)
    for number in range(20):
        token = jwt.encode(CLAIMS, private["ES256"], algorithm="ES256", headers={"kid": f"k{number}"})
        with pytest.raises(jwt.PyJWTError):
            await verifier.claims(token)
    assert len(reads) == 1


async def test_when_no_key_was_ever_read_the_service_says_that_it_cannot_tell(keys):
    path, private = keys
    signer = Signer(jwks=str(path))
    path.unlink()
    token = jwt.encode(CLAIMS, private["ES256"], algorithm="ES256", headers={"kid": "ES256"})
    answer = await asked(signer, token)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rapport:problem:keys-unavailable")


def test_a_caller_may_only_do_what_the_claims_allow():
    caller = Caller("crm", "emitter", frozenset({"a"}), frozenset({"s"}))
    assert caller.may_see("a")
    assert not caller.may_see("b")
    assert caller.may_send("s", "a")
    assert not caller.may_send("t", "a")
    assert not caller.may_send("s", "b")
    assert Caller("x", "admin", "*", "*").may_send("anything", "anywhere")


def test_absent_claims_allow_nothing():
    caller = access._caller({"sub": "x", "role": "admin"})
    assert not caller.may_see("a")
    assert not caller.may_send("s", "a")


def test_a_star_in_a_list_is_an_account_like_any_other():
    assert not access._caller({"sub": "x", "role": "admin", "accounts": ["*"]}).may_see("a")


def test_no_token_is_minted_that_would_be_refused():
    with pytest.raises(ValueError, match="role"):
        mint(SECRET, subject="x", role="root", accounts="*", sources="*", seconds=60)  # type: ignore[arg-type]
