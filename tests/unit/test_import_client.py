"""What clients of our own services have in common."""

import pytest

from services.importers import send


@pytest.mark.parametrize(
    ("url", "by_proxy"),
    [
        ("http://127.0.0.1:8001", False),
        ("http://127.0.0.2:8001", False),
        ("http://localhost:8001", False),
        ("http://[::1]:8001", False),
        ("http://ingest:8001", True),
        ("http://10.0.0.1:8001", True),
    ],
)
def test_a_proxy_is_obeyed_unless_the_service_is_on_this_machine(monkeypatch, url, by_proxy):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    with send.client(url, "token") as client:
        assert client.trust_env == by_proxy
        assert client.headers["Authorization"] == "Bearer token"
