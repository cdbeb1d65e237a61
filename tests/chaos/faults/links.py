"""Links between processes lose every packet, are reset, break in the middle of an answer, or are slow."""

import asyncio
from contextlib import ExitStack
from functools import partial

from tests.chaos.faults.kinds import Fault, Field, felt, nothing_missing

SECONDS = 30
LINKS = (
    *("sender to ingest", "ingest to kafka", "worker to kafka", "worker to postgres", "api to postgres"),
    "reader to api",
)
TELLING = {"sender to ingest", "worker to postgres", "ingest to kafka"}


async def silent(name: str, field: Field) -> None:
    """Lose every packet for half a minute; who waited longer than ten seconds is reset then."""
    link = field.stack.links[name]
    with felt(name, lambda: link.troubled):
        link.hold(patience=10)
        await asyncio.sleep(SECONDS * field.scale)
        link.mend()


async def cut(name: str, field: Field) -> None:
    """Reset all connections, and those to come, for half a minute."""
    link = field.stack.links[name]
    with felt(name, lambda: link.troubled):
        link.cut()
        await asyncio.sleep(SECONDS * field.scale)
        link.mend()


async def cut_answers(name: str, field: Field) -> None:
    """Reset connections in the middle of what comes back, again and again."""
    link = field.stack.links[name]
    with felt(name, lambda: link.troubled):
        for _ in range(8):
            link.cut_answers(field.random.randint(1, 400))
            await asyncio.sleep(1)
        link.mend()


async def slow(field: Field) -> None:
    """Let every link take its time."""
    with ExitStack() as all_felt:
        for name, link in field.stack.links.items():
            all_felt.enter_context(felt(name, partial(getattr, link, "troubled")))
            link.delay(0.15)
        await asyncio.sleep(15 * field.scale)
        for link in field.stack.links.values():
            link.mend()


FAULTS = (
    *(Fault(f"{name}: silent for 30 s", partial(silent, name), nothing_missing) for name in LINKS),
    *(Fault(f"{name}: cut for 30 s", partial(cut, name), nothing_missing) for name in LINKS),
    *(
        Fault(f"{name}: reset in mid-answer", partial(cut_answers, name), nothing_missing, telling=name in TELLING)
        for name in LINKS
    ),
    Fault("every link 150 ms late", slow, nothing_missing),
)
