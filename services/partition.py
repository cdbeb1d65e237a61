"""Where an account's events live: exactly one partition, the one that Kafka's own clients would choose."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

POSITIVE = 0x7FFFFFFF  # Java drops the sign bit: Utils.toPositive


@lru_cache(maxsize=65_536)  # the hash is pure Python, and the same accounts come again and again
def partition_of(account: str, partitions: int) -> int:
    """Return the partition of an account's key (UTF-8) in a topic of so many partitions.

    It is what the Java producer's default partitioner answers for a record with that key.
    """
    return int((murmur2(account.encode()) & POSITIVE) % partitions)
