from typing import Any

from services.projections.history import Recorded
from tests.unit.customers import bought, decided
from tests.unit.histories import ask, beijing, fact, hospital


def note(time: str, text: str, **attributes: Any) -> Recorded:
    return fact("note.recorded", time, {"kind": "research", "text": text}, **attributes)


def met(id_: str, time: str, contact: str = "c-1", word: str = "recorded") -> Recorded:
    who = {"our_participants": ["m-1"], "participants": [contact]}
    return fact(
        f"interaction.{word}",
        time,
        {"interaction": id_, "kind": "meeting", "direction": "outbound"} | who,
        source="mail",
    )


def test_the_hospital_in_one_view():
    answer = ask("account-360", hospital(), beijing("2025-03-31"))
    assert [(each["opportunity"], each["stage"]) for each in answer["opportunities"]] == [("opp-ct", "approval")]
    assert [(each["name"], each["roles"]) for each in answer["team"]] == [("张伟", ["account_manager"])]
    assert [each["interaction"] for each in answer["last"]] == ["i-6", "i-5", "i-4"]
    assert answer["last"][0]["participants"] == [{"contact": "c-wang", "name": "王敏"}]
    assert answer["key_account"]["by_criteria"] is None  # nobody told of its purchases
    assert answer["segment"]["segment"] is None
    later = ask("account-360", hospital(), beijing("2025-12-31"))
    assert (later["opportunities"], later["won"]) == ([], 2)
    assert [(each["source"], each["facts"]) for each in later["sources"]] == [("crm.a-med", 64)]  # and a correction
    early = ask("account-360", hospital(), beijing("2025-03-31"), beijing("2025-03-15"))
    assert [each["interaction"] for each in early["last"]] == ["i-5", "i-4", "i-3"]


PROFILE = {
    "name": "Acme",
    "industry": "steel",
    "external_ids": [{"system": "erp", "key": "9"}],
    "parent_account": "hold",
}
FACTS = [
    fact("account.registered", "2024-01-01", PROFILE | {"external_ids": [{"system": "erp", "key": "9"}]}),
    fact("account.culture_observed", "2024-01-01", {"culture": "flat"}),
    fact("account.trait_assessed", "2024-01-01", {"trait": "loyal", "score": 4}),
    fact("party.linked", "2024-01-01", {"party": "p-1", "kind": "competitor", "name": "Rival"}),
    fact("party.linked", "2024-01-01", {"party": "p-2", "kind": "partner", "name": "Friend"}),
    fact("party.unlinked", "2024-03-01", {"party": "p-2", "kind": "partner"}),
    fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Ann"}),
    fact("team_member.assigned", "2024-01-01", {"member": "m-1", "team_role": "sales"}),
    fact("team_member.assigned", "2024-01-01", {"member": "m-2", "team_role": "service"}),
    fact("team_member.removed", "2024-03-01", {"member": "m-2", "team_role": "service"}),
    fact("plan.set", "2024-01-01", {"goals": ["g"], "actions": [{"text": "a", "due": "2024-02-01"}, "b"]}),
    bought("t-1", "2024-02-01", "1000000"),
    decided("designated", "2024-02-01"),
    *(fact("contact.added", "2024-01-01", {"contact": f"c-{each}", "name": f"N{each}"}) for each in range(1, 6)),
    fact("contact.left", "2024-03-01", {"contact": "c-5"}),
    fact("attitude.assessed", "2024-01-01", {"contact": "c-1", "level": 1}),
    fact("ask.raised", "2024-01-05", {"contact": "c-1", "ask": "k-1", "kind": "wish", "text": "faster"}),
    fact("ask.raised", "2024-01-05", {"contact": "c-2", "ask": "k-2", "kind": "concern", "text": "price"}),
    fact("ask.met", "2024-03-01", {"contact": "c-2", "ask": "k-2"}),
    met("i-1", "2024-02-01"),
    met("i-2", "2024-02-02"),
    met("i-3", "2024-02-03", "c-2"),
    met("i-4", "2024-02-04", "c-3"),
    met("i-5", "2024-02-05", "c-4", "planned"),
]


