"""Room: press. Why a document is not pressed: a closed list of reasons, each a word to count."""

from __future__ import annotations

from typing import Literal

Reason = Literal["layout", "letter", "spaces", "too_wide", "not_compiled", "kind", "fault", "off"]
"""layout: the template cannot be pressed; letter: outside the press's letters; fault: the press itself broke."""


class UnpressableError(Exception):
    """A template or layout that cannot be pressed; the sentence says what to change and names no value."""
