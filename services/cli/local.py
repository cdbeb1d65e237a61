"""Where the services are and who signs, without any configuration: from the environment, else from the stack."""

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from deploy.local.process import find
from deploy.local.record import Record, read
from services.problem import Problem
from services.settings import Database, Endpoints, Home, Kafka, Signer, address, load


@dataclass(frozen=True)
class Connection:
    """What a command needs to reach Rapport; a part that is not known here is None."""

    kafka: str | None
    database: str | None
    ingest: str
    api: str
    secret: str | None


def home() -> Path:
    """Give the data directory, absolute and without symbolic links."""
    return load(Home).data.resolve()


def running() -> Record | None:
    """Give the record of the stack that runs now in the data directory, or None."""
    record = read(home())
    return record if record and find(record.supervisor) else None


def connection() -> Connection:
    """Give the environment's word where it has one, else the running stack's, else the defaults."""
    record, endpoints = running(), load(Endpoints)
    stack_secret = record.secret.read_text() if record and record.secret else None
    return Connection(
        kafka=os.environ.get("RAPPORT_KAFKA") or (record.kafka if record else None),
        database=os.environ.get("RAPPORT_DATABASE") or (record.database if record else None),
        ingest=record.ingest if record and _open("RAPPORT_INGEST") else endpoints.ingest,
        api=record.api if record and _open("RAPPORT_API") else endpoints.api,
        secret=os.environ.get("RAPPORT_SECRET") or stack_secret,
    )


def kafka() -> Kafka:
    """Give the settings of the log: the environment's, else the running stack's."""
    if os.environ.get("RAPPORT_KAFKA"):
        return load(Kafka)
    record = running()
    if not (record and record.kafka):
        raise Problem("Where the log is, is not known: set RAPPORT_KAFKA, or start the stack with 'rapport up'.")
    return Kafka.at(record.kafka) if record.local else load(Kafka, bootstrap=record.kafka)


def database() -> Database:
    """Give the settings of the database: the environment's, else the running stack's."""
    if os.environ.get("RAPPORT_DATABASE"):
        return load(Database)
    record = running()
    if not (record and record.database):
        raise Problem("Where PostgreSQL is, is not known: set RAPPORT_DATABASE, or start the stack with 'rapport up'.")
    return load(Database, dsn=SecretStr(record.database))


def secret() -> str:
    """Give the secret that signs tokens; raises Problem if it is not known here."""
    if os.environ.get("RAPPORT_SECRET"):  # a token by a secret that services refuse would be good for nothing
        signer = load(Signer)
        return signer.secret.get_secret_value() if signer.secret else ""
    if found := connection().secret:
        return found
    file = home() / "secret"
    if file.exists():  # the stack is down, its tokens are good all the same
        return file.read_text()
    raise Problem("Who signs tokens is not known: set RAPPORT_SECRET, or start the stack with 'rapport up'.")


def _open(variable: str) -> bool:
    """Whether the environment leaves a base URL to the stack: it names none, or port 0, which is any free one."""
    return not os.environ.get(variable) or address(os.environ[variable])[1] == 0
