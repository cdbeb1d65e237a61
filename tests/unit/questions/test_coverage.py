from typing import Any

import pytest

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital


def person(contact: str, level: str = "middle") -> list[Recorded]:
    position = {"contact": contact, "position": f"pos-{contact}", "title": "T", "level": level}
    return [
        fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.upper()}),
        fact("contact.position_assigned", "2025-01-01", position),
    ]


def role(contact: str, role: str, opportunity: str = "o") -> Recorded:
    data = {"contact": contact, "role": role, "domain": "IT", "opportunity": opportunity}
    return fact("buying_role.assigned", "2025-01-02", data)


def met(contact: str, time: str, *ours: Any, **envelope: Any) -> Recorded:
    data = {"interaction": f"i-{contact}-{time}", "kind": "call", "direction": "outbound"}
    return fact(
        "interaction.recorded", time, data | {"our_participants": list(ours), "participants": [contact]}, **envelope
    )


def coverage(facts: list[Recorded], as_of: str = "2025-12-31", known_at: str | None = None, **asked: Any) -> Any:
    return ask("coverage", facts, as_of, known_at, **asked)


def row(answer: Any, level: str) -> Any:
    (found,) = [each for each in answer["levels"] if each["level"] == level]
    return found


def members(found: Any) -> list[tuple[str, list[str]]]:
    return [(each["member"], each["by"]) for each in found["members"]]


def test_in_the_hospital_the_director_was_covered_by_nobody_until_the_executive_meeting():
    answer = ask("coverage", hospital(), beijing("2025-04-08"), opportunity="opp-ct")
    executive, middle = row(answer, "executive"), row(answer, "middle")
    assert (executive["people"], executive["known_attitude"], executive["covered"]) == (1, 0, 0)
    assert ([each["name"] for each in executive["uncovered"]], executive["last_contact"]) == (["周国华"], None)
    assert (middle["people"], middle["known_attitude"], middle["covered"]) == (3, 3, 3)
    assert members(middle) == [("m-qian", ["interaction"]), ("m-zhang", ["interaction"])]
    assert middle["last_contact"] == "2025-03-19T06:00:00Z"
    assert [(each["name"], each["key_by"]) for each in answer["uncovered_key_people"]] == [
        ("周国华", ["role", "right"])
    ]
    assert answer["uncovered_key_people"][0]["sentence"] == (
        "Nobody of ours covers 周国华 (c-zhou): nobody owns the relationship or is close, and no contact is known."
    )


def test_in_the_hospital_what_was_told_later_was_not_known_and_contact_wears_off():
    early = ask("coverage", hospital(), beijing("2025-03-20"), beijing("2025-03-20"), opportunity="opp-ct")
    assert row(early, "middle")["known_attitude"] == 2  # finance's opposition was told on 28 March
    late = ask("coverage", hospital(), beijing("2025-05-31"), opportunity="opp-ct", tz="Asia/Shanghai")
    assert members(row(late, "executive")) == [("m-he", ["interaction"]), ("m-zhang", ["interaction"])]
    assert [each["contact"] for each in row(late, "middle")["uncovered"]] == ["c-li", "c-wang", "c-zhao"]
    (only,) = late["uncovered_key_people"]  # procurement decides
    assert (only["name"], only["key_by"]) == ("王敏", ["right"])
    assert only["sentence"] == (
        "Nobody of ours covers 王敏 (c-wang): nobody owns the relationship or is close, "
        "and the last contact was on 2025-03-19."
    )


def test_an_owner_who_was_removed_from_the_team_covers_nobody():
    def serves(time: str, word: str) -> Recorded:
        return fact(f"team_member.{word}", time, {"member": "m-1", "team_role": "sales"})

    owner = fact("relationship_owner.assigned", "2025-01-02", {"contact": "a", "member": "m-1"})
    facts = [*person("a"), role("a", "user"), owner]
    team = [serves("2025-01-01", "assigned"), serves("2025-06-01", "removed")]
    for asked in ({}, {"opportunity": "o"}):
        assert members(row(coverage(facts, **asked), "middle")) == [("m-1", ["owner"])]
        assert members(row(coverage([*facts, *team], "2025-05-31", **asked), "middle")) == [("m-1", ["owner"])]
        after = row(coverage([*facts, *team], "2025-06-01", **asked), "middle")
        assert (members(after), after["covered"]) == ([], 0)