def test_everything_that_holds_is_there_and_what_ended_is_not():
    answer = ask("account-360", FACTS, "2024-03-31")
    profile = answer["profile"]
    assert (profile["name"], profile["industry"], profile["region"], profile["parent"]) == (
        "Acme",
        "steel",
        None,
        "hold",
    )
    assert [(each["system"], each["key"]) for each in profile["external_ids"]] == [("erp", "9")]
    assert (answer["culture"], [(each["trait"], each["score"]) for each in answer["traits"]]) == (
        "flat",
        [("loyal", 4)],
    )
    assert [(each["party"], each["kind"], each["name"]) for each in answer["parties"]] == [
        ("p-1", "competitor", "Rival")
    ]
    assert [(each["member"], each["name"], each["roles"]) for each in answer["team"]] == [("m-1", "Ann", ["sales"])]
    assert (answer["plan"]["goals"], answer["plan"]["actions"], answer["plan"]["overdue"]) == (1, 2, 1)
    assert [(each["ask"], each["name"], each["text"]) for each in answer["asks"]] == [("k-1", "N1", "faster")]
    assert [each["ask"] for each in ask("account-360", FACTS, "2024-02-28")["asks"]] == ["k-1", "k-2"]


def test_people_are_counted_by_attitude_and_their_relationships_ranked_without_those_who_left():
    answer = ask("account-360", FACTS, "2024-03-31")
    attitude = answer["attitude"]
    assert (answer["people"], attitude["support"], attitude["neutral"], attitude["unknown"]) == (4, 1, 0, 3)
    assert [each["contact"] for each in answer["strongest"]] == [
        "c-1",
        "c-3",
        "c-2",
    ]  # c-3 a day after c-2
    assert [(each["contact"], each["strength"]) for each in answer["weakest"]] == [("c-4", 0.0)]


def test_the_last_interactions_come_first_and_what_is_agreed_stays_apart():
    answer = ask("account-360", FACTS, "2024-03-31")
    assert [each["interaction"] for each in answer["last"]] == ["i-4", "i-3", "i-2"]
    assert [(each["interaction"], each["time"][:10]) for each in answer["unconfirmed"]] == [("i-5", "2024-02-05")]
    cancelled = fact("interaction.cancelled", "2024-02-04", {"interaction": "i-5"}, recorded_at="2024-06-01")
    assert ask("account-360", [*FACTS, met("i-5", "2024-02-05", "c-4")], "2024-03-31")["unconfirmed"] == []
    assert len(ask("account-360", [*FACTS, cancelled], "2024-03-31", "2024-05-31")["unconfirmed"]) == 1


def test_class_and_worth_are_those_of_the_questions_that_explain_them():
    key = ask("account-360", FACTS, "2024-03-31")["key_account"]
    whole = ask("key-status", FACTS, "2024-03-31")
    assert (key["by_criteria"], key["designated"], key["agrees"]) == (True, True, True)  # sales weigh half
    assert key["sentence"] == whole["sentence"]
    assert ask("account-360", FACTS, "2024-03-31")["segment"]["segment"] == "strategic"


def test_what_was_asked_of_a_purchase_that_is_over_is_no_longer_asked():
    wish = {"contact": "c-3", "ask": "k-3", "kind": "wish", "text": "a demo", "opportunity": "o"}
    lost = fact("opportunity.lost", "2024-03-10", {"opportunity": "o", "reason": "x"}, recorded_at="2024-03-20")
    reopened = fact("opportunity.reopened", "2024-04-01", {"opportunity": "o"})
    facts = [*FACTS, fact("ask.raised", "2024-03-05", wish), lost, reopened]

    def asked(as_of: str, known_at: str | None = None) -> list[str]:
        return [each["ask"] for each in ask("account-360", facts, as_of, known_at)["asks"]]

    assert asked("2024-03-09") == asked("2024-03-31", "2024-03-19") == asked("2024-04-01") == ["k-1", "k-3"]
    assert asked("2024-03-31") == ["k-1"]


def test_the_five_latest_notes_and_every_source_are_there():
    facts = [*FACTS, *(note(f"2024-03-{day:02}", f"n{day}", source="wiki") for day in range(1, 8))]
    survey = fact(
        "satisfaction.surveyed", "2024-03-08", {"method": "nps", "score": 9, "scale_max": 10}, source="survey"
    )
    answer = ask("account-360", [*facts, survey], "2024-03-31")
    assert [each["text"] for each in answer["notes"]] == ["n7", "n6", "n5", "n4", "n3"]
    assert [(each["source"], each["facts"]) for each in answer["sources"]] == [
        ("crm", len(FACTS) - 5),
        ("mail", 5),
        ("survey", 1),
        ("wiki", 7),
    ]


def test_facts_of_a_merged_account_are_read_and_it_is_named():
    other = fact("contact.added", "2024-01-01", {"contact": "x", "name": "X"}, account="old")
    merged = fact("account.merged", "2024-03-01", {"into": "acme"}, account="old")
    answer = ask("account-360", [*FACTS, other, merged], "2024-03-31")
    assert [each["account"] for each in answer["profile"]["merged"]] == ["old"]
    assert (answer["profile"]["merged_into"], answer["people"]) == (None, 5)


