from typing import Any

from services.projections.history import Recorded
from tests.unit.histories import ask, beijing, fact, hospital

# By the default policies: silent after 60 days, power is high from 4 on, confidence halves in 180 days and is faded
# below 0.3.


def champion(contact: str = "a", **data: Any) -> Recorded:
    told = {"contact": contact, "role": "champion", "domain": "business", **data}
    return fact("buying_role.assigned", "2025-01-01", told)


def attitude(time: str, level: int, contact: str = "a", **attributes: Any) -> Recorded:
    data: dict[str, Any] = {name: attributes.pop(name) for name in ("opportunity", "basis") if name in attributes}
    return fact("attitude.assessed", time, {"contact": contact, "level": level, **data}, **attributes)


def met(time: str, contact: str = "a", kind: str = "message") -> Recorded:
    data = {"interaction": time, "kind": kind, "direction": "outbound", "our_participants": ["m-1"]}
    return fact("interaction.recorded", time, {**data, "participants": [contact]})


def close(level: int, time: str = "2025-01-01", **side: str) -> Recorded:
    return fact("closeness.assessed", time, {"contact": "a", "level": level, **side})


def power(level: int, contact: str = "a") -> Recorded:
    return fact("power.assessed", "2025-01-01", {"contact": contact, "level": level})


def reasons(history: list[Recorded], as_of: str, known_at: str | None = None, **asked: Any) -> dict[str, list[str]]:
    rows = ask("champions-at-risk", history, as_of, known_at, **asked)["at_risk"]
    return {row["contact"]: [each["kind"] for each in row["reasons"]] for row in rows}


def only(history: list[Recorded], as_of: str, **asked: Any) -> tuple[str, str, Any, str]:
    (row,) = ask("champions-at-risk", history, as_of, **asked)["at_risk"]
    (reason,) = row["reasons"]
    return reason["kind"], reason["sentence"], reason["since"], row["severity"]


WELL = [champion(), attitude("2025-05-01", 1), met("2025-05-20")]


def test_a_champion_of_whom_nothing_speaks_against_it_is_steady():
    answer = ask("champions-at-risk", WELL, "2025-05-31")
    assert answer["at_risk"] == []
    (row,) = answer["steady"]
    assert (row["contact"], row["attitude"], [each["role"] for each in row["roles"]]) == (
        "a",
        {"level": 1, "layer": "support"},
        ["champion"],
    )


def test_who_supports_us_with_high_power_counts_as_a_champion_does_and_with_less_does_not():
    history = [attitude("2025-05-01", 1), met("2025-01-20")]
    assert reasons([*history, power(3)], "2025-05-31") == {}
    assert reasons([*history, power(4)], "2025-05-31") == {"a": ["silent"]}
    assert reasons([attitude("2025-05-01", 0), power(5)], "2025-05-31") == {}


def test_a_champion_who_left_is_at_risk_for_that_alone():
    left = fact("contact.left", "2025-05-10", {"contact": "a"}, recorded_at="2025-05-25")
    assert only([*WELL, left], "2025-05-31") == ("left", "a left on 2025-05-10.", "2025-05-10T00:00:00Z", "high")
    assert reasons([*WELL, left], "2025-05-31", "2025-05-24") == {}
    assert reasons([*WELL, left], "2025-05-09") == {"a": ["silent"]}


def test_a_fall_of_attitude_is_told_from_what_to_what_and_when_until_it_is_mended():
    fell = [*WELL, attitude("2025-05-10", 2), attitude("2025-05-15", -1, id="fell"), attitude("2025-05-18", -1)]
    assert only(fell, "2025-05-31") == (
        "attitude_fell",
        "The attitude of a fell from support (+2) to oppose (-1) on 2025-05-15.",
        "2025-05-15T00:00:00Z",
        "medium",
    )
    assert reasons(fell, "2025-05-14") == {"a": ["silent"]}
    assert reasons([*fell, attitude("2025-05-25", 0)], "2025-05-31") == {"a": ["attitude_fell"]}  # not where it was
    assert reasons([*fell, attitude("2025-05-25", 2)], "2025-05-31") == {}
    target = {"source": "crm", "id": "fell", "type": "attitude.assessed.v1"}
    corrected = {"target": target, "data": {"contact": "a", "level": 1}, "reason": "misread"}
    amended = [*WELL, attitude("2025-05-15", -1, id="fell"), fact("event.corrected", "2025-06-10", corrected)]
    assert reasons(amended, "2025-05-31") == {}
    assert reasons(amended, "2025-05-31", "2025-06-01") == {"a": ["attitude_fell"]}


def test_a_fall_counts_for_thirty_days_however_often_the_lower_level_is_confirmed():
    told = [attitude("2025-05-01", 2), attitude("2025-05-10", 1), attitude("2025-05-20", 1), attitude("2025-06-15", 1)]
    history = [champion(), *told, met("2025-05-25")]
    assert reasons(history, "2025-05-09") == {"a": ["silent"]}  # nobody has met them yet
    assert reasons(history, "2025-06-08") == {"a": ["attitude_fell"]}  # the thirtieth day after 10 May is 9 June
    assert reasons(history, "2025-06-09") == {}
    assert reasons(history, "2025-06-16") == {}
    longer = {"version": "v", "thresholds": {"turned_days": 40}}
    other = fact("warnings.defined", "2025-01-01", longer, account="$policy")
    assert reasons([*history, other], "2025-06-16") == {"a": ["attitude_fell"]}


