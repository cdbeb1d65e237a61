"""Accounts that are one customer: the survivor's own word stands, what was merged into it fills the gaps."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, fact


def registered(account: str, time: str, name: str, **data: Any) -> Recorded:
    return fact("account.registered", time, {"name": name, "external_ids": [], **data}, account=account)


def merged(account: str, into: str, recorded_at: str = "2023-01-01") -> Recorded:
    return fact("account.merged", "2023-01-01", {"into": into}, account=account, recorded_at=recorded_at)


def keys(*each: str) -> list[dict[str, str]]:
    return [{"system": "crm", "key": key} for key in each]


ACME = registered("acme", "2020-01-01", "Acme Group", region="north", external_ids=keys("7"))
OLD = registered("acme-old", "2022-01-01", "Acme (duplicate)", region="south", size_band="big", external_ids=keys("1"))
JOINED = merged("acme-old", "acme")


def view(*facts: Recorded, as_of: str = "2023-12-31") -> Any:
    return ask("account-360", [ACME, OLD, JOINED, *facts], as_of)


def test_the_survivors_profile_stands_and_the_merged_one_fills_its_gaps():
    profile = view()["profile"]
    assert (profile["name"], profile["region"], profile["size_band"]) == ("Acme Group", "north", "big")
    assert profile["industry"] is None
    assert [each["key"] for each in profile["external_ids"]] == ["7", "1"]
    assert [each["account"] for each in profile["merged"]] == ["acme-old"]
    assert profile["merged_into"] is None


def test_of_several_merged_accounts_the_nearest_goes_first_and_then_the_least_id_whenever_they_spoke():
    older = registered("acme-older", "2024-01-01", "C", size_band="small", industry="steel", external_ids=keys("3"))
    zen = registered("zen", "2024-02-01", "Z", industry="glass", external_ids=keys("7", "2"))
    facts = [older, zen, merged("acme-older", "acme-old"), merged("zen", "acme")]
    for told in (facts, facts[::-1]):
        profile = view(*told, as_of="2024-12-31")["profile"]
        assert (profile["name"], profile["size_band"], profile["industry"]) == ("Acme Group", "big", "glass")
        assert [each["key"] for each in profile["external_ids"]] == ["7", "1", "2", "3"]


def test_culture_traits_plan_and_designation_are_the_survivors_where_it_has_them():
    def told(account: str, year: int, culture: str, score: int, goal: str) -> list[Recorded]:
        designated = {"criteria_version": account, "inputs": {}, "reason": "large"}
        data: dict[str, dict[str, Any]] = {
            "account.culture_observed": {"culture": culture},
            "account.trait_assessed": {"trait": "loyalty", "score": score},
            "plan.set": {"goals": [goal], "actions": []},
            "key_account.designated": designated,
        }
        return [fact(wire, f"{year}-02-01", each, account=account) for wire, each in data.items()]

    own, other = told("acme", 2021, "flat", 5, "grow"), told("acme-old", 2022, "hierarchical", 1, "leave")
    both, filled = view(*own, *other), view(*other)
    assert (both["culture"], both["traits"][0]["score"], both["plan"]["since"][:4]) == ("flat", 5, "2021")
    assert (filled["culture"], filled["traits"][0]["score"], filled["plan"]["since"][:4]) == ("hierarchical", 1, "2022")
    status = ask("key-status", [ACME, OLD, JOINED, *own, *other], "2023-12-31")
    assert status["designation"]["since"][:4] == "2021"

    def goals(*facts: Recorded) -> tuple[list[str], int]:
        answer = ask("plan", [ACME, OLD, JOINED, *facts], "2023-12-31")
        return [each["goal"] for each in answer["goals"]], len(answer["versions"])

    assert goals(*own, *other) == (["grow"], 1)
    assert goals(*other) == (["leave"], 1)


def test_the_team_is_that_of_both_and_of_one_role_the_survivors_word_stands():
    def serves(account: str, time: str, member: str, word: str = "assigned") -> Recorded:
        return fact(f"team_member.{word}", time, {"member": member, "team_role": "sales"}, account=account)

    team = [
        serves("acme", "2021-01-01", "m-1"),
        serves("acme", "2021-01-01", "m-2"),
        serves("acme", "2021-06-01", "m-2", "removed"),
        serves("acme-old", "2022-01-01", "m-2"),
        serves("acme-old", "2022-01-01", "m-3"),
    ]
    assert [each["member"] for each in view(*team)["team"]] == ["m-1", "m-3"]
    members = ask("team", [ACME, OLD, JOINED, *team, serves("acme-old", "2020-06-01", "m-1", "removed")], "2023-12-31")
    assert [(each["member"], (each["since"] or "never")[:10]) for each in members["members"]] == [
        ("m-1", "2021-01-01"),
        ("m-2", "never"),
        ("m-3", "2022-01-01"),
    ]


def test_a_merged_accounts_profile_is_not_to_be_confirmed():
    rows = ask("freshness", [ACME, OLD, JOINED], "2023-12-31")["facts"]
    assert [(each["subject"], each["since"][:10]) for each in rows] == [("acme", "2020-01-01")]


def test_a_child_that_was_merged_into_its_parent_does_not_make_the_parent_its_own():
    child = registered("acme-child", "2021-01-01", "Child", parent_account="acme")
    assert view(child, merged("acme-child", "acme"))["profile"]["parent"] is None
