"""A batch that the database does not take is tried again, and the log says so without the database's own words."""

import logging

import pytest
from sqlalchemy.exc import DBAPIError
from tenacity import RetryCallState, Retrying

from services.projections.retrying import tell_of_retry


@pytest.mark.parametrize(
    "error", [DBAPIError("INSERT 王敏", {"name": "王敏"}, Exception("about 王敏")), OSError("about 王敏")]
)
def test_only_the_kind_of_the_error_is_told(caplog, error):
    state = RetryCallState(Retrying(), None, (), {})
    state.set_exception((type(error), error, None))
    with caplog.at_level(logging.WARNING):
        tell_of_retry(state)
    (record,) = caplog.records
    assert record.getMessage() == f"The database did not take a batch, which is tried again: {type(error).__name__}"
    assert "王敏" not in str(record.__dict__)
