from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact
from tests.unit.portfolios import ask_portfolio

# Reviews are due every 90 days for the account and every 180 for its organisation; visits every 90 days to
# executives, 60 to the middle and 120 to the frontline.


def registered(time: str = "2025-01-01", account: str = "acme") -> Recorded:
    return fact("account.registered", time, {"name": account.title()}, account=account)


def review(time: str, scope: str = "account", **attributes: Any) -> Recorded:
    data = {"scope": scope, "confirmed": [{"source": "crm", "id": "x"}], "findings": "two have left"}
    return fact("review.completed", time, data, **attributes)


def person(contact: str, level: str, **attributes: Any) -> list[Recorded]:
    position = {"contact": contact, "position": f"p-{contact}", "title": "T", "level": level}
    return [
        fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.title()}, **attributes),
        fact("contact.position_assigned", "2025-01-01", position, **attributes),
    ]


def met(time: str, kind: str, *participants: Any, **attributes: Any) -> Recorded:
    data = {"interaction": time + kind, "kind": kind, "direction": "mutual", "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {**data, "participants": list(participants)}, **attributes)


def reviews(history: list[Recorded], as_of: str, known_at: str | None = None) -> list[tuple[str, Any, Any, Any]]:
    rows = ask("reviews-overdue", history, as_of, known_at)["reviews"]
    return [(each["scope"], each["last"], each["due"], each["overdue_days"]) for each in rows]


def visits(history: list[Recorded], as_of: str, known_at: str | None = None) -> list[tuple[str, str, Any, Any]]:
    rows = ask("reviews-overdue", history, as_of, known_at)["visits"]
    return [(each["contact"], each["level"], each["last_kind"], each["overdue_days"]) for each in rows]


def test_a_review_is_overdue_from_its_limit_after_the_last_one_else_after_the_registration():
    history = [registered(), review("2025-02-01")]
    assert reviews(history, "2025-07-01T00:00:00+00:00") == [
        ("account", "2025-02-01T00:00:00Z", "2025-05-02T00:00:00Z", 60.0),
        ("organisation", None, "2025-06-30T00:00:00Z", 1.0),
    ]
    assert [each[3] for each in reviews(history, "2025-01-31T00:00:00+00:00")] == [0.0, 0.0]


def test_where_nothing_is_known_to_count_from_it_is_unknown_when_a_review_is_due():
    assert reviews([fact("plan.set", "2025-01-01", {"goals": [], "actions": []})], "2025-12-31") == [
        ("account", None, None, None),
        ("organisation", None, None, None),
    ]


def test_a_scope_that_has_no_limit_is_shown_without_one_and_a_review_says_by_whom_and_what_it_found():
    member = fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Ning"})
    rows = ask("reviews-overdue", [member, review("2025-02-01", "prices")], "2025-12-31")["reviews"]
    (prices,) = [each for each in rows if each["scope"] == "prices"]
    assert (prices["every_days"], prices["due"], prices["overdue_days"]) == (None, None, None)
    assert (prices["reviewer"], prices["reviewer_name"]) == ("m-1", "Ning")
    assert (prices["findings"], prices["confirmed"]) == ("two have left", 1)


def test_a_review_told_late_counts_from_its_own_day_once_it_is_known():
    history = [registered(), review("2025-03-31", recorded_at="2025-06-01")]
    assert reviews(history, "2025-05-01T00:00:00+00:00", "2025-05-31")[0][3] == 30.0
    assert reviews(history, "2025-05-01T00:00:00+00:00")[0][3] == 0.0


def test_a_visit_is_due_by_level_after_the_last_meeting_in_person_and_a_call_is_none():
    history = [
        *person("boss", "executive"),
        *person("clerk", "frontline"),
        *person("head", "middle"),
        *person("who", "unknown"),
        met("2025-02-01", "meeting", "boss", "head"),
        met("2025-03-01", "site_visit", "boss"),
        met("2025-04-01", "call", "boss", "clerk", "head", "who"),
    ]
    assert visits(history, "2025-06-10T00:00:00+00:00") == [
        ("boss", "executive", "site_visit", 11.0),  # due on 30 May
        ("clerk", "frontline", None, 40.0),  # known since 1 January: due on 1 May
        ("head", "middle", "meeting", 69.0),  # due on 2 April
        ("who", "unknown", None, None),
    ]
    assert visits(history, "2025-02-10")[0][2:] == ("meeting", 0.0)


def test_a_meeting_with_an_address_counts_for_the_person_who_has_it_and_who_left_is_not_visited():
    history = [
        *person("boss", "executive"),
        *person("head", "middle"),
        fact("contact.details_changed", "2025-05-01", {"contact": "boss", "email": "boss@acme.example"}),
        met("2025-04-01", "meeting", {"email": "boss@acme.example"}),
        fact("contact.left", "2025-05-01", {"contact": "head"}),
    ]
    assert visits(history, "2025-06-10") == [("boss", "executive", "meeting", 0.0)]


def test_a_corrected_meeting_counts_as_corrected():
    meeting = met("2025-05-01", "meeting", "boss", id="m")
    target = {"source": "crm", "id": "m", "type": "interaction.recorded.v1"}
    data = meeting.event.data.model_dump(mode="json", exclude_none=True) | {"kind": "call"}
    amended = fact("event.corrected", "2025-06-01", {"target": target, "data": data, "reason": "it was a call"})
    history = [*person("boss", "executive"), meeting, amended]
    assert visits(history, "2025-05-31", "2025-05-31")[0][2] == "meeting"
    assert visits(history, "2025-05-31")[0][2] is None


def test_over_all_accounts_what_is_overdue_comes_the_longest_first_then_by_account():
    history = [
        registered("2025-01-01", "beta"),  # account due on 1 April, organisation on 30 June
        *person("boss", "executive", account="beta"),  # due on 1 April
        registered("2025-01-01", "acme"),
        review("2025-03-01", account="acme"),  # due on 30 May
    ]
    rows = ask_portfolio("reviews-overdue", history, "2025-06-01T00:00:00+00:00")["overdue"]
    assert [(each["account"], each["kind"], each["scope"], each["contact"], each["overdue_days"]) for each in rows] == [
        ("beta", "review", "account", None, 61.0),
        ("beta", "visit", None, "boss", 61.0),
        ("acme", "review", "account", None, 2.0),
    ]
    assert (rows[1]["account_name"], rows[1]["name"], rows[1]["last"]) == ("Beta", "Boss", None)
    assert ask_portfolio("reviews-overdue", history, "2025-01-31")["overdue"] == []
