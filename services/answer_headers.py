"""What every answer says to browsers and caches: it is data, never a page, and nobody's to keep unless it says so."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",  # a name may be HTML: JSON stays JSON
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # and if it were shown, nothing would run
    "Cache-Control": "no-store",  # what may be kept, and asked for again by its ETag, says `private, no-cache` itself
}


class Guarded:
    """ASGI middleware: adds HEADERS to every answer that does not say otherwise; install it outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    said.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, told)
