"""A set of public keys is kept for a while, read anew in good time, and never trusted for longer than it says."""

import json
from itertools import pairwise

import pytest

from services import public_keys
from services.public_keys import ASKED, FRESH, KEPT, KeySet, KeysUnavailable
from services.settings import Signer
from tests.unit.bearing import asked, key_pair, signed_by


class Clock:
    """Stands in for `time`."""

    def __init__(self):
        self.now = 1_000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(public_keys, "time", clock)
    return clock


@pytest.fixture
def place(tmp_path):
    return tmp_path / "jwks.json"


def write(place, *keys):
    place.write_text(json.dumps({"keys": list(keys)}))


OLD, NEW = key_pair("ES256", "old")[1], key_pair("ES256", "new")[1]


async def test_a_new_key_counts_at_once_and_one_that_was_taken_away_after_some_minutes(clock, place):
    write(place, OLD)
    keys = KeySet(str(place))
    assert await keys.named("old")
    write(place, NEW)
    clock.now += ASKED
    assert await keys.named("old")  # nobody has asked for another one
    assert await keys.named("new")
    assert await keys.named("old") is None
    write(place, OLD)
    clock.now += FRESH
    assert await keys.named("new")
    clock.now += 1
    assert await keys.named("new") is None


async def test_a_key_counts_no_longer_than_it_may_whenever_the_last_attempt_to_read_was(clock, place):
    write(place, OLD)
    keys = KeySet(str(place))
    assert await keys.named("old")
    place.unlink()
    clock.now += KEPT - 1
    assert await keys.named("old")  # tries to read just now, in vain
    clock.now += 2
    with pytest.raises(KeysUnavailable):
        await keys.named("old")
    write(place, OLD)
    clock.now += ASKED
    assert await keys.named("old")


async def test_a_signer_that_is_away_for_a_moment_is_not_noticed(clock, place):
    write(place, OLD)
    keys = KeySet(str(place))
    assert await keys.named("old")
    place.unlink()
    for _ in range(KEPT // ASKED):
        assert await keys.named("old")
        clock.now += ASKED
    write(place, OLD)
    assert await keys.named("old")


async def test_unknown_key_ids_do_not_make_the_service_read_the_set_again_and_again(clock, place, monkeypatch):
    write(place, OLD)
    keys, reads = KeySet(str(place)), []
    read = keys._text

    async def counted():
        reads.append(clock.now)
        return await read()

    monkeypatch.setattr(keys, "_text", counted)
    for number in range(300):
        assert await keys.named(f"k{number}") is None
        clock.now += 1
    assert len(reads) == 300 // ASKED
    assert {later - earlier for earlier, later in pairwise(reads)} == {ASKED}


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
async def test_keys_for_another_use_secrets_and_short_ones_verify_nothing(place):
    kinds = {
        "encrypting": ("RS256", 2048, {"use": "enc"}),
        "short": ("RS256", 1024, {}),
        "wide": ("RS256", 2048, {"alg": "RS512"}),
        "good": ("RS256", 2048, {"use": "sig"}),
    }
    pairs = {name: key_pair(kind, name, bits) for name, (kind, bits, _) in kinds.items()}
    write(place, *(public | kinds[name][2] for name, (_, public) in pairs.items()))
    signer = Signer(jwks=str(place))
    statuses = {
        name: (await asked(signer, signed_by(key, "RS256", name))).status_code for name, (key, _) in pairs.items()
    }
    assert statuses == {"encrypting": 401, "short": 401, "wide": 401, "good": 200}


NONSENSE = {
    "nothing": b"",
    "a list": b"[]",
    "no keys": b"{}",
    "a number of keys": b'{"keys": 1}',
    "keys that are none": b'{"keys": [1, "a", {}]}',
    "an id that is a list": json.dumps({"keys": [OLD | {"kid": ["a"]}]}).encode(),
    "very deep": b"[" * 100_000,
    "no UTF-8": b"\xff\xfe",
    "a page of HTML": b"<html>",
}


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE)
async def test_what_is_no_set_of_keys_opens_nothing_and_breaks_nothing(place, text):
    place.write_bytes(text)
    answer = await asked(Signer(jwks=str(place)), signed_by(key_pair("ES256")[0], "ES256"))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rapport:problem:keys-unavailable")
    assert answer.headers["retry-after"] == "30"
