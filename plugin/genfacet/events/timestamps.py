"""Points in time as UBI has them: ISO 8601 text. Here they are always aware of their time zone."""

import re
from datetime import UTC, datetime

# `fromisoformat` alone takes more than UBI does: week dates, any separator, text without a time.
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# A clock that was never set, or counts something else, tells nothing about when a shopper did something.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def read_timestamp(text: str) -> datetime:
    """Reads ``"2026-03-01T12:00:00.250Z"`` to the microsecond, in UTC; text without an offset is UTC.

    Raises ValueError for other forms, for what no calendar has, and outside the years 2000 to 2099.
    """
    if _FORM.fullmatch(text) is None:
        raise ValueError("must be an ISO 8601 date and time such as 2026-03-01T12:00:00Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date and time that exist") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must lie in the years 2000 to 2099")
    return moment.astimezone(UTC)


def write_timestamp(moment: datetime) -> str:
    """The text of an aware datetime, in UTC with a trailing ``Z``, which Elasticsearch and OpenSearch both take."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
