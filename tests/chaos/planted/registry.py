"""The planted bugs by name, and what a campaign has to do so that each shows: the score is of these."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from tests.chaos.planted import answers, history, ingest, journal, transactions
from tests.chaos.planted.hook import Changes

Fault = Literal[
    "none",
    "broker-away",  # stopped or cut off for longer than ingest's patience, while events flow
    "leader-lost",  # followers frozen (shorter than they may lag), sends acknowledged, then the leader killed for good
    "database-killed",  # SIGKILL or a cut link while batches are written
    "worker-killed",  # at the points named
    "worker-frozen",  # SIGSTOP in the midst of a batch, past its session; SIGCONT while the new owner goes on
    "group-offsets-set",  # workers dead, events sent, the group's committed offsets set to the end, workers started
    "workers-1-2-1",  # the first one stays; events of the same accounts in each phase
]


class Bug(NamedTuple):
    """One bug: what it changes, what has to happen beside the traffic of every campaign, and where it must show."""

    changes: Callable[[], Changes]
    fault: Fault
    shows: str
    points: tuple[str, ...] = ()  # of `points`, any of which makes it show


# The named points that fall between the two transactions of a bug that has two.
BETWEEN_POSITION_AND_ROWS = ("after-insert", "after-states", "before-commit")
BETWEEN_ROWS_AND_POSITION = ("after-position",)

BUGS = {
    "ack-before-broker": Bug(
        *(ingest.ack_before_broker, "broker-away"),
        "an acknowledged event is not in the log; a receipt's place holds another one",
    ),
    "acks-1": Bug(
        *(ingest.acks_1, "leader-lost"),
        "an acknowledged event is not in the log; two values of one place, if a consumer had read it",
    ),
    "drop-last-of-batch": Bug(
        *(transactions.drop_last_of_batch, "none"),
        "a good record of the log below the position is in no journal and no dead letter",
    ),
    "skip-batch-on-exception": Bug(
        *(transactions.skip_batch_on_exception, "database-killed"),
        "as drop-last-of-batch, for a run of records",
    ),
    "position-before-rows": Bug(
        *(transactions.position_before_rows, "worker-killed"),
        "in one snapshot, and after the kill for good: records below the position that are nowhere",
        BETWEEN_POSITION_AND_ROWS,
    ),
    "position-in-another-transaction": Bug(
        *(transactions.position_in_another_transaction, "worker-killed"),
        "in one snapshot: rows at or above the position; an answer that its own token does not repeat; "
        "with a dead letter in the batch the worker stops for good, and the lag stays",
        BETWEEN_ROWS_AND_POSITION,
    ),
    "no-guard-on-position": Bug(
        *(transactions.no_guard_on_position, "worker-frozen"),
        "a position moves backwards, for a moment under load: keep every move, or freeze when nothing more is sent",
    ),
    "seek-to-committed": Bug(
        *(transactions.seek_to_committed, "group-offsets-set"),
        "the worker stops at a gap at each start, and the lag never returns to 0",
    ),
    "no-deduplication": Bug(
        *(journal.no_deduplication, "none"),
        "two rows of the journal hold one identity by their bytes; conflicts are no dead letters",
    ),
    "dedup-by-id": Bug(
        *(journal.dedup_by_id, "none"),
        "an acknowledged event of the second source is in no journal and no dead letter",
    ),
    "consumer-clock": Bug(
        *(journal.consumer_clock, "none"),
        "recorded_at of a row is not the running maximum of the log's own times",
    ),
    "arrival-order": Bug(
        *(history.arrival_order, "none"),
        "answers about now and about the past are not the oracle's; a rebuild's digest is another one",
    ),
    "late-appended": Bug(
        *(history.late_appended, "none"),
        "answers about now, without moments, are not the oracle's, nor repeated by their tokens; "
        "a rebuild's digest is another one",
    ),
    "correction-ignored": Bug(
        *(history.correction_ignored, "none"),
        "answers are not the oracle's; a rebuild's digest is another one",
    ),
    "retraction-everywhen": Bug(
        *(history.retraction_everywhen, "none"),
        "answers with a known_at before a retraction was recorded are not the oracle's; "
        "a token from before it is not repeated",
    ),
    "amendment-by-time": Bug(
        *(history.amendment_by_time, "none"),
        "answers are not the oracle's; a rebuild's digest is another one",
    ),
    "future-folded": Bug(
        *(history.future_folded, "none"),
        "answers about now, without moments, are not the oracle's; a rebuild's digest is another one",
    ),
    "stale-state-cache": Bug(
        *(transactions.stale_state_cache, "workers-1-2-1"),
        "answers about now lack what the second worker folded; a rebuild's digest is another one",
    ),
    "dead-letter-good": Bug(
        *(journal.dead_letter_good, "none"),
        "an acknowledged event of one in fifty ids is a dead letter",
    ),
    "policy-at-now": Bug(
        *(answers.policy_at_now, "none"),
        "answers with an as_of or known_at before a policy are not the oracle's; a token from before is not repeated",
    ),
    "token-without-policy": Bug(
        *(answers.token_without_policy, "none"),
        "an answer is not repeated by its token once a policy came that applies from before the token's as_of",
    ),
    "two-transactions": Bug(
        *(answers.two_transactions, "none"),
        "an answer about now, asked while events of its account are folded, is not what the log says at its token's "
        "cut, nor repeated by its token",
    ),
}
