"""Benchmarks: documents. Receipts and statements for one second of processor time, ours against its peers.

One process, one run, by turns, fresh donors throughout, so that no cache flatters anybody. Ours begins with frozen
facts and ends with PDF/A-3a + PDF/UA-1, tagged, receipt.json inside; naive WeasyPrint sets the same page untagged;
the peers set the same words, faces and code by hand, without logo, receipt.json and (but for typst) tags.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from hashlib import md5
from io import BytesIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import font_source_sans_pro
import font_source_serif_pro
from pypdf import PdfReader
from weasyprint import HTML

from receipts.facts import (
    AnnualStatement,
    Document,
    DonorFacts,
    GiftReceipt,
    StatementRow,
    freeze,
    gift_lines,
    kind_of,
    thaw_sample,
)
from receipts.numbers import format_number
from receipts.press.room import PressRoom
from receipts.render import print_pdf
from receipts.render.printing import make_html
from receipts.render.workshop import open_workshop
from receipts.seal import SealKey, finish_document, load_seal_key, make_self_signed
from tests.bench.facts import Measure
from tests.bench.peers import fpdf_way, reportlab_way, typst_way

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
ROUNDS = int(os.environ.get("ALMONER_BENCH_ROUNDS", "12"))
ROWS = (12, 24, 60)
PRESSED_EACH = 60
"""So many documents of ours for each round: one alone is shorter than the clock is honest."""
FOLDERS = {"SourceSansPro": font_source_sans_pro, "SourceSerifPro": font_source_serif_pro}
FIRST = (
    "Zofia",
    "Chloë",
    "José",
    "Mary-Ann",
    "Björn",
    "Dwayne",
    "Siobhán",
    "Xiomara",
    "Łukasz",
    "Priya",
    "Åsa",
    "Tom",
)
LAST = (
    "Öström",
    "O’Neill",
    "Nguyen",
    "García Márquez",
    "Smith",
    "Vega-Ørsted",
    "Nowak",
    "van der Berg",
    "Jones",
    "Lee",
)
Numbered = GiftReceipt | AnnualStatement


@dataclass(slots=True)
class Contender:
    """One way to make a PDF, how many it makes in a turn, and what they took so far."""

    name: str
    make: Callable[[Numbered, bytes], bytes]
    each: int = 1
    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def run(self, documents: list[Numbered]) -> bytes:
        """Make PDFs and note processor time and size for each."""
        frozen = [(document, freeze(document)) for document in documents[: self.each]]
        size = 0
        began = process_time()
        for document, facts in frozen:
            made = self.make(document, facts)
            size += len(made)
        self.seconds.append((process_time() - began) / self.each)
        self.sizes.append(size // self.each)
        return made

    @property
    def per_second(self) -> float:
        """Return documents for one second of processor time, by the median."""
        return 1 / median(self.seconds)


def measure() -> list[Measure]:
    """Return receipts, then statements of each length, then what compiling took."""
    found: list[Measure] = []
    with TemporaryDirectory(prefix="almoner-bench-") as folder:
        key = _seal_key(Path(folder))
        room = PressRoom(TEMPLATES, Path(folder) / "press", compile_at=1)
        began = process_time()
        found += _race("receipts", room, key, ROUNDS, fresh_receipt)
        for rows in ROWS:
            found += _race(f"statements of {rows}", room, key, max(3, ROUNDS // 3), partial(fresh_statement, rows))
        found.append(_compiling(room, process_time() - began))
    return found


def fresh_receipt(turn: int) -> GiftReceipt:
    """Return a receipt for a donor not met before."""
    dice = Random(turn)  # noqa: S311  # Invented donors, not secrets.
    sample = _sample("gift_receipt")
    assert isinstance(sample, GiftReceipt)
    gift, fee = dice.randrange(500, 900_000), dice.randrange(30, 3_000)
    return replace(
        sample,
        number=format_number("R", 2026, turn + 1),
        donor=_donor(dice, turn),
        gift_on=date(2026, 1, 1) + timedelta(days=dice.randrange(320)),
        amount_cents=gift + fee,
        lines=gift_lines(gift_cents=gift, fee_cover_cents=fee),
        verify_url=_address(turn),
        simulated=False,
    )


def fresh_statement(rows: int, turn: int) -> AnnualStatement:
    """Return a statement of so many gifts for a donor not met before."""
    dice = Random(turn)  # noqa: S311
    sample = _sample("annual_statement")
    assert isinstance(sample, AnnualStatement)
    gifts = tuple(
        StatementRow(
            receipt_number=format_number("R", 2026, (turn * 61 + n) % 999_000 + 1),
            gift_on=date(2026, 1, 1) + timedelta(days=n * 360 // rows),
            gift_on_basis="charged",
            amount_cents=dice.randrange(500, 90_000),
            goods_services=sample.rows[0].goods_services,
        )
        for n in range(rows)
    )
    return replace(
        sample,
        number=format_number("S", 2027, turn % 999_000 + 1),
        donor=_donor(dice, turn),
        rows=gifts,
        total_cents=sum(gift.amount_cents for gift in gifts),
        verify_url=_address(turn),
        simulated=False,
    )


def naive_way() -> Callable[[Numbered], bytes]:
    """Return `HTML(string=…).write_pdf()` on the same page with its style sheets inside."""
    workshop = open_workshop(TEMPLATES)

    def make(document: Numbered) -> bytes:
        sheets = ("shared/house.css", f"{kind_of(document)}/style.css")
        style = "".join((TEMPLATES / part).read_text("utf-8") for part in sheets)
        for face, package in FOLDERS.items():
            style = style.replace(f"house:{face}", f"file://{package.font_directory}/{face}")
        page = make_html(document, workshop).replace("</head>", f"<style>{style}</style></head>")
        pdf: bytes = HTML(string=page).write_pdf()
        return pdf

    return make


def _race(
    what: str, room: PressRoom, key: SealKey, rounds: int, fresh: Callable[[int], Numbered]
) -> Iterator[Measure]:
    ours = Contender(f"{what}, press", lambda _, facts: room.print_document(facts).pdf, PRESSED_EACH)
    sealed = Contender(f"{what}, press and seal", partial(_sealed, room, key), PRESSED_EACH)
    shared = Contender(f"{what}, shared WeasyPrint", lambda _, facts: print_pdf(facts, TEMPLATES).pdf)
    peers = [
        Contender(f"{what}, naive WeasyPrint", _of_document(naive_way())),
        Contender(f"{what}, typst", _of_document(typst_way())),
        Contender(f"{what}, ReportLab", _of_document(reportlab_way())),
        Contender(f"{what}, fpdf2", _of_document(fpdf_way())),
    ]
    room.print_document(freeze(fresh(900_000)))
    room.counts.clear()
    line, equal = [ours, sealed, shared, *peers], 0
    for turn in range(rounds + 1):
        made = {
            each.name: each.run([fresh((turn * 10 + place) * PRESSED_EACH + n) for n in range(each.each)])
            for place, each in enumerate(line[turn % 7 :] + line[: turn % 7])
        }
        witness = fresh(700_000 + turn)
        facts = freeze(witness)
        equal += _text(ours.make(witness, facts)) == _text(shared.make(witness, facts))
        if turn == 0:
            for each in line:
                each.seconds.clear()
                each.sizes.clear()
    del made
    counts = {reason: count for reason, count in room.counts.items() if reason not in {"pressed", "compiled"}}
    fallen = f"{sum(counts.values())} of {sum(room.counts.values())} fell back {counts or ''}"
    said = f"text as WeasyPrint's on {equal} of {rounds + 1}; {fallen}; load {os.getloadavg()[0]:.1f}"
    yield _told(ours, f"unsigned; {said}", [shared, *peers])
    yield _told(sealed, "signed by P-256, deterministic", [shared, *peers])
    for each in (shared, *peers):
        yield _told(each, "unsigned", [])


def _of_document(make: Callable[[Numbered], bytes]) -> Callable[[Numbered, bytes], bytes]:
    return lambda document, _: make(document)


def _sealed(room: PressRoom, key: SealKey, _: Numbered, facts: bytes) -> bytes:
    printed = room.print_document(facts)
    return finish_document(facts, printed.pdf, key, printed.anchors).pdf


def _compiling(room: PressRoom, seconds: float) -> Measure:
    layouts = sorted((room.store_folder or Path()).glob("*.press"))
    sizes = [file.stat().st_size for file in layouts]
    return Measure(
        name="compiled layouts",
        value=len(layouts),
        unit="layouts",
        notes=f"{round(median(sizes) / 1_024)} KB each in the store; the whole run took {seconds:.0f} CPU-s; "
        f"compiling and proving one: {_compile_once():.2f} CPU-s",
    )


def _compile_once() -> float:
    room = PressRoom(TEMPLATES, None, compile_at=1)
    facts = freeze(fresh_receipt(1))
    began = process_time()
    room.print_document(facts)
    return process_time() - began


def _seal_key(folder: Path) -> SealKey:
    file = folder / "seal.p12"
    file.touch(mode=0o600)
    file.write_bytes(
        make_self_signed("Desert Thread Children's Closet (Example)", at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    return load_seal_key(file)


@cache
def _sample(kind: str) -> Document:
    return thaw_sample((TEMPLATES / kind / "sample.json").read_bytes())


def _donor(dice: Random, turn: int) -> DonorFacts:
    name = f"{dice.choice(FIRST)} {dice.choice('ABCDEFGHJKLMNPRSTW')}. {dice.choice(LAST)} {turn % 997}"
    street = f"{turn} {dice.choice(LAST).encode('ascii', 'ignore').decode()} Street, Apt. {dice.randrange(1, 99)}"
    return DonorFacts(name=name, address_lines=(street, f"Reno, NV 89{dice.randrange(100, 999)}"))


def _address(turn: int) -> str:
    return f"https://give.example.org/v/{md5(str(turn).encode(), usedforsecurity=False).hexdigest()}"


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def _told(contender: Contender, notes: str, peers: list[Contender]) -> Measure:
    times = [seconds * 1_000 for seconds in contender.seconds]
    cpu = f"CPU ms median {median(times):.2f}, least {min(times):.2f}, {len(times)} × {contender.each}"
    return Measure(
        name=contender.name,
        value=contender.per_second,
        unit="documents/CPU-s",
        ratios={peer.name.split(", ")[1]: contender.per_second / peer.per_second for peer in peers},
        notes=f"{cpu}; {median(contender.sizes) / 1_024:.1f} KB; {notes}",
    )
