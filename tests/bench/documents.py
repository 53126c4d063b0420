"""Benchmarks: documents. Receipts for one second of processor time, ours against the simplest way with WeasyPrint.

Both set the same page with the same fonts for the same fresh donors, by turns, in one process. Ours is tagged,
PDF/A-3a and PDF/UA-1 with receipt.json inside; the naive one is a plain PDF. Neither is signed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from statistics import median
from time import process_time

import font_source_sans_pro
import font_source_serif_pro
from pypdf import PdfReader
from weasyprint import HTML

from receipts.facts import DonorFacts, GiftReceipt, freeze, thaw_sample
from receipts.numbers import format_number
from receipts.render import print_pdf
from receipts.render.printing import make_html
from receipts.render.workshop import open_workshop
from tests.bench.facts import Measure

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
ROUNDS = int(os.environ.get("ALMONER_BENCH_ROUNDS", "20"))
WARM_UP = 2
FOLDERS = {"SourceSansPro": font_source_sans_pro, "SourceSerifPro": font_source_serif_pro}


@dataclass(slots=True)
class Contender:
    """One way to make the PDF of a receipt, and what it took so far."""

    name: str
    make: Callable[[GiftReceipt], bytes]
    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def run(self, receipt: GiftReceipt) -> bytes:
        """Make one PDF and note its processor time and size."""
        began = process_time()
        pdf = self.make(receipt)
        self.seconds.append(process_time() - began)
        self.sizes.append(len(pdf))
        return pdf

    @property
    def per_second(self) -> float:
        """Return receipts for one second of processor time, by the median."""
        return 1 / median(self.seconds)


def measure() -> list[Measure]:
    """Return our figure with its ratio to the naive one, and the naive one itself."""
    ours = Contender("receipts, ours", lambda receipt: print_pdf(freeze(receipt), TEMPLATES).pdf)
    naive = Contender("receipts, naive WeasyPrint", naive_way())
    equal = 0
    for turn in range(ROUNDS + WARM_UP):
        if turn == WARM_UP:
            _forget(ours, naive)
        receipt = fresh_receipt(turn)
        contenders = (ours, naive) if turn % 2 else (naive, ours)
        made = {contender.name: contender.run(receipt) for contender in contenders}
        equal += _text(made[ours.name]) == _text(made[naive.name])
    said = f"same text on {equal} of {ROUNDS + WARM_UP}; load {os.getloadavg()[0]:.1f}"
    return [_told(ours, f"PDF/A-3a + PDF/UA-1 + receipt.json; {said}", naive), _told(naive, "plain PDF, untagged")]


def fresh_receipt(turn: int) -> GiftReceipt:
    """Return a receipt for a donor not met before, so that no cache flatters anybody."""
    sample = thaw_sample((TEMPLATES / "gift_receipt" / "sample.json").read_bytes())
    assert isinstance(sample, GiftReceipt)
    donor = DonorFacts(
        name=f"Zofia Öström {turn * 7919:06d}", address_lines=(f"{turn} Sample Street", "Reno, NV 89501")
    )
    return replace(sample, number=format_number("R", 2026, turn + 1), donor=donor, simulated=False)


def naive_way() -> Callable[[GiftReceipt], bytes]:
    """Return `HTML(string=…).write_pdf()` on the same page with its style sheets inside."""
    workshop = open_workshop(TEMPLATES)
    style = "".join((TEMPLATES / part).read_text("utf-8") for part in ("shared/house.css", "gift_receipt/style.css"))
    for face, package in FOLDERS.items():
        style = style.replace(f"house:{face}", f"file://{package.font_directory}/{face}")

    def make(receipt: GiftReceipt) -> bytes:
        page = make_html(receipt, workshop).replace("</head>", f"<style>{style}</style></head>")
        pdf: bytes = HTML(string=page).write_pdf()
        return pdf

    return make


def _forget(*contenders: Contender) -> None:
    for contender in contenders:
        contender.seconds.clear()
        contender.sizes.clear()


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def _told(contender: Contender, notes: str, peer: Contender | None = None) -> Measure:
    times = [seconds * 1_000 for seconds in contender.seconds]
    cpu = f"CPU ms median {median(times):.0f}, least {min(times):.0f}, {len(times)} rounds"
    return Measure(
        name=contender.name,
        value=contender.per_second,
        unit="receipts/CPU-s",
        ratios={} if peer is None else {peer.name: contender.per_second / peer.per_second},
        notes=f"{cpu}; {round(median(contender.sizes) / 1_024)} KB; unsigned; {notes}",
    )
