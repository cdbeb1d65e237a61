"""`make test` runs on several processes at once: which of the tests share one, and which come first.

And Hypothesis for all tests: the same examples in each run, few enough to take seconds.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

# What mostly waits (for the broker to give a dead member's partitions away, for processes to start) comes first, so
# that what needs a processor runs beside it. Within a line: the longest first. A process that has no more than two
# tests left is given a further file: chaos is one test, and has a brief file of many with it, lest a long one waits.
BRIEF = "tests/unit/test_partition.py"
FIRST = (
    *("tests/e2e", "tests/chaos", BRIEF),
    *("tests/integration/test_worker.py", "tests/integration/test_ingest_outage.py", "tests/integration/ingest"),
    "tests/integration/security/test_nothing_told.py",
    "tests/integration",
)
TOGETHER = ("tests/e2e", "tests/integration/ingest")  # folders whose tests share one stack; else a file stays together


def _place(nodeid: str) -> int:
    return next((place for place, path in enumerate(FIRST) if nodeid.startswith(path)), len(FIRST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One process runs them in the order of their names; several share them out in this order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.nodeid))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted (`record_property("counted", ...)`), for whoever quotes it."""
    reports = [each for of in ("passed", "failed") for each in terminalreporter.stats.get(of, ())]
    if told := [said for report in reports for name, said in report.user_properties if name == "counted"]:
        terminalreporter.section("counted")
        for each in told:
            terminalreporter.write_line(each)


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


settings.register_profile(
    "ci",
    max_examples=20,
    deadline=None,  # two busy cores tell nothing about our speed; tests/bench measures it
    derandomize=True,
    print_blob=True,
    phases=[each for each in Phase if each is not Phase.explain],  # takes minutes here, and rarely explains
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# More examples, other ones in each run: pytest tests/unit --hypothesis-profile=search; the same for what integration
# tests let Schemathesis do.
settings.register_profile("search", settings.get_profile("ci"), max_examples=2_000, derandomize=False)
# A first look at many failures at once, none of them made small.
settings.register_profile("quick", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci")
