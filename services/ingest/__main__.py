"""`python -m services.ingest`: serve until SIGTERM, then finish what is in flight."""

import gc
import sys

from services import listening
from services.http_server import Server, configured
from services.ingest.app import ingest
from services.problem import Problem
from services.rates import Rate
from services.settings import Endpoints, Kafka, Signer, address, load
from services.telemetry import configure_logging

GRACE = 12  # seconds for requests in flight; with the end of the producer less than supervisors wait: 20


def main() -> None:
    """Read the settings and serve; a bad setting, a taken port or an unfit log ends the process with one sentence."""
    kafka, signer, endpoints = load(Kafka), load(Signer), load(Endpoints)
    configure_logging("ingest")
    reasons: list[str] = []

    def stop(reason: str) -> None:
        reasons.append(reason)
        server.should_exit = True

    host, port = address(endpoints.ingest)
    try:
        listening.check(host, port, "RAPPORT_INGEST")
    except Problem as problem:
        sys.exit(str(problem))
    server = Server(configured(ingest(kafka, signer, stop, load(Rate).rate), host, port, GRACE))
    _calm_garbage_collection()
    server.run()
    sys.exit(reasons[0] if reasons else 0 if server.started else 1)


def _calm_garbage_collection() -> None:
    """Leave out of every collection what lives as long as the process, and collect seldom: 1.5 times the speed.

    A batch makes and drops some hundred thousand objects, hardly any of them in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


if __name__ == "__main__":
    main()
