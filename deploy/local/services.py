"""What our own services are told of the world by the local stack, and how they tell it that they are ready."""

import os
import secrets
from pathlib import Path

import httpx

from deploy.local.record import Record, write_private
from services.problem import Problem


def environment(record: Record, data: Path, database: str | None = None) -> dict[str, str]:
    """Give everything that a service is told; it is configured in no other way, and learns of no other `database`."""
    if not (record.kafka and record.database):
        raise Problem(
            "The services need both Kafka and PostgreSQL: start them too, or name them with "
            "RAPPORT_KAFKA and RAPPORT_DATABASE."
        )
    unhurried = {"RAPPORT_RATE": "0"}  # whoever reaches this machine's own services may ask as fast as it can
    kept = {name: value for name, value in os.environ.items() if not _is_foreign(name, record, database)}
    ours = {
        "RAPPORT_KAFKA": record.kafka,
        "RAPPORT_INGEST": record.ingest,
        "RAPPORT_API": record.api,
        "RAPPORT_DATA": str(data),
        "PYTHONUNBUFFERED": "1",  # the last word of a dying process must reach its log
    }
    local = {"RAPPORT_LOCAL": "1", "RAPPORT_LOG": record.log or ""} if record.local else {}
    signer = {"RAPPORT_SECRET": record.secret.read_text()} if record.secret else {}
    own = {"RAPPORT_DATABASE": database} if database else {}
    return unhurried | kept | ours | local | signer | own


def _is_foreign(name: str, record: Record, database: str | None) -> bool:
    """How to reach somebody's own servers says nothing about the local ones."""
    if name.startswith("RAPPORT_DATABASE"):
        return database is None or database != os.environ.get("RAPPORT_DATABASE")
    return record.local and name.startswith("RAPPORT_KAFKA_")


def signer_named() -> bool:
    """Tell whether the environment says who signs tokens."""
    return bool(os.environ.get("RAPPORT_SECRET") or os.environ.get("RAPPORT_JWKS"))


def secret(data: Path) -> Path:
    """Give the file of the secret that signs tokens here, made at the first start."""
    file = data / "secret"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(48))
    return file


async def is_ready(url: str) -> bool:
    """Ask a service whether it can do its work now."""
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            return (await client.get(f"{url}/health/ready")).is_success
    except httpx.HTTPError:
        return False