def test_the_matrix_crosses_levels_with_roles_and_those_without_a_role_stand_under_none():
    facts = [
        *person("a", "executive"),
        *person("b"),
        *person("c"),
        role("a", "user"),
        role("a", "coach"),
        role("d", "user"),
    ]
    answer = coverage(facts, opportunity="o")
    assert [(each["level"], each["role"], each["people"]) for each in answer["matrix"]] == [
        ("executive", "user", 1),
        ("executive", "coach", 1),
        ("middle", None, 2),
        ("unknown", "user", 1),
    ]
    assert [(each["level"], each["people"]) for each in answer["levels"]] == [
        ("executive", 1),
        ("middle", 2),
        ("frontline", 0),
        ("unknown", 1),
    ]
    roles = {each["role"]: each["people"] for each in answer["roles"]}
    assert (roles["user"], roles["coach"], roles["final_approver"], roles[None]) == (2, 1, 0, 2)
    assert {each["role"] for each in coverage(facts, opportunity="p")["matrix"]} == {None}


def test_an_owner_and_a_member_who_is_close_cover_without_any_contact():
    facts = [
        *person("a"),
        *person("b"),
        *person("c"),
        fact("member.registered", "2025-01-01", {"member": "m-1", "name": "Zhang"}),
        fact("relationship_owner.assigned", "2025-01-02", {"contact": "a", "member": "m-1"}),
        fact("closeness.assessed", "2025-01-02", {"contact": "b", "member": "m-1", "level": 2}),
        fact("closeness.assessed", "2025-01-02", {"contact": "c", "member": "m-1", "level": 0}),
        fact("closeness.assessed", "2025-01-02", {"contact": "c", "party": "p-1", "level": 5}),
    ]
    middle = row(coverage(facts), "middle")
    assert (middle["covered"], members(middle)) == (2, [("m-1", ["owner", "closeness"])])
    assert [(each["contact"], each["name"]) for each in middle["uncovered"]] == [("c", "C")]
    assert middle["members"][0]["name"] == "Zhang"


def test_an_owner_in_another_purchase_covers_the_account_but_not_this_purchase():
    owner = {"contact": "a", "member": "m-1", "opportunity": "p"}
    facts = [*person("a"), fact("relationship_owner.assigned", "2025-01-02", owner)]
    covered = [row(coverage(facts, **asked), "middle")["covered"] for asked in ({}, {"opportunity": "o"})]
    assert covered == [1, 0]


@pytest.mark.parametrize(("level", "days"), [("executive", 90), ("middle", 60), ("frontline", 120)])
def test_contact_covers_for_the_days_of_the_level(level, days):
    facts = [*person("a", level), met("a", "2025-01-01", "m-1")]
    moments = {"executive": "2025-04-01", "middle": "2025-03-02", "frontline": "2025-05-01"}  # so many days later
    assert row(coverage(facts, f"{moments[level]}T00:00:00Z"), level)["covered"] == 1
    assert row(coverage(facts, f"{moments[level]}T00:00:01Z"), level)["covered"] == 0, days


def test_where_no_level_sets_a_limit_any_contact_covers_whoever_of_ours_it_was():
    facts = [
        met("a", "2020-01-01", {"email": "x@example.org"}),
        fact("contact.added", "2020-01-01", {"contact": "a", "name": "A"}),
    ]
    unknown = row(coverage(facts), "unknown")
    assert (unknown["people"], unknown["covered"], unknown["members"]) == (1, 1, [])


def test_a_late_told_contact_covers_once_it_is_known():
    facts = [*person("a"), met("a", "2025-02-01", "m-1", recorded_at="2025-03-01")]
    asked = [row(coverage(facts, "2025-02-28", known), "middle")["covered"] for known in ("2025-02-28", None)]
    assert asked == [0, 1]


def test_whoever_has_power_is_key_and_whoever_left_is_not_counted():
    facts = [
        *person("a"),
        fact("power.assessed", "2025-01-02", {"contact": "a", "level": 4}),
        *person("b"),
        fact("power.assessed", "2025-01-02", {"contact": "b", "level": 3}),
        fact("contact.left", "2025-06-01", {"contact": "a"}),
    ]
    then, now = coverage(facts, "2025-03-01"), coverage(facts)
    assert [(each["contact"], each["key_by"], each["power"]) for each in then["uncovered_key_people"]] == [
        ("a", ["power"], 4)
    ]
    assert (row(now, "middle")["people"], now["uncovered_key_people"]) == (1, [])


