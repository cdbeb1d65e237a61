"""The receipt token: which places of which log a request's events took, short enough for a URL.

Layout, before base64url without padding: version, the log's id (length, UTF-8), and for each partition in
order: its number, how many runs of neighbouring offsets, and for each run the gap since the run before and its
length less one; all numbers as LEB128 varints; then four bytes of checksum against typing errors. It is no secret
and proves nothing: whoever reads by it still needs the right to see the accounts behind it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby

VERSION = 1
LONGEST = 65_536  # characters of a token
MOST = 100_000  # places in a token: a few bytes must not unfold into a full memory
LARGEST_PARTITION, LARGEST_OFFSET = 2**31 - 1, 2**63 - 1
LONGEST_LOG_ID = 200  # bytes
CHECKSUM = 4  # bytes
NONSENSE = "this is not a receipt token, or not the whole of it"


@dataclass(frozen=True)
class Run:
    """Neighbouring offsets of one partition, both ends included."""

    partition: int
    first: int
    last: int


@dataclass(frozen=True)
class Receipt:
    """The places that a request's events took in one log: by partition, then offset."""

    log_id: str
    runs: tuple[Run, ...]

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield (partition, offset) of each event, in ascending order."""
        for run in self.runs:
            for offset in range(run.first, run.last + 1):
                yield run.partition, offset


def encode(log_id: str, places: Iterable[tuple[int, int]]) -> str:
    """Write (partition, offset) places of one log as a token; order and repetition do not count."""
    return _write(log_id, list(_runs(sorted(set(places)))))


def decode(token: str) -> Receipt:
    """Read a token that `encode` wrote; ValueError for anything else, whatever its size."""
    if len(token) > LONGEST:
        raise ValueError(NONSENSE)
    try:
        receipt = _read(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, IndexError, ValueError) as error:
        raise ValueError(NONSENSE) from error
    if _write(receipt.log_id, receipt.runs) != token:  # version, checksum, and one spelling only
        raise ValueError(NONSENSE)
    return receipt


def _runs(places: list[tuple[int, int]]) -> Iterator[Run]:
    """Join neighbours: within a run, offset less rank stays the same."""
    for (partition, _), group in groupby(enumerate(places), lambda each: (each[1][0], each[1][1] - each[0])):
        offsets = [offset for _, (_, offset) in group]
        yield Run(partition, offsets[0], offsets[-1])


def _write(log_id: str, runs: Iterable[Run]) -> str:
    of_log = log_id.encode()
    body = bytearray([VERSION, *_varint(len(of_log)), *of_log])
    for partition, group in groupby(runs, lambda run: run.partition):
        of_partition = list(group)
        body += _varint(partition) + _varint(len(of_partition))
        end = 0
        for run in of_partition:
            body += _varint(run.first - end) + _varint(run.last - run.first)
            end = run.last + 1
    body += blake2b(body, digest_size=CHECKSUM).digest()
    return urlsafe_b64encode(body).rstrip(b"=").decode()


def _read(raw: bytes) -> Receipt:
    body = raw[:-CHECKSUM]
    length, at = _number(body, 1, LONGEST_LOG_ID)
    log_id, at = body[at : at + length].decode(), at + length
    runs: list[Run] = []
    places = 0
    while at < len(body):
        partition, at = _number(body, at, LARGEST_PARTITION)
        count, at = _number(body, at, MOST)
        end = 0
        for _ in range(count):
            gap, at = _number(body, at, LARGEST_OFFSET - end)
            more, at = _number(body, at, MOST - places - 1)
            runs.append(Run(partition, end + gap, end + gap + more))
            end, places = end + gap + more + 1, places + more + 1
    return Receipt(log_id, tuple(runs))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004  seven bits a byte: the definition of a varint
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(body: bytes, at: int, most: int) -> tuple[int, int]:
    """Read one varint no greater than `most`; give it and where the next begins."""
    number = shift = 0
    while body[at] > 0x7F:  # noqa: PLR2004  as above
        number |= (body[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if number > most:
            raise ValueError(NONSENSE)
    number |= body[at] << shift
    if number > most:
        raise ValueError(NONSENSE)
    return number, at + 1
