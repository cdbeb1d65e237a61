"""Reaching the brokers: clients that are closed in the end, and in place of them one sentence about why there is none.

Some reasons pass by themselves. Those in `REFUSALS` do not: a process that meets one had better end, and say so.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    IllegalSaslStateError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedForMessageFormatError,
    UnsupportedSaslMechanismError,
    UnsupportedVersionError,
    for_code,
)

from services.problem import Problem
from services.settings import Kafka

REQUEST_MS = 5_000  # that a broker may take over one request: it is asked nothing here that takes long
REFUSALS: tuple[type[Exception], ...] = (
    *(AuthenticationFailedError, AuthenticationMethodNotSupported, SaslAuthenticationFailed, IllegalSaslStateError),
    *(UnsupportedSaslMechanismError, ssl.SSLCertVerificationError),
    *(TopicAuthorizationFailedError, ClusterAuthorizationFailedError),
    *(UnsupportedVersionError, IncompatibleBrokerVersion, UnsupportedForMessageFormatError),
)


class UnreachableLog(Problem):
    """No broker answers, or it refuses to."""


class RefusingLog(UnreachableLog):
    """A broker answers, and refuses us until somebody changes it, or our settings."""


def refusal(kafka: Kafka, cause: type[BaseException], remedy: str = "") -> RefusingLog:
    """Make the problem of a broker's refusal."""
    return RefusingLog(f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) refuses us ({cause.__name__}).{remedy}")


def untold(kafka: Kafka, code: int, sentence: str) -> UnreachableLog:
    """Make the problem of an error code in a broker's answer; `sentence` is for one that may pass."""
    cause = for_code(code)
    return refusal(kafka, cause) if issubclass(cause, REFUSALS) else UnreachableLog(sentence)


@asynccontextmanager
async def administering(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open a client that may ask for and change what topics are; raises UnreachableLog."""
    admin = AIOKafkaAdminClient(**kafka.client(), request_timeout_ms=REQUEST_MS)
    async with reaching(kafka):
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


@asynccontextmanager
async def asking(kafka: Kafka) -> AsyncIterator[AIOKafkaClient]:
    """Open a client that sends what it is told to; raises UnreachableLog."""
    client = AIOKafkaClient(**kafka.client(), request_timeout_ms=REQUEST_MS)
    async with reaching(kafka):
        try:
            await client.bootstrap()
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def reaching(kafka: Kafka, remedy: str = "") -> AsyncIterator[None]:
    """Turn what aiokafka and the network raise into one sentence, and what to do; raises UnreachableLog."""
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as error:
        cause = await _knock(kafka) if isinstance(error, KafkaConnectionError) else type(error)
        if cause and issubclass(cause, REFUSALS):
            raise refusal(kafka, cause, remedy) from error
        told = type(error).__name__  # its text names objects, not remedies
        raise UnreachableLog(f"Kafka at {kafka.bootstrap} (RAPPORT_KAFKA) does not answer ({told}).{remedy}") from error


async def _knock(kafka: Kafka) -> type[BaseException] | None:
    """Return why a broker refuses us, if one does: aiokafka itself only says that it reached none."""
    how = {name: each for name, each in kafka.client().items() if name != "bootstrap_servers"}
    for host, port, _ in collect_hosts(kafka.bootstrap.split(",")):
        try:
            (await create_conn(host, port, request_timeout_ms=REQUEST_MS, **how)).close()
        except REFUSALS as error:
            return type(error)
        except (KafkaError, OSError, TimeoutError):
            continue
    return None
