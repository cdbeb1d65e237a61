from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital, moment


def person(contact: str, unit: str) -> list[Recorded]:
    position = {"contact": contact, "position": f"p-{contact}", "title": "T", "level": "middle", "unit": unit}
    return [
        fact("contact.added", "2025-01-01", {"contact": contact, "name": contact.title()}),
        fact("contact.position_assigned", "2025-01-01", position),
    ]


def right(unit: str, each: str, kind: str = "unit", **data: Any) -> Recorded:
    return fact("decision_right.asserted", "2025-01-01", {"holder": {"kind": kind, "id": unit}, "right": each, **data})


def engage(contact: str, mode: str, time: str = "2025-02-01", **attributes: Any) -> Recorded:
    scope = {"opportunity": attributes.pop("opportunity")} if "opportunity" in attributes else {}
    return fact(
        "engagement.set", time, {"contact": contact, "mode": mode, "approach": "by hand", **scope}, **attributes
    )


def attitude(contact: str, level: int, time: str, **data: Any) -> Recorded:
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **data})


def rows(history: list[Recorded], as_of: Any, known_at: str | None = None, **asked: Any) -> dict[str, dict[str, Any]]:
    return {each["contact"]: each for each in ask("engagement", history, as_of, known_at, **asked)["contacts"]}


def verdicts(history: list[Recorded], as_of: str, known_at: str | None = None) -> dict[str, tuple[Any, Any, str]]:
    found = rows(history, as_of, known_at)
    return {contact: (each["mode"], each["expected"], each["fits"]) for contact, each in found.items()}


# The manufacturer of DOMAIN.md: procurement decides, the general manager's office approves, engineering reviews.
MANUFACTURER = [
    fact("unit.added", "2025-01-01", {"unit": "proc", "name": "Procurement", "function": "procurement"}),
    *person("buyer", "proc"),
    *person("chief", "office"),
    *person("engineer", "eng"),
    *person("clerk", "post"),
    right("proc", "core_decision"),
    right("office", "final_approval"),
    right("eng", "review"),
]


def test_the_manufacturer_is_engaged_as_the_source_says_focus_report_and_assist():
    history = [*MANUFACTURER, engage("buyer", "focus"), engage("chief", "report"), engage("engineer", "assist")]
    assert verdicts(history, "2025-03-01") == {
        "buyer": ("focus", "focus", "yes"),
        "chief": ("report", "report", "yes"),
        "clerk": (None, None, "unknown"),
        "engineer": ("assist", "assist", "yes"),
    }
    row = rows(history, "2025-03-01")["buyer"]
    assert row["reason"] == "focus fits: Procurement (proc) holds core decision."
    assert (row["approach"], row["since"], row["set_by"]) == ("by hand", "2025-02-01T00:00:00Z", "m-1")
    assert row["rights"] == [
        {
            "right": "core_decision",
            "opportunity": None,
            "up_to_amount": None,
            "unit": "proc",
            "unit_name": "Procurement",
        }
    ]


def test_another_way_than_the_expected_one_does_not_fit_and_without_any_the_person_is_missing():
    history = [*MANUFACTURER, engage("chief", "assist", recorded_at="2025-03-01"), engage("clerk", "focus")]
    assert verdicts(history, "2025-02-15", "2025-02-28")["chief"] == (None, "report", "unknown")
    assert verdicts(history, "2025-02-15")["chief"] == ("assist", "report", "no")
    assert verdicts(history, "2025-01-31")["chief"] == (None, "report", "unknown")
    assert rows(history, "2025-02-15")["chief"]["reason"] == "report is expected: office holds final approval."
    assert rows(history, "2025-02-15")["clerk"]["fits"] == "unknown"
    missing = ask("engagement", history, "2025-02-15")["missing"]
    assert [(each["contact"], each["expected"]) for each in missing] == [("buyer", "focus"), ("engineer", "assist")]


