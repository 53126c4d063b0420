"""A press room of the tests, documents of invented donors, and a page as pixels."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import get_args

import pypdfium2
from hypothesis import strategies as st
from PIL import Image

from receipts.facts import (
    Dedication,
    Document,
    DonorFacts,
    GiftReceipt,
    Insubstantial,
    NothingGiven,
    freeze,
    gift_lines,
)
from receipts.numbers import format_number
from receipts.press.room import PressRoom, Printed
from receipts.render import print_pdf
from receipts.wording import DedicationKind
from tests.documents import samples

_HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZàáâãäåæçèéêëìíîïñòóôõöøùúûüýþÿßÀÉÖØÜ"
_FAR = "ĀāăąĆćČčĎďĐđĒēėęěĞğģĦħĪīĮįİıĶķŁłńňŐőŒœŘřŚśŞşŠšŢťŪūůűųŴŵŶŷŹźŻżŽžșț"
_KINDS = st.sampled_from(get_args(DedicationKind))
_SIGNS = "'-.’ "


@cache
def room(*, compile_at: int = 1) -> PressRoom:
    """Return the one press room of this test process, its presses in memory."""
    return PressRoom(samples.TEMPLATES, None, compile_at=compile_at)


def pressed(document: Document) -> Printed:
    """Return a document by the press; it must not be refused."""
    made = room().press(document)
    assert isinstance(made, Printed), made
    return made


def oracle(document: Document) -> bytes:
    """Return the same document as WeasyPrint sets it."""
    return print_pdf(freeze(document), samples.TEMPLATES).pdf


def words(letters: str, longest: int) -> st.SearchStrategy[str]:
    """Return lines that donors could have typed."""
    texts = st.text(letters + _SIGNS, min_size=1, max_size=longest)
    return texts.map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def receipts(draw: st.DrawFn) -> GiftReceipt:
    """Return receipts of invented donors, with every closed choice that a gift of money has."""
    gift, fee = draw(st.integers(1, 9_999_999)), draw(st.sampled_from([0, 1, 428, 99_999]))
    basis, method = draw(st.sampled_from([("charged", "card"), ("settled", "ach")]))
    gift_on = draw(st.dates(date(2026, 1, 1), date(2026, 11, 22)))
    initiated_on = gift_on - timedelta(days=draw(st.integers(0, 9))) if method == "ach" else None
    letters = draw(st.sampled_from([_LETTERS, _LETTERS, _LETTERS + _FAR]))
    lines = draw(st.lists(words(_LETTERS[:52] + "0123456789,", 40), max_size=3).map(tuple))
    return samples.receipt(
        number=format_number("R", 2026, draw(st.integers(1, 999_999))),
        donor=DonorFacts(name=draw(words(letters, 34)), address_lines=lines),
        gift_on=gift_on,
        gift_on_basis=basis,
        initiated_on=initiated_on,
        straddles=initiated_on is not None and initiated_on.year != gift_on.year,
        method=method,
        amount_cents=gift + fee,
        lines=gift_lines(gift_cents=gift, fee_cover_cents=fee),
        dedication=draw(st.none() | st.builds(Dedication, kind=_KINDS, name=words(letters, 20))),
        preference=draw(st.sampled_from([None, "coats", "shoes", "school_wear"])),
        goods_services=draw(st.sampled_from([NothingGiven(), Insubstantial(item="a logo mug")])),
        verify_url=f"https://give.example.org/v/{draw(_HEX)}",
        simulated=draw(st.booleans()),
        language=draw(st.sampled_from(["en", "es"])),
    )


def pixels(pdf: bytes, dots: int = 100) -> list[Image.Image]:
    """Return the pages of a PDF at so many dots an inch."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render(scale=dots / 72).to_pil().convert("L") for page in opened]
