"""Benchmarks: the same page by hand in typst, ReportLab and fpdf2: same words, same faces, logo, table and QR code.

Each peer is given its best known way: a warm compiler, registered fonts, and the QR code with our fixed mask, which
saves it segno's search. None of them carries receipt.json; only typst writes tags.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import font_source_sans_pro
import font_source_serif_pro
import segno
import typst
from fpdf import FPDF
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from receipts import wording
from receipts.facts import AnnualStatement, GiftReceipt
from receipts.render.marks import QR_MASK, QR_VERSION

MM = 72 / 25.4
SANS = Path(font_source_sans_pro.font_directory)
SERIF = Path(font_source_serif_pro.font_directory)
FACES = {
    "sans": SANS / "SourceSansPro-Regular.ttf",
    "bold": SANS / "SourceSansPro-Semibold.ttf",
    "serif": SERIF / "SourceSerifPro-Semibold.ttf",
}
INK, SOFT = "#1E2933", "#51606E"
Make = Callable[["GiftReceipt | AnnualStatement"], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of one page, in reading order, and its QR code."""

    issuer: str
    letterhead: list[str]
    title: str
    subtitle: str
    number: list[str]
    donor: list[str]
    facts: list[str]
    columns: list[str]
    rows: list[list[str]]
    total: list[str]
    law: list[str]
    check: list[str]
    footer: str
    address: str


def content_of(document: GiftReceipt | AnnualStatement) -> Content:
    """Return what a document says, as the peers set it."""
    issuer, version = document.issuer, document.wording_version
    say = wording.RECEIPT_WORDINGS[version]
    law = [
        say.nothing_given,
        wording.purpose_line(
            issuer.legal_name, document.preference if isinstance(document, GiftReceipt) else None, version
        ),
        f"{issuer.legal_name} is {issuer.tax_status}. {say.deductible} {say.keep_this}",
    ]
    law.append(
        wording.control_statement(issuer.legal_name) if isinstance(document, GiftReceipt) else say.statement_repeats
    )
    return Content(
        issuer=issuer.legal_name,
        letterhead=[f"EIN {issuer.ein}", *issuer.address_lines, issuer.contact or ""],
        title="Gift receipt" if isinstance(document, GiftReceipt) else f"Your gifts in {document.year}",
        subtitle="Written acknowledgment of a charitable gift",
        number=["Number", document.number, f"Issued {wording.long_day(document.issued_on)}"],
        donor=["Received from", document.donor.name, *document.donor.address_lines],
        facts=["Date of gift", wording.long_day(document.gift_on), "the day your card was charged", "Card"]
        if isinstance(document, GiftReceipt)
        else ["Tax year", str(document.year), f"{len(document.rows)} gifts"],
        columns=["Purpose", "US dollars"]
        if isinstance(document, GiftReceipt)
        else ["Date of gift", "Receipt", "Purpose", "Given", "US dollars"],
        rows=_rows(document),
        total=["Amount of your gift", wording.dollars(_total(document))],
        law=law,
        check=["Anyone may check this document", "Scan the code or open this address.", document.verify_url],
        footer=f"{issuer.legal_name} · EIN {issuer.ein} · {document.number}",
        address=document.verify_url,
    )


def _total(document: GiftReceipt | AnnualStatement) -> int:
    return document.amount_cents if isinstance(document, GiftReceipt) else document.total_cents


