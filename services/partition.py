"""Where an account's events live: exactly one partition, the one that Kafka's own clients would choose."""

from functools import lru_cache
from typing import Protocol

from aiokafka.partitioner import murmur2

LOG_APPEND_TIME = 1
POSITIVE = 0x7FFFFFFF  # Java drops the sign bit: Utils.toPositive


@lru_cache(maxsize=65_536)  # the hash is pure Python, and the same accounts come again and again
def partition_of(account: str, partitions: int) -> int:
    """Return the partition of an account's key (UTF-8) in a topic of so many partitions.

    It is what the Java producer's default partitioner answers for a record with that key.
    """
    return int((murmur2(account.encode()) & POSITIVE) % partitions)


class Placed(Protocol):
    """What is read of a record to tell whether it stands where it belongs."""

    partition: int
    timestamp_type: int
    key: bytes | None


def misplaced(record: Placed, account: str, partitions: int) -> str | None:
    """Say why a record of the account may not stand where it stands; None: it may."""
    if record.key != account.encode():
        return "the record's key is not the event's partitionkey"
    if record.partition != (right := partition_of(account, partitions)):
        return f"the account belongs to partition {right}, the record stands in {record.partition}"
    if record.timestamp_type != LOG_APPEND_TIME:
        return "the record's timestamp is not LogAppendTime"
    return None
