"""How many requests a caller may send: so many a second, and for a moment more; per process, forgotten at its end.

Whoever has a valid token is counted by its subject, wherever the requests come from; whoever has none by the peer's
address, of IPv6 by its network, which is one customer of a provider; some thousands of strangers are told apart. So a
stranger takes nothing from those who are known, even if all come through one proxy. What a stranger can make us do is
bounded by itself: to verify a signature (microseconds, of a token whose length is bounded), to find that there is no
such path, or to tell what is open to all.
"""

import math
import time
from ipaddress import IPv6Address, IPv6Network, ip_address
from zlib import crc32

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from pydantic import Field

from services.environment import Environment
from services.http_problem import HttpProblem
from services.limits import RATE, RATE_WINDOW

STRANGERS = 4_096  # that are told apart, so that to count them costs the same however many there are
NETWORK = 64  # bits of an IPv6 address that name one customer of a provider


class Rate(Environment):
    """How many requests a second one caller may send; 0: any number."""

    rate: int = Field(default=RATE, ge=0)


class Rates:
    """Counts requests; `a_second` is how many each may send, 0: any number."""

    def __init__(self, a_second: int) -> None:
        self._a_second = a_second
        self._most = RateLimitItemPerSecond(a_second * RATE_WINDOW, RATE_WINDOW)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def known(self, subject: str) -> None:
        """Count a request of one whose token is valid; 429 if there were too many."""
        await self._count("subject", subject)

    async def stranger(self, request: Request) -> None:
        """Count a request of one who has no valid token, or needs none; 429 if there were too many."""
        address = _network(request.client.host if request.client else "")
        await self._count("address", str(crc32(address.encode()) % STRANGERS))

    async def _count(self, *who: str) -> None:
        if not self._a_second or await self._limiter.hit(self._most, *who):
            return
        free = (await self._limiter.get_window_stats(self._most, *who)).reset_time - time.time()
        raise HttpProblem(
            429,
            "too-many-requests",
            "Too many requests",
            f"The limit is {self._a_second} requests a second of one caller, counted over {RATE_WINDOW} seconds.",
            headers={"Retry-After": str(min(max(math.ceil(free), 1), RATE_WINDOW))},
        )


def _network(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, NETWORK), strict=False))
    return host


async def counted(request: Request) -> None:
    """Count a request of a route that takes no token: a FastAPI dependency."""
    rates: Rates = request.app.state.rates
    await rates.stranger(request)
