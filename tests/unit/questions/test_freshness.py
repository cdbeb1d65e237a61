from datetime import datetime
from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def attitude(time: str, level: int, contact: str = "a", account: str = "acme", **data: Any) -> Recorded:
    told = {"contact": contact, "level": level, **data}
    return fact("attitude.assessed", time, told, id=f"att-{contact}-{time}", account=account)


def review(time: str, *confirmed: str, source: str = "crm", **attributes: Any) -> Recorded:
    refs = [{"source": source, "id": each} for each in confirmed]
    return fact("review.completed", time, {"scope": "account", "confirmed": refs}, **attributes)


def facts(
    history: list[Recorded], as_of: str | datetime, known_at: str | None = None, **parameters: Any
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask("freshness", history, as_of, known_at, **parameters)["facts"]
    return rows


def kept(rows: list[dict[str, Any]]) -> list[tuple[str, str, str | None, bool]]:
    return [(each["kind"], each["subject"], each["detail"], each["stale"]) for each in rows]


def test_a_fact_is_stale_once_its_age_is_beyond_the_limit_of_its_kind():
    history = [attitude("2025-01-01", 1)]  # limit of attitude: 90 days
    (row,) = facts(history, "2025-04-01T00:00:00+00:00")
    assert (row["age_days"], row["limit_days"], row["stale"]) == (90.0, 90.0, False)
    (row,) = facts(history, "2025-04-02T00:00:00+00:00")
    assert (row["age_days"], row["stale"]) == (91.0, True)


def test_a_review_that_names_the_event_confirms_it_as_soon_as_it_is_known():
    history = [attitude("2025-01-01", 1), review("2025-03-01", "att-a-2025-01-01", recorded_at="2025-05-01", id="r")]
    (before,) = facts(history, "2025-04-30", "2025-04-30")
    assert (before["confirmed"], before["stale"]) == ("2025-01-01T00:00:00Z", True)
    (after,) = facts(history, "2025-04-30", "2025-05-31")
    assert (after["since"], after["confirmed"]) == ("2025-01-01T00:00:00Z", "2025-03-01T00:00:00Z")
    assert (after["confirmed_by"]["id"], after["event"]["id"]) == ("r", "att-a-2025-01-01")
    assert after["stale"] is False
    (earlier,) = facts(history, "2025-02-28", "2025-05-31")
    assert earlier["confirmed"] == "2025-01-01T00:00:00Z"


def test_a_review_in_a_merged_account_confirms_only_its_own_facts():
    history = [
        attitude("2025-01-01", 1),
        attitude("2025-01-01", 1, "b", account="old"),
        review("2025-03-01", "att-a-2025-01-01", "att-b-2025-01-01", account="old"),
    ]
    assert [(each["subject"], each["confirmed"][:10]) for each in facts(history, "2025-04-30")] == [
        ("a", "2025-01-01"),
        ("b", "2025-03-01"),
    ]


def test_a_position_that_leaving_ended_is_not_to_be_confirmed():
    held = {"contact": "a", "position": "p", "title": "Buyer", "level": "middle"}
    history = [
        fact("contact.position_assigned", "2025-01-01", held),
        fact("contact.left", "2025-02-01", {"contact": "a"}),
        fact("contact.returned", "2025-03-01", {"contact": "a"}),
    ]
    assert kept(facts(history, "2025-01-31")) == [("position", "a", "p", False)]
    assert facts(history, "2025-12-31") == []


def test_a_review_of_another_event_or_of_what_no_longer_stands_confirms_nothing():
    history = [
        attitude("2025-01-01", 1),
        attitude("2025-02-01", 0),
        review("2025-03-01", "att-a-2025-01-01"),
        review("2025-03-02", "att-a-2025-02-01", source="mail"),
    ]
    assert facts(history, "2025-12-31")[0]["confirmed"] == "2025-02-01T00:00:00Z"


def test_the_same_value_told_again_confirms_it_however_late_it_was_told():
    history = [attitude("2025-03-01", 1), attitude("2025-01-01", 1, reason="late")]
    assert facts(history, "2025-12-31")[0]["confirmed"] == "2025-03-01T00:00:00Z"


def test_a_corrected_time_is_the_one_from_which_age_counts():
    amended = {
        "target": {"source": "crm", "id": "att-a-2025-01-01", "type": "attitude.assessed.v1"},
        "time": "2025-03-01T00:00:00Z",
        "data": {"contact": "a", "level": 2},
        "reason": "it was in March",
    }
    history = [attitude("2025-01-01", 1), fact("event.corrected", "2025-05-01", amended)]
    assert facts(history, "2025-05-10", "2025-04-30")[0]["stale"] is True
    assert facts(history, "2025-05-10")[0]["stale"] is False


def test_what_was_withdrawn_met_or_ended_and_who_left_is_out():
    history = [
        fact("motive.identified", "2025-01-01", {"contact": "a", "motive": "business", "strength": 3}),
        fact("motive.withdrawn", "2025-02-01", {"contact": "a", "motive": "business"}),
        fact("ask.raised", "2025-01-01", {"contact": "a", "ask": "k", "kind": "wish", "text": "t", "opportunity": "o"}),
        fact("ask.met", "2025-03-01", {"contact": "a", "ask": "k"}),
        fact("power.assessed", "2025-01-01", {"contact": "b", "level": 3}),
        fact("contact.left", "2025-04-01", {"contact": "b"}),
    ]
    assert kept(facts(history, "2025-01-15")) == [
        ("ask", "a", "k", False),
        ("motive", "a", "business", False),
        ("power", "b", None, False),
    ]
    assert facts(history, "2025-01-15")[0]["opportunity"] == "o"
    assert kept(facts(history, "2025-12-31")) == []


def test_known_to_hold_no_right_takes_back_an_earlier_right_and_the_other_way_round():
    def right(time: str, each: str) -> Recorded:
        return fact("decision_right.asserted", time, {"holder": {"kind": "unit", "id": "u"}, "right": each})

    history = [right("2025-01-01", "review"), right("2025-02-01", "none"), right("2025-03-01", "veto")]
    assert [each["detail"] for each in facts(history, "2025-01-31")] == ["review"]
    assert [each["detail"] for each in facts(history, "2025-02-28")] == ["none"]
    assert [each["detail"] for each in facts(history, "2025-03-31")] == ["veto"]


def test_two_contacts_that_are_one_person_have_one_attitude_and_a_line_or_influence_names_both_ends():
    ends = {"from": {"kind": "contact", "id": "a"}, "to": {"kind": "party", "id": "p"}}
    history = [
        attitude("2025-01-01", 1),
        attitude("2025-02-01", 1, "b"),
        fact("influence.asserted", "2025-01-01", {**ends, "kind": "advises", "weight": 2, "hidden": False}),
        fact("reporting_line.established", "2025-01-01", {"contact": "a", "manager": "c", "kind": "solid"}),
        fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"}),
    ]
    rows = facts(history, "2025-12-31")
    assert [(each["kind"], each["subject"], each["other"], each["detail"]) for each in rows] == [
        ("attitude", "b", None, None),
        ("influence", "b", "p", "advises"),
        ("reporting_line", "b", "c", "solid"),
    ]
    assert rows[0]["confirmed"] == "2025-02-01T00:00:00Z"


def test_the_summary_counts_every_kind_and_the_sentence_names_the_oldest():
    history = [
        fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
        attitude("2025-01-01", 1),
        attitude("2025-05-01", 1, "b"),
    ]
    answer = ask("freshness", history, "2025-05-31", stale="1")
    assert [(each["kind"], each["facts"], each["stale"], each["share"]) for each in answer["kinds"]] == [
        ("attitude", 2, 1, 0.5),
        ("profile", 1, 0, 0.0),
    ]
    assert kept(answer["facts"]) == [("attitude", "a", None, True)]
    assert answer["sentence"] == (
        "Stale: 1 of 3 facts; the longest not confirmed: attitude of Ada (a), since 2025-01-01."
    )
    assert ask("freshness", history, "2025-01-31")["sentence"] is None


def test_the_hospitals_rights_tell_on_what_they_stand():
    rows = [each for each in facts(hospital(), beijing("2025-06-15")) if each["kind"] == "right"]
    assert [(each["subject"], each["subject_name"], each["detail"]) for each in rows] == [
        ("u-dir", "院长办公室", "final_approval"),
        ("u-equip", "设备科", "review"),
        ("u-proc", "采购部", "core_decision"),
    ]
    told = {(each["basis"]["assertion"], each["basis"]["confidence"], *each["evidence"]) for each in rows}
    assert told == {("told", 0.8, "interview")}
    assert {(each["assessor"], each["source"], each["opportunity"]) for each in rows} == {
        ("m-zhang", "crm.a-med", "opp-ct")
    }
    assert not any(each["stale"] for each in rows)  # 151 days old, of 365


def test_what_was_told_of_a_purchase_that_is_over_is_no_longer_on_the_map_until_it_is_reopened():
    lost = fact("opportunity.lost", "2025-03-01", {"opportunity": "o", "reason": "x"}, recorded_at="2025-04-01")
    role = {"contact": "a", "role": "champion", "domain": "d", "opportunity": "o"}
    wish = {"contact": "a", "ask": "k", "kind": "wish", "text": "t", "opportunity": "o"}
    history = [
        fact("ask.raised", "2025-01-01", wish),
        attitude("2025-01-01", 1),
        attitude("2025-01-02", 2, opportunity="o"),
        fact("buying_role.assigned", "2025-01-01", role),
        lost,
        fact("opportunity.reopened", "2025-06-01", {"opportunity": "o"}),
    ]

    def shown(as_of: str, known_at: str | None = None) -> list[tuple[str, str | None]]:
        return [(each["kind"], each["opportunity"]) for each in facts(history, as_of, known_at)]

    every = [("ask", "o"), ("attitude", None), ("attitude", "o"), ("role", "o")]
    assert shown("2025-02-28") == shown("2025-03-01", "2025-03-31") == shown("2025-06-01") == every
    assert shown("2025-03-01") == [("attitude", None)]
