"""Room: render. One document: template, layout, PDF/A-3a and PDF/UA-1 in one file, its facts attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from weasyprint import HTML, Attachment

from receipts import wording
from receipts.facts import (
    AnnualStatement,
    Document,
    UnnumberedDocument,
    kind_of,
    receipt_json,
    say_goods_services,
    thaw,
)
from receipts.render.colour import INTENT, say_colours
from receipts.render.marks import draw_chart, draw_qr
from receipts.render.metadata import claim_accessibility
from receipts.render.missing import listen_for_missing_letters
from receipts.render.workshop import Workshop, WrongPressError, open_workshop
from receipts.rules import us

__all__ = ["Rendered", "WrongPressError", "print_pdf"]
_IDENTIFIER_DIGITS = 32
PROOF_NAME = "receipt.tlog-proof"
Held = tuple[str, str, bytes]
"""Name, description and content of an attached file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An unsigned PDF; its `maker` ends in `+system-fonts` where a letter is outside the fonts of the house."""

    pdf: bytes
    maker: str


def print_pdf(facts: bytes, templates: Path, proof: bytes | None = None) -> Rendered:
    """Return the PDF of frozen facts; `templates` is the folder with one folder for each kind of document.

    `proof` is that its line stands in the public books, attached as it is.

    Raises `DocumentRefusedError` for facts that are not whole and `WrongPressError` for a machine that is not.
    """
    document = thaw(facts)
    workshop = open_workshop(templates)
    page = make_html(document, workshop)
    attached = attached_files(document, proof)
    if workshop.letters.issuperset(page):
        return Rendered(pdf=_typeset(document, page, workshop, attached), maker=workshop.maker)
    pdf = _typeset_foreign(document, page, workshop, attached)
    return Rendered(pdf=pdf, maker=f"{workshop.maker}+system-fonts")


def make_html(document: Document, workshop: Workshop, *, boxed: bool = False, is_late: bool | None = None) -> str:
    """Return the page as HTML, values escaped wherever they stand; `boxed` adds why some letters are boxes.

    `is_late` is asked of the document itself unless it is said.
    """
    kind = kind_of(document)
    address = document.check_url if isinstance(document, UnnumberedDocument) else document.verify_url
    return workshop.templates.get_template(f"{kind}/template.html").render(
        document=document,
        boxed=boxed,
        wording=wording,
        **_words(document),
        is_late=comes_late(document) if is_late is None else is_late,
        issued=issued_text(document),
        qr=draw_qr(address) if address else None,
        draw_chart=draw_chart,
        watermark=workshop.watermark,
    )


def _words(document: Document) -> dict[str, object]:
    """Return what templates say things with: names in the document's language, sentences with their readings."""
    if isinstance(document, UnnumberedDocument):
        return {}
    version, language, issuer = document.wording_version, document.language, document.issuer
    name = issuer.legal_name
    return {
        "t": wording.labels(language),
        "lang": language,
        "law": partial(
            wording.say, version=version, language=language, legal_name=name, tax_status=issuer.tax_status
        ),
        "goods_services": partial(say_goods_services, version=version, language=language),
        "purpose": partial(wording.say_purpose, name, version=version, language=language),
        "control": partial(wording.say_control_statement, name, language=language),
    }


def comes_late(document: Document) -> bool:
    """Return whether to warn: a gift's document after the tax day, or a statement corrected after it."""
    if isinstance(document, AnnualStatement):
        return document.replaces is not None and us.comes_late(document.year, document.issued_on)
    tax_year = getattr(document, "tax_year", None)
    return tax_year is not None and us.comes_late(tax_year, document.issued_on)


def issued_text(document: Document) -> str:
    """Return the issue instant in W3C form for the file's own dates, seconds in UTC."""
    return document.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _typeset(document: Document, page: str, workshop: Workshop, attached: list[Held]) -> bytes:
    pages = lay_out(kind_of(document), page, workshop)
    pages.metadata.attachments = attach(attached, document.issued_at)
    return write_pages(pages, identifier_of(document))


def lay_out(kind: str, page: str, workshop: Workshop) -> Any:  # noqa: ANN401  # WeasyPrint carries no types.
    """Return the pages of HTML as WeasyPrint sets them, before anything is drawn."""
    html = HTML(string=page, base_url="house:", url_fetcher=workshop.fetcher)
    pages = html.render(
        font_config=workshop.fonts,
        stylesheets=workshop.styles[kind],
        cache=workshop.images,
        presentational_hints=False,
        output_intent=INTENT,
    )
    say_colours(pages)
    claim_accessibility(pages)
    return pages


def write_pages(pages: Any, identifier: bytes, finisher: Callable[[Any, Any], None] | None = None) -> bytes:  # noqa: ANN401
    """Return the pages as one PDF/A-3a and PDF/UA-1; `finisher` sees the objects before they are written."""
    pdf: bytes = pages.write_pdf(
        pdf_variant="pdf/a-3a", pdf_tags=True, pdf_identifier=identifier, output_intent=INTENT, finisher=finisher
    )
    return pdf


def _typeset_foreign(document: Document, page: str, workshop: Workshop, attached: list[Held]) -> bytes:
    """Set a page that needs fonts of this machine; a letter that none of them holds is printed as a box, and said."""
    with listen_for_missing_letters() as missing:
        pdf = _typeset(document, page, workshop, attached)
    if not missing:
        return pdf
    said = make_html(document, workshop, boxed=True)
    said = "".join(wording.BOX if letter in missing else letter for letter in said)
    return _typeset(document, said, workshop, attached)


def identifier_of(document: Document) -> bytes:
    """Return the file identifier: the first digits of the number's own digest, so that a copy is known as one."""
    name = document.reference if isinstance(document, UnnumberedDocument) else document.number
    return sha256(name.encode()).hexdigest()[:_IDENTIFIER_DIGITS].encode("ascii")


def attached_files(document: Document, proof: bytes | None = None) -> list[Held]:
    """Return name, description and content of what is attached for machines."""
    if isinstance(document, UnnumberedDocument):
        return [(file.name, file.description, file.content.encode()) for file in document.files]
    facts = ("receipt.json", "The facts of this document for machines", receipt_json(document))
    return [facts] if proof is None else [facts, (PROOF_NAME, "Proof of its line in the public books", proof)]


def attach(held: list[Held], at: datetime) -> list[Any]:
    """Return WeasyPrint's attachments; without a time of ours it would read the clock."""
    return [
        Attachment(string=content, name=name, description=description, relationship="Data", created=at, modified=at)
        for name, description, content in held
    ]
