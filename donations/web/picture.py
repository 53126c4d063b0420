"""Room: web. A picture to keep and to share: the clotheslines a gift fills. It names nobody, and no gift is asked.

Its address says all that is drawn, so a shared picture leads to nothing: "1-4" is one whole set and four ninths of
another, "20000" the same with its amount in cents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, abort, render_template

from donations.web.drawing import draw_png, dress_svg
from donations.web.house import house
from receipts import wording

routes = Blueprint("picture", __name__)
_NAME = re.compile("([0-9]{1,4})-([0-8])|([0-9]{1,9})", re.ASCII)
_LINES_MOST = 3
_WIDTH, _TOP, _ROOM = 1200, 50, 410
_PIECE = (100, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One clothesline: where it hangs, how large, and how many of its nine pieces are there."""

    x: float
    y: float
    scale: float
    hung: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a picture shows and says."""

    title: str
    words: str
    foot: str
    lines: tuple[Line, ...]


@routes.get("/picture/<name>.svg")
def drawing(name: str) -> Response:
    """Hand out the picture as shapes and text."""
    return _for_a_day(Response(_svg(name), content_type="image/svg+xml"))


@routes.get("/picture/<name>.png")
def picture(name: str) -> Response:
    """Hand out the same picture as pixels."""
    return _for_a_day(Response(_pixels(_svg(name)), content_type="image/png"))


def _svg(name: str) -> str:
    return dress_svg(render_template("layout/card.svg", card=_card(name)))


def _for_a_day(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@lru_cache(maxsize=64)
def _pixels(svg: str) -> bytes:
    return draw_png(svg)


def _card(name: str) -> Card:
    """Return what a name asks for; what no gift could make is not found."""
    found = _NAME.fullmatch(name)
    organisation = house().settings.organisation
    price = organisation.set_price_cents
    if found is None:
        abort(404)
    cents = int(found[3]) if found[3] else _least_cents(int(found[1]), int(found[2]), price)
    if not 0 < cents <= organisation.gift_max_cents or name not in {str(cents), wording.picture_name(cents, price)}:
        abort(404)
    words = wording.sets_words(cents, price) if found[3] else _about(cents, price)
    foot = f"{wording.FUND_NAME} · {organisation.trade_name or organisation.legal_name}"
    return Card(title=f"A clothesline: {words}. {foot}", words=words, foot=foot, lines=_lines(cents, price))


def _least_cents(whole: int, pieces: int, price: int) -> int:
    return max(1, whole * price - (-pieces * price // wording.CARD_PIECES))


def _about(cents: int, price: int) -> str:
    """Return the sets in words without any amount."""
    whole, rest = divmod(cents, price)
    sets = "one whole set of clothing" if whole == 1 else f"{whole:,} whole sets of clothing"
    if not whole:
        return "a part of a set of clothing"
    return f"{sets}, and a part of another" if rest else sets


def _lines(cents: int, price: int) -> tuple[Line, ...]:
    whole, rest = divmod(cents, price)
    hung = [wording.CARD_PIECES] * min(whole, _LINES_MOST)
    if rest and len(hung) < _LINES_MOST:
        hung.append(rest * wording.CARD_PIECES // price)
    scale = min(1.2, _ROOM / len(hung) / (_PIECE[1] + 10))
    x = (_WIDTH - wording.CARD_PIECES * _PIECE[0] * scale) / 2
    return tuple(
        Line(x=round(x, 2), y=round(_TOP + place * _ROOM / len(hung), 2), scale=round(scale, 4), hung=pieces)
        for place, pieces in enumerate(hung)
    )
