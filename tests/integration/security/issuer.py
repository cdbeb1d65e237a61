"""An identity provider's key set on a real https server, under a certificate authority made for the test."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deploy.local.ports import free


class Issuer:
    """Serves `keys` at `url`, and counts how often it was asked; `status` and `body` make it fail."""

    def __init__(self, port: int) -> None:
        self.base = f"https://127.0.0.1:{port}"
        self.url = f"{self.base}/keys"
        self.keys: list[dict[str, Any]] = []
        self.status, self.body, self.asked = 200, b"", 0
        self.app = Starlette(routes=[Route("/keys", self._show), Route("/moved", self._moved)])

    async def _show(self, _: Request) -> Response:
        self.asked += 1
        return Response(self.body or json.dumps({"keys": self.keys}), self.status, media_type="application/json")

    async def _moved(self, _: Request) -> Response:
        return RedirectResponse(self.url)


@asynccontextmanager
async def issuing(home: Path, name: str = "127.0.0.1") -> AsyncIterator[Issuer]:
    """Run one whose certificate is for `name`; `home / "ca.pem"` is its authority."""
    (port,) = free(1)
    issuer = Issuer(port)
    certify(home, name)
    files = {"ssl_certfile": str(home / "cert.pem"), "ssl_keyfile": str(home / "key.pem")}
    server = uvicorn.Server(uvicorn.Config(issuer.app, port=port, log_config=None, **files))  # type: ignore[arg-type]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it has no event for that
        await asyncio.sleep(0.01)
    try:
        yield issuer
    finally:
        server.should_exit = True
        await running


def certify(home: Path, name: str) -> None:
    """Make an authority and a server's certificate under it."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _named("an authority of the tests")
    above = _certificate(authority, authority, root.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    above = above.add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
    ours: x509.GeneralName = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    below = _certificate(_named(name), authority, leaf.public_key()).add_extension(
        x509.SubjectAlternativeName([ours]), critical=False
    )
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    below = below.add_extension(issued_by, critical=False)
    pem = serialization.Encoding.PEM
    (home / "ca.pem").write_bytes(above.sign(root, hashes.SHA256()).public_bytes(pem))
    (home / "cert.pem").write_bytes(below.sign(root, hashes.SHA256()).public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (home / "key.pem").write_bytes(leaf.private_bytes(pem, *plain))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    valid = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return valid.serial_number(x509.random_serial_number())
