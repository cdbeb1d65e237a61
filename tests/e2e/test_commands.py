"""`rapport ask`, `replay`, `catalogue` and `migrate` on the running stack."""

import csv
import json

import psutil
import pytest

import schemas
from schemas.values import moment
from services.importers import STORY
from services.projections.hindsight.questions import ALL
from tests import known

MIX = ("ask", "attitude-mix", "--account", "commons", "-p", f"opportunity={known.WITHDRAWAL_AGREEMENT}")


def test_an_answer_is_a_table_under_a_line_that_tells_its_moments(stack):
    told = stack.settled(*MIX, "--as-of", known.FIRST_VOTE).stdout
    assert told.startswith("attitude-mix of commons, as of 2019-01-15 23:59:59 UTC, known at 20")
    assert told.splitlines()[0].endswith(" UTC, complete.")
    assert "│     204 │       0 │    434 │      11 │" in told


def test_programs_get_the_answer_as_the_api_gives_it(stack):
    answer = json.loads(stack.run(*MIX, "--as-of", known.SECOND_VOTE, "--json").stdout)
    assert answer["question"] == "attitude-mix"
    assert answer["answer"]["points"][0]["support"] == known.MIX[known.SECOND_VOTE].support


def test_rows_come_as_csv(stack):
    (row,) = csv.DictReader(stack.run(*MIX, "--as-of", known.SECOND_VOTE, "--csv").stdout.splitlines())
    assert (row["account"], row["support"]) == ("commons", str(known.MIX[known.SECOND_VOTE].support))


def test_what_was_not_known_yet_is_not_in_the_answer(stack):
    answer = json.loads(stack.run(*MIX, "--as-of", known.SECOND_VOTE, "--known-at", "2019-12-31", "--json").stdout)
    assert {answer["answer"]["points"][0][layer] for layer in ("support", "oppose", "unknown")} == {0}


def test_an_explained_answer_names_the_events_behind_it(stack):
    shown = json.loads(stack.run(*MIX, "--as-of", known.FIRST_VOTE, "--explain", "--json").stdout)
    assert len(shown["answer"]["points"][0]["because"]) == sum(known.MIX[known.FIRST_VOTE][:2])


def test_ingest_writes_to_no_other_log_than_that_of_its_broker(stack):
    told = psutil.Process(stack.record.children["ingest"].pid).environ()["RAPPORT_LOG"]
    assert stack.run("topic").stdout.strip().endswith(f" RAPPORT_LOG={told}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("ask", "nonsense", "--account", "commons"),
            "There is no question 'nonsense': 'rapport catalogue' lists them.",
        ),
        (("ask", "funnel", "--account", "commons"), "funnel is asked over all accounts: use --portfolio."),
        (("ask", "attitude"), "Ask either of one account (--account) or over all of them (--portfolio)."),
        (("ask", "attitude", "--account", "commons", "-p", "x"), "'x' is no parameter: write it as NAME=VALUE."),
        (("replay", "--from", "today"), "A moment is malformed: expected a date, as 2025-03-01, or RFC 3339 "),
    ],
)
def test_what_cannot_be_done_is_one_sentence(stack, arguments, sentence):
    refused = stack.run(*arguments)
    assert refused.returncode == 1
    assert refused.stderr.startswith(sentence)
    assert refused.stderr.count("\n") == 1


def test_an_account_that_is_not_there_is_one_sentence(stack):
    refused = stack.run("ask", "attitude", "--account", "nobody")
    assert refused.returncode == 1
    assert refused.stderr.endswith("refuses: There is no account with this id for this token.\n")


def test_a_stack_that_is_not_up_is_one_sentence_with_the_remedy(stack):
    refused = stack.run("ask", "attitude", "--account", "commons", RAPPORT_API="http://127.0.0.1:9")
    assert refused.returncode == 1
    remedy = "start the stack with 'rapport up', or name another by RAPPORT_API."
    assert refused.stderr == f"Nothing answers at http://127.0.0.1:9: {remedy}\n"


