"""Heads that no honest client sends, and a connection to send them over."""

import asyncio

from services.limits import HEAD

PATIENCE = 120  # seconds
LINE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"
CHUNKED = b"POST /nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
TRAILERS = [CHUNKED, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 10_000]
TOO_LARGE = {
    "long header": [LINE + b"X-Padding: " + b"x" * (HEAD + 1) + b"\r\n" + CLOSE],
    "many headers": [LINE, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 100, CLOSE],
    "long path": [b"GET /" + b"x" * (HEAD + 1) + b" HTTP/1.1\r\n" + CLOSE],
    "endless header": [LINE + b"X-Padding: ", *[b"x" * 16_384] * 1000],
    "endless headers": [LINE, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 10_000],
}


async def told(url: str, *parts: bytes) -> bytes:
    """Send these parts over one connection until it ends, and return all that came back."""
    reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
    try:
        async with asyncio.timeout(PATIENCE):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
