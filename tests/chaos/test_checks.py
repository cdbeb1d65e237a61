"""Each check by itself, on histories made by hand: it finds what is wrong, and is silent where nothing is."""

from datetime import UTC, datetime

import orjson
import pytest

from tests.chaos import checks
from tests.chaos.faults.kinds import UnfeltError, felt
from tests.chaos.logged import Logged, Place, identity, judged
from tests.chaos.oracle import Moment
from tests.chaos.recording import Asked, Attempt, History, Sample, Tables

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 4, 1, tzinfo=UTC)
NOW = Moment(datetime(2026, 6, 1, tzinfo=UTC), None)


def power(id_, level=3, account="acme", source="crm", time="2026-02-01T00:00:00+00:00"):
    data = {"contact": "c-1", "level": level}
    return {
        "partitionkey": account, "source": source, "id": id_, "type": "power.assessed.v1", "time": time,
        "actor": "m-1", "data": data,
    }  # fmt: skip


def amended(id_, wire, target, **more):
    aim = {"source": "crm", "id": target, "type": "power.assessed.v1"}
    return power(id_) | {"type": wire, "data": {"target": aim, "reason": "x", **more}}


def logged(*events, at=AT):
    return [
        Logged((0, offset), at, b"acme", orjson.dumps(each), each) if isinstance(each, dict)
        else Logged((0, offset), at, b"acme", each, None)
        for offset, each in enumerate(events)
    ]  # fmt: skip


def attempt(*events, outcome="ok", expected="taken", places=(), said="202"):
    return Attempt(list(events), expected, outcome, 0.0, 1.0, said, list(places))


def found(history, log):
    return {each.check for each in checks.of_the_log(history, log, judged(log, history.planted))}


def tables_of(log):
    fates = judged(log, {})
    rows = {
        each.record.place: (*identity(each.record.event or {}), AT, each.record.value)
        for each in fates
        if each.fate == "fact"
    }
    letters: dict[Place, tuple[str, bytes]] = {
        each.record.place: (each.fate, each.record.value) for each in fates if each.fate == "conflict"
    }
    return Tables(rows, letters)


def test_nothing_is_wrong_with_what_is_right():
    one, two = power("1"), power("2")
    history = History("s", [attempt(one, two, places=[(0, 0), (0, 1)])])
    log = logged(one, two, one, power("1", 4))
    history.attempts.append(attempt(power("1", 4), outcome="unknown", said="503"))
    assert found(history, log) == set()
    assert checks.of_the_tables(tables_of(log), judged(log, {})) == []
    assert checks.doubled(tables_of(log)) == []


@pytest.mark.parametrize(
    ("attempts", "log", "check"),
    [
        ([attempt(power("1"), places=[(0, 0)])], logged(), "acknowledged is on the log"),
        ([attempt(power("1"), places=[(0, 0)])], logged(power("1", 4)), "acknowledged is on the log"),
        ([attempt(power("1"), outcome="failed", expected="refused")], logged(power("1")), "refused is not on the log"),
        ([attempt(power("1"), outcome="failed", said="422")], logged(), "good is taken, and bad refused"),
        (
            [attempt(power("1"), expected="refused", places=[(0, 0)])],
            logged(power("1")),
            "good is taken, and bad refused",
        ),
        ([attempt(power("1"), outcome="unknown", said="500")], logged(), "good is taken, and bad refused"),
        ([], logged(power("1")), "nothing that nobody sent is on the log"),
        ([], logged(b"garbage"), "nothing that nobody sent is on the log"),
        (
            [attempt(power("1"), places=[(0, 0)]), attempt(power("2"), places=[(0, 0)])],
            logged(power("1")),
            "one value at a place",
        ),
        (
            [attempt(power("1"), places=[(0, 1)]), attempt(power("2"), places=[(0, 0)])],
            logged(power("2"), power("1")),
            "an account's order is kept",
        ),
    ],
)
def test_what_was_sent_and_what_is_on_the_log_must_agree(attempts, log, check):
    assert check in found(History("s", attempts), log)


def test_what_was_given_up_may_come_at_any_time():
    lost, later = power("1"), power("2")
    attempts = [attempt(lost, outcome="unknown"), attempt(later, places=[(0, 0)]), attempt(dict(lost), places=[(0, 1)])]
    assert found(History("s", attempts), logged(later, lost)) == set()


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda of: of.journal.pop((0, 0)), "every fact is in the journal"),
        (lambda of: of.journal.update({(0, 9): of.journal[0, 0]}), "nothing else is in the journal"),
        (
            lambda of: of.journal.update({(0, 0): (*of.journal[0, 0][:4], b"other")}),
            "the journal says what the log says",
        ),
        (
            lambda of: of.journal.update({(0, 0): (*of.journal[0, 0][:3], LATER, of.journal[0, 0][4])}),
            "the journal says what the log says",
        ),
        (lambda of: of.letters.clear(), "every dead letter is kept"),
        (lambda of: of.letters.update({(0, 0): ("undecodable", b"")}), "no other dead letter"),
        (lambda of: of.letters.update({(0, 1): ("misrouted", of.letters[0, 1][1])}), "dead letters say why"),
    ],
)
def test_tables_must_say_what_the_log_says(spoil, check):
    log = logged(power("1"), power("1", 4))
    tables = tables_of(log)
    spoil(tables)
    assert check in {each.check for each in checks.of_the_tables(tables, judged(log, {}))}


