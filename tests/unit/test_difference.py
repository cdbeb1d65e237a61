"""What changed between two answers: by the keys of each list, with the events that did it. Worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from schemas import POLICY
from services.projections.history import Moment, Recorded
from services.projections.questions import ACCOUNT
from tests.unit.histories import beijing, end_of, fact, hospital
from tests.unit.test_differences_apply import difference

LATER = datetime(2030, 1, 1, tzinfo=UTC)

DEAL: dict[str, Any] = {"opportunity": "opp-ct"}
WANG = {"contact": "c-1", "name": "Wang"}
ADDED = fact("contact.added", "2025-01-01", WANG, id="added")
SEAT = {"contact": "c-1", "position": "p", "title": "Head", "level": "middle"}
SEATED = fact("contact.position_assigned", "2025-01-02", SEAT, id="seat")
FAVOUR = fact("attitude.assessed", "2025-01-03", {"contact": "c-1", "level": 1}, id="favour")
SURE = fact("attitude.assessed", "2025-01-03", {"contact": "c-1", "level": 1, "basis": {"confidence": 1}}, id="sure")
AIM = {"source": "crm", "id": "favour", "type": "attitude.assessed.v1"}
RETRACTED = fact("event.retracted", "2025-03-20", {"target": AIM, "reason": "hearsay"}, id="retracted")


def differs(name: str, facts: Sequence[Recorded], was: Moment, now: Moment, **parameters: Any) -> list[dict[str, Any]]:
    policies = [each for each in facts if each.event.partitionkey == POLICY]
    account = facts[0].event.partitionkey
    log = {account: [each for each in facts if each.event.partitionkey == account], POLICY: policies}
    return difference(name, log, ACCOUNT[name].parameters.model_validate(parameters), was, now)


def true_at(*days: str) -> list[Moment]:
    return [Moment(end_of(day), LATER) for day in days]


def known_at(*days: str) -> list[Moment]:
    return [Moment(end_of("2025-02-28"), end_of(day)) for day in days]


def told(change: dict[str, Any]) -> tuple[Any, ...]:
    """Return which row of which list changed how, and by which events."""
    return change["change"], change["path"], change["key"], [event["id"] for event in change["events"]]


def values(change: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {each["field"]: (each["was"], each["is"]) for each in change["fields"]}


def test_the_hospitals_finance_turned_out_to_oppose_what_she_had_opposed_for_six_weeks():
    known = [Moment(beijing("2025-03-01"), beijing(day)) for day in ("2025-03-10", "2025-04-01")]
    (change,) = differs("attitude-mix", hospital(), *known, **DEAL)
    assert values(change) == {"oppose": (0, 1), "unknown": (2, 1)}
    assert [event["id"] for event in change["events"]] == ["h32"]
    whole, step = differs("attitude", hospital(), *known, **DEAL)
    assert told(whole) == ("changed", "contacts", {"contact": "c-zhao"}, ["h32"])
    assert (whole["name"], values(whole)["layer"]) == ("赵芸", ("unknown", "oppose"))
    key = {"contacts.contact": "c-zhao", "event": {"source": "crm.a-med", "id": "h32"}}
    assert told(step) == ("came", "contacts.steps", key, ["h32"])
    assert step["names"]["contacts.name"] == "赵芸"
    assert (step["is"]["level"], step["was"]) == (-1, None)


def test_a_correction_that_moved_a_fact_out_of_sight_is_named_rather_than_the_fact():
    known = [Moment(beijing("2025-03-01"), beijing(day)) for day in ("2025-06-24", "2025-06-26")]
    whole, step = differs("attitude", hospital(), *known, **DEAL)
    assert told(whole) == ("changed", "contacts", {"contact": "c-li"}, ["h59"])
    assert values(whole)["level"] == (1, None)
    assert told(step)[:2] == ("went", "contacts.steps")
    assert told(step)[-1] == ["h59"]


def test_a_retraction_takes_back_what_it_names():
    whole, step = differs("attitude", [ADDED, FAVOUR, RETRACTED], *known_at("2025-03-10", "2025-04-01"))
    assert told(whole) == ("changed", "contacts", {"contact": "c-1"}, ["retracted"])
    assert told(step)[-1] == ["retracted"]


def test_who_left_went_from_the_chart_by_the_event_that_says_so():
    left = fact("contact.left", "2025-03-20", {"contact": "c-1"}, id="left")
    (change,) = differs("org-map", [ADDED, SEATED, left], *true_at("2025-03-10", "2025-04-01"))
    assert told(change) == ("went", "people", {"contact": "c-1"}, ["left"])
    assert change["was"]["positions"][0]["title"] == "Head"


def test_what_a_policy_did_names_the_policy():
    model = {"version": "2", "leading": "latest", "half_life_days": 10, "floor": 0.3}
    policy = fact("attitude_model.defined", "2025-03-20", model, id="policy", account=POLICY)
    (change,) = differs("attitude", [ADDED, SURE, policy], *true_at("2025-03-10", "2025-04-01"))
    assert told(change) == ("changed", "contacts", {"contact": "c-1"}, ["policy"])
    assert values(change)["faded"] == (False, True)


def test_what_time_alone_did_names_no_event_even_where_others_happened_to_the_same_person():
    renamed = fact("contact.details_changed", "2025-03-20", {"contact": "c-1", "email": "w@example.org"}, id="mail")
    (change,) = differs("attitude", [ADDED, SURE, renamed], *true_at("2025-03-10", "2025-04-01"))
    assert (list(values(change)), change["events"]) == (["confidence"], [])


def test_the_last_point_of_a_series_is_one_row_whose_time_is_another():
    was, now = true_at("2025-01-02", "2025-01-04")
    (change,) = differs("attitude-mix", [ADDED, SEATED, FAVOUR], was, now)
    assert told(change)[0] == "changed"
    assert told(change)[-1] == ["favour"]
    assert values(change).keys() == {"time", "support", "unknown"}


def test_an_account_that_was_merged_brings_its_people_by_the_event_that_merged_it():
    merged = fact("account.merged", "2025-03-20", {"into": "acme"}, id="merged", account="other")
    other = fact("contact.added", "2025-01-01", {"contact": "c-2", "name": "Li"}, id="2", account="other")
    log, asked = {"acme": [ADDED, other, merged]}, ACCOUNT["attitude"].parameters()
    changes = difference("attitude", log, asked, *known_at("2025-03-10", "2025-04-01"))
    assert [told(each) for each in changes] == [("came", "contacts", {"contact": "c-2"}, ["merged"])]


def test_a_difference_names_the_last_events_and_counts_the_others():
    call = {"kind": "call", "direction": "outbound", "minutes": 1, "our_participants": ["m-1"], "participants": ["c-1"]}
    calls = [fact("interaction.recorded", "2025-03-20", call | {"interaction": f"i-{n}"}) for n in range(120)]
    whole, *_ = differs("effort", [ADDED, *calls], *true_at("2025-03-10", "2025-04-01"))
    assert values(whole)["interactions"] == (0, 120)
    assert (len(whole["events"]), whole["more_events"]) == (100, 20)
    assert whole["events"][-1]["id"] == calls[-1].event.id
