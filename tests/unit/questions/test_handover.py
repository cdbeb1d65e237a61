"""What was known when the account changed hands, worked out by hand."""

from typing import Any, get_args

from schemas.buying import BuyingRole
from services.projections.history import Recorded
from tests.unit.clocks import JANUARY, MARCH, corrected, four, late, stage
from tests.unit.histories import ask, fact
from tests.unit.worries import contact

FROM, TO = "m-1", "m-2"
END = "2025-12-31"


def handed(time: str = MARCH, **how: Any) -> Recorded:
    return fact("handover.completed", time, {"from_member": FROM, "to_member": TO}, **how)


def team(word: str, time: str, member: str, role: str = "account_manager") -> Recorded:
    return fact(f"team_member.{word}", time, {"member": member, "team_role": role})


def met(interaction: str, time: str) -> Recorded:
    data = {"interaction": interaction, "kind": "meeting", "direction": "mutual", "minutes": 30}
    return fact("interaction.recorded", time, data | {"our_participants": [FROM], "participants": ["a"]})


def attitude(time: str, of: str, level: int) -> Recorded:
    return fact("attitude.assessed", time, {"contact": of, "level": level})


WORTH = {"amount": "100.00", "currency": "CNY"}
BEFORE = [
    fact("member.registered", "2025-01-01", {"member": FROM, "name": "Ann"}),
    fact("opportunity.identified", "2025-01-01", {"opportunity": "o", "name": "CT", "owner": FROM, "value": WORTH}),
    stage(JANUARY, "offer"),
    *(contact("a"), contact("b")),
    attitude(JANUARY, "a", 1),
    fact("buying_role.assigned", JANUARY, {"opportunity": "o", "contact": "a", "role": "champion", "domain": "use"}),
    fact("ask.raised", JANUARY, {"contact": "a", "ask": "w", "kind": "wish", "text": "training"}),
    fact("plan.set", JANUARY, {"goals": ["win"], "actions": [{"text": "call", "due": "2025-03-01"}, "visit"]}),
    met("i-1", "2025-01-25"),
]
AFTER = [
    stage("2025-04-01", "tender"),
    met("i-2", "2025-04-02"),
    fact("ask.met", "2025-04-03", {"contact": "a", "ask": "w"}),
    met("i-3", "2025-04-04"),
]


def test_what_was_known_is_what_stood_on_that_day():
    (row,) = ask("handover", [*BEFORE, handed(), *AFTER], END)["handovers"]
    assert (row["kind"], row["from_member"], row["from_name"], row["to_member"], row["to_name"]) == (
        *("account", FROM, "Ann"),
        *(TO, None),
    )
    assert row["as_of"] == row["known_at"] == row["time"] == "2025-03-10T00:00:00Z"
    assert (row["people"], row["attitude"]["support"], row["attitude"]["unknown"]) == (2, 1, 1)
    assert [(each["contact"], each["role"], each["opportunity_name"]) for each in row["champions"]] == [
        ("a", "champion", "CT")
    ]
    assert ([each["contact"] for each in row["supporters"]], row["opponents"]) == (["a"], [])
    assert set(row["missing_roles"]) == set(get_args(BuyingRole)) - {"champion"}
    (deal,) = row["opportunities"]
    assert (deal["stage"], deal["value"], deal["owner_name"]) == ("offer", WORTH, "Ann")
    assert (deal["attitude"]["support"], row["open_value"]) == (1, [WORTH])
    assert [each["text"] for each in row["asks"]] == ["training"]
    assert row["last_contact"]["interaction"] == "i-1"
    assert (row["plan"]["goals"], row["plan"]["actions"], row["plan"]["overdue"]) == (1, 2, 1)


