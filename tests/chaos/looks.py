"""What must hold of answers about now, one after another: pure checks, each returns what breaks it, in sentences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tests.chaos.checks import Violation, shown
from tests.chaos.recording import History, Look
from tests.chaos.truth import POLICY

FRESH = 3.5  # seconds: an answer is complete if the log was looked at less than 3 before
RIGHTED = 5.0  # seconds after which nothing tells of a clock that was wrong


def of_the_looks(history: History) -> list[Violation]:
    """Check answers about now against those before, and against what had been acknowledged when they were asked for."""
    return [
        *shown("who was known is not unknown later", _vanished(history.looks)),
        *shown("no answer is of a cut before an earlier one's", _receded(history.looks)),
        *shown("a complete answer knows all that was acknowledged", _unaware(history)),
        *shown("an answer that waits for a receipt has it", _hasty(history.looks)),
    ]


def _vanished(looks: Iterable[Look]) -> Iterator[str]:
    known: dict[str, float] = {}
    for each in sorted(looks, key=lambda each: each.ended):
        if each.status == 200:
            known.setdefault(each.account, each.ended)
        elif each.status == 404 and each.began > known.get(each.account, each.began):
            yield f"{each.account} {each.question}: unknown {each.began - known[each.account]:.1f} s after an answer"


def _receded(looks: Iterable[Look]) -> Iterator[str]:
    """Find answers that were asked for after another one had come, and were read further back."""
    looks = [each for each in looks if each.offsets is not None]
    come, seen = iter(sorted(looks, key=lambda each: each.ended)), dict[int, int]()
    following = next(come, None)
    for each in sorted(looks, key=lambda each: each.began):
        while following and following.ended < each.began:
            _raise(seen, following.offsets or {})
            following = next(come, None)
        for partition, offset in (each.offsets or {}).items():
            if offset < seen.get(partition, 0):
                yield f"{each.account} {each.question}: at {offset} of partition {partition} after {seen[partition]}"


def _unaware(history: History) -> Iterator[str]:
    """Find answers that said to be complete, and lack what of their account had been acknowledged a while before.

    What is settled for all accounts counts for each. A wrong clock says when that was looked at wrongly.
    """
    told = sorted((each for each in history.attempts if each.outcome == "ok"), key=lambda each: each.ended)
    come, ends = iter(told), defaultdict[str, dict[int, int]](dict)
    following = next(come, None)
    for each in sorted(history.looks, key=lambda each: each.began):
        while following and following.ended < each.began - FRESH:
            for event, (partition, offset) in zip(following.events, following.places, strict=True):
                _raise(ends[event["partitionkey"]], {partition: offset + 1})
            following = next(come, None)
        if not each.complete or _misdated(each, history):
            continue
        for partition, end in [*ends[each.account].items(), *ends[POLICY].items()]:
            if (each.offsets or {}).get(partition, 0) < end:
                yield f"{each.account} {each.question}: up to {each.offsets} of partition {partition}, not to {end}"


def _misdated(look: Look, history: History) -> bool:
    return any(began <= look.ended and look.began <= end + RIGHTED for began, end in history.wrong_clocks)


def _hasty(looks: Iterable[Look]) -> Iterator[str]:
    for each in looks:
        lacking = [place for place in each.awaited if (each.offsets or {}).get(place[0], 0) <= place[1]]
        if each.status == 200 and lacking:
            yield f"{each.account} {each.question}: waited for {lacking}, and is of {each.offsets}"


def _raise(seen: dict[int, int], offsets: Mapping[int, int]) -> None:
    for partition, offset in offsets.items():
        seen[partition] = max(offset, seen.get(partition, 0))
