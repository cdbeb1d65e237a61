"""What pydantic says of an event, worded as an expectation, without quoting what was sent."""

import re

from pydantic_core import ErrorDetails

ONE_OF_THE_TYPES = "expected one of the types that /v1/types lists"

_REASONS = {
    "missing": "expected this field, which is required",
    "extra_forbidden": "expected no such field",
}
_PATTERNS = {  # of the contract; a test knows when one is missing here
    r"^[^\x00-\x1f\x7f]+$": "expected text without control characters",
    r"^[^\x00]+$": "expected text without the character NUL",
    r"^[^$\x00-\x1f\x7f][^\x00-\x1f\x7f]*$": "expected an account; $policy is for policies",
    r"^([^$\x00-\x1f\x7f][^\x00-\x1f\x7f]*|\$policy)$": "expected an account, or $policy",
    r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$": "expected an e-mail address",
    r"^[A-Z]{3}$": "expected three capital letters, as EUR",
    r"^[0-9a-f]{64}$": "expected a SHA-256 in 64 hexadecimal digits",
    r"^sha256:[0-9a-f]{64}$": "expected sha256: and 64 hexadecimal digits",
    r"^[\w.-]{1,100}$": "expected 1 to 100 letters, digits or any of _ . -",
    r"^[1-8]\d{3}(-Q[1-4]|-(0[1-9]|1[0-2]))?$": "expected a year, quarter or month, as 2025, 2025-Q2 or 2025-04",
    r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$": "expected a month and a day up to 28, as 04-01",
    r"^#[0-9a-fA-F]{6}$": "expected a colour, as #009E73",
}
_SHOULD = re.compile(r"^(Input should be|\w+ should have) ")
_COUNTED = re.compile(r" after validation, not .*")


def reason(error: ErrorDetails) -> str:
    """Word what is wrong at one place."""
    kind = error["type"]
    if kind.startswith("union_tag"):
        return ONE_OF_THE_TYPES
    if kind == "string_pattern_mismatch":
        return _PATTERNS[error["ctx"]["pattern"]]
    message = error["msg"].removeprefix("Value error, ")
    return _REASONS.get(kind) or _COUNTED.sub("", _SHOULD.sub("expected ", message))