def test_what_came_since_is_told_apart_from_what_was_learned_since():
    opposed, mistaken = late(attitude("2025-03-09", "b", -1)), corrected(BEFORE[5], level=0)
    (row,) = ask("handover", [*BEFORE, handed(), *AFTER, *opposed, mistaken], END)["handovers"]
    assert (row["attitude"]["support"], row["opponents"]) == (1, [])  # as it was believed
    assert row["learned_later"] == 2
    assert [(each["id"], each["days"]) for each in row["learned"]] == [
        (opposed[0].event.id, 97.0),  # from 10 March to 15 June
        (mistaken.event.id, 97.0),
    ]
    assert row["happened_since"] == 4
    assert [(each["type"], each["count"]) for each in row["happened"]] == [
        ("ask.met.v1", 1),
        ("interaction.recorded.v1", 2),
        ("opportunity.stage_entered.v1", 1),
    ]


def test_what_was_known_is_what_was_told_by_the_hand_over_itself_whenever_that_was_told():
    opposed = attitude("2025-03-09", "b", -1)._replace(recorded_at=handed("2025-04-01").recorded_at)
    told = [handed(recorded_at=when) for when in ("2025-02-01", "2025-05-01")]
    rows = [ask("handover", [*BEFORE, opposed, each], END)["handovers"][0] for each in told]
    assert [each["known_at"][:10] for each in rows] == ["2025-03-10", "2025-03-10"]
    assert [each["recorded_at"][:10] for each in rows] == ["2025-02-01", "2025-05-01"]
    assert [(len(each["opponents"]), each["learned_later"]) for each in rows] == [(0, 1), (0, 1)]
    assert [each["id"] for each in rows[1]["learned"]] == [opposed.event.id]  # not that it was handed over


def test_a_role_passes_when_another_than_before_holds_it_alone():
    facts = [
        *(team("assigned", "2025-01-01", FROM), team("assigned", "2025-01-01", "m-9", "service")),
        team("assigned", "2025-02-01", TO),  # for a while there are two
        team("removed", "2025-03-01", FROM),
        team("removed", "2025-04-01", TO),
        team("assigned", "2025-05-01", TO),  # who held it before
        team("removed", "2025-06-01", TO),
        team("assigned", "2025-07-01", FROM),
    ]
    answer = ask("handover", facts, END)
    assert [
        (each["role"], each["from_member"], each["to_member"], each["time"][:10]) for each in answer["handovers"]
    ] == [("account_manager", FROM, TO, "2025-03-01"), ("account_manager", TO, FROM, "2025-07-01")]
    assert [[place[1] for place in each["because"]] for each in answer["handovers"]] == [
        [facts[3].offset, facts[2].offset],
        [facts[6].offset, facts[7].offset],
    ]
    assert ask("handover", [*facts, handed()], END, kind="account")["handovers"][0]["role"] is None
    last = ask("handover", [*facts, handed()], END, latest=1)
    assert ([each["time"][:10] for each in last["handovers"]], last["earlier"]) == (["2025-07-01"], 2)


def test_a_role_passes_within_the_team_of_one_account_whatever_was_merged_into_it():
    joined = fact("account.merged", JANUARY, {"into": "acme"}, account="old")
    theirs = fact("team_member.assigned", "2025-02-01", {"member": TO, "team_role": "account_manager"}, account="old")
    ours = [team("assigned", "2025-01-01", FROM), team("removed", "2025-03-01", FROM)]
    assert ask("handover", [ours[0], joined, theirs, ours[1]], END)["handovers"] == []


def test_handover():
    facts = [*BEFORE, handed(), *AFTER, *late(attitude(JANUARY, "b", -1), handed(JANUARY))]

    def then(answer: Any) -> list[tuple[Any, ...]]:
        return [
            (each["time"][5:10], each["known_at"][5:10], len(each["opponents"]), each["learned_later"])
            for each in answer["handovers"]
        ]

    first, late_one = ("03-10", "03-10", 0, 0), ("01-20", "01-20", 0, 1)
    assert four("handover", facts, then) == [[], [first], [late_one], [late_one, ("03-10", "03-10", 0, 2)]]
