"""Room: donors. Names and addresses as they stand before the treasurer has stepped up."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """Return "A•• E••••••" for "Ada Example": enough to tell rows apart, not to know who."""
    return " ".join(word[0] + "•" * (len(word) - 1) for word in name.split())


def mask_email(email: str) -> str:
    """Return "a…@e…" for "ada@example.org", and nothing for nothing."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain[:1]}…" if email else ""
