"""The record time of each record of the log, as `rapport replay` tells it: the worker's, whoever wrote the record."""

from datetime import UTC, datetime

from services import copied, restored
from services.cli.log_reading import _timed
from services.copied import CREATE_TIME, Original
from services.partition import LOG_APPEND_TIME


def at(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def times(*records):
    """Tell the record times of records with these times, kinds and headers."""
    slice_ = [
        Original(0, place, stamp[0], stamp[1], b"a", b"{}", headers) for place, (stamp, *headers) in enumerate(records)
    ]
    return [recorded_at for _, recorded_at in _timed(slice_, {})]


def test_record_time_never_goes_back_and_a_time_that_a_sender_made_up_moves_no_clock():
    stamped = [((5, LOG_APPEND_TIME),), ((2**62, CREATE_TIME),), ((3, LOG_APPEND_TIME),), ((7, LOG_APPEND_TIME),)]
    assert times(*stamped) == [at(5), at(5), at(5), at(7)]


def test_what_was_copied_or_restored_has_the_time_that_it_had():
    now = (9_000, LOG_APPEND_TIME)
    copy = copied.header(4_000, LOG_APPEND_TIME)
    told = [(now, copy), (now, copy, restored.header(at(1_000))), (now, restored.header(at(2_000))), (now, copy)]
    assert times(*told) == [at(4_000), at(1_000), at(2_000), at(9_000)]
