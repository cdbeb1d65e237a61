"""The live projection when 30 % of events are late over a week, over the same with all in order."""

from tests.bench.events import Mix
from tests.bench.live import projected
from tests.bench.report import Goal, Line
from tests.bench.stack import Stack

AN_ACCOUNT = 1_000  # events


async def measure(bench: Stack, size: int, runs: int) -> list[Line]:
    """Fill the log anew for each run, in turns; accounts of a thousand events."""
    figures = dict[float, list[float]]()
    for _ in range(runs):
        for late in (0.3, 0.0):
            await bench.log(Mix(size, accounts=max(size // AN_ACCOUNT, 1), late=late))
            figures.setdefault(late, []).append(await projected(bench, size))
    note = "the yardstick is ours with every event in order"
    return [Line("the same, 30 % late", "events/s", figures[0.3], figures[0.0], Goal("at least", 0.3), note=note)]
