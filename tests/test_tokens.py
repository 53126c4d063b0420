from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations import tokens
from donations.tokens import Purpose

_OLD, _NEW = bytes(range(32)), bytes(range(1, 33))
_NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def test_a_reference_is_its_letter_and_sixteen_letters_nobody_misreads() -> None:
    drawn = {tokens.draw_reference("g") for _ in range(200)}
    assert len(drawn) == 200
    assert all(re.fullmatch("g_[0-9a-hjkmnp-tv-z]{16}", reference, re.ASCII) for reference in drawn)


def test_a_drawn_token_is_128_bits_of_hex() -> None:
    assert re.fullmatch("[0-9a-f]{32}", tokens.draw_hex_token())
    assert len({tokens.draw_hex_token() for _ in range(200)}) == 200


def test_keys_are_derived_as_rfc_5869_says() -> None:
    pseudo_random = hmac.new(b"\0" * 32, _NEW, hashlib.sha256).digest()
    expected = hmac.new(pseudo_random, b"almoner/form\x01", hashlib.sha256).digest()
    assert tokens.derive_key(_NEW, "form") == expected


def test_each_use_has_its_own_key() -> None:
    purposes: tuple[Purpose, ...] = get_args(Purpose)
    assert len({tokens.derive_key(_NEW, purpose) for purpose in purposes}) == len(purposes)


def test_a_derived_token_is_the_same_each_time_and_another_for_each_subject_and_use() -> None:
    token = tokens.derive_token([_NEW], "thanks", "g_1")
    assert token == tokens.derive_token([_NEW], "thanks", "g_1")
    assert re.fullmatch("[0-9a-f]{32}", token)
    others = {
        tokens.derive_token([_NEW], "thanks", "g_2"),
        tokens.derive_token([_NEW], "receipt-link", "g_1"),
        tokens.derive_token([_OLD], "thanks", "g_1"),
    }
    assert len(others | {token}) == 4


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_what_was_signed_is_read_back_with_its_instant(value: str) -> None:
    signed = tokens.sign([_NEW], "form", value, now=_NOW)
    assert tokens.unsign([_NEW], "form", signed, now=_NOW + timedelta(hours=1)) == (value, _NOW)


def test_during_rotation_the_older_key_still_opens_and_the_newest_signs() -> None:
    signed_before = tokens.sign([_OLD], "form", "x", now=_NOW)
    assert tokens.unsign([_NEW, _OLD], "form", signed_before, now=_NOW) is not None
    signed_now = tokens.sign([_NEW, _OLD], "form", "x", now=_NOW)
    assert tokens.unsign([_NEW], "form", signed_now, now=_NOW) is not None
    assert tokens.unsign([_OLD], "form", signed_now, now=_NOW) is None


def test_a_signature_for_one_use_is_worth_nothing_for_another() -> None:
    assert tokens.unsign([_NEW], "device", tokens.sign([_NEW], "form", "x", now=_NOW), now=_NOW) is None


@given(st.text())
def test_no_text_is_taken_for_a_signature_or_breaks_the_check(text: str) -> None:
    assert tokens.unsign([_NEW], "form", text, now=_NOW) is None


@pytest.mark.parametrize("place", range(12))
def test_one_changed_letter_breaks_a_signature(place: int) -> None:
    signed = tokens.sign([_NEW], "form", "value", now=_NOW)
    changed = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]
    assert tokens.unsign([_NEW], "form", changed, now=_NOW) is None
