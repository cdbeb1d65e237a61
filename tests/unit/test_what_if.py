"""What if: the answer had other events been told is the one that telling them would have given."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import POLICY
from services.access import Caller
from services.projections.api.supposition import REQUEST, read
from services.projections.hindsight import supposing
from services.projections.hindsight.change_rows import Change
from services.projections.hindsight.compared import compared
from services.projections.hindsight.supposing import Supposition
from services.projections.hindsight.told import Told
from services.projections.history import Moment, Recorded
from services.projections.questions import ACCOUNT
from services.projections.said import Reader
from tests.unit.histories import ask, beijing, fact, hospital
from tests.unit.strategies import ACCOUNTS, START, TIMES, Draft, drafts, needed, recorded
from tests.unit.test_differences_apply import apply, unexplained, without_order

KNOWN_AT = START + timedelta(days=2_000)
APRIL = Moment(beijing("2025-03-01"), beijing("2025-04-01"))  # the hospital in March, as it was known in April
FINANCE = {"contact": "c-zhao", "opportunity": "opp-ct", "level": -1}


def answered(told: Told, what: Supposition, at: Moment, name: str, **parameters: Any) -> tuple[Any, list[Change]]:
    """Return the answer had that been told, as JSON data, and what of the real one it changes."""
    question = ACCOUNT[name]
    asked = question.parameters.model_validate(parameters)
    over, seen = supposing.sides(question, told, supposing.supposed(told, what), at)
    reader = Reader(zone=asked.zone)
    answer = question.answer(seen.now, asked).model_dump(mode="json", by_alias=True, context=reader)
    return answer, compared(question, asked, over, seen, reader).changes


def mix(what: Supposition, at: Moment = APRIL) -> tuple[dict[str, int], list[tuple[dict[str, Any], list[str]]]]:
    """Return who stands where in the hospital's purchase, and what that changes, by which events."""
    told = Told("hosp-1", [each for each in hospital() if each.recorded_at <= at.known_at], [])
    answer, changes = answered(told, what, at, "attitude-mix", opportunity="opp-ct")
    (point,) = answer["points"]
    because = [({f.field: f.is_ for f in each.fields}, [event.id for event in each.events]) for each in changes]
    return {name: point[name] for name in ("support", "neutral", "oppose", "unknown")}, because


def zhao(**data: Any) -> Recorded:
    told: dict[str, Any] = {
        "source": "what-if",
        "id": "x",
        "account": "hosp-1",
        "recorded_at": APRIL.known_at,
        "offset": 1_000,
    }
    return fact("attitude.assessed", "2025-02-20", FINANCE | data, **told)


def identity(id_: str) -> tuple[str, str, str]:
    return "hosp-1", "crm.a-med", id_


def test_without_what_a_colleague_told_late_nobody_knows_where_finance_stands():
    assert mix(Supposition(dropped={identity("h32")})) == (
        {"support": 1, "neutral": 1, "oppose": 0, "unknown": 2},
        [({"oppose": 0, "unknown": 2}, ["h32"])],
    )


def test_what_is_told_for_another_time_is_true_from_then():
    moved = Supposition(moved={identity("h32"): beijing("2025-03-05")})
    assert mix(moved)[0] == {"support": 1, "neutral": 1, "oppose": 0, "unknown": 2}
    assert mix(moved, Moment(beijing("2025-03-06"), APRIL.known_at))[0] == {
        "support": 1,
        "neutral": 1,
        "oppose": 1,
        "unknown": 1,
    }


def test_an_added_event_tells_in_the_answer_and_by_name_in_what_changed():
    assert mix(Supposition([zhao(level=2)])) == (
        {"support": 2, "neutral": 1, "oppose": 0, "unknown": 1},
        [({"support": 2, "oppose": 0}, ["x"])],
    )


def test_an_added_event_may_take_back_another():
    target = {"source": "crm.a-med", "id": "h32", "type": "attitude.assessed.v1"}
    told: dict[str, Any] = {"account": "hosp-1", "id": "x", "recorded_at": APRIL.known_at, "offset": 1_000}
    retraction = fact("event.retracted", "2025-04-01", {"target": target, "reason": "hearsay"}, **told)
    answer, because = mix(Supposition([retraction]))
    assert (answer["unknown"], because[0][1]) == (2, ["x"])