def typst_way() -> Make:
    """Return a warm typst compiler with a template that lays the page out."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(SANS), str(SERIF)])
    compiler = typst.Compiler(font_paths=fonts)

    def make(document: GiftReceipt | AnnualStatement) -> bytes:
        content = content_of(document)
        code = BytesIO()
        _code(content.address).save(code, kind="svg", border=4)
        inputs = {"data": json.dumps(asdict(content)), "code": code.getvalue().decode()}
        made = compiler.compile(_TYPST.encode(), format="pdf", sys_inputs=inputs)
        assert isinstance(made, bytes)
        return made

    return make


def reportlab_way() -> Make:
    """Return ReportLab by hand, its fonts registered once."""
    for name, file in FACES.items():
        pdfmetrics.registerFont(TTFont(name, str(file)))
    style = ParagraphStyle("law", fontName="sans", fontSize=10, leading=14)

    def make(document: GiftReceipt | AnnualStatement) -> bytes:
        content, out = content_of(document), BytesIO()
        canvas = Canvas(out, pagesize=letter, pageCompression=1)
        canvas.setTitle(f"{content.title} {content.number[1]}")
        _Sheet(_ReportLab(canvas, style), content).draw()
        canvas.save()
        return out.getvalue()

    return make


def fpdf_way() -> Make:
    """Return fpdf2 by hand; it reads its fonts anew for each document, as it asks for."""

    def make(document: GiftReceipt | AnnualStatement) -> bytes:
        content = content_of(document)
        pdf = FPDF(unit="pt", format="letter")
        pdf.set_auto_page_break(auto=False)
        for name, file in FACES.items():
            pdf.add_font(name, fname=str(file))
        pdf.add_page()
        pdf.set_title(f"{content.title} {content.number[1]}")
        _Sheet(_Fpdf(pdf), content).draw()
        return bytes(pdf.output())

    return make


def _rows(document: GiftReceipt | AnnualStatement) -> list[list[str]]:
    if isinstance(document, GiftReceipt):
        return [[line.label, wording.dollars(line.cents)] for line in document.lines]
    return [
        [
            wording.long_day(row.gift_on),
            row.receipt_number,
            wording.FUND_NAME,
            "None",
            wording.dollars(row.amount_cents),
        ]
        for row in document.rows
    ]


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", version=QR_VERSION, mask=QR_MASK, micro=False, boost_error=False)


class _ReportLab:
    """A page of ReportLab's, measured from the top."""

    def __init__(self, canvas: Canvas, style: ParagraphStyle) -> None:
        self._canvas = canvas
        self._style = style

    def text(self, x: float, y: float, text: str, face: str, size: float, *, colour: str = INK) -> None:  # noqa: PLR0913  # A line of text has that many sides.
        self._canvas.setFont(face, size)
        self._canvas.setFillColor(HexColor(colour))
        self._canvas.drawString(x, letter[1] - y, text)

    def right(self, x: float, y: float, text: str, face: str, size: float) -> None:
        self.text(x - pdfmetrics.stringWidth(text, face, size), y, text, face, size)

    def wrap(self, text: str, face: str, size: float, width: float) -> list[str]:
        lines: list[str] = simpleSplit(text, face, size, width)
        return lines

    def rule(self, x: float, y: float, width: float) -> None:
        self._canvas.line(x, letter[1] - y, x + width, letter[1] - y)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self._canvas.rect(x, letter[1] - y - height, width, height, stroke=0, fill=1)

    def turn_page(self) -> None:
        self._canvas.showPage()


