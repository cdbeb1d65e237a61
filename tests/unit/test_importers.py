"""What every importer promises, and the format `events`."""

from itertools import pairwise

import orjson
import pytest

import schemas
from services.importers import FORMATS, bundled, events
from services.importers.importer import LONGEST_ID, Stream, day, in_order, slug
from tests.unit.imported import imported, said, told

EVENT = Stream("crm", "acme").event("account.registered.v1", "account/acme", day("2019-03-27"), name="Acme")


@pytest.fixture(scope="module", params=["crm", "commons", "congress"])
def form(request):
    return request.param


def test_every_event_keeps_the_contract(form):
    for event in told(imported(form)):
        schemas.parse(orjson.dumps(event))


def test_reading_twice_gives_the_same_bytes(form):
    again = tuple(FORMATS[form](bundled(form)))
    assert orjson.dumps(again) == orjson.dumps(imported(form))


def test_no_identity_is_told_twice(form):
    identities = [(event["source"], event["id"]) for event in told(imported(form))]
    assert len(set(identities)) == len(identities)


def test_events_come_by_valid_time_after_what_was_always_so(form):
    moments = [(event["timebasis"] != "since", event["time"]) for event in told(imported(form))]
    assert all(earlier <= later for earlier, later in pairwise(moments))


def test_of_several_tellings_of_one_identity_the_earliest_stands():
    late = {**EVENT, "time": "2019-03-28T00:00:00Z"}
    assert list(in_order([late, EVENT])) == [EVENT]


def test_a_key_that_is_too_long_for_an_id_becomes_a_digest_that_stays_the_same():
    made = [Stream("crm", "acme").event("x", "k" * 201, day("2019-03-27"))["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert len(made[0]) <= LONGEST_ID


def test_a_slug_is_plain_text():
    assert slug("Sinn Féin") == "sinn-fein"
    assert slug("Labour/Co-operative") == "labour-co-operative"


def test_events_are_taken_as_they_are_in_the_order_of_the_file(tmp_path):
    file = tmp_path / "some.ndjson"
    other = {**EVENT, "id": "other", "time": "2018-01-01T00:00:00Z"}
    file.write_bytes(orjson.dumps(EVENT) + b"\n\n" + orjson.dumps(other))
    assert list(events.read(file)) == [EVENT, other]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "is no JSON"),
        (orjson.dumps({**EVENT, "type": "moon.landed.v1"}), "is no valid moon.landed.v1: "),
        (orjson.dumps({**EVENT, "time": "27 March"}), "is no valid account.registered.v1: time: "),
        (orjson.dumps({**EVENT, "recordedat": EVENT["time"]}), "carries recordedat, which only Rapport itself sets"),
        (orjson.dumps(EVENT)[:-1] + b',"id":"2"}', "gives a key twice"),
        (b'{"a":' + b"[" * 300 + b"]" * 300 + b"}", "is nested too deep"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_its_number(tmp_path, line, sentence):
    file = tmp_path / "some.ndjson"
    file.write_bytes(orjson.dumps(EVENT) + b"\n" + line)
    items = list(events.read(file))
    (remark,) = said(items)
    assert told(items) == [EVENT]
    assert (remark.file, remark.line, remark.verdict) == ("some.ndjson", 2, "refused")
    assert remark.sentence.startswith(sentence)
