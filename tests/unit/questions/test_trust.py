from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def signal(time: str, sign: int, contact: str = "a", kind: str = "openness", **attributes: Any) -> Recorded:
    scope = {"opportunity": attributes.pop("opportunity")} if "opportunity" in attributes else {}
    return fact("trust_signal.observed", time, {"contact": contact, "kind": kind, "sign": sign, **scope}, **attributes)


def rows(history: list[Recorded], as_of: str, known_at: str | None = None, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("trust", history, as_of, known_at, **parameters)["contacts"]
    return found


HISTORY = [
    fact("member.registered", "2025-01-01", {"member": "m-2", "name": "Ning"}),
    fact("contact.added", "2025-01-01", {"contact": "a", "name": "Ada"}),
    signal("2025-01-10", 1, kind="promise_kept", id="kept"),
    signal("2025-02-10", 1, kind="introduction", actor="m-2"),
    signal("2025-05-20", -1, kind="promise_broken", recorded_at="2025-06-20", id="broken"),
]


def test_signals_are_counted_and_each_says_what_it_was_when_and_who_saw_it():
    (row,) = rows(HISTORY, "2025-05-31")
    assert (row["contact"], row["name"], row["good"], row["bad"], row["balance"]) == ("a", "Ada", 2, 1, 1)
    assert row["last"] == "2025-05-20T00:00:00Z"
    assert [(each["kind"], each["sign"], each["observer"], each["observer_name"]) for each in row["signals"]] == [
        ("promise_kept", 1, "m-1", None),
        ("introduction", 1, "m-2", "Ning"),
        ("promise_broken", -1, "m-1", None),
    ]


def test_the_trend_compares_the_balance_with_that_of_ninety_days_before_and_names_what_changed_it():
    (known,) = rows(HISTORY, "2025-05-31")  # 90 days before: 2 March
    assert (known["before"], known["trend"]) == (2, "less")
    assert known["explained"] == "The balance was 2 on 2025-03-02 and is 1 now: promise broken on 2025-05-20."
    (earlier,) = rows(HISTORY, "2025-02-28")
    assert (earlier["before"], earlier["balance"], earlier["trend"]) == (0, 2, "more")


def test_what_was_told_late_counts_only_once_it_is_known():
    (row,) = rows(HISTORY, "2025-05-31", "2025-06-19")
    assert (row["balance"], row["trend"]) == (2, "same")
    assert row["explained"] == "The balance is 2, as on 2025-03-02: no signal since."


def test_a_corrected_signal_counts_as_corrected():
    target = {"source": "crm", "id": "broken", "type": "trust_signal.observed.v1"}
    data = {"contact": "a", "kind": "promise_kept", "sign": 1}
    amended = fact("event.corrected", "2025-07-01", {"target": target, "data": data, "reason": "we kept it"})
    (row,) = rows([*HISTORY, amended], "2025-05-31", "2025-07-02")
    assert (row["good"], row["bad"]) == (3, 0)


def test_who_gave_no_sign_is_unknown_and_who_left_is_shown_only_by_name():
    history = [
        *HISTORY,
        fact("contact.added", "2025-01-01", {"contact": "b", "name": "Bob"}),
        fact("contact.left", "2025-04-01", {"contact": "a"}),
    ]
    answer = ask("trust", history, "2025-05-31")
    assert (answer["contacts"], [each["contact"] for each in answer["unknown"]]) == ([], ["b"])
    assert [each["contact"] for each in rows(history, "2025-05-31", contact="a")] == ["a"]
    assert [each["contact"] for each in ask("trust", [], "2025-05-31", contact="x")["unknown"]] == ["x"]


def test_a_purchase_has_its_own_signals_else_the_accounts():
    history = [*HISTORY, signal("2025-03-01", -1, opportunity="o")]
    assert rows(history, "2025-05-31")[0]["balance"] == 0
    assert rows(history, "2025-05-31", opportunity="o")[0]["balance"] == -1
    assert rows(history, "2025-05-31", opportunity="other")[0]["balance"] == 1
    assert rows(history, "2025-05-31", opportunity="other", fallback="0") == []


def test_two_contacts_that_are_one_person_have_their_signals_together_once_that_is_known():
    merged = fact("contact.merged", "2025-08-01", {"contact": "b", "into": "a"})
    history = [*HISTORY, signal("2025-03-01", 1, "b"), merged]
    assert [(each["contact"], each["balance"]) for each in rows(history, "2025-05-31")] == [("a", 2)]
    before = rows(history, "2025-05-31", "2025-07-31")
    assert [(each["contact"], each["balance"]) for each in before] == [("a", 1), ("b", 1)]


def test_a_beginning_narrows_the_list_of_signals_and_never_the_balance():
    whole, (listed,) = rows(HISTORY, "2025-05-31"), rows(HISTORY, "2025-05-31", from_="2025-05-01")
    counted = ("good", "bad", "balance", "before", "trend", "explained", "last")
    assert {each: listed[each] for each in counted} == {each: whole[0][each] for each in counted}
    assert [each["kind"] for each in listed["signals"]] == ["promise_broken"]
    (none,) = rows(HISTORY, "2025-05-31", from_="2025-05-21")
    assert (none["balance"], none["signals"]) == (1, [])
