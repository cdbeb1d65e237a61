"""Following changes: tokens, which questions an event touches, warnings that telescope, and a client that resumes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import POLICY
from schemas.event import REGISTERED
from services.cli import following, reading
from services.projections import bookmark, cut
from services.projections.bookmark import Bookmark, Ticking, Within
from services.projections.hindsight.told import Told
from services.projections.hindsight.worrying import Stand, payload_of, touched, turned, worries
from services.projections.tokens import NONSENSE
from services.projections.windows import Wanted
from tests.unit.histories import ask, end_of, fact
from tests.unit.strategies import ACCOUNTS, HISTORIES, START
from tests.unit.worries import attitude, contact, limits, role

TICK = datetime(2025, 6, 1, tzinfo=UTC)
DUE = TICK + timedelta(days=1)
MARK = Bookmark({0: 7, 1: 2**40}, TICK, {0: 3, 1: 0}, "cluster/topic", Within(1, 2**40 + 9, "王 敏"),
                Ticking(DUE, "acme"), "of-one")  # fmt: skip
CUT = cut.Cut(TICK, TICK, only_known=False, complete=True, offsets={0: 7}, log_id="cluster/topic", version="v")


@pytest.mark.parametrize(
    "mark", [MARK, MARK._replace(within=None, ticking=None), MARK.told(1, 2**41), MARK.ticked(DUE)]
)
def test_a_bookmark_is_read_as_it_was_written(mark):
    assert bookmark.decode(mark.encode()) == mark


def test_a_bookmark_goes_on_by_window_and_by_day():
    begun = MARK.told(0, 9, "a")
    assert (begun.offsets, begun.within) == (MARK.offsets, Within(0, 9, "a"))
    done = begun.told(0, 9)
    assert (done.offsets, done.within) == ({0: 9, 1: 2**40}, None)
    ticked = done.ticked(DUE)
    assert ticked[1:3] == (DUE, done.offsets)
    assert ticked.ticking is None


@pytest.mark.parametrize(("behind", "to"), [(0, None), (1, 1), (7, 1), (8, 8), (740_000, 740_000)])
def test_the_days_are_ticked_one_by_one_but_more_than_a_week_in_one_step(behind, to):
    mark = MARK._replace(tick=datetime(1, 1, 1, tzinfo=UTC), ticking=None)
    now = mark.tick + timedelta(days=behind, hours=23)
    due = mark.due(now)
    assert due == (None if to is None else mark.tick + timedelta(days=to))
    if due:  # one that was begun goes on to where it went, whatever day it is by then
        assert mark.ticked(due, "a").due(now + timedelta(days=30)) == due


def test_what_was_told_in_part_counts_under_the_same_filter_only():
    assert MARK.under("of-one") == MARK
    other = MARK.under("of-two")
    assert (other.within, other.ticking, other.filter) == (None, None, "of-two")
    assert other[:4] == MARK[:4]
    wanted = [Wanted(None, None), Wanted(["a"], None), Wanted(["a"], ["a"]), Wanted([], [])]
    assert len({each.digest(500) for each in wanted} | {wanted[0].digest(3)}) == 5


@pytest.mark.parametrize(
    "token",
    ["", "A", MARK.encode()[:-2], MARK.encode() + "A" * 9, "王", CUT.encode(), MARK.encode() * 60,
     MARK._replace(offsets={0: -1, 1: 0}).encode(), MARK._replace(offsets={0: 1}).encode(),
     MARK._replace(offsets={0: 2**63, 1: 0}).encode(), MARK._replace(tick=TICK + timedelta(hours=1)).encode(),
     MARK._replace(ticking=Ticking(TICK + timedelta(hours=1), "a")).encode(),
     MARK._replace(ticking=Ticking(TICK, "a")).encode(), MARK._replace(within=Within(2, 9, "a")).encode(),
     MARK._replace(within=Within(0, 7, "a")).encode(),
     MARK._replace(ticking=Ticking(DUE, "a\0b")).encode()],
)  # fmt: skip
def test_what_is_no_bookmark_is_refused(token):
    with pytest.raises(ValueError, match=rf"{NONSENSE}|control characters"):
        bookmark.decode(token)
    if token != CUT.encode():
        with pytest.raises(ValueError, match=NONSENSE):
            cut.decode(token)


def test_an_event_touches_the_questions_that_read_its_type_and_an_amendment_those_of_its_target():
    power = {"source": "crm", "id": "p", "type": "power.assessed.v1"}
    taken_back = fact("event.retracted", "2025-01-01", {"target": power, "reason": "hearsay"}).event
    aimed = payload_of(taken_back.type, taken_back.data)
    assert aimed is REGISTERED["power.assessed.v1"] is payload_of("power.assessed.v1", None)
    assert {"power-interest", "warnings"} <= set(touched([aimed]))
    assert not {"stages", "win-loss"} & set(touched([aimed]))
    assert {"stages", "power-interest"} <= set(touched([aimed, REGISTERED["opportunity.stage_entered.v1"]]))
    assert payload_of("no.such.v1", None) is None
    assert touched([]) == []


FACTS = [
    contact("a", "2025-01-01"),
    role("a", "champion", "2025-01-01"),
    attitude("a", 2, "2025-01-02"),
    attitude("a", -1, "2025-01-10"),
]
RULES = [limits("2025-01-01", off=["champion_silent"])]


def warned(below, as_of, *, policies=0):
    told = [each._replace(offset=offset) for offset, each in enumerate(FACTS)]
    rules = [each._replace(offset=offset) for offset, each in enumerate(RULES)]
    return worries(Told("acme", told, rules), Stand(end_of(as_of), below, {POLICY: policies} if policies else {}))


def rules_of(rows):
    return {row.rule for row in rows} & {"champion_turned", "champion_silent"}


def test_warnings_appear_with_facts_below_the_offset_and_come_and_go_with_time_and_with_policies_known_at_the_tick():
    assert warned(0, "2025-04-01") == []
    assert rules_of(warned(3, "2025-01-10")) == set()
    assert rules_of(warned(4, "2025-01-10")) == {"champion_turned"}  # -1 after 2
    fell = turned(warned(3, "2025-01-10"), warned(4, "2025-01-10"))
    assert (rules_of(fell.appeared), rules_of(fell.went)) == ({"champion_turned"}, set())
    late = turned(warned(4, "2025-01-10"), warned(4, "2025-04-01"))  # beyond 30 days, and 60 of silence
    assert (rules_of(late.appeared), rules_of(late.went)) == ({"champion_silent"}, {"champion_turned"})
    assert rules_of(warned(4, "2025-04-01", policies=1)) == set()


@given(HISTORIES, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 400)), min_size=1, max_size=4))
def test_what_appeared_and_went_from_the_start_is_what_the_question_answers_in_the_end(log, looks):
    facts = [each for each in log if each.event.partitionkey == ACCOUNTS[0]]
    told = Told(ACCOUNTS[0], facts, [])
    stands = [Stand(START + timedelta(days=days), below, {}) for below, days in [(0, 0), *sorted(looks)]]
    standing: set[tuple[str, str, str, str | None]] = set()
    for before, after in pairwise(stands):
        change = turned(worries(told, before), worries(told, after))
        went, appeared = ({key(row) for row in rows} for rows in (change.went, change.appeared))
        assert went <= standing
        assert not appeared & standing
        standing = standing - went | appeared
    known = [each for each in facts if each.offset < stands[-1].below]
    answer = ask("warnings", known, stands[-1].as_of) if known else []
    assert standing == {(row["rule"], row["about"]["kind"], row["about"]["id"], row["opportunity"]) for row in answer}


def key(row):
    return row.rule, row.about.kind, row.about.id, row.opportunity


def written(id_, account):
    data = {"account": account, "recorded_at": "2025-06-01T00:00:00Z", "warnings": None,
            "events": [{"type": "note.recorded.v1"}] * 2}  # fmt: skip
    return b"event: change\ndata: " + orjson.dumps(data) + f"\nid: {id_}\n\n".encode()


def test_a_client_that_is_cut_off_goes_on_after_the_last_whole_message_and_a_refusal_ends_it(monkeypatch, tmp_path):
    asked = []
    bodies = [b"retry: 1000\n\n" + written("1", "a\u2028b") + written("2", "b")[:-9], written("2", "b")]
    refusals = [httpx.Response(503), httpx.Response(429), httpx.Response(410, json={"detail": "another log"})]
    first, second = (httpx.Response(200, stream=httpx.ByteStream(body)) for body in bodies)
    answers = iter([first, *refusals[:2], second, refusals[2]])

    def answer(request):
        asked.append((tuple(request.url.params.get_list("account")), request.headers.get("last-event-id")))
        return next(answers)

    def client(url, _, seconds):
        return httpx.Client(base_url=url, timeout=seconds, transport=httpx.MockTransport(answer))

    monkeypatch.setenv("RAPPORT_TOKEN", "given")
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(reading, "client", client)
    query = httpx.QueryParams([("account", "a"), ("account", "b")])
    stream = following.followed(query, "0", "en", pause=lambda _: None)
    assert [(each.id, each.data["account"]) for each in (next(stream), next(stream))] == [("1", "a\u2028b"), ("2", "b")]
    with pytest.raises(reading.Refusal, match="another log"):
        next(stream)
    assert {sent for sent, _ in asked} == {("a", "b")}
    assert [last for _, last in asked] == ["0", "1", "1", "1", "2"]


def test_a_change_is_one_line():
    (message,) = following.messages([written("1", "acme")])
    assert following.line(message) == "2025-06-01T00:00:00Z  acme  note.recorded.v1 x2"
    row = {"sentence": "Chen left."}
    tick = following.Message("tick", "2", {"account": "acme", "time": "2025-06-02T00:00:00Z",
                                           "warnings": {"appeared": [row], "went": []}})  # fmt: skip
    assert following.line(tick) == "2025-06-02T00:00:00Z  acme  + Chen left."
