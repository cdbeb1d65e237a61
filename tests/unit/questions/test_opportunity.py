from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

DEAL = {"opportunity": "o-1"}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def identified(time: str = "2025-01-01", **data: Any) -> Recorded:
    return fact("opportunity.identified", time, {**DEAL, "name": "Scanner", **data})


def about(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None) -> Any:
    return ask("opportunity", facts, as_of, known_at, opportunity="o-1")


def changes(answer: Any, what: str) -> list[tuple[Any, ...]]:
    return [(each["time"][:10], each["from"], each["to"]) for each in answer["changes"] if each["what"] == what]


def test_the_hospitals_scanner_is_known_whole():
    answer = ask("opportunity", hospital(), beijing("2025-06-30"), opportunity="opp-ct")
    assert (answer["known"], answer["name"], answer["owner_name"]) == (True, "128排CT采购", "张伟")
    assert (answer["stage"], answer["outcome"]) == ("tender", "won")
    assert answer["value"] == {"amount": "8000000.00", "currency": "CNY"}
    assert [each["stage"] for each in answer["stages"]] == ["identified", "approval", "tender"]
    people = {each["contact"]: (each["layer"], each["roles"], each["positions"]) for each in answer["people"]}
    assert people == {
        "c-li": ("support", [], ["设备科科长"]),
        "c-wang": ("support", [], ["采购部主任"]),
        "c-zhao": ("neutral", [], ["财务部主任"]),
        "c-zhou": ("support", ["final_approver"], ["院长"]),
    }


def test_an_opportunity_that_nobody_spoke_of_by_then_is_not_known():
    answer = about([identified("2025-06-01")], "2025-05-31")
    assert answer["known"] is False
    assert (answer["name"], answer["stage"], answer["stages"], answer["people"]) == (None, None, [], [])


def test_every_value_it_had_is_kept_with_the_one_before():
    facts = [
        identified(value=euros("100.00")),
        fact("opportunity.value_changed", "2025-02-01", {**DEAL, "value": euros("150.00")}),
        fact("opportunity.value_changed", "2025-03-01", {**DEAL, "value": None}),
    ]
    assert changes(about(facts), "value") == [
        ("2025-01-01", None, "100.00 EUR"),
        ("2025-02-01", "100.00 EUR", "150.00 EUR"),
        ("2025-03-01", "150.00 EUR", None),
    ]


def test_what_was_only_told_again_is_no_change_from_old_to_old():
    facts = [
        identified(value=euros("100.00"), owner="m-1", expected_close="2025-06-30"),
        fact("opportunity.value_changed", "2025-02-01", {**DEAL, "value": euros("100.00")}),
        fact("opportunity.owner_changed", "2025-02-01", {**DEAL, "owner": "m-1"}),
        fact("opportunity.expected_close_changed", "2025-02-01", {**DEAL, "expected_close": "2025-06-30"}),
    ]
    answer = about(facts)
    assert len(answer["changes"]) == 3
    assert all(each["from"] != each["to"] for each in answer["changes"])


def test_a_won_deal_that_is_reopened_keeps_neither_its_close_nor_its_amount():
    facts = [
        identified(value=euros("100.00"), expected_close="2025-06-30"),
        fact("opportunity.won", "2025-03-01", {**DEAL, "amount": euros("90.00")}),
    ]
    closed = about(facts)
    assert (closed["outcome"], closed["closed_at"][:10], closed["value"]) == ("won", "2025-03-01", euros("90.00"))
    facts.append(fact("opportunity.reopened", "2025-04-01", DEAL))
    again = about(facts)
    assert (again["outcome"], again["closed_at"], again["value"]) == (None, None, euros("100.00"))
    assert (closed["expected_close"], again["expected_close"]) == ("2025-06-30", None)
    assert [each["kind"] for each in again["turns"]] == ["won", "reopened"]
    assert about(facts, "2025-03-31")["outcome"] == "won"


def test_a_loss_is_shown_with_its_reason_even_if_nobody_knows_it():
    told = fact("opportunity.lost", "2025-03-01", {**DEAL, "reason": "price", "to_party": "p-b"})
    answer = about([identified(), told])
    assert (answer["outcome"], answer["reason"]) == ("lost", "price")
    assert [(each["reason"], each["to_party"]) for each in answer["turns"]] == [("price", "p-b")]
    nobody = fact("opportunity.lost", "2025-03-01", {**DEAL, "reason": "unknown"})
    assert about([identified(), nobody])["reason"] == "unknown"


def test_several_people_have_a_part_in_one_deal_and_one_person_several():
    def role(contact: str, name: str, opportunity: str = "o-1") -> Recorded:
        data = {"contact": contact, "role": name, "domain": "it", "opportunity": opportunity}
        return fact("buying_role.assigned", "2025-02-01", data)

    facts = [
        identified(),
        role("c-1", "user"),
        role("c-1", "coach"),
        role("c-2", "user"),
        role("c-3", "champion", "o-2"),
    ]
    assert {each["contact"]: each["roles"] for each in about(facts)["people"]} == {
        "c-1": ["user", "coach"],
        "c-2": ["user"],
    }


def test_nobody_turns_against_us_by_silence_they_only_fade():
    assessed = fact("attitude.assessed", "2025-01-01", {**DEAL, "contact": "c-1", "level": 1})
    (person,) = about([identified(), assessed], "2030-01-01")["people"]
    assert (person["layer"], person["level"], person["faded"]) == ("support", 1, True)


def test_who_went_to_another_employer_is_shown_as_gone_with_no_position():
    facts = [
        identified(),
        fact(
            "contact.position_assigned",
            "2025-01-01",
            {"contact": "c-1", "position": "p", "title": "CIO", "level": "executive"},
        ),
        fact("attitude.assessed", "2025-02-01", {**DEAL, "contact": "c-1", "level": 2}),
        fact("contact.left", "2025-03-01", {"contact": "c-1", "to_account": "globex"}),
    ]
    (before,) = about(facts, "2025-02-28")["people"]
    (after,) = about(facts)["people"]
    assert (before["positions"], before["left"]) == (["CIO"], None)
    assert (after["positions"], after["left"][:10], after["layer"]) == ([], "2025-03-01", "support")


def test_a_value_told_late_is_known_only_from_then_on():
    facts = [
        identified(value=euros("6000.00")),
        fact("opportunity.value_changed", "2025-02-01", {**DEAL, "value": euros("6500.00")}, recorded_at="2025-03-15"),
    ]
    seen = [
        about(facts, as_of, known_at)["value"]["amount"]
        for as_of, known_at in [
            ("2025-02-28", "2025-02-28"),
            ("2025-02-28", "2025-03-31"),
            ("2025-01-31", "2025-03-31"),
            ("2025-03-31", "2025-03-31"),
        ]
    ]
    assert seen == ["6000.00", "6500.00", "6000.00", "6500.00"]