def test_a_correction_that_gives_a_time_gives_it_to_what_was_moved_too():
    wrong = fact("attitude.assessed", "2025-01-01", FINANCE, id="wrong")
    target = {"source": "crm", "id": "wrong", "type": "attitude.assessed.v1"}
    data = {"target": target, "reason": "the day", "data": FINANCE, "time": "2025-02-01T00:00:00Z"}
    told = Told("acme", [wrong, fact("event.corrected", "2025-03-01", data)], [])
    what = Supposition(moved={wrong.identity: datetime.fromisoformat("2025-05-01T00:00:00Z")})
    answer, changes = answered(told, what, Moment(APRIL.as_of, KNOWN_AT), "attitude", opportunity="opp-ct")
    assert (answer["contacts"][0]["since"], changes) == ("2025-02-01T00:00:00Z", [])


def test_what_was_told_is_otherwise_too_where_a_correction_hides_that_it_was_moved():
    wrong = fact("attitude.assessed", "2025-01-01", FINANCE, id="wrong")
    target = {"source": "crm", "id": "wrong", "type": "attitude.assessed.v1"}
    data = {"target": target, "reason": "the day", "data": FINANCE, "time": "2025-02-01T00:00:00Z"}
    told = Told("acme", [wrong, fact("event.corrected", "2025-03-01", data)], [])
    what = Supposition(moved={wrong.identity: datetime.fromisoformat("2025-01-15T00:00:00Z")})
    _, changes = answered(told, what, Moment(APRIL.as_of, KNOWN_AT), "corrections")
    assert [[event.id for event in each.events] for each in changes] == [["wrong"]]


def test_another_policy_is_an_event_that_is_added_and_the_one_that_changes_the_answer():
    model = {"version": "strict", "leading": "latest", "half_life_days": 1, "floor": 0.99}
    told: dict[str, Any] = {"account": POLICY, "id": "strict", "recorded_at": APRIL.known_at, "offset": 1_000}
    answer, because = mix(Supposition([fact("attitude_model.defined", "2025-01-01", model, **told)]))
    assert answer == {"support": 1, "neutral": 1, "oppose": 1, "unknown": 1}
    assert because == [({"faded": 3}, ["strict"])]


def test_supposed_events_stand_beyond_all_others_each_at_a_place_of_its_own():
    events = [each.event for each in hospital()[:3]]
    placed = supposing.recorded(events, KNOWN_AT, {4: 10}, lambda _: 4)
    assert [(each.recorded_at, each.partition, each.offset) for each in placed] == [
        (KNOWN_AT, 4, offset) for offset in (10, 11, 12)
    ]


@settings(max_examples=max(3, settings().max_examples // 25))
@given(
    told=drafts(),
    added=st.integers(0, 8),
    dropped=st.sets(st.integers(0, 20), max_size=3),
    moved=st.dictionaries(st.integers(0, 20), st.sampled_from(TIMES), max_size=3),
    as_of=st.sampled_from(TIMES),
)
def test_the_answer_is_that_of_an_account_to_which_just_that_was_told(told, added, dropped, moved, as_of):
    known, more = told[: len(told) - added], told[len(told) - added :]
    moved = {number: time for number, time in moved.items() if number not in dropped}
    log, at = recorded(known), Moment(datetime.fromisoformat(as_of), KNOWN_AT)
    what = Supposition(
        supposing.recorded([each.event for each in recorded(more)], KNOWN_AT, {0: len(log)}, lambda _: 0),
        {each.identity for each in log if each.offset in dropped},
        {each.identity: datetime.fromisoformat(moved[each.offset]) for each in log if each.offset in moved},
    )
    scratch = [
        each._replace(recorded_at=each.recorded_at if each.offset < len(log) else KNOWN_AT)
        for each in recorded([draft | _time(moved, len(log), number) for number, draft in enumerate(told)])
        if each.offset not in dropped or each.offset >= len(log)
    ]
    real = Told(ACCOUNTS[0], [each for each in log if not _of_policies(each)], [*filter(_of_policies, log)])
    for name, question in ACCOUNT.items():
        parameters = needed(question.parameters)
        answer, changes = answered(real, what, at, name, **parameters)
        assert answer == ask(name, scratch, at.as_of, at.known_at, **parameters), name
        before = ask(name, log, at.as_of, at.known_at, **parameters)
        led = apply(before, [each.model_dump(mode="json", by_alias=True) for each in changes])
        assert without_order(led) == without_order(unexplained(answer)), name


def test_the_examples_of_the_published_body_fit_it():
    caller = Caller("m", "manager", "*", "*")
    shown = REQUEST["requestBody"]["content"]["application/json"]["examples"].values()
    read_again = [read(orjson.dumps(each["value"]), caller) for each in shown]
    assert [len(list(each.supposed("acme"))) for each in read_again] == [1, 2]


def _time(moved: Mapping[int, str], known: int, number: int) -> Draft:
    return {"time": moved[number]} if number in moved and number < known else {}


def _of_policies(fact: Recorded) -> bool:
    return fact.event.partitionkey == POLICY
