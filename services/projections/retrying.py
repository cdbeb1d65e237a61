"""Trying again what the database may let succeed a moment later."""

import logging

from sqlalchemy.exc import DBAPIError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential_jitter,
)

logger = logging.getLogger(__name__)


def tell_of_retry(state: RetryCallState) -> None:
    """Log that a batch is tried again: why, by its kind alone, for the database's own words may quote a row."""
    error = state.outcome and state.outcome.exception()
    logger.warning("The database did not take a batch, which is tried again: %s", type(error).__name__)


def patiently(seconds: float) -> AsyncRetrying:
    """Try again what the database may let succeed a moment later."""
    return AsyncRetrying(
        retry=retry_if_exception_type((DBAPIError, OSError)),
        wait=wait_exponential_jitter(initial=0.05, max=5),
        stop=stop_after_delay(seconds),
        before_sleep=tell_of_retry,
        reraise=True,
    )