def test_of_an_account_of_which_nothing_is_known_everything_is_unknown_or_empty():
    answer = ask("account-360", [], "2024-03-31")
    assert (answer["profile"]["name"], answer["culture"], answer["plan"], answer["people"]) == (None, None, None, 0)
    assert [answer[each] for each in ("opportunities", "strongest", "team", "last", "notes", "sources")] == [[]] * 6


WORK = [
    *(fact("opportunity.identified", "2024-01-01", {"opportunity": each, "name": each.upper()}) for each in ("o", "p")),
    fact("contact.added", "2024-01-01", {"contact": "c-1", "name": "Ada"}),
    fact("member.registered", "2024-01-01", {"member": "m-1", "name": "Bo"}),
    *(
        fact("next_action.planned", "2024-02-01", {"action": id_, "owner": "m-1", "due": due, "text": id_} | of)
        for id_, due, of in (
            ("a", "2024-03-01", {}),
            ("b", "2024-05-01", {"opportunity": "o"}),
            ("c", "2024-03-01", {}),
        )
    ),
    fact("next_action.completed", "2024-02-02", {"action": "c"}),
    fact(
        "objection.raised",
        "2024-02-03",
        {"objection": "x", "contact": "c-1", "kind": "price", "text": "dear", "opportunity": "o"},
    ),
    fact("objection.answered", "2024-02-04", {"objection": "x", "text": "not so"}),
    fact("need.stated", "2024-02-05", {"opportunity": "o", "need": "n", "text": "a scanner", "clarity": 1}),
    fact("need.stated", "2024-02-05", {"opportunity": "o", "need": "m", "text": "a bed", "clarity": 1}),
    fact("need.withdrawn", "2024-02-06", {"opportunity": "o", "need": "m"}),
    fact("contract.signed", "2024-02-07", {"opportunity": "p", "amount": {"amount": "5.00", "currency": "EUR"}}),
    fact(
        "delivery.committed",
        "2024-02-08",
        {"delivery": "d", "opportunity": "p", "text": "a scanner", "due": "2024-03-31"},
    ),
    fact("complaint.received", "2024-02-09", {"complaint": "k", "contact": "c-1", "text": "noise"}),
    fact("satisfaction.surveyed", "2024-02-10", {"method": "csat", "score": 7, "scale_max": 10, "contact": "c-1"}),
    fact("complaint.resolved", "2024-04-01", {"complaint": "k"}, recorded_at="2024-06-01"),
    fact("delivery.fulfilled", "2024-04-02", {"delivery": "d"}),
    fact("opportunity.lost", "2024-04-03", {"opportunity": "o", "reason": "price"}),
    fact("effort.spent", "2024-04-04", {"hours": 1.0}),
]


def test_what_is_to_be_done_and_what_was_sold_are_in_the_one_view():
    open_ = ask("account-360", WORK, "2024-03-31")
    assert [(each["action"], each["overdue_days"], each["owner_name"]) for each in open_["next_actions"]] == [
        ("a", 30, "Bo"),
        ("b", None, "Bo"),
    ]
    assert [(each["objection"], each["name"], each["text"], each["status"]) for each in open_["objections"]] == [
        ("x", "Ada", "dear", "answered")
    ]
    assert (open_["needs"], [(each["complaint"], each["status"]) for each in open_["complaints"]]) == (
        1,
        [("k", "open")],
    )
    assert [(each["delivery"], each["overdue_days"], each["opportunity_name"]) for each in open_["deliveries"]] == [
        ("d", None, "P")
    ]
    assert [(each["opportunity"], each["amount"]["amount"]) for each in open_["contracts"]] == [("p", "5.00")]
    assert (open_["satisfaction"]["score"], open_["satisfaction"]["name"]) == (7.0, "Ada")
    # what was for the purchase that was lost is no longer to be done
    later = ask("account-360", WORK, "2024-04-30")
    assert [each["action"] for each in later["next_actions"]] == ["a"]
    assert [later[name] for name in ("objections", "needs", "complaints", "deliveries")] == [[], 0, [], []]
    assert len(ask("account-360", WORK, "2024-04-30", "2024-05-31")["complaints"]) == 1
    assert [each["overdue_days"] for each in ask("account-360", WORK, "2024-04-01")["deliveries"]] == [1]


def test_every_fact_counts_for_its_source_whatever_it_tells():
    assert [each["facts"] for each in ask("account-360", WORK, "2024-12-31")["sources"]] == [len(WORK)]