def test_two_contacts_that_are_one_person_are_covered_as_one():
    merged = fact("contact.merged", "2025-06-01", {"contact": "a", "into": "b"})
    facts = [*person("b"), met("a", "2025-01-10", "m-1"), merged]
    assert (row(coverage(facts, "2025-01-31"), "middle")["covered"], row(coverage(facts), "unknown")["people"]) == (
        1,
        0,
    )


# Nobody added any of them; each is spoken of in another way.
SPOKEN_OF = [
    fact(
        "decision_right.asserted",
        "2025-01-02",
        {"holder": {"kind": "contact", "id": "right"}, "right": "core_decision"},
    ),
    fact("power.assessed", "2025-01-02", {"contact": "power", "level": 5}),
    fact("interest.assessed", "2025-01-02", {"contact": "interest", "level": 5}),
    fact(
        "influence.asserted",
        "2025-01-02",
        {
            "from": {"kind": "contact", "id": "sways"},
            "to": {"kind": "contact", "id": "swayed"},
            "kind": "formal",
            "weight": 3,
            "hidden": False,
        },
    ),
    fact("unit.head_appointed", "2025-01-02", {"unit": "u", "contact": "head"}),
    fact("reporting_line.established", "2025-01-02", {"contact": "report", "manager": "manager", "kind": "solid"}),
    fact("buying_group.member_added", "2025-01-02", {"contact": "member", "opportunity": "o"}),
]
EVERYBODY = ["head", "interest", "manager", "member", "power", "report", "right", "swayed", "sways"]


def test_who_is_only_spoken_of_counts_and_is_key_by_a_right_or_by_power():
    answer = coverage(SPOKEN_OF)
    assert [(each["contact"], each["key_by"]) for each in answer["uncovered_key_people"]] == [
        ("power", ["power"]),
        ("right", ["right"]),
    ]
    assert [each["contact"] for each in row(answer, "unknown")["uncovered"]] == EVERYBODY


def test_every_question_that_reads_the_same_sees_the_same_people():
    mapped = ask("relationship-map", SPOKEN_OF, "2025-12-31")["people"]
    assert [each["contact"] for each in mapped] == EVERYBODY
    assert ask("account-360", SPOKEN_OF, "2025-12-31")["people"] == len(EVERYBODY)
    gone = [*SPOKEN_OF, fact("contact.left", "2025-06-01", {"contact": "power"})]
    assert ask("account-360", gone, "2025-12-31")["people"] == len(EVERYBODY) - 1


def test_who_counted_in_a_purchase_that_is_over_counts_there_alone():
    lost = fact("opportunity.lost", "2025-03-01", {"opportunity": "o", "reason": "x"}, recorded_at="2025-04-01")
    right = {"holder": {"kind": "contact", "id": "b"}, "right": "veto", "opportunity": "o"}
    asserted = fact("decision_right.asserted", "2025-01-02", right)
    facts = [*person("a"), *person("b"), role("a", "final_approver"), asserted, lost]

    def key_people(as_of: str, known_at: str | None = None, **asked: Any) -> list[str]:
        return [each["contact"] for each in coverage(facts, as_of, known_at, **asked)["uncovered_key_people"]]

    assert key_people("2025-02-28") == key_people("2025-03-01", "2025-03-31") == ["a", "b"]
    assert key_people("2025-03-01") == []
    assert key_people("2025-03-01", opportunity="o") == ["a", "b"]
    assert {each["role"] for each in coverage(facts, "2025-03-01")["matrix"]} == {None}


def test_who_owned_or_was_close_in_a_purchase_that_is_over_covers_there_alone():
    lost = fact("opportunity.lost", "2025-03-01", {"opportunity": "o", "reason": "x"}, recorded_at="2025-04-01")
    owner = {"contact": "a", "member": "m-1", "opportunity": "o"}
    close = {"contact": "b", "member": "m-2", "level": 4, "opportunity": "o"}
    facts = [
        *person("a"),
        *person("b"),
        fact("relationship_owner.assigned", "2025-01-02", owner),
        fact("closeness.assessed", "2025-01-02", close),
        lost,
    ]

    def covering(as_of: str, known_at: str | None = None, **asked: Any) -> list[tuple[str, list[str]]]:
        return members(row(coverage(facts, as_of, known_at, **asked), "middle"))

    both = [("m-1", ["owner"]), ("m-2", ["closeness"])]
    assert covering("2025-02-28") == covering("2025-03-01", "2025-03-31") == both
    assert covering("2025-03-01") == []
    assert covering("2025-03-01", opportunity="o") == both
