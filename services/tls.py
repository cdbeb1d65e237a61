"""TLS towards a broker: whom we trust, and by what it knows us."""

import ssl
from pathlib import Path


def context(ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext:
    """Make the context; without `ca` the system's authorities are trusted. Raises OSError for a file that is none."""
    made = ssl.create_default_context(cafile=ca)
    if cert:
        made.load_cert_chain(cert, key)
    return made


def try_files(ca: Path | None, cert: Path | None, key: Path | None) -> None:
    """Read the files once; raises ValueError that names the setting of one that is malformed.

    Whoever connects takes an OSError for a log that is away, and would try again for ever.
    """
    try:
        context(ca, None, None)
    except OSError:
        raise ValueError("RAPPORT_KAFKA_CA is malformed: expected certificates in PEM") from None
    try:
        context(ca, cert, key)
    except OSError:
        expected = "expected a certificate in PEM, and its key"
        raise ValueError(f"RAPPORT_KAFKA_CERT or RAPPORT_KAFKA_KEY is malformed: {expected}") from None
