"""Clients of Rapport's own services: with a token, and past any proxy where the service is on this machine."""

from ipaddress import ip_address

import httpx


def client(url: str, token: str, seconds: float) -> httpx.Client:
    """Open a client of the service at this base URL, patient for so many seconds; the caller closes it."""
    return httpx.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=seconds,
        trust_env=not _is_here(httpx.URL(url).host),  # a proxy knows nothing of this machine
    )


def asked_to_wait(response: httpx.Response) -> float:
    """Return for how many seconds a refusal asks us to wait; 0 if it names none."""
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0  # a date is as good as no word: whoever asks again waits anyway


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False
