"""The receipt token keeps its places, is short where they are neighbours, and refuses everything else."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receipt import LARGEST_OFFSET, LARGEST_PARTITION, MOST, Run, decode, encode

PLACES = st.lists(st.tuples(st.integers(0, LARGEST_PARTITION), st.integers(0, LARGEST_OFFSET)), max_size=50)
NEIGHBOURS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=50)
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


@given(st.text(max_size=40).filter(lambda text: text.isprintable()), PLACES | NEIGHBOURS)
def test_a_token_gives_back_its_cluster_and_its_places_in_order(cluster, places):
    token = encode(cluster, places)
    receipt = decode(token)
    assert (receipt.log_id, list(receipt.places())) == (cluster, sorted(set(places)))
    assert set(token) <= URL_SAFE


def test_neighbouring_offsets_become_one_run():
    token = encode("c", [(3, offset) for offset in (7, 5, 6, 9)])
    assert decode(token).runs == (Run(3, 5, 7), Run(3, 9, 9))


def test_a_thousand_neighbours_in_twelve_partitions_fit_in_a_short_url():
    places = [(number % 12, 10**12 + number // 12) for number in range(1000)]
    assert len(encode("rj8PfOGPQXuOEiFdEUL6PQ", places)) < 220


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_nonsense_is_a_value_error(token):
    with pytest.raises(ValueError, match="not a receipt token"):
        decode(token)


@given(NEIGHBOURS, st.data())
def test_a_token_with_one_character_changed_is_refused(places, data):
    token = encode("cluster", places)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(sorted(URL_SAFE - {token[at]})))
    with pytest.raises(ValueError, match="not a receipt token"):
        decode(token[:at] + other + token[at + 1 :])


def test_a_token_too_long_to_be_one_is_refused_unread():
    with pytest.raises(ValueError, match="not a receipt token"):
        decode("A" * 10_000_000)


def test_a_few_bytes_never_unfold_into_a_full_memory():
    token = encode("c", [(0, 0)])
    assert len(list(decode(token).places())) == 1
    from services import receipt  # noqa: PLC0415  below the surface: no encoder would write this

    with pytest.raises(ValueError, match="not a receipt token"):
        decode(receipt._write("c", [Run(0, 0, MOST)]))
