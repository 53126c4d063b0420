"""Room: clock. Instants become days in the book's time zone, once; *now* is a port, never read here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def day_in_zone(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day on which `instant` falls in `zone`; a naive instant is refused (ValueError)."""
    return _aware(instant).astimezone(zone).date()


def to_rfc3339(instant: datetime) -> str:
    """Return the instant as RFC 3339 UTC with microseconds only where they are not zero."""
    return _aware(instant).astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Return the aware UTC instant of an RFC 3339 text; one without an offset is refused (ValueError)."""
    return _aware(datetime.fromisoformat(text)).astimezone(UTC)


def from_epoch(seconds: int) -> datetime:
    """Return the UTC instant of Stripe's whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    return instant
