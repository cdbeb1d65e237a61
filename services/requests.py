"""Around every HTTP request: an id that ties its log lines together, a count, its latency, and one log line."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http_problem import unexpected
from services.telemetry import HTTP_REQUESTS, HTTP_SECONDS, request_id

logger = logging.getLogger(__name__)

HEADER = "x-request-id"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})


class Observed:
    """ASGI middleware; install it outermost: `app.add_middleware(Observed)`.

    The id is the caller's `X-Request-Id` if that is a plain short word, else a new one; the answer carries it. Routes
    are told by their template, never by their path, which holds ids. An error that nobody handled ends here, as a
    problem with status 500: further out the id would be lost.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and tell about it afterwards."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = _identity(Headers(scope=scope))
        token = request_id.set(identity)
        started, status, begun = time.perf_counter(), 499, False  # 499: the client left before an answer began

        async def told(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, told)
        except ClientDisconnect:
            logger.debug("the client left")
        except Exception:  # here the request still has its id, its status and its headers
            logger.exception("unexpected error", extra={"method": _method(scope), "route": _route(scope)})
            if begun:
                raise  # the server closes the connection: that is all the client can still be told
            await unexpected().response()(scope, receive, told)
        finally:
            _tell(scope, status, time.perf_counter() - started)
            request_id.reset(token)


def _identity(headers: Headers) -> str:
    sent = headers.get(HEADER, "")
    return sent if _ACCEPTABLE.fullmatch(sent) else uuid4().hex


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "other"


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route, method = _route(scope), _method(scope)
    HTTP_REQUESTS.labels(method, route, status).inc()
    HTTP_SECONDS.labels(method, route).observe(seconds)
    level = logging.DEBUG if route in _QUIET else logging.INFO
    logger.log(
        level,
        "answered",
        extra={
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
        },
    )
