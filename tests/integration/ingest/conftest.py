"""One broker and one ingest for all of these tests."""

import pytest

from tests.integration.broker import Broker
from tests.integration.service import Service


@pytest.fixture(scope="session")
async def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    await broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
async def service(broker, tmp_path_factory):
    service = Service(broker.kafka, tmp_path_factory.mktemp("ingest"))
    await service.start()
    yield service
    assert service.stop() == 0
