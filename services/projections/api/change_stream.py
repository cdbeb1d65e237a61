"""A stream of server-sent events: what was found, a heartbeat after each silence, and a clean end."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Send

from services.projections.api.change_messages import HeartbeatMessage, Message, message, written
from services.projections.following import MOST, Follower, OtherLog, Step
from services.projections.pulse import Beat, Pulse
from services.projections.said import Reader
from services.projections.windows import Source
from services.projections.worrier import Worrier

logger = logging.getLogger(__name__)
EVENTS = "text/event-stream"
RETRY = b"retry: 1000\n\n"  # milliseconds


class Pace(NamedTuple):
    """How often things happen, in seconds, and how much is held at once."""

    look: float = 0.15
    quick: float = 0.02  # the same for whoever waits for what they sent
    heartbeat: float = 15.0
    lifetime: float = 900.0  # of a stream: whoever resumes is asked for a token again, and that may have expired
    most: int = MOST
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Live(NamedTuple):
    """What all streams of a process share, and all who wait for what they sent."""

    pulse: Pulse
    quick: Pulse
    source: Source
    worrier: Worrier
    pace: Pace

    @classmethod
    def of(cls, engine: AsyncEngine, pace: Pace) -> Self:
        """Make it, on the loop that serves."""
        return cls(Pulse(engine, pace.look), Pulse(engine, pace.quick), Source(engine), Worrier(engine), pace)

    def stop(self) -> None:
        """Let all of them end now."""
        self.pulse.stop()
        self.quick.stop()


class EventStream(StreamingResponse):
    """Server-sent events; however it ends, what makes them is closed at once."""

    media_type = EVENTS

    async def stream_response(self, send: Send) -> None:
        """Send what there is, as fast as the client takes it; the server leaves one that takes nothing."""
        iterator: Any = self.body_iterator
        async with aclosing(iterator):
            await super().stream_response(send)


async def stream(shared: Live, follower: Follower, reader: Reader) -> AsyncIterator[bytes]:
    """Yield messages for `reader` from where a follower stands, the first one at once: it names where that is."""
    yield RETRY + written(HeartbeatMessage(tick=follower.mark.tick), follower.mark, reader)
    try:
        async with shared.pulse.felt(), aclosing(_messages(shared, follower, reader)) as messages:
            async for each in messages:
                yield each
    except OtherLog:
        logger.info("a stream of changes ends: another log is projected now")
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        logger.warning("a stream of changes ends: the database does not answer (%s)", type(error).__name__)


async def _messages(shared: Live, follower: Follower, reader: Reader) -> AsyncGenerator[bytes]:
    clock, pace, pulse = asyncio.get_running_loop().time, shared.pace, shared.pulse
    said = clock()
    end, beat = said + pace.lifetime, None
    while clock() < end and not pulse.stopped:
        beat = await pulse.other_than(beat, max(min(said + pace.heartbeat, end) - clock(), 0))
        async for step in _steps(follower, beat, pace.now()):
            told: Message | None = message(step)
            if told is None and clock() >= said + pace.heartbeat:
                told = HeartbeatMessage(tick=step.mark.tick)
            if told is not None:
                yield written(told, step.mark, reader)
                said = clock()
            if clock() >= end or pulse.stopped:
                return


async def _steps(follower: Follower, beat: Beat | None, now: datetime) -> AsyncIterator[Step]:
    """Yield what a beat brought, and in the end where that leads to; without one, where the follower stands."""
    if beat is not None:
        async for step in follower.steps(beat, now):
            yield step
    yield Step(follower.mark)
