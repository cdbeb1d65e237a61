"""What this machine cannot do is listed as not run, with the reason; the campaign does the same with its faults."""

from tests.chaos.tools import disks, preload

NEEDS = {"test_disks.py": disks.unavailable(), "test_preload.py": preload.unavailable()}
NEEDS["test_servers.py"] = NEEDS["test_disks.py"] or NEEDS["test_preload.py"]
collect_ignore = [name for name, reason in NEEDS.items() if reason]


def pytest_report_header() -> list[str]:
    """Say so."""
    return [f"not run: tests/chaos/tools/{name}: {reason}" for name, reason in NEEDS.items() if reason]