class _Fpdf:
    """A page of fpdf2's."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf

    def text(self, x: float, y: float, text: str, face: str, size: float, *, colour: str = INK) -> None:  # noqa: PLR0913  # A line of text has that many sides.
        self._pdf.set_font(face, size=size)
        self._pdf.set_text_color(*bytes.fromhex(colour[1:]))
        self._pdf.text(x, y, text)

    def right(self, x: float, y: float, text: str, face: str, size: float) -> None:
        self._pdf.set_font(face, size=size)
        self.text(x - self._pdf.get_string_width(text), y, text, face, size)

    def wrap(self, text: str, face: str, size: float, width: float) -> list[str]:
        self._pdf.set_font(face, size=size)
        lines, line = [], ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self._pdf.get_string_width(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        return [*lines, line]

    def rule(self, x: float, y: float, width: float) -> None:
        self._pdf.line(x, y, x + width, y)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self._pdf.rect(x, y, width, height, style="F")

    def turn_page(self) -> None:
        self._pdf.add_page()


class _Sheet:
    """Lays the content out from the top, the same way for both libraries that only draw."""

    LEFT, RIGHT, BOTTOM = 57.0, 555.0, 700.0

    def __init__(self, page: _ReportLab | _Fpdf, content: Content) -> None:
        self._page = page
        self._content = content
        self._y = 60.0

    def draw(self) -> None:
        """Draw every part in reading order."""
        page, content = self._page, self._content
        page.rule(self.LEFT, 40, self.RIGHT - self.LEFT)
        page.text(self.LEFT, self._y, content.issuer, "serif", 14.5)
        for place, line in enumerate(content.letterhead):
            page.right(self.RIGHT, self._y + 12 * place, line, "sans", 8.5)
        self._lines([content.title], "serif", 25, after=80)
        self._lines([content.subtitle], "sans", 10)
        for place, line in enumerate(content.number):
            page.right(self.RIGHT, self._y - 20 + 14 * place, line, "bold", 10)
        self._y += 20
        for place, line in enumerate(content.facts):
            page.text(300, self._y + 14 * place, line, "bold", 10, colour=SOFT)
        self._lines(content.donor, "bold", 11)
        self._table()
        for paragraph in content.law:
            self._lines(page.wrap(paragraph, "sans", 10, self.RIGHT - self.LEFT), "sans", 10)
        self._y = max(self._y, 640)
        self._code()
        self._lines(content.check, "sans", 9)
        page.text(self.LEFT, 760, content.footer, "sans", 8, colour=SOFT)

    def _table(self) -> None:
        content = self._content
        step = (self.RIGHT - self.LEFT) / len(content.columns)
        for row in (content.columns, *content.rows, content.total):
            for place, cell in enumerate(row[:-1]):
                self._page.text(self.LEFT + step * place, self._y, cell, "sans", 9.5)
            self._page.right(self.RIGHT, self._y, row[-1], "sans", 9.5)
            self._page.rule(self.LEFT, self._y + 4, self.RIGHT - self.LEFT)
            self._y += 17
            self._turn_if_full()

    def _lines(self, lines: list[str], face: str, size: float, *, after: float = 0) -> None:
        self._y += after
        for line in lines:
            self._page.text(self.LEFT, self._y, line, face, size)
            self._y += size * 1.4
            self._turn_if_full()

    def _turn_if_full(self) -> None:
        if self._y > self.BOTTOM + 45:
            self._page.text(self.LEFT, 760, self._content.footer, "sans", 8, colour=SOFT)
            self._page.turn_page()
            self._y = 60.0

    def _code(self) -> None:
        size = 29 * MM / 45
        for y, row in enumerate(_code(self._content.address).matrix):
            for x, is_dark in enumerate(row):
                if is_dark:
                    self._page.box(470 + x * size, self._y + y * size, size, size)


_TYPST = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title + " " + data.number.at(1), author: data.issuer)
#set page(paper: "us-letter", margin: (x: 20mm, top: 14mm, bottom: 18mm),
  footer: text(8pt, data.footer + " · Page " + context counter(page).display()))
#set text(font: "Source Sans Pro", size: 10pt, lang: "en", fill: rgb("#1E2933"))
#show heading: set text(font: "Source Serif Pro", weight: 600)
#line(length: 100%)
#grid(columns: (1fr, 55mm), text(14.5pt, font: "Source Serif Pro", weight: 600, data.issuer),
  align(right, text(8.5pt, data.letterhead.join(linebreak()))))
#v(10mm)
#grid(columns: (1fr, 72mm), [= #data.title
#data.subtitle], align(right, data.number.join(linebreak())))
#v(5mm)
#grid(columns: (84mm, 1fr), strong(data.donor.join(linebreak())), data.facts.join(linebreak()))
#v(5mm)
#table(columns: data.columns.map(_ => 1fr), stroke: (bottom: 0.5pt),
  table.header(..data.columns), ..data.rows.flatten(),
  table.cell(colspan: data.columns.len() - 1, data.total.at(0)), data.total.at(1))
== For your tax records
#data.law.join(parbreak())
#v(1fr)
#grid(columns: (1fr, 29mm), data.check.join(linebreak()),
  image(bytes(sys.inputs.code), width: 29mm, alt: "QR code"))
"""
