"""The difference of two answers, applied to the first, gives the second; and its events lie between the moments."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import POLICY
from schemas.correction import Amendment
from services.projections.hindsight.compared import Seen, Span, compared, seen_of, seen_of_all, side, span
from services.projections.history import Moment, Recorded, visible
from services.projections.question import AccountQuestion, Question, Unanswerable
from services.projections.said import Reader
from services.projections.views import reads
from tests.unit.strategies import MOMENTS
from tests.unit.test_questions import FORMS, ask, parameters, recorded_all, told

Log = Mapping[str, list[Recorded]]
MERGERS = "account.merged.v1"


def at_home(drawn: Log) -> Log:
    """Leave out what was drawn of policies in an account."""
    return {account: [fact for fact in facts if fact.event.partitionkey == account] for account, facts in drawn.items()}


def known(facts: Sequence[Recorded], at: Moment) -> list[Recorded]:
    return [each for each in facts if each.recorded_at <= at.known_at]


def over(log: Log, was: Moment, now: Moment) -> Span:
    return span(*(side(at, known(log.get(POLICY, ()), at)) for at in (was, now)))


def seen(question: Question, log: Log, between: Span) -> Seen:
    wires = {*reads(question), MERGERS}
    moments = between.was.moment, between.now.moment
    each = {
        account: seen_of(account, question, between, *(known(read, at) for at in moments))
        for account, facts in sorted(log.items())
        if account != POLICY
        for read in [[fact for fact in facts if fact.event.type in wires]]
    }
    return (
        next(iter(each.values())) if isinstance(question, AccountQuestion) else seen_of_all(between, each, each, each)
    )


def difference(name: str, log: Log, asked: Any, was: Moment, now: Moment) -> list[dict[str, Any]]:
    question, between = FORMS[name], over(log, was, now)
    found = compared(question, asked, between, seen(question, log, between), Reader(zone=asked.zone))
    return found.model_dump(mode="json", by_alias=True)["changes"]  # type: ignore[no-any-return]


def apply(answer: Any, changes: Sequence[dict[str, Any]]) -> Any:
    """Do to an answer what its changes say; rows that came go to the end of their lists."""
    answer = unexplained(answer)
    for change in changes:
        rows = rows_of(answer, change)
        own = {name: each for name, each in change["key"].items() if not around(change, name)}
        held = [row for row in rows if fits(row, own)]
        assert len(held) == (change["change"] != "came")
        if change["change"] == "came":
            rows.append(change["is"])
        elif change["change"] == "went":
            assert held[0] == change["was"]
            rows.remove(held[0])
        for each in change["fields"]:
            *way, last = each["field"].split(".")
            holder = part(held[0], way)
            assert holder[last] == each["was"] != each["is"]
            holder[last] = each["is"]
    return answer


def around(change: dict[str, Any], name: str) -> str:
    """Return the path of the list to which a name of a change's key belongs, if not to its own."""
    steps = change["path"].split(".")
    lists = ["answer", *(".".join(steps[:count]) for count in range(1, len(steps)))]
    return next((each for each in reversed(lists) if name.startswith(f"{each}.")), "")


def rows_of(answer: Any, change: dict[str, Any]) -> list[Any]:
    """Return the list in which the row of a change stands."""
    value, gone = answer, "answer"
    for step in filter(None, change["path"].split(".")):
        if isinstance(value, list):
            named = {name: each for name, each in change["key"].items() if around(change, name) == gone}
            (value,) = [
                row for row in value if fits(row, {name[len(gone) + 1 :]: each for name, each in named.items()})
            ]
        value, gone = value[step], step if gone == "answer" else f"{gone}.{step}"
    return value if isinstance(value, list) else [value]


def fits(row: Any, named: dict[str, Any]) -> bool:
    return all(part(row, name.split(".")) == each for name, each in named.items())


def part(row: Any, way: Sequence[str]) -> Any:
    for step in way:
        row = row[step]
    return row


def unexplained(answer: Any) -> Any:
    """Return a copy of an answer without explanations."""
    if isinstance(answer, dict):
        return {name: unexplained(each) for name, each in answer.items() if name != "because"}
    return list(map(unexplained, answer)) if isinstance(answer, list) else answer


def without_order(answer: Any) -> Any:
    """Return an answer whose rows stand in an order of their own."""
    if isinstance(answer, dict):
        return {name: without_order(each) for name, each in answer.items()}
    return sorted(map(without_order, answer), key=sorted_keys) if isinstance(answer, list) else answer


def sorted_keys(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def lies_between(log: Log, event: dict[str, Any], was: Moment, now: Moment) -> bool:
    facts = log[event["account"]]
    (fact,) = [each for each in facts if (each.event.source, each.event.id) == (event["source"], event["id"])]
    shown = [fact.offset in {each.offset for each in visible(facts, at)} for at in (was, now)]
    return was.known_at < fact.recorded_at <= now.known_at or shown[0] != shown[1]


def without(log: Log, events: Sequence[dict[str, Any]]) -> Log:
    """Leave out events, and with an amendment those that amended the same before: the last one stands for all."""
    named = {(each["account"], each["source"], each["id"]) for each in events}
    gone = [fact for facts in log.values() for fact in facts if fact.identity in named]
    aims = [fact.event.data.target for fact in gone if isinstance(fact.event.data, Amendment)]
    return {
        account: [
            fact
            for fact in facts
            if fact not in gone and not (isinstance(fact.event.data, Amendment) and fact.event.data.target in aims)
        ]
        for account, facts in log.items()
    }


def is_otherwise(answer: Any, change: dict[str, Any]) -> bool:
    """Whether what a change tells of is not so in this answer."""
    try:
        rows = rows_of(answer, change)
    except (KeyError, TypeError, ValueError):  # the row around it is not there
        return True
    own = {name: each for name, each in change["key"].items() if not around(change, name)}
    held = [row for row in rows if fits(row, own)]
    if change["change"] == "went" or not held:
        return bool(held) is bool(change["change"] == "went")
    if change["change"] == "came":
        return bool(without_order(unexplained(held[0])) != without_order(change["is"]))
    return any(part(held[0], each["field"].split(".")) != each["is"] for each in change["fields"])


def did_it(name: str, log: Log, now: Moment, asked: Any, change: dict[str, Any]) -> bool:
    """Whether without an event that is named, or all of them, it were otherwise."""
    events = change["events"]
    for some in [*([each] for each in events), events]:
        try:
            if is_otherwise(ask(name, without(log, some), now, asked), change):
                return True
        except Unanswerable:
            return True
    return not events


@pytest.mark.parametrize("name", sorted(FORMS))
@settings(max_examples=max(3, settings().max_examples * 3 // len(FORMS)))
@given(data=st.data())
def test_a_difference_leads_from_one_answer_to_the_other_by_events_between_them(name, data):
    log, asked = at_home(recorded_all(data.draw(told(name)))), data.draw(parameters(name))
    clocks = zip(*(data.draw(MOMENTS) for _ in range(2)), strict=True)
    was, now = (Moment(*clock) for clock in zip(*map(sorted, clocks), strict=True))
    before, after = ask(name, log, was, asked), ask(name, log, now, asked)
    changes = difference(name, log, asked, was, now)
    assert without_order(apply(before, changes)) == without_order(unexplained(after))
    assert all(lies_between(log, event, was, now) for change in changes for event in change["events"])
    assert difference(name, log, asked, now, now) == []
    assert [each for each in changes if not did_it(name, log, now, asked, each)] == []
