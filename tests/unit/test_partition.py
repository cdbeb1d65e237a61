"""An account's partition is the one that Java's producer would choose. Vectors: Apache Kafka, UtilsTest.java."""

import pytest

from services.partition import partition_of

MURMUR2 = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("account", "murmur2"), MURMUR2.items())
@pytest.mark.parametrize("partitions", [1, 12, 48, 2**31 - 1])
def test_the_partition_is_the_positive_murmur2_modulo_the_count(account, murmur2, partitions):
    assert partition_of(account, partitions) == (murmur2 & 0x7FFFFFFF) % partitions


def test_an_account_in_any_script_is_hashed_as_utf_8():
    assert partition_of("医院-1", 12) == partition_of(b"\xe5\x8c\xbb\xe9\x99\xa2-1".decode(), 12) < 12
