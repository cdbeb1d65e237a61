"""`rapport predict` on the running stack: what the models say is recorded with the digest of what they read, once."""

import json

import pytest

CUT = ("--as-of", "2017-06-30")


@pytest.fixture(scope="module")
def predicted(stack):
    """What the command said when it predicted the CRM's open deals of a day."""
    told = stack.settled("predict", *CUT, "--quantity", "win_probability", "--account", "acme-corporation", "--json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_s15_predictions_are_recorded_with_the_digest_of_their_inputs(stack, predicted):
    assert predicted["sent"] == predicted["predicted"] > predicted["duplicates"] == 0
    rows = stack.ask(
        "accounts/acme-corporation/prediction", as_of="2017-06-30", tz="UTC", after=predicted["tokens"][-1]
    )["predictions"]
    recorded = {row["opportunity"]: row["inputs_digest"] for row in rows}
    with stack.client(stack.record.api, "manager") as api:
        again = api.get("/v1/portfolio/predictions", params={"token": predicted["token"]}).json()
    said = {
        row["opportunity"]: row["inputs_digest"]
        for row in again["answer"]["predictions"]
        if row["account"] == "acme-corporation" and row["quantity"] == "win_probability"
    }
    assert recorded == said
    assert len(recorded) == predicted["sent"]


def test_the_same_prediction_made_again_is_the_same_event(stack, predicted):
    choice = ("--quantity", "win_probability", "--account", "acme-corporation")
    again = stack.run("predict", "--token", predicted["token"], *choice)
    assert again.returncode == 0, again.stderr
    sent = f"{predicted['sent']:,}"
    assert f"Predictions sent: {sent}, {sent} of them recorded before: they count once." in again.stdout
    repeat = f"rapport predict --token {predicted['token']} --account acme-corporation --quantity win_probability"
    assert again.stderr.rstrip().endswith(f"The same again: {repeat}")


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (("--account", "nobody"), "Of the account nobody nothing can be predicted. "),
        (("--opportunity", "none"), "There is no open opportunity none then: nothing was predicted."),
    ],
)
def test_what_is_not_there_is_one_sentence(stack, choice, sentence):
    refused = stack.settled("predict", *CUT, *choice)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(sentence)


def test_what_was_predicted_once_the_end_was_known_is_hindsight(stack, predicted):
    stack.ask("accounts/acme-corporation/team", after=predicted["tokens"][-1])
    (row,) = stack.ask("portfolio/calibration", as_of="2017-12-31")["probabilities"]
    assert (row["model"], row["scored"], row["status"]) == ("naive-bayes", 0, "insufficient_data")
    assert row["hindsight"] + row["open"] == predicted["sent"]


def test_a_dry_run_shows_the_events_and_sends_none(stack):
    end = stack.log_end()
    told = stack.settled("predict", *CUT, "--account", "acme-corporation", "--dry-run", "--json")
    shown = json.loads(told.stdout)
    assert (shown["sent"], len(shown["events"]), stack.log_end()) == (0, shown["predicted"], end)
    assert {each["data"]["quantity"] for each in shown["events"]} == {"award_date", "next_purchase", "win_probability"}
    assert "Predictions that would be sent:" in stack.settled("predict", *CUT, "--dry-run").stdout


def test_a_quantity_that_nobody_predicts_is_one_sentence(stack):
    refused = stack.run("predict", "--quantity", "weather")
    assert refused.returncode == 1
    assert "quantity: Input should be 'award_date', 'next_purchase' or 'win_probability'" in refused.stderr
