"""What if: what was told of a customer, with events added, dropped, or told with another time. Pure.

A supposed event is taken as a real one that was recorded just after all that is known; the same folds take it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from schemas import POLICY, Event
from schemas.account import AccountMerged
from schemas.event import wires_of
from services.projections.answer_lists import ROOT
from services.projections.hindsight.causes import events_of
from services.projections.hindsight.change_rows import Change, Difference
from services.projections.hindsight.compared import Seen, Span, seen_of, side, span
from services.projections.hindsight.found import plain
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded, amend
from services.projections.news import News
from services.projections.question import AccountQuestion
from services.projections.views import reads

Identity = tuple[str, str, str]  # account, source, id


class Supposition(NamedTuple):
    """What is taken as told, as never told, and as told with another time."""

    added: Sequence[Recorded] = ()
    dropped: AbstractSet[Identity] = frozenset()
    moved: Mapping[Identity, datetime] = {}


def recorded(
    events: Iterable[Event], known_at: datetime, ends: Mapping[int, int], partition_of: Callable[[str], int]
) -> list[Recorded]:
    """Return events as the log would have them: recorded at `known_at`, each beyond the end of its partition."""
    places = ((event, partition_of(event.partitionkey)) for event in events)
    return [
        Recorded(event, known_at, partition, ends.get(partition, 0) + number)
        for number, (event, partition) in enumerate(places)
    ]


def supposed(told: Told, what: Supposition) -> Told:
    """Return all that would have been told; a correction that gives a time of its own still does."""
    of_policies = [each for each in what.added if each.event.partitionkey == POLICY]
    of_account = [each for each in what.added if each.event.partitionkey != POLICY]
    return told._replace(
        facts=sorted((*_kept(told.facts, what), *of_account), key=lambda fact: (fact.partition, fact.offset)),
        policies=sorted((*_kept(told.policies, what), *of_policies), key=lambda fact: fact.offset),
    )


def _kept(facts: Iterable[Recorded], what: Supposition) -> Iterator[Recorded]:
    for fact in facts:
        time = what.moved.get(fact.identity)
        if fact.identity not in what.dropped:
            yield fact if time is None else fact._replace(event=fact.event.model_copy(update={"time": time}))


def movable(told: Told, what: Supposition) -> frozenset[Identity]:
    """Return the facts whose own time counts, with what is supposed: dated, not amended in time, none taken back."""
    then = supposed(told, what)
    facts = [*then.facts, *then.policies]
    ours = {fact.identity: fact.event.time for fact in facts if not fact.undated}
    return frozenset(each.identity for each in amend(facts) if ours.get(each.identity) == each.event.time)


def sides(question: AccountQuestion[Any], real: Told, then: Told, moment: Moment) -> tuple[Span, Seen]:
    """Return what the question sees of what was told by a cut, and of what would have been, as two sides to compare."""
    over = span(side(moment, real.policies), side(moment, then.policies))
    wires = {*reads(question), *wires_of(AccountMerged)}
    was, now = ([fact for fact in told.facts if fact.event.type in wires] for told in (real, then))
    return over, seen_of(real.account, question, over, was, now)


def appeared(written: Any, *news: News) -> Difference:  # noqa: ANN401 -- any JSON
    """Return the difference of an answer from none: the question could not be asked without these news."""
    whole = plain(written if isinstance(written, dict) else {ROOT: written})
    change = Change(path="", key={}, name=None, names={}, change="came", was=None, is_=whole, fields=[], events=[])
    events = [event for each in news for event in each.all()]
    return Difference(changes=[change.model_copy(update=events_of(events))])
