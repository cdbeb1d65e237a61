"""Which events a difference names: those without which the row were otherwise. Worked out by hand."""

from tests.unit.histories import fact
from tests.unit.test_difference import ADDED, FAVOUR, SEAT, differs, told, true_at, values

SPRING = true_at("2025-03-01", "2025-04-01")
DEAL = {"opportunity": "opp-1"}
LEFT = fact("contact.left", "2025-03-21", {"contact": "c-1"}, id="left")
SECOND = fact("contact.added", "2025-01-01", {"contact": "c-2", "name": "Li"}, id="li")
UNIT = fact("unit.added", "2025-01-01", {"unit": "u", "name": "Old", "function": "IT"}, id="unit")
UNKNOWN = [ADDED, SECOND, UNIT, fact("contact.position_assigned", "2025-01-02", SEAT | {"unit": "u"}, id="seat")]


def attitude(day, id_, contact="c-1"):
    return fact("attitude.assessed", day, {"contact": contact, "level": 1}, id=id_)


def test_who_was_judged_again_just_as_before_and_then_left_is_missing_by_leaving():
    (point,) = differs("attitude-mix", [*UNKNOWN, FAVOUR, attitude("2025-03-20", "same"), LEFT], *SPRING)
    assert values(point)["support"] == (1, 0)
    assert told(point)[-1] == ["left"]


def test_a_sale_is_won_by_what_won_it_whoever_owned_it_by_then():
    found = fact("opportunity.identified", "2025-01-01", DEAL | {"name": "CT", "owner": "m-1"}, id="found")
    given = fact("opportunity.owner_changed", "2025-03-20", DEAL | {"owner": "m-2"}, id="ow")
    won = fact("opportunity.won", "2025-03-21", DEAL | {"amount": {"amount": "1", "currency": "EUR"}}, id="won")
    (row,) = differs("opportunities", [found, given, won], *SPRING)
    assert {"owner", "outcome"} <= values(row).keys()
    assert told(row)[-1] == ["ow", "won"]
    noted = fact("opportunity.owner_changed", "2025-03-22", DEAL | {"owner": "m-1"}, id="back")
    (row,) = differs("opportunities", [found, given, won, noted], *SPRING)
    assert "owner" not in values(row)
    assert told(row)[-1] == ["won"]


def test_the_account_itself_is_otherwise_by_each_event_that_one_of_its_numbers_rests_on():
    third = fact("contact.added", "2025-03-20", {"contact": "c-3", "name": "Zhao"}, id="third")
    history = [*UNKNOWN, attitude("2025-03-19", "first"), third]
    (whole,) = [each for each in differs("account-360", history, *SPRING) if each["path"] == ""]
    assert values(whole) == {"people": (2, 3), "attitude.support": (0, 1)}
    assert told(whole)[-1] == ["third", "first"]


def test_a_unit_of_another_name_is_that_of_who_works_there_by_what_renamed_it():
    renamed = fact("unit.renamed", "2025-03-20", {"unit": "u", "name": "New"}, id="renamed")
    history = [*UNKNOWN, attitude("2025-03-21", "aside"), renamed]
    for question in ("org-map", "profiles"):
        named = {
            field: told(change)[-1]
            for change in differs(question, history, *SPRING)
            for field, each in values(change).items()
            if each == ("Old", "New")
        }
        assert named["unit_name"] == ["renamed"], question
        assert set(map(tuple, named.values())) == {("renamed",)}, question


def test_of_all_that_happened_only_the_first_judgement_makes_an_attitude_known():
    aside = [
        fact(
            "contact.details_changed", f"2025-03-2{day}", {"contact": "c-2", "email": f"{day}@x.org"}, id=f"mail-{day}"
        )
        for day in range(4)
    ]
    changes = differs("coverage", [*UNKNOWN, *aside, attitude("2025-03-25", "first")], *SPRING)
    known = [told(change)[-1] for change in changes if values(change).get("known_attitude") == (0, 1)]
    assert known
    assert all(events == ["first"] for events in known)


def test_what_no_event_did_alone_names_all_that_did_it_together():
    twice = [attitude("2025-03-20", "once"), attitude("2025-03-21", "again")]
    (point,) = differs("attitude-mix", [*UNKNOWN, *twice], *SPRING)
    assert values(point)["support"] == (0, 1)
    assert told(point)[-1] == ["once", "again"]