def test_a_record_that_breaks_a_rule_must_become_the_dead_letter_that_it_was_made_to_be():
    log = logged(b"garbage")
    fates = judged(log, {b"garbage": "undecodable"})
    assert checks.of_the_tables(Tables({}, {(0, 0): ("undecodable", b"garbage")}), fates) == []
    assert checks.of_the_tables(Tables({}, {}), fates) != []


def test_an_identity_twice_is_found():
    row = ("acme", "crm", "1", AT, b"")
    assert checks.doubled(Tables({(0, 0): row, (0, 1): row}, {})) != []


@pytest.mark.parametrize(
    ("position", "facts", "letters", "right"),
    [
        (2, 1, 1, True),
        (1, 1, 0, True),
        (0, 0, 0, True),
        (2, 1, 0, False),
        (1, 0, 0, False),
        (0, 1, 0, False),
        (3, 1, 1, False),
    ],
)
def test_a_snapshot_has_all_that_lies_below_its_position_and_no_more(position, facts, letters, right):
    fates = judged(logged(power("1"), power("1", 4)), {})
    sample = Sample(0.0, 1, {0: position}, {0: facts}, {0: letters})
    assert (checks.of_the_positions([sample], [], fates) == []) is right


def test_a_position_that_went_back_is_found():
    assert checks.of_the_positions([], [(0, 5, 3)], []) != []


def test_a_position_that_the_database_has_forgotten_is_found():
    fates = judged(logged(power("1"), power("2")), {})
    far, back = Sample(0.0, 1, {0: 2}, {0: 2}, {}), Sample(1.0, 1, {0: 1}, {0: 1}, {})
    assert checks.of_the_positions([back, far], [], fates) == []
    (gone,) = checks.of_the_positions([far, back], [], fates)
    assert gone == ("no position goes back", "partition 0: from 2 to 1")


def test_who_hangs_is_found_whatever_he_says_in_the_end():
    heard = [attempt(power("1"), outcome="unknown", said="503")._replace(ended=seconds) for seconds in (5.0, 16.0)]
    assert [each.detail for each in checks.of_the_waiting("ingest", heard)] == ["after 16.0 s"]


def answered(level, **parameters):
    contact = {"contact": "c-1", "power": level}
    return Asked("acme", "power-interest", parameters, 200, {"answer": {"contacts": [contact]}})


@pytest.mark.parametrize(
    ("events", "moment", "level"),
    [
        ([power("1", 2), power("2", 5, time="2026-01-01T00:00:00+00:00")], NOW, 2),  # told later, true before
        ([power("1", 2), power("2", 5, time="2099-01-01T00:00:00+00:00")], NOW, 2),  # not true yet
        ([power("1", 2), power("1", 5, source="mail", time="2026-02-02T00:00:00+00:00")], NOW, 5),
        ([power("1", 2), amended("2", "event.corrected.v1", "1", data={"contact": "c-1", "level": 4})], NOW, 4),
        (
            [
                power("1", 2),
                amended("2", "event.retracted.v1", "1"),
                amended("3", "event.corrected.v1", "1", data={"contact": "c-1", "level": 5})
                | {"time": "2025-01-01T00:00:00+00:00"},  # whose own time means nothing
            ],
            NOW,
            5,
        ),
    ],
)
def test_answers_are_held_against_the_oracle(events, moment, level):
    fates = judged(logged(*events), {})
    assert checks.of_the_answers([(answered(level), moment, None)], fates) == []
    assert checks.of_the_answers([(answered(level % 5 + 1), moment, None)], fates) != []


def test_what_was_recorded_later_was_not_known():
    first, then = logged(power("1", 2))[0], logged(power("1", 2), amended("2", "event.retracted.v1", "1"), at=LATER)[1]
    fates = judged([first, then], {})
    before = Moment(NOW.as_of, AT)
    assert checks.of_the_answers([(answered(2), before, None)], fates) == []
    assert checks.of_the_answers([(answered(2), Moment(NOW.as_of, LATER), None)], fates) != []


def test_what_lies_above_a_cut_was_not_there():
    fates = judged(logged(power("1", 2), power("2", 5, time="2026-03-01T00:00:00+00:00")), {})
    assert checks.of_the_answers([(answered(2), NOW, {0: 1})], fates) == []
    assert checks.of_the_answers([(answered(2), NOW, {0: 2})], fates) != []


@pytest.mark.parametrize(("status", "told"), [(503, True), (0, True), (404, False)])
def test_no_answer_is_told_as_none(status, told):
    asked = answered(2)._replace(status=status, body={})
    found = checks.of_the_answers([(asked, NOW, None)], [])
    assert [each.check for each in found] == ["there is an answer"] * told


def test_an_answer_that_its_token_does_not_repeat_is_found():
    history = History("s", repeated=[(answered(2), answered(2))])
    assert checks.of_the_repetitions(history) == []
    history.repeated = [(answered(2), answered(3))]
    assert checks.of_the_repetitions(history) != []


def test_a_fault_that_met_nobody_is_told():
    met = [1]
    with felt("kafka", lambda: len(met)):
        met.append(2)
    with pytest.raises(UnfeltError, match="kafka did not meet it: 2 before, 2 after"), felt("kafka", lambda: len(met)):
        met[0] = 3
