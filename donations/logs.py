"""Room: logs. One line an event, for operators; nothing in it is ever about a person."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "broken_invariant",
        "fault",
        "key",
        "object",
        "parked",
        "reason",
        "route",
        "status",
        "type",
    }
)
"""The fields a line may have; any other is dropped, so that a careless call tells nothing."""
_SECRET = re.compile(r"[^\s@]+@[^\s@]+|(?:sk|rk|whsec)_\w+|\b[0-9a-f]{32,}\b")
"""E-mail addresses, Stripe's keys, and our tokens and hashes."""


def configure_logs(*, is_json: bool) -> None:
    """Send one line per event to stderr, libraries' too: JSON for machines, plain words at a terminal."""
    rendering: Any = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False)
    named: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*named, redact, rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=named, processors=[redact, rendering]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the known fields of an event, and of their values nothing that looks like an address, key or token."""
    return {name: _clean(value) for name, value in event.items() if name in _FIELDS}


def _clean(value: object) -> object:
    return _SECRET.sub("[redacted]", value) if isinstance(value, str) else value
