"""A record that a restore wrote back is read as it stood; and a header that somebody forged moves nothing far."""

import pytest

from services import copied
from services.copied import CREATE_TIME, Original, header, original
from services.partition import LOG_APPEND_TIME

NOW = 1_800_000_000_000
OTHERS = [("content-type", b"x"), ("x", None)]


def record(*headers, timestamp=NOW, timestamp_type=LOG_APPEND_TIME):
    return Original(3, 7, timestamp, timestamp_type, b"acme", b"{}", list(headers))


def test_a_copy_is_read_with_the_time_and_the_headers_that_it_had():
    told = record(header(1_700_000_000_123, LOG_APPEND_TIME), *OTHERS)
    assert original(told) == record(*OTHERS, timestamp=1_700_000_000_123)


def test_a_time_that_a_sender_had_made_up_is_one_still():
    for stamp in (-1, 0, 2**62):
        told = original(record(header(stamp, CREATE_TIME)))
        assert (told.timestamp_type, list(told.headers)) == (CREATE_TIME, [])


def test_a_copy_of_a_copy_is_read_as_the_first_one():
    told = record(header(NOW - 1, LOG_APPEND_TIME), header(NOW - 2, LOG_APPEND_TIME), *OTHERS)
    assert original(told) == record(*OTHERS, timestamp=NOW - 2)
    made_up = record(header(NOW - 1, LOG_APPEND_TIME), header(5, CREATE_TIME), header(3, LOG_APPEND_TIME))
    assert original(made_up).timestamp_type == CREATE_TIME
    assert list(original(made_up).headers) == [header(3, LOG_APPEND_TIME)]


def test_nothing_was_recorded_after_this_log_got_it():
    assert original(record(header(NOW + 1, LOG_APPEND_TIME))).timestamp == NOW
    assert original(record(header(NOW - 2, LOG_APPEND_TIME), header(NOW - 1, LOG_APPEND_TIME))).timestamp == NOW - 2


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"yesterday",
        b"LogAppendTime",
        b"LogAppendTime -1",
        b"LogAppendTime 1 ",
        b"LogAppendTime " + b"9" * 20,
    ],
)
def test_a_header_that_no_restore_writes_is_one_like_any_other(value):
    told = record((copied.HEADER, value), *OTHERS)
    assert original(told) is told


def test_only_the_first_header_counts_and_only_where_the_log_itself_stamps():
    for told in (record(*OTHERS, header(1, LOG_APPEND_TIME)), record(header(1, LOG_APPEND_TIME), timestamp_type=0)):
        assert original(told) is told
