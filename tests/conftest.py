"""`make test` runs on several processes at once: which of the tests share one, and which come first."""

from typing import Any

import pytest

# What mostly waits (for the broker to give a dead member's partitions away, for processes to start) comes first, so
# that what needs a processor runs beside it. Within a line: the longest first. A process that has no more than two
# tests left is given a further file: chaos is one test, and has a brief file of many with it, lest a long one waits.
BRIEF = "tests/unit/test_partition.py"
FIRST = (
    *("tests/e2e", "tests/chaos", BRIEF),
    *("tests/integration/test_worker.py", "tests/integration/test_ingest_outage.py", "tests/integration/ingest"),
    "tests/integration",
)
TOGETHER = ("tests/e2e", "tests/integration/ingest")  # folders whose tests share one stack; else a file stays together


def _place(nodeid: str) -> int:
    return next((place for place, path in enumerate(FIRST) if nodeid.startswith(path)), len(FIRST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One process runs them in the order of their names; several share them out in this order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.nodeid))


@pytest.hookimpl(optionalhook=True)  # without `-n` nothing is shared out
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share out whole files, and whole folders where a stack is shared: each is loaded once."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 -- by hand, pytest need not import it

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(("tests/chaos", BRIEF)):
                return "tests/chaos"
            return next((path for path in TOGETHER if nodeid.startswith(path)), nodeid.partition("::")[0])

    config.option.loadscopereorder = False
    return Scheduling(config, log)
