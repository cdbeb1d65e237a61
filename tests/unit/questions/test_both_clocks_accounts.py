"""The questions about accounts, our team and its work, at two moments of each clock as `clocks.four` asks them."""

from typing import Any

from services.projections.history import Recorded
from tests.unit.clocks import DEALS, JANUARY, MARCH, corrected, four, four_of_all, late, retracted
from tests.unit.customers import bought, criteria, decided, metric, registered
from tests.unit.histories import fact
from tests.unit.worries import contact


def test_accounts():
    def deals(answer: Any) -> tuple[int, ...]:
        (row,) = answer["accounts"]
        return row["open_opportunities"], row["won"], row["lost"]

    assert four_of_all("accounts", DEALS, deals) == [(1, 0, 0), (0, 1, 0), (1, 0, 1), (0, 1, 1)]


def test_account_360():
    facts = [registered("acme"), *DEALS, contact("a"), *late(contact("b", JANUARY))]

    def view(answer: Any) -> tuple[int, ...]:
        return len(answer["opportunities"]), answer["won"], answer["people"]

    assert four("account-360", facts, view) == [(1, 0, 1), (0, 1, 1), (1, 0, 2), (0, 1, 2)]


def test_external_parties():
    def link(word: str, time: str, party: str, **data: Any) -> Recorded:
        return fact(f"party.{word}", time, {"party": party, "kind": "consultant", **data})

    facts = [link("linked", "2025-01-01", "p", name="P"), link("unlinked", MARCH, "p")]
    facts += late(link("linked", JANUARY, "q", name="Q"))
    found = four("external-parties", facts, lambda answer: [each["party"] for each in answer["parties"]])
    assert found == [["p"], [], ["p", "q"], ["q"]]


def test_team():
    def serves(time: str, word: str, member: str) -> Recorded:
        return fact(f"team_member.{word}", time, {"member": member, "team_role": "sales"})

    facts = [fact("member.registered", "2025-01-01", {"member": each, "name": each}) for each in ("m-1", "m-2")]
    facts += [serves("2025-01-01", "assigned", "m-1"), serves(MARCH, "removed", "m-1")]
    facts += late(serves(JANUARY, "assigned", "m-2"))
    found = four("team", facts, lambda answer: [each["member"] for each in answer["members"] if each["roles"]])
    assert found == [["m-1"], [], ["m-1", "m-2"], ["m-2"]]


def test_plan():
    first, then = (
        fact("plan.set", time, {"goals": [goal], "actions": []}) for time, goal in (("2025-01-01", "A"), (MARCH, "B"))
    )
    facts = [first, then, corrected(first, goals=["C"])]
    assert four("plan", facts, lambda answer: answer["goals"][0]["goal"]) == ["A", "B", "C", "B"]


def test_effort():
    def spent(time: str, hours: float) -> Recorded:
        return fact("effort.spent", time, {"hours": hours})

    facts = [spent("2025-01-01", 2), spent(MARCH, 3), *late(spent(JANUARY, 4))]
    assert four("effort", facts, lambda answer: answer["hours"]) == [2, 5, 6, 9]


PURCHASES = [bought("t-1", "2025-01-01"), bought("t-2", MARCH), *late(bought("t-3", JANUARY))]


def test_loyalty():
    def purchases(answer: Any) -> tuple[int, str]:
        return answer["transactions"], answer["last"][:10]

    assert four("loyalty", PURCHASES, purchases) == [(1, "2025-01-01"), (2, MARCH), (2, JANUARY), (3, MARCH)]


def test_key_status():
    facts = [criteria("twice", metric("purchase_frequency", "2")), *PURCHASES]

    def status(answer: Any) -> tuple[str, bool]:
        return answer["metrics"][0]["value"], answer["is_key"]

    assert four("key-status", facts, status) == [("1", False), ("2", True), ("2", True), ("3", True)]


def test_key_accounts():
    facts = [registered("a"), registered("b"), decided("designated", "2025-01-01", account="a")]
    facts += [decided("revoked", MARCH, account="a"), *late(decided("designated", JANUARY, account="b"))]

    def designated(answer: Any) -> list[str]:
        return [each["account"] for each in answer["accounts"]]

    assert four_of_all("key-accounts", facts, designated) == [["a"], [], ["a", "b"], ["b"]]


def test_reclassify():
    again = bought("t-2", MARCH, account="a")
    facts = [criteria("once", metric("purchase_frequency", "1"))]
    facts += [criteria("twice", metric("purchase_frequency", "2"), time="2099-01-01", recorded_at="2025-01-01")]
    facts += [registered("a"), bought("t-1", "2025-01-01", account="a"), again, retracted(again)]

    def moved(answer: Any) -> list[tuple[str, str, str]]:
        return [(each["account"], each["from"], each["to"]) for each in answer["accounts"]]

    down = ("a", "key", "not_key")
    assert four_of_all("reclassify", facts, moved, criteria="twice") == [[down], [], [down], [down]]


def test_segments():
    def put(time: str, account: str, segment: str) -> Recorded:
        return fact("account.segmented", time, {"scheme": "value", "segment": segment}, account=account)

    facts = [registered("a"), registered("b"), put("2025-01-01", "a", "growth"), put(MARCH, "a", "strategic")]
    facts += late(put(JANUARY, "b", "growth"))

    def classes(answer: Any) -> dict[str | None, list[str]]:
        return {each["segment"]: [one["account"] for one in each["accounts"]] for each in answer["segments"]}

    found = [{name: there for name, there in each.items() if there} for each in four_of_all("segments", facts, classes)]
    assert found == [
        {"growth": ["a"], None: ["b"]},
        {"strategic": ["a"], None: ["b"]},
        {"growth": ["a", "b"]},
        {"strategic": ["a"], "growth": ["b"]},
    ]


def test_group_rollup():
    def belongs(time: str, account: str, parent: str | None) -> Recorded:
        return fact("account.profile_changed", time, {"parent_account": parent}, account=account)

    facts = [registered("top"), registered("mid"), registered("low", parent_account="top")]
    facts += [belongs(MARCH, "low", None), *late(belongs(JANUARY, "mid", "top"))]

    def groups(answer: Any) -> dict[str, list[str]]:
        return {each["group"]: [one["account"] for one in each["accounts"]] for each in answer["groups"]}

    assert four_of_all("group-rollup", facts, groups) == [
        {"mid": ["mid"], "top": ["low", "top"]},
        {"low": ["low"], "mid": ["mid"], "top": ["top"]},
        {"top": ["low", "mid", "top"]},
        {"low": ["low"], "top": ["mid", "top"]},
    ]


def test_policies():
    def cadence(time: str, version: str) -> Recorded:
        return fact("cadence.defined", time, {"version": version}, account="$policy")

    facts = [cadence("2025-01-01", "one"), cadence(MARCH, "three"), *late(cadence(JANUARY, "two"))]

    def version(answer: Any) -> str:
        (row,) = [each for each in answer["policies"] if each["kind"] == "cadence"]
        return str(row["version"])

    assert four_of_all("policies", facts, version) == ["one", "three", "two", "three"]