def test_roles_count_as_rights_do_and_who_holds_several_is_due_the_weightiest():
    def role(contact: str, each: str) -> Recorded:
        return fact("buying_role.assigned", "2025-01-01", {"contact": contact, "role": each, "domain": "it"})

    history = [*MANUFACTURER, role("clerk", "user"), role("engineer", "decision_maker")]
    assert {each: row["expected"] for each, row in rows(history, "2025-03-01").items()} == {
        "buyer": "focus",
        "chief": "report",
        "clerk": "assist",
        "engineer": "focus",
    }
    assert rows(history, "2025-03-01")["clerk"]["reason"] == "No way is set; assist is expected: Clerk (clerk), user."


def test_who_is_known_to_hold_no_right_has_none_through_the_unit_and_who_left_is_out():
    history = [
        *MANUFACTURER,
        right("buyer", "none", "contact"),
        fact("contact.left", "2025-02-01", {"contact": "chief"}),
    ]
    assert rows(history, "2025-03-01")["buyer"]["expected"] is None
    assert "chief" not in rows(history, "2025-03-01")
    assert [each["contact"] for each in ask("engagement", history, "2025-03-01")["missing"]] == ["engineer"]


def test_the_manner_follows_the_attitude_the_motives_and_the_concerns():
    history = [
        *MANUFACTURER,
        attitude("buyer", 1, "2025-01-10"),
        attitude("chief", 0, "2025-01-10"),
        fact("motive.identified", "2025-01-10", {"contact": "chief", "motive": "financial", "strength": 4}),
        attitude("engineer", -1, "2025-01-10"),
        fact("ask.raised", "2025-01-10", {"contact": "engineer", "ask": "k", "kind": "concern", "text": "downtime"}),
    ]
    manners = {contact: row["manner"] for contact, row in rows(history, "2025-03-01").items()}
    assert manners == {
        "buyer": "Keep informed, and mobilise for us.",
        "chief": "Win over with benefits for what moves this person: financial.",
        "clerk": "Find out where this person stands.",
        "engineer": "Understand the concern and contain it: downtime.",
    }
    assert rows(history[:-1], "2025-03-01")["engineer"]["manner"] == (
        "Understand the concern, which is unknown, and contain it."
    )


def test_an_attitude_that_moved_since_the_way_was_set_is_told():
    history = [
        *MANUFACTURER,
        attitude("buyer", 0, "2025-01-10"),
        engage("buyer", "focus"),
        attitude("buyer", 1, "2025-03-10"),
    ]
    assert rows(history, "2025-02-28")["buyer"]["shifted"] is None
    assert rows(history, "2025-03-31")["buyer"]["shifted"] == (
        "When the way was set the attitude was: neutral; now it is: support."
    )


def test_an_attitude_moved_only_if_that_of_the_assessor_who_leads_did():
    model = {"version": "v", "leading": "owner", "half_life_days": 180, "floor": 0.3}
    owner = {"contact": "buyer", "member": "m-1"}
    facts = [
        *MANUFACTURER,
        fact("attitude_model.defined", "2025-01-01", model, account="$policy"),
        fact("relationship_owner.assigned", "2025-01-01", owner),
        attitude("buyer", 1, "2025-01-10", basis={"assessor": "m-1"}),
        attitude("buyer", -1, "2025-01-20", basis={"assessor": "m-2"}),
        engage("buyer", "focus"),
    ]
    assert rows(facts, "2025-03-01")["buyer"]["shifted"] is None
    late = attitude("buyer", 0, "2025-03-01", basis={"assessor": "m-1"})._replace(recorded_at=moment("2025-04-01"))
    assert rows([*facts, late], "2025-03-01", "2025-03-31")["buyer"]["shifted"] is None
    assert rows([*facts, late], "2025-03-01")["buyer"]["shifted"] == (
        "When the way was set the attitude was: support; now it is: neutral."
    )


