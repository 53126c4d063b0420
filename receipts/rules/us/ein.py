"""Room: rules. The form of an Employer Identification Number: nine digits with a prefix some IRS campus assigns."""

from __future__ import annotations

import re

_FORM = re.compile(r"([0-9]{2})-[0-9]{7}", re.ASCII)
_UNASSIGNED = frozenset(
    {"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"}
)
"""Prefixes no campus has used so far (IRS, "How EINs are assigned"; not verified for this year: so it only warns)."""


def has_assigned_prefix(ein: str) -> bool:
    """Return whether a well-formed EIN starts with a prefix the IRS is known to assign."""
    found = _FORM.fullmatch(ein)
    return found is not None and found[1] not in _UNASSIGNED
