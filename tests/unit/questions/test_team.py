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
