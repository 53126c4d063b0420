"""Hostile donors: names and addresses of every script, piled marks, turned directions, markup, templates, long words.

The same seed always gives the same donors, so that one line repeats a failure.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

_MARKUP = (
    "<b>{}</b>",
    "<script>{}</script>",
    "</p><img src=file:///etc/passwd>{}",
    "<style>@import 'http://127.0.0.1/x';</style>{}",
    "&lt;{}&gt;&#x41;&nbsp;",
    "<!-- {} -->",
    "]]>{}<![CDATA[",
    '"><svg onload={}>',
    "<link rel=attachment href=file:///etc/hostname>{}",
)
_TEMPLATES = (
    "{{{{ {} }}}}",
    "{{% for a in range(9**9) %}}{}{{% endfor %}}",
    "{{{{ document.__class__.__mro__ }}}}{}",
    "${{{}}}",
    "%({})s",
    "#{{{}}}",
    "{{# {} #}}",
    "\\{}\\n%00",
    "=HYPERLINK({})",
    "'; DROP TABLE receipt; --{}",
    "/JS (app.alert) >> endobj {}",
    "%%EOF\\r startxref {}",
)
_MARKS = "".join(chr(point) for point in range(0x300, 0x370))
_TURNING = "\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f"
_RIGHT_TO_LEFT = "אבגדהוזחטיךכלםמןנסעףפץצקרשת" + "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_PICTURES = "😀👩‍👩‍👧‍👦🏳️‍🌈🇺🇸🧥👟🧦❤️🦊👍🏽"


def hostile_donors(count: int, *, seed: int = 1) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (way, name, address lines), the ways by turns."""
    chance = random.Random(seed)  # noqa: S311 - donors to repeat, no secret.
    for place in range(count):
        way = _WAYS[place % len(_WAYS)]
        lines = tuple(way(chance) for _ in range(chance.randint(0, 3)))
        yield way.__name__.strip("_"), way(chance), lines


@cache
def _letters() -> tuple[str, ...]:
    """Return every letter Unicode knows, in rows of 128 code points: mostly one script each."""
    rows: dict[int, list[str]] = {}
    for point in range(0x21, 0x32000):
        if unicodedata.category(chr(point)).startswith("L"):
            rows.setdefault(point // 128, []).append(chr(point))
    return tuple("".join(row) for row in rows.values())


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnop ABC'é-", k=chance.randint(1, 20))) or "a"


def _any_script(chance: random.Random) -> str:
    return "".join(chance.choices(chance.choice(_letters()), k=chance.randint(1, 60)))


def _many_scripts(chance: random.Random) -> str:
    return " ".join(chance.choice(chance.choice(_letters())) for _ in range(chance.randint(2, 40)))


def _piled_marks(chance: random.Random) -> str:
    return "".join(letter + "".join(chance.choices(_MARKS, k=chance.randint(0, 6))) for letter in _word(chance))


def _right_to_left(chance: random.Random) -> str:
    return "".join(chance.choices(_RIGHT_TO_LEFT + " 123 abc (", k=chance.randint(1, 80)))


def _turned(chance: random.Random) -> str:
    return chance.choice(_TURNING).join(_word(chance) for _ in range(chance.randint(1, 4)))


def _invisible(chance: random.Random) -> str:
    return "".join(chance.choice(_INVISIBLE) + letter for letter in _word(chance))


def _markup(chance: random.Random) -> str:
    return chance.choice(_MARKUP).format(_word(chance))


def _template(chance: random.Random) -> str:
    return chance.choice(_TEMPLATES).format(_word(chance))


def _long_word(chance: random.Random) -> str:
    return chance.choice("WmÆ一ﷺ.-iอ") * chance.choice((30, 100, 119, 120, 121, 200, 201, 5_000))


def _pictures(chance: random.Random) -> str:
    return "".join(chance.choices(_PICTURES, k=chance.randint(1, 40)))


def _controls(chance: random.Random) -> str:
    return chance.choice("\x00\x07\x1b\x7f\x85\u2028\u2029\r\n\t").join((_word(chance), _word(chance)))


def _anything(chance: random.Random) -> str:
    points = (chance.randrange(0x110000) for _ in range(chance.randint(1, 120)))
    return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000) or "\ud800"


_WAYS: tuple[Callable[[random.Random], str], ...] = (
    _any_script,
    _many_scripts,
    _piled_marks,
    _right_to_left,
    _turned,
    _invisible,
    _markup,
    _template,
    _long_word,
    _pictures,
    _controls,
    _anything,
)
