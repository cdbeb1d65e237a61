"""The supplier's story: every row of its table in services/importers/data/stories/README.md."""

from tests.unit.histories import ask, beijing, story

STORY = story("supplier")
BRAKE = {"opportunity": "opp-brake"}
END = beijing("2025-03-31")


def test_row_1_what_moves_the_buyer_changes_during_the_project():
    for day, expected in (
        ("2024-03-31", {("齐峰", "financial", 5), ("文慧", "business", 4)}),
        ("2024-04-30", {("齐峰", "business", 5), ("文慧", "business", 4)}),
    ):
        told = ask("motives", STORY, beijing(day), **BRAKE)["motives"]
        assert {(each["name"], each["motive"], each["strength"]) for each in told} == expected


def test_row_2_the_proposal_follows_the_motive():
    (solution,) = ask("solutions", STORY, END, **BRAKE)["solutions"]
    told = [(each["version"], each["turn"], each["time"][:10], each["text"]) for each in solution["course"]]
    assert told == [
        (1, "presented", "2024-02-10", None),
        (2, "revised", "2024-04-20", "改为寄售库存，保证交期"),
    ]


def test_row_3_an_objection_answered_and_resolved_which_was_known_two_weeks_later():
    as_of = beijing("2024-05-10")
    (then,) = ask("objections", STORY, as_of, as_of)["objections"]
    (now,) = ask("objections", STORY, as_of)["objections"]
    assert (then["status"], now["status"], now["since"]) == ("answered", "resolved", "2024-05-06T02:00:00Z")
    assert round(now["days"], 2) == 27.96


def test_row_4_a_complaint_was_answered_in_a_day_and_settled_in_six():
    (complaint,) = ask("complaints", STORY, END)["complaints"]
    assert (complaint["complaint"], complaint["days_to_response"], complaint["days_to_resolution"]) == (
        "sk-1",
        1.0,
        6.0,
    )


def test_row_5_the_delivery_was_kept():
    told = ask("deliveries", STORY, END)
    (delivery,) = told["deliveries"]
    assert (delivery["due"], delivery["since"][:10], delivery["quality_ok"]) == ("2024-07-15", "2024-07-12", True)
    assert (told["kept"], told["broken"]) == (1, 0)


def test_row_6_the_buyer_is_more_satisfied():
    (last,) = ask("satisfaction", STORY, END)["latest"]
    assert (last["name"], last["time"][:10], last["percent"], last["change"]) == ("齐峰", "2024-12-09", 90.0, 20.0)


def test_row_7_they_buy_more_often_and_more():
    before, after = (ask("loyalty", STORY, beijing(day)) for day in ("2023-12-31", "2024-12-31"))
    assert (before["transactions"], after["transactions"] - before["transactions"]) == (2, 5)
    (sales,) = after["sales"]
    assert (sales["last_year"], sales["year_before"], sales["trend"]) == ("2000000.00", "600000.00", "up")


def test_row_8_a_recommendation_became_a_sale():
    (referral,) = ask("referrals", STORY, END)["referrals"]
    days = [referral[each][:10] for each in ("requested", "given", "converted")]
    assert (days, referral["to"]) == (["2024-10-08", "2024-11-04", "2025-02-17"], "远山底盘")
