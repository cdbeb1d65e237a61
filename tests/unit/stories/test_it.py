"""The IT company's story: every row of its table in services/importers/data/stories/README.md."""

from tests.unit.histories import ask, beijing, story
from tests.unit.portfolios import ask_portfolio

STORY = story("it")
DATA = {"opportunity": "opp-data"}
END = beijing("2024-12-31")


def test_row_1_decider_approver_and_influencer_are_found_early():
    assert ask("buying-committee", STORY, beijing("2023-12-10"), **DATA)["members"] == []
    members = ask("buying-committee", STORY, beijing("2023-12-31"), **DATA)["members"]
    assert {(each["name"], each["role"]) for each in members} == {
        ("罗总", "decision_maker"),
        ("钟总", "final_approver"),
        ("沈工", "influencer"),
    }


def test_row_2_an_architect_sways_the_head_of_it():
    (edge,) = ask("influence", STORY, END)["edges"]
    assert (edge["from_name"], edge["to_name"], edge["hidden"], edge["upward"]) == ("沈工", "罗总", True, True)
    assert (edge["from_rank"], edge["to_rank"]) == ("frontline", "executive")
    assert (edge["basis"]["assertion"], edge["basis"]["confidence"]) == ("inferred", 0.7)


def test_row_3_a_referred_lead_became_an_opportunity_which_was_won():
    (lead,) = ask_portfolio("leads", STORY, END)["leads"]
    assert (lead["lead"], lead["status"], lead["captured"][:10], lead["age_days"]) == (
        *("lead-data", "converted", "2023-11-20"),
        14.0,
    )
    assert [(each["opportunity"], each["outcome"]) for each in lead["opportunities"]] == [("opp-data", "won")]


def test_row_4_we_can_compete_and_they_cannot():
    def rated(step, **of):
        (row,) = ask("qualification", STORY, END, **of)["qualifications"]
        steps = {
            subject["subject"]: {each["step"]: (each["rating"], each["points"]) for each in subject["steps"]}
            for subject in row["subjects"]
        }
        return {subject: each[step] for subject, each in steps.items()}

    assert rated("opportunity", lead="lead-data") == {"us": ("green", 20.0)}
    assert rated("compete", **DATA) == {"us": ("green", 30.0), "p-x": ("red", -10.0)}


def test_row_5_it_was_pursued_and_won():
    (row,) = ask("qualification", STORY, END, **DATA)["qualifications"]
    assert (row["pursuit"]["decision"], row["pursuit"]["since"][:10]) == ("pursue", "2023-12-15")
    assert (row["outcome"], row["closed_at"][:10], row["became"]) == ("won", "2024-02-29", "pursued, won")


def test_row_6_three_contracts_and_one_loss_with_its_reason():
    told = ask_portfolio("win-loss", STORY, END)
    assert (told["won"]["count"], told["lost"]["count"], told["win_rate"]) == (3, 1, 0.75)
    assert told["won"]["value"] == [{"amount": "7200000.00", "currency": "CNY"}]
    (reason,) = told["reasons"]
    assert (reason["reason"], reason["to_party"], reason["count"]) == ("没有找到决策者", "p-x", 1)


def test_row_7_the_last_win_was_known_a_week_later():
    as_of = beijing("2024-12-01")
    for known_at, count, value in ((as_of, 2, "3600000.00"), (None, 3, "7200000.00")):
        won = ask_portfolio("win-loss", STORY, as_of, known_at)["won"]
        assert (won["count"], won["value"]) == (count, [{"amount": value, "currency": "CNY"}])
