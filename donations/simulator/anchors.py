"""Room: simulator. When a monthly gift renews: by its anchor, as Stripe counts, so that no month end ever drifts."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime

_MONTHS = 12


def renewal(anchor: int, months: int) -> int:
    """Return the instant (epoch seconds) so many months after the anchor: its day, or that month's last day.

    Always counted from the anchor itself: 31 January is followed by 28 February and then by 31 March.
    """
    first = datetime.fromtimestamp(anchor, tz=UTC)
    years, month = divmod(first.month - 1 + months, _MONTHS)
    year = first.year + years
    day = min(first.day, monthrange(year, month + 1)[1])
    return int(first.replace(year=year, month=month + 1, day=day).timestamp())


def next_renewal(anchor: int, after: int) -> int:
    """Return the first renewal that is later than an instant (both epoch seconds)."""
    first, then = datetime.fromtimestamp(anchor, tz=UTC), datetime.fromtimestamp(after, tz=UTC)
    months = max((then.year - first.year) * _MONTHS + then.month - first.month, 0)
    found = renewal(anchor, months)
    return found if found > after else renewal(anchor, months + 1)