def test_an_attitude_whose_confidence_has_faded_is_told_with_its_day():
    history = [champion(), attitude("2025-01-01", 1, basis={"confidence": 0.5}), met("2025-05-20")]
    kind, sentence, *_ = only(history, "2025-05-31")  # 0.5 halved over 150.99 days: 0.2796
    assert (kind, sentence) == ("faded", "What we know of the attitude of a has faded: support on 2025-01-01.")
    assert reasons(history, "2025-05-01") == {"a": ["silent"]}  # 0.5 halved over 120.99 days: 0.3138


def test_silence_counts_from_the_last_contact_and_where_there_was_none_says_so():
    assert only(WELL, "2025-07-20")[:3] == ("silent", "No contact with a since 2025-05-20.", "2025-05-20T00:00:00Z")
    assert reasons(WELL, "2025-07-18") == {}
    assert only([champion()], "2025-05-31") == ("silent", "No contact with a is known.", None, "low")


def test_a_relationship_that_weakens_is_told_with_its_strength_before_and_now():
    # A mutual executive meeting 59.99 days ago weighs 15 * 1.2; 30 days before it was worth more (half-life 180 days).
    meeting = met("2025-04-02", kind="executive_meeting")
    kind, sentence, since, severity = only([champion(), attitude("2025-05-01", 1), meeting], "2025-05-31")
    # 15 * 0.5 ** (60 / 180) = 11.906 -> 44.86; 15 * 0.5 ** (30 / 180) = 13.364 -> 48.74
    assert (kind, since, severity) == ("strength_down", None, "low")
    assert sentence == "The relationship with a weakens: 45 of 100, 49 thirty days before."


def test_a_competitor_who_is_closer_than_we_are_is_named_with_both_levels():
    party = fact("party.linked", "2025-01-01", {"party": "p", "kind": "competitor", "name": "Rival"})
    history = [*WELL, party, close(4, "2025-05-02", party="p")]
    assert reasons(history, "2025-05-31") == {}  # how close we are is unknown
    assert only([*history, close(3, member="m-1")], "2025-05-31") == (
        "closer_to_competitor",
        "a is closer to Rival (p) (4 of 5) than to us (3 of 5).",
        "2025-05-02T00:00:00Z",
        "medium",
    )
    assert reasons([*history, close(4)], "2025-05-31") == {}


def test_a_broken_promise_counts_for_ninety_days():
    data = {"contact": "a", "kind": "promise_broken", "sign": -1}
    history = [*WELL, fact("trust_signal.observed", "2025-04-20", data), met("2025-07-15")]
    assert only(history, "2025-05-31")[1] == "a lost trust in us: promise broken on 2025-04-20."
    assert reasons(history, "2025-07-20") == {}


def test_severity_grows_with_the_number_and_the_kind_of_reasons_and_the_gravest_come_first():
    history = [
        champion("b"),
        *WELL,
        attitude("2025-05-15", 0),
        fact("trust_signal.observed", "2025-05-16", {"contact": "a", "kind": "openness", "sign": -1}),
    ]
    rows = ask("champions-at-risk", history, "2025-05-31")["at_risk"]
    assert [(row["contact"], row["severity"]) for row in rows] == [("a", "high"), ("b", "low")]


def test_a_purchase_has_its_own_champions_and_levels_else_the_accounts():
    history = [
        champion("a", opportunity="o"),
        met("2025-05-20"),
        attitude("2025-04-01", 2),
        attitude("2025-05-01", 1, opportunity="o"),
        attitude("2025-05-02", 1),
    ]
    assert reasons(history, "2025-05-31", opportunity="o") == {}
    assert reasons(history, "2025-05-31", opportunity="other") == {}  # not a champion there
    assert reasons(history, "2025-05-31") == {"a": ["attitude_fell"]}
    merged = [*history, fact("contact.merged", "2025-05-30", {"contact": "a", "into": "b"})]
    assert reasons(merged, "2025-05-31") == {"b": ["attitude_fell"]}


def test_nobody_in_the_hospital_has_a_known_role_of_champion_or_known_power():
    assert ask("champions-at-risk", hospital(), beijing("2025-06-30")) == {"at_risk": [], "steady": []}


def test_the_champion_of_a_purchase_that_is_over_is_at_risk_there_alone():
    lost = fact("opportunity.lost", "2025-03-01", {"opportunity": "o", "reason": "x"}, recorded_at="2025-04-01")
    supporter = [attitude("2025-01-01", 1, "b", opportunity="o"), power(4, "b")]
    history = [champion(opportunity="o"), *supporter, lost]
    silent = {"a": ["silent"], "b": ["silent"]}
    assert reasons(history, "2025-02-28") == reasons(history, "2025-03-01", "2025-03-31") == silent
    assert reasons(history, "2025-03-01") == {}
    assert reasons(history, "2025-03-01", opportunity="o") == silent
