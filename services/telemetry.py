"""What all processes tell about themselves: log lines as JSON, and the names of metrics.

Nothing personal and no token is ever logged: lines carry counts, positions, ids of requests and route templates;
an exception is logged by its type and the lines of code it passed, without its text, which may quote a value.
"""

import logging
import sys
import threading
import traceback
from contextvars import ContextVar
from types import TracebackType

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from pythonjsonlogger.json import JsonFormatter
from starlette.responses import Response

logger = logging.getLogger(__name__)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HTTP_REQUESTS = Counter("rapport_http_requests", "Answered requests.", ["method", "route", "status"])
HTTP_SECONDS = Histogram(
    "rapport_http_request_seconds", "From first byte in to last byte out.", ["method", "route"], buckets=LATENCIES
)
API_IN_FLIGHT = Gauge("rapport_api_in_flight_bytes", "Bodies of hypothetical questions being read or answered.")
READS_LOST = Counter("rapport_reads_lost", "Reads that were not recorded. Alarm on any.")
INGEST_EVENTS = Counter("rapport_ingest_events", "Events by what became of them.", ["type", "outcome"])
INGEST_IN_FLIGHT = Gauge("rapport_ingest_in_flight_bytes", "Bodies being read or waiting for the log.")
INGEST_LOG_SECONDS = Histogram(
    "rapport_ingest_log_seconds", "From handing events to the producer to its answer.", buckets=LATENCIES
)
INGEST_LOG_ERRORS = Counter("rapport_ingest_log_errors", "Appends that the log did not take.", ["reason"])
INGEST_PRODUCERS = Counter("rapport_ingest_producers", "Producers started; more than one means it healed.")


def configure_logging(service: str, level: int | str = logging.INFO) -> None:
    """Send every log line of this process to stderr as one JSON object, named after the service."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(service))
    handler.addFilter(_add_request_id)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _ended
    threading.excepthook = lambda end: _ended(end.exc_type, end.exc_value, end.exc_traceback)
    logging.getLogger("asyncio").addFilter(_shorten)
    for chatty in ("aiokafka", "uvicorn.access", "httpx"):  # httpx's lines hold whole URLs
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _ended(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:  # Python itself would write the text of the error
    logger.critical("a thread ends by an error", exc_info=(kind, error or kind(), trace))


def _shorten(record: logging.LogRecord) -> bool:
    """Keep what happened, and leave out the lines that show a task with the text of its error."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def exposition() -> Response:
    """Answer /metrics in Prometheus's text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class _Formatter(JsonFormatter):
    """JSON lines whose exceptions keep their types and lines of code, and lose their texts."""

    def formatException(  # type: ignore[override]  # noqa: N802  the standard library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None]
    ) -> str:
        return "".join(_untold(ei[1]))


def _untold(error: BaseException) -> list[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_untold(earlier), "then:\n"] if earlier else []
    return [*before, *traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"]


def _formatter(service: str) -> logging.Formatter:
    return _Formatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        static_fields={"service": service},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        json_ensure_ascii=False,
    )


def _add_request_id(record: logging.LogRecord) -> bool:
    if found := request_id.get():
        record.request_id = found
    return True
