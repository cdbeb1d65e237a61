"""Clocks step back an hour or ahead a week, of one process at a time, and then are right again."""

import asyncio
import time
from functools import partial

from tests.chaos.faults.kinds import Fault, Field, felt
from tests.chaos.staging import WORDS
from tests.chaos.tools import preload

BACK, AHEAD = -3_600, 7 * 86_400  # seconds


async def step(name: str, seconds: int, field: Field) -> None:
    """Step a clock, let it be wrong for a while, and set it right."""
    orders = field.stack.plan.preload
    assert orders, "the stack was started without"
    began = time.monotonic()
    with felt(name, lambda: orders.obeyed(WORDS[name])):
        orders.shift(WORDS[name], seconds)
        await asyncio.sleep(15 * field.scale)
        orders.shift(WORDS[name], 0)
    field.history.wrong_clocks.append((began, time.monotonic()))


FAULTS = tuple(
    # The broker's record times never go back: what comes after a week ahead is all recorded there, for a week.
    Fault(
        f"clock of {name} {said}",
        partial(step, name, seconds),
        preload.unavailable,
        lasting=(name, seconds) == ("kafka", AHEAD),
    )
    for name in WORDS
    for said, seconds in (("1 h back", BACK), ("7 d ahead", AHEAD))
)
