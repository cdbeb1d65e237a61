"""One stack for all end-to-end tests: Kafka, PostgreSQL, ingest, worker and read API, with the real data in it."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import Stack, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the start of the stack and for 39,294 events."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.timeout(1_800))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("e2e").resolve()) as stack:
        yield stack
