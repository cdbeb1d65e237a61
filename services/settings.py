"""Settings: what a process needs to know about the world, one small class a thing; read by `load`."""

import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services import tls
from services.environment import Environment, load
from services.terms import Terms

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["Database", "Endpoints", "Health", "Home", "Kafka", "Signer", "Terms", "address", "load"]

SHORTEST_SECRET = 32  # characters: RFC 7518 asks for a key as long as HS256's hash
BOOTSTRAP = re.compile(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*")


class Kafka(Environment):
    """The log: where it is, how to speak to it, and what its topic must look like."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_KAFKA_")

    bootstrap: str = Field(validation_alias="RAPPORT_KAFKA")
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ca: FilePath | None = None
    cert: FilePath | None = None
    key: FilePath | None = None
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: SecretStr | None = None
    local: bool = Field(default=False, validation_alias="RAPPORT_LOCAL")
    partitions: int = Field(default=12, ge=1, validation_alias="RAPPORT_PARTITIONS")
    log: str | None = Field(default=None, validation_alias="RAPPORT_LOG")

    @classmethod
    def at(cls, bootstrap: str) -> Self:
        """Give the settings of a local broker, in the clear: the environment's word about another is not for it."""
        absent = dict.fromkeys(("ca", "cert", "key", "mechanism", "username", "password", "log"))
        return load(cls, bootstrap=bootstrap, local=True, security="PLAINTEXT", **absent)

    @field_validator("bootstrap")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        if not BOOTSTRAP.fullmatch(value):
            raise ValueError("must be host:port, or several with commas between")
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("RAPPORT_KAFKA_CERT and RAPPORT_KAFKA_KEY belong together")
        if self.security.startswith("SASL"):
            for name in ("mechanism", "username", "password"):
                if getattr(self, name) is None:
                    raise ValueError(f"RAPPORT_KAFKA_{name.upper()} is missing: {self.security} needs it")
        if self.security.endswith("SSL"):
            tls.try_files(self.ca, self.cert, self.key)
        return self

    def client(self) -> dict[str, Any]:
        """Give the keyword arguments that every aiokafka client takes to reach this log."""
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "security_protocol": self.security,
            "ssl_context": tls.context(self.ca, self.cert, self.key) if self.security.endswith("SSL") else None,
            "sasl_mechanism": self.mechanism or "PLAIN",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password.get_secret_value() if self.password else None,
        }


class Database(Environment):
    """PostgreSQL; `sslmode` in the URL is understood, and RAPPORT_DATABASE_CA asks for verified TLS."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_DATABASE_")

    dsn: SecretStr = Field(validation_alias="RAPPORT_DATABASE")
    ca: FilePath | None = None

    @field_validator("dsn")
    @classmethod
    def _is_postgresql(cls, value: SecretStr) -> SecretStr:
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 -- slow to import, and not every process needs it

        try:
            url = _parsed(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.drivername not in {"postgresql", "postgres"} or not (url.host and url.database):
            raise ValueError("must be postgresql://user:password@host:port/database")
        if unknown := set(url.query) - {"sslmode"}:
            raise ValueError(f"has the unknown parameter {min(unknown)}: only sslmode is understood")
        return value

    def url(self) -> str:
        """Give the URL for SQLAlchemy over asyncpg, password included; use it with `connect_args`."""
        return self._with_driver("postgresql+asyncpg")

    def plain(self) -> str:
        """Give the URL for asyncpg itself, password included; use it with `connect_args` too."""
        return self._with_driver("postgresql")

    def where(self) -> str:
        """Give host and port, for a sentence."""
        url = _parsed(self.dsn)
        return f"{url.host}:{url.port or 5432}"

    def connect_args(self) -> dict[str, Any]:
        """Give what `asyncpg.connect` needs beside the URL."""
        if self.ca:
            return {"ssl": ssl.create_default_context(cafile=self.ca)}
        mode = _parsed(self.dsn).query.get("sslmode")
        return {"ssl": mode} if mode else {}

    def _with_driver(self, driver: str) -> str:
        return _parsed(self.dsn).set(drivername=driver, query={}).render_as_string(hide_password=False)


class Signer(Terms):
    """Who signs tokens, by these terms: a shared secret (HS256), or a set of public keys; exactly one of them."""

    secret: SecretStr | None = Field(default=None, validation_alias="RAPPORT_SECRET")
    jwks: str | None = Field(default=None, validation_alias="RAPPORT_JWKS")

    @field_validator("secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
        return value

    @field_validator("jwks")
    @classmethod
    def _is_readable(cls, value: str | None) -> str | None:
        if value and not value.startswith("https://") and not Path(value).is_file():
            raise ValueError("must be an https URL or the path of a file that exists")
        return value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.secret is None) == (self.jwks is None):
            raise ValueError("Exactly one of RAPPORT_SECRET and RAPPORT_JWKS must say who signs tokens")
        return self


class Endpoints(Environment):
    """Base URLs of the two services, no slash at the end: a server binds to its own, clients call them."""

    ingest: str = "http://127.0.0.1:8001"
    api: str = "http://127.0.0.1:8002"

    @field_validator("ingest", "api")
    @classmethod
    def _is_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be a base URL such as http://127.0.0.1:8001")
        parts.port  # noqa: B018  raises ValueError itself when the port is none
        return value.rstrip("/")


class Health(Environment):
    """Where the worker, which serves nothing else, answers /health and /metrics."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_WORKER_")

    host: str = "127.0.0.1"
    port: int = Field(default=8003, ge=1, le=65535)


class Home(Environment):
    """Where the local stack keeps everything that it writes."""

    data: Path = Path(".rapport")


def address(url: str) -> tuple[str, int]:
    """Split a base URL into the host and port that a server binds to."""
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    return parts.hostname or "127.0.0.1", default if parts.port is None else parts.port


def _parsed(dsn: SecretStr) -> "URL":
    from sqlalchemy import make_url  # noqa: PLC0415 -- as above

    return make_url(dsn.get_secret_value())
