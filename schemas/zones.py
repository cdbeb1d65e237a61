"""Time zones by their IANA names, as the tz database has them. Pure: it is fixed data."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone(name: str) -> ZoneInfo:
    """Return an IANA time zone; ValueError says what was expected."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected an IANA time zone, as UTC or Asia/Shanghai") from None