def test_the_right_of_a_unit_is_with_who_speaks_for_it_not_with_every_clerk():
    facts = [*MANUFACTURER, *person("assistant", "proc")]
    assert [rows(facts, "2025-03-01")[each]["expected"] for each in ("assistant", "buyer")] == ["focus", "focus"]
    headed = [*facts, fact("unit.head_appointed", "2025-02-01", {"unit": "proc", "contact": "buyer"})]
    assert verdicts(headed, "2025-01-31")["assistant"] == (None, "focus", "unknown")  # nobody ranks higher, yet
    assert verdicts(headed, "2025-03-01")["assistant"] == (None, None, "unknown")
    missing = ask("engagement", headed, "2025-03-01")["missing"]
    assert [each["contact"] for each in missing] == ["buyer", "chief", "engineer"]


def test_a_purchase_has_its_own_ways_and_rights_else_the_accounts():
    history = [
        *MANUFACTURER,
        engage("buyer", "focus"),
        engage("buyer", "report", "2025-02-02", opportunity="o"),
        right("post", "core_decision", opportunity="o"),
    ]
    found = rows(history, "2025-03-01", opportunity="o")
    assert (found["buyer"]["mode"], found["buyer"]["scope"], found["buyer"]["expected"]) == (
        "report",
        "opportunity",
        "focus",
    )
    assert found["clerk"]["expected"] == "focus"
    assert rows(history, "2025-03-01", opportunity="other")["buyer"]["scope"] == "account"
    assert rows(history, "2025-03-01", opportunity="other", fallback="0")["buyer"]["mode"] is None
    every = ask("engagement", history, "2025-03-01")["contacts"]
    assert [each["contact"] for each in every if each["opportunity"] == "o"] == ["buyer", "clerk"]


def test_in_a_purchase_that_is_over_nobody_is_missing_unless_it_is_asked_for_or_reopened():
    lost = fact("opportunity.lost", "2025-03-01", {"opportunity": "o", "reason": "x"}, recorded_at="2025-04-01")
    again = fact("opportunity.reopened", "2025-06-01", {"opportunity": "o"})
    facts = [*person("a", "u"), right("a", "final_approval", "contact", opportunity="o"), lost, again]

    def missing(as_of: str, known_at: str | None = None, **asked: Any) -> list[tuple[str, str | None]]:
        rows = ask("engagement", facts, as_of, known_at, **asked)["missing"]
        return [(each["contact"], each["opportunity"]) for each in rows]

    assert missing("2025-02-28") == missing("2025-03-01", "2025-03-31") == missing("2025-06-01") == [("a", "o")]
    assert missing("2025-03-01") == []
    assert missing("2025-03-01", opportunity="o") == [("a", "o")]


def test_two_contacts_that_are_one_person_are_engaged_in_the_way_that_was_set_last():
    merged = fact("contact.merged", "2025-04-01", {"contact": "clerk", "into": "buyer"})
    history = [*MANUFACTURER, engage("buyer", "report"), engage("clerk", "focus", "2025-02-02"), merged]
    assert verdicts(history, "2025-03-01")["buyer"] == ("focus", "focus", "yes")


def test_the_hospitals_head_of_procurement_is_in_focus_and_the_others_are_missing():
    answer = ask("engagement", hospital(), beijing("2025-01-31"), opportunity="opp-ct")
    (wang,) = [each for each in answer["contacts"] if each["contact"] == "c-wang"]
    assert (wang["name"], wang["mode"], wang["expected"], wang["fits"]) == ("王敏", "focus", "focus", "yes")
    assert (wang["approach"], wang["set_by_name"]) == ("成本优化方案,强调性价比", "张伟")
    assert wang["manner"] == "Win over with benefits; what moves this person is unknown."
    assert [(each["contact"], each["expected"]) for each in answer["missing"]] == [
        ("c-li", "assist"),
        ("c-zhou", "report"),
    ]
