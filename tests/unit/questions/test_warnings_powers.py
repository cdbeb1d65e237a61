from tests.unit.histories import fact
from tests.unit.worries import attitude, close, contact, found, identified, limits, power, right, role, told


def test_an_opponent_with_power_counts_for_the_account_and_one_with_a_say_for_that_purchase():
    facts = [
        identified("o"),
        identified("p"),
        *(contact(each) for each in "abd"),
        *(attitude(each, -1, "2025-01-10") for each in "abd"),
        power("a", 4, "2025-01-20"),
        role("b", "user", "2025-02-01", opportunity="o"),
        attitude("a", 0, "2025-03-01", recorded_at="2025-03-08"),
    ]
    powerful = ("a", None, "2025-01-10")
    assert found("opponent_with_power", facts, "2025-01-19") == []
    assert found("opponent_with_power", facts, "2025-01-20") == [powerful]
    assert found("opponent_with_power", facts, "2025-02-01") == [powerful, ("b", "o", "2025-01-10")]
    assert found("opponent_with_power", facts, "2025-03-01", "2025-03-07") == [powerful, ("b", "o", "2025-01-10")]
    assert found("opponent_with_power", facts, "2025-03-01", "2025-03-08") == [("b", "o", "2025-01-10")]
    assert told("opponent_with_power", facts, "2025-01-20") == ("A (a) is against us: oppose (-1).", "Power of 5: 4.")
    assert found("opponent_with_power", [*facts, limits(high_power=5)], "2025-01-20") == []


def test_who_opposes_one_purchase_is_no_opponent_in_another():
    facts = [
        identified("o"),
        identified("p"),
        contact("a"),
        power("a", 5),
        attitude("a", 1),
        attitude("a", -2, "2025-01-05", opportunity="p"),
    ]
    assert found("opponent_with_power", facts, "2025-01-04") == []
    assert found("opponent_with_power", facts, "2025-01-31") == [("a", "p", "2025-01-05")]


def test_a_member_of_the_buying_group_has_a_say_until_removed_under_any_id():
    facts = [
        identified("o"),
        contact("a"),
        contact("b"),
        attitude("b", -1),
        fact("buying_group.member_added", "2025-02-01", {"opportunity": "o", "contact": "a"}),
        fact("contact.merged", "2025-02-10", {"contact": "b", "into": "a"}),
        fact("buying_group.member_removed", "2025-03-01", {"opportunity": "o", "contact": "b"}),
    ]
    assert found("opponent_with_power", facts, "2025-02-28", "2025-02-09") == []
    assert found("opponent_with_power", facts, "2025-02-28", "2025-02-10") == [("a", "o", "2025-01-01")]
    assert found("opponent_with_power", facts, "2025-03-01") == []


def test_a_competitor_is_closer_only_where_both_are_known():
    facts = [
        fact("party.linked", "2025-01-01", {"party": "p", "kind": "competitor", "name": "Rival"}),
        contact("a"),
        power("a", 4),
        close("a", 4, "2025-01-10", party="p"),
        close("a", 2, "2025-01-20"),
        close("a", 4, "2025-02-01", member="m-1"),
        close("a", 5, "2025-03-01", party="p"),
    ]
    assert found("competitor_closer", facts, "2025-01-19") == []
    assert found("competitor_closer", facts, "2025-01-31") == [("a", None, "2025-01-20")]
    assert found("competitor_closer", facts, "2025-02-28") == []
    assert found("competitor_closer", facts, "2025-03-31") == [("a", None, "2025-03-01")]
    assert found("competitor_closer", facts, "2025-03-31", "2025-02-28") == []
    assert told("competitor_closer", facts, "2025-01-31") == (
        "A (a) is closer to Rival (p) than to us.",
        "Closeness of 5: 4 to them, 2 to us.",
    )


def test_who_decides_in_one_purchase_is_closer_to_a_competitor_there():
    facts = [
        identified("o"),
        contact("a"),
        right("contact:a", "core_decision", "2025-01-10"),
        close("a", 3, party="p"),
        close("a", 1),
        close("a", 4, "2025-02-01", opportunity="o"),
    ]
    assert found("competitor_closer", facts, "2025-01-09") == []
    assert found("competitor_closer", facts, "2025-01-31") == [("a", "o", "2025-01-01")]
    assert found("competitor_closer", facts, "2025-02-01") == []


def test_an_owner_is_missed_where_others_have_one():
    facts = [
        identified("o"),
        contact("a"),
        contact("b"),
        power("a", 4),
        fact("relationship_owner.assigned", "2025-02-01", {"contact": "b", "member": "m-1"}),
        fact("relationship_owner.assigned", "2025-03-01", {"contact": "a", "member": "m-1", "opportunity": "o"}),
    ]
    assert found("owner_missing", facts, "2025-01-31") == []  # nobody ever said who owns anybody here
    assert found("owner_missing", facts, "2025-02-28") == [("a", "o", "2025-01-01")]
    assert found("owner_missing", facts, "2025-03-01") == []
    assert found("owner_missing", facts, "2025-03-01", "2025-02-28") == [("a", "o", "2025-01-01")]
    assert told("owner_missing", facts, "2025-02-28")[0] == "Nobody of ours answers for A (a)."
