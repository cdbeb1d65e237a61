from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def registered(member: str, **data: Any) -> Recorded:
    return fact("member.registered", "2025-01-01", {"member": member, "name": member.upper(), **data})


def role(time: str, word: str, member: str = "m-1", team_role: str = "sales") -> Recorded:
    return fact(f"team_member.{word}", time, {"member": member, "team_role": team_role})


def test_the_hospital_is_served_by_its_account_manager():
    members = ask("team", hospital(), beijing("2025-06-30"))["members"]
    assert [(each["name"], [role["role"] for role in each["roles"]], each["manager_name"]) for each in members] == [
        ("何总", [], None),
        ("钱峰", [], "何总"),
        ("张伟", ["account_manager"], "何总"),
    ]
    assert members[2]["since"] == "2023-04-03T01:00:00Z"
    assert members[2]["office"] == "华东"


def test_a_role_told_again_did_not_begin_again():
    facts = [registered("m-1"), role("2025-02-01", "assigned"), role("2025-05-01", "assigned")]
    (member,) = ask("team", facts, "2025-12-31")["members"]
    assert member["since"][:10] == "2025-02-01"


def test_a_role_given_back_after_it_ended_began_then():
    facts = [
        registered("m-1"),
        role("2025-02-01", "assigned"),
        role("2025-03-01", "removed"),
        role("2025-05-01", "assigned"),
    ]
    (between,) = ask("team", facts, "2025-04-01")["members"]
    (member,) = ask("team", facts, "2025-12-31")["members"]
    assert (between["since"], between["roles"]) == (None, [])
    assert member["since"][:10] == "2025-05-01"


def test_several_roles_each_have_their_own_beginning_and_the_member_the_earliest():
    facts = [role("2025-02-01", "assigned"), role("2025-01-15", "assigned", team_role="service")]
    (member,) = ask("team", facts, "2025-12-31")["members"]
    assert member["name"] is None
    assert [(each["role"], each["since"][:10]) for each in member["roles"]] == [
        ("sales", "2025-02-01"),
        ("service", "2025-01-15"),
    ]
    assert member["since"][:10] == "2025-01-15"


def test_a_later_manager_and_office_hold_from_their_time_on():
    facts = [
        registered("m-1", manager="m-2", office="North"),
        fact("member.registered", "2025-06-01", {"member": "m-1", "name": "M-1", "manager": "m-3", "office": "South"}),
    ]
    (before,) = ask("team", facts, "2025-05-31")["members"]
    (after,) = ask("team", facts, "2025-06-01")["members"]
    assert (before["manager"], before["office"]) == ("m-2", "North")
    assert (after["manager"], after["office"]) == ("m-3", "South")


def test_hand_overs_are_history_each_with_its_time_and_both_names():
    facts = [
        registered("m-1"),
        fact("handover.completed", "2025-03-01", {"from_member": "m-1", "to_member": "m-2"}, recorded_at="2025-06-01"),
        fact("handover.completed", "2025-02-01", {"from_member": "m-0", "to_member": "m-1"}),
    ]
    known, late = ask("team", facts, "2025-12-31", "2025-05-31"), ask("team", facts, "2025-12-31")
    assert [each["time"][:10] for each in known["handovers"]] == ["2025-02-01"]
    assert [
        (each["time"][:10], each["from_member"], each["from_name"], each["to_member"], each["to_name"])
        for each in late["handovers"]
    ] == [("2025-02-01", "m-0", None, "m-1", "M-1"), ("2025-03-01", "m-1", "M-1", "m-2", None)]
    assert late["handovers"][1]["event"] == {"source": "crm", "id": facts[1].event.id}
    assert ask("team", facts, "2025-01-31")["handovers"] == []


def test_a_hand_over_moves_no_relationship_and_the_row_tells_that_its_owner_left_the_team():
    facts = [
        role("2025-02-01", "assigned"),
        role("2025-02-01", "assigned", team_role="service"),
        fact("relationship_owner.assigned", "2025-02-02", {"contact": "c-1", "member": "m-1"}),
        fact("relationship_owner.assigned", "2025-02-02", {"contact": "c-2", "member": "m-2"}),
        role("2025-03-01", "removed"),
        role("2025-04-01", "removed", team_role="service"),
        fact("handover.completed", "2025-04-01", {"from_member": "m-1", "to_member": "m-3"}),
    ]

    def owners(day: str) -> list[tuple[str, str, bool | None]]:
        found = ask("team", facts, day)["relationships"]
        return [(each["contact"], each["member"], each["on_team"]) for each in found]

    assert owners("2025-03-31") == [("c-1", "m-1", True), ("c-2", "m-2", None)]
    assert owners("2025-04-30") == [("c-1", "m-1", False), ("c-2", "m-2", None)]


def test_who_answers_for_the_relationship_with_whom_is_told_by_scope_and_not_of_those_who_left():
    def owner(time: str, contact: str, member: str, **data: Any) -> Recorded:
        return fact("relationship_owner.assigned", time, {"contact": contact, "member": member, **data})

    facts = [
        registered("m-1"),
        fact("contact.added", "2025-01-01", {"contact": "c-1", "name": "Ada"}),
        owner("2025-02-01", "c-1", "m-1"),
        owner("2025-03-01", "c-1", "m-2", opportunity="o-1"),
        owner("2025-04-01", "c-9", "m-3"),
        owner("2025-05-01", "c-9", "m-1"),
        fact("contact.merged", "2025-05-02", {"contact": "c-9", "into": "c-1"}),
    ]

    def owners(*cut: str) -> list[tuple[str, str | None, str | None, str, str | None, str]]:
        names = ("contact", "name", "opportunity", "member", "member_name")
        found = ask("team", facts, *cut)["relationships"]
        return [(*(each[name] for name in names), each["since"][:10]) for each in found]

    assert owners("2025-12-31") == [
        ("c-1", "Ada", None, "m-1", "M-1", "2025-05-01"),
        ("c-1", "Ada", "o-1", "m-2", None, "2025-03-01"),
    ]
    assert owners("2025-12-31", "2025-04-30") == [
        ("c-1", "Ada", None, "m-1", "M-1", "2025-02-01"),
        ("c-1", "Ada", "o-1", "m-2", None, "2025-03-01"),
        ("c-9", None, None, "m-3", None, "2025-04-01"),
    ]
    facts.append(fact("contact.left", "2025-06-01", {"contact": "c-1"}))
    assert owners("2025-12-31") == []
    assert len(owners("2025-05-31")) == 2
