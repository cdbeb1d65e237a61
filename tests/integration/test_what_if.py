"""`POST …/what-if`: what really telling would have given, nothing stored, and every way in which it may not fit."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.event import REGISTERED
from services.limits import BODY, EVENT, EVENTS
from services.projections.questions import ACCOUNT
from tests.integration.conftest import fresh
from tests.integration.projection import START, Log, corrected, power, projected, retracted
from tests.integration.reading import reading
from tests.unit.sending import event
from tests.unit.strategies import ACCOUNTS, TIMES, drafts, needed

WHAT_IF = "/v1/accounts/acme/what-if"
POWER = {"question": "power-interest"}
CRITERIA = {"version": "b", "metrics": [{"metric": "sales", "threshold": "1", "weight": 1}]}
KNOWN_AT = START + timedelta(days=1)  # when all that is told in addition is


@pytest.fixture(scope="module")
async def both(servers):
    """One projection for all of these tests, and its read API."""
    async with fresh(servers) as database, projected(database) as made, reading(database) as reads:
        yield made, reads


@pytest.fixture(scope="module")
async def reader(servers):
    """Another one, to which no test tells anything."""
    log = Log()
    log.extend(power("1"), power("2", level=5, time="2025-03-02T09:00:00Z"), power("1", partitionkey="globex"))
    async with fresh(servers) as database, projected(database) as made, reading(database) as reads:
        await made.take(log.records)
        await made.see(log.records)
        yield reads


def logged(told, numbers, known):
    """Write a log of those with these numbers, each recorded at its own second, or if not known, at KNOWN_AT."""
    log = Log()
    for number in numbers:
        sent = {"specversion": "1.0", "source": "s", "partitionkey": ACCOUNTS[0]} | told[number]
        log.add(sent, at=START + timedelta(seconds=number) if number < known else KNOWN_AT)
    return log.records


async def ask(reads, sent, names, as_of):
    asked = {"as_of": as_of, "known_at": KNOWN_AT.isoformat()}
    for name in names:
        body = asked | sent | {"question": name, "explain": True, "parameters": needed(ACCOUNT[name].parameters)}
        answer = await reads.post(WHAT_IF, body)
        assert answer.status_code == 200, answer.text
        yield name, answer.json()


def dated(sent):
    """Whether it is true from its time on."""
    return sent.get("timebasis") != "since" and not REGISTERED[sent["type"]].timeless


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    told=drafts(),
    added=st.integers(1, 6),
    dropped=st.sets(st.integers(0, 15), max_size=3),
    moved=st.dictionaries(st.integers(0, 15), st.sampled_from(TIMES), max_size=3),
    as_of=st.sampled_from(TIMES),
    random=st.randoms(use_true_random=False),
)
async def test_what_if_is_what_really_telling_gives_and_stores_nothing(  # noqa: PLR0913, PLR0917 -- what is drawn
    both, told, added, dropped, moved, as_of, random
):
    projection, reads = both
    known = max(len(told) - added, 0)
    if not any("partitionkey" not in each for each in told[:known]):
        return  # an account of which nothing is known is none
    dropped = {number for number in dropped if 0 < number < known}
    amended = {each["data"].get("target", {}).get("id") for each in told}
    moved = {
        number: time
        for number, time in moved.items()
        if number < known and number not in dropped and dated(told[number]) and told[number]["id"] not in amended
    }
    await projection.empty()
    history = logged(told, range(known), known)
    await projection.take(history)
    before = await projection.rows("SELECT * FROM journal ORDER BY 1, 2"), await projection.positions()

    def names(number):
        return {"source": "s", "id": told[number]["id"], "account": told[number].get("partitionkey", ACCOUNTS[0])}

    supposed = {
        "add": [{"specversion": "1.0", "source": "s", "partitionkey": ACCOUNTS[0]} | each for each in told[known:]],
        "drop": [names(number) for number in dropped],
        "move": [names(number) | {"time": time} for number, time in moved.items()],
    }
    asked = random.sample(sorted(ACCOUNT), 8)
    supposing = {name: answer async for name, answer in ask(reads, supposed, asked, as_of)}
    assert (await projection.rows("SELECT * FROM journal ORDER BY 1, 2"), await projection.positions()) == before

    scratch = [each | ({"time": moved[number]} if number in moved else {}) for number, each in enumerate(told)]
    await projection.empty()
    await projection.take(logged(scratch, [n for n in range(len(told)) if n not in dropped], known))
    async for name, real in ask(reads, {}, asked, as_of):
        parts = ("answer", "version", "as_of", "known_at")
        assert {part: supposing[name][part] for part in parts} == {part: real[part] for part in parts}, name
        assert real["changes"] == []


async def test_supposed_events_are_named_by_the_explanation_and_by_the_change(reader):
    body = POWER | {"add": [power("3", level=1, time="2025-04-01T09:00:00Z")], "explain": True}
    told = (await reader.post(WHAT_IF, body, role="manager")).json()
    assert [(each["power"], each["because"]) for each in told["answer"]["contacts"]] == [
        (1, [{"source": "crm", "id": "3"}])
    ]
    (change,) = told["changes"]
    assert {each["field"]: (each["was"], each["is"]) for each in change["fields"]}["power"] == (5, 1)
    assert [each["id"] for each in change["events"]] == ["3"]
    real = await reader.ok("/v1/accounts/acme/power-interest", token=told["token"])
    assert [each["power"] for each in real["answer"]["contacts"]] == [5]
    assert {"question", "account", "as_of", "known_at", "complete", "version"} <= told.keys()


async def test_what_is_dropped_and_told_anew_is_replaced_and_an_amendment_may_be_supposed(reader):
    anew = POWER | {"drop": [{"source": "crm", "id": "2"}], "add": [power("2", level=4)]}
    taken_back = POWER | {"add": [retracted("3", "2")]}
    for body, level in ((anew, 4), (taken_back, 3)):
        (contact,) = (await reader.post(WHAT_IF, body)).json()["answer"]["contacts"]
        assert (contact["power"], "because" in contact) == (level, False)


async def test_a_question_that_only_supposed_criteria_make_possible_comes_as_a_whole(reader):
    defined = event("criteria.defined.v1", CRITERIA, id="b", partitionkey="$policy")
    body = {"question": "key-status", "parameters": {"criteria": "b"}, "add": [defined]}
    told = (await reader.post(WHAT_IF, body)).json()
    (change,) = told["changes"]
    assert (change["change"], change["path"], change["is"]) == ("came", "", told["answer"])
    assert [each["id"] for each in change["events"]] == ["b"]
    refused = await reader.post(WHAT_IF, body | {"add": []})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/parameters/criteria"]


async def test_sentences_come_in_the_language_that_is_asked_for(reader):
    chinese = {"Accept-Language": "zh"}
    added = [event("attitude.assessed.v1", {"contact": "c-1", "level": -2}, id="3")]
    body = {"question": "warnings", "add": added}
    told, english = [(await reader.post(WHAT_IF, body, headers=each)).json() for each in (chinese, {})]
    assert [str(each["answer"]).isascii() for each in (told, english)] == [False, True]
    assert [str(each["changes"]).isascii() for each in (told, english)] == [False, True]
    refused = await reader.post(WHAT_IF, {}, headers=chinese)
    assert refused.headers["content-language"] == "zh"


async def test_what_has_no_time_of_its_own_that_counts_cannot_be_moved(both):
    projection, reads = both
    log = Log()
    log.extend(power("1"), power("2"), power("3", timebasis="since"))
    log.extend(corrected("4", "1", 2, time="2025-02-01T00:00:00Z"), retracted("5", "2"), power("6"))
    await projection.empty()
    await projection.take(log.records)
    await projection.see(log.records)
    moves = [MOVED | {"id": id_} for id_ in ("1", "2", "3", "4", "5", "6")]
    answer = await reads.post(WHAT_IF, POWER | {"move": moves})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/move/{number}" for number in range(5)]
    freed = POWER | {"drop": [DROPPED | {"id": "4"}], "move": [MOVED]}
    assert (await reads.post(WHAT_IF, freed)).status_code == 200


MOVED = {"source": "crm", "id": "1", "time": "2025-01-01T00:00:00Z"}
DROPPED = {"source": "crm", "id": "1"}


@pytest.mark.parametrize(
    ("sent", "pointer", "detail"),
    [
        (b"{", "", "expected JSON"),
        ([], "", "expected a JSON object"),
        (b'{"question": "attitude", "question": "attitude"}', "/question", "expected each key once"),
        ({}, "/question", "expected this field, which is required"),
        ({"question": "horoscope"}, "/question", "expected a question about one account: account-360, "),
        ({"question": "funnel"}, "/question", "expected a question about one account: "),
        (POWER | {"colour": "red"}, "/colour", "expected no such field"),
        (POWER | {"as_of": "yesterday"}, "/as_of", "expected a date"),
        (POWER | {"known_at": 5}, "/known_at", "expected a date"),
        (POWER | {"tz": "Mars/Olympus"}, "/tz", "expected an IANA time zone"),
        (POWER | {"parameters": {"levle": 1}}, "/parameters/levle", "expected no such field"),
        (POWER | {"parameters": {"tz": "UTC"}}, "/parameters/tz", "expected no such field"),
        ({"question": "opportunity"}, "/parameters/opportunity", "expected this field, which is required"),
        (POWER | {"add": [1]}, "/add/0", "expected"),
        (POWER | {"add": [power("3"), power("4", level=9)]}, "/add/1/data/level", "expected less than or equal to 5"),
        (POWER | {"add": [power("3", submittedby="me")]}, "/add/0/submittedby", "expected no such attribute"),
        (POWER | {"add": [power("1")]}, "/add/0/id", "expected an event that is not known yet"),
        (POWER | {"add": [power("3", partitionkey="globex")]}, "/add/0/partitionkey", "expected this account"),
        (POWER | {"add": [power("3"), power("3")]}, "/add/1", "expected each event once"),
        (POWER | {"drop": [{"source": "crm", "id": "9"}]}, "/drop/0", "expected an event of this account"),
        (POWER | {"drop": [DROPPED | {"account": "$policy"}]}, "/drop/0", "expected an event of this account"),
        (POWER | {"drop": [DROPPED | {"account": "globex"}]}, "/drop/0", "expected an event of this account"),
        (POWER | {"drop": [DROPPED], "known_at": "2025-05-01"}, "/drop/0", "expected an event of this account"),
        (POWER | {"drop": [{"id": "1"}]}, "/drop/0/source", "expected this field, which is required"),
        (POWER | {"drop": [DROPPED, DROPPED]}, "/drop/1", "expected each event once"),
        (POWER | {"drop": [DROPPED], "move": [MOVED]}, "/move/0", "expected each event once"),
        (POWER | {"move": [MOVED | {"time": "x"}]}, "/move/0/time", "expected RFC 3339"),
    ],
)
async def test_what_does_not_fit_is_told_at_its_place(reader, sent, pointer, detail):
    answer = await reader.post(WHAT_IF, sent)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:rapport:problem:unfit-supposition"), problem
    (error,) = problem["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(detail), error
    listed = pointer.split("/")[1:2][:1]
    assert error["index"] == (int(pointer.split("/")[2]) if listed and listed[0] in {"add", "drop", "move"} else None)


@pytest.mark.parametrize(
    "sent",
    [
        POWER | {"drop": [DROPPED] * EVENTS, "move": [MOVED]},
        POWER | {"add": [power("3", tracestate="x" * EVENT)]},
        b" " * (BODY + 1),
    ],
    ids=["too many", "event too large", "body too large"],
)
async def test_there_is_a_limit_to_what_may_be_supposed(reader, sent):
    assert (await reader.post(WHAT_IF, sent)).status_code == 413


async def test_only_who_may_read_an_account_may_suppose_anything_of_it(reader):
    outside, unknown = [
        await reader.post(f"/v1/accounts/{account}/what-if", POWER, accounts=["globex"])
        for account in ("acme", "nobody")
    ]
    assert (outside.status_code, outside.content) == (404, unknown.content)
    assert (await reader.post("/v1/accounts/$policy/what-if", POWER)).status_code == 404
    assert (await reader.post(WHAT_IF, POWER, role="emitter")).status_code == 403
    assert (await reader.post(WHAT_IF, POWER, headers={"Authorization": ""})).status_code == 401
