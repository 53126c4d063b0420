"""What operators read tells nothing about a person."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from donations.logs import configure_logs, redact


@pytest.mark.parametrize(
    "secret",
    [
        "ada@example.org",
        "sk_live_0123456789",
        "rk_test_0123456789",
        "whsec_0123456789",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_a_secret_in_a_known_field_is_blotted_out(secret: str) -> None:
    assert secret not in str(redact(None, "info", {"event": f"about {secret}", "fault": secret}))


def test_a_field_nobody_listed_is_dropped() -> None:
    assert redact(None, "info", {"event": "x", "name": "Ada Example", "email": "a"}) == {"event": "x"}


def test_ids_an_operator_needs_stay() -> None:
    line = {"event": "event_parked", "object": "cs_sim_1", "type": "charge.updated", "key": "print/R-2026-000001-8"}
    assert redact(None, "info", dict(line)) == line


def test_a_line_of_a_library_is_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        configure_logs(is_json=True)
        logging.getLogger("some.library").warning("refused ada@example.org")
        line = json.loads(capsys.readouterr().err)
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = before
    assert line["event"] == "refused [redacted]"


def test_a_line_for_machines_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        configure_logs(is_json=True)
        structlog.get_logger().warning("effect_failed", key="mail/receipt/R-1", fault="OSError", email="a@b.org")
        line = json.loads(capsys.readouterr().err)
    finally:
        structlog.reset_defaults()
    assert (line["event"], line["key"], line["level"]) == ("effect_failed", "mail/receipt/R-1", "warning")
    assert "email" not in line