def test_a_token_of_ones_own_is_used(stack):
    refused = stack.run(*MIX, RAPPORT_TOKEN="not.a.token")
    assert refused.returncode == 1
    assert "The token is refused" in refused.stderr


@pytest.mark.parametrize("account", ["commons", "hosp-1"], ids=["sent", "restored"])
def test_the_log_replayed_is_the_journal_replayed(stack, account):
    replayed = stack.run("replay", "--account", account).stdout
    with stack.client(stack.record.api, "auditor") as api:
        assert replayed == api.get("/v1/replay", params={"account": account}).text


def test_the_story_comes_out_of_the_log_as_it_was_restored_and_goes_in_again_without_effect(stack, tmp_path):
    file = tmp_path / "hospital.ndjson"
    stack.run("replay", "--account", "hosp-1", "--output", str(file))
    told = [json.loads(line) for line in STORY.read_text(encoding="utf-8").splitlines()]
    came = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(each["id"], each["data"], moment(each["recordedat"])) for each in came] == [
        (each["id"], each["data"], moment(each["recordedat"])) for each in told
    ]
    assert stack.run("restore", str(file)).stdout == "65 events are restored, 0 of them by this. Accounts: 1.\n"


def test_a_restore_into_an_account_with_other_events_sends_nothing(stack, tmp_path):
    file, before = tmp_path / "commons.ndjson", stack.log_end()
    event = json.loads(STORY.read_text(encoding="utf-8").splitlines()[0]) | {"partitionkey": "commons"}
    file.write_text(json.dumps(event))
    refused = stack.run("restore", str(file))
    assert (refused.returncode, "The account commons has events already" in refused.stderr) == (1, True)
    assert stack.log_end() == before


def test_a_replay_can_be_narrowed_to_a_type_and_to_valid_time(stack):
    votes = ("replay", "--account", "commons", "--type", "attitude.assessed.v1", "--clock", "time")
    lines = stack.run(*votes, "--from", known.SECOND_VOTE, "--to", known.SECOND_VOTE).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    mix = known.MIX[known.SECOND_VOTE]
    assert len(events) == mix.support + mix.oppose - 1  # Douglas Ross was not recorded in March
    assert {event["time"][:10] for event in events} == {known.SECOND_VOTE}


def test_a_replay_that_was_cut_off_goes_on_in_its_file_and_another_file_is_refused(stack, tmp_path):
    file, wanted = tmp_path / "commons.ndjson", ("replay", "--account", "commons", "--type", "attitude.assessed.v1")
    whole = stack.run(*wanted).stdout.encode()
    file.write_bytes(whole[: len(whole) // 2])  # as a killed process leaves it: within a line
    assert stack.run(*wanted, "--output", str(file)).returncode == 0
    assert file.read_bytes() == whole
    stack.run(*wanted, "--output", str(file))
    assert file.read_bytes() == whole
    assert "is not among what is asked for" in stack.run("replay", "--account", "acme", "--output", str(file)).stderr
    wider = stack.run("replay", "--account", "commons", "--output", str(file))
    assert "does not hold what the log has" in wider.stderr
    assert file.read_bytes() == whole
    first, _, _ = whole.partition(b"\n")
    file.write_bytes(first.replace(b'"id":"', b'"id":"of-another-log-') + b"\n")
    assert "does not hold what the log has" in stack.run(*wanted, "--output", str(file)).stderr


def test_a_replay_by_record_time_ends_where_it_is_told_to(stack):
    assert stack.run("replay", "--to", "2019-12-31").stdout == ""


def test_the_catalogue_lists_every_event_type_and_every_question(stack):
    listed = json.loads(stack.run("catalogue", "--json").stdout)
    assert {each["type"] for each in listed["events"]} == set(schemas.catalogue().events)
    assert {each["question"] for each in listed["questions"]} == set(ALL)
    assert all(each["about"].endswith((".", "?")) for each in listed["events"] + listed["questions"])


def test_migrating_again_changes_nothing(stack):
    assert stack.run("migrate").stdout == "The database holds version 1 of the projection.\n"
