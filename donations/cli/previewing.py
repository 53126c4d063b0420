"""Room: cli. Prints a document kind's sample, as the real one would look."""

from __future__ import annotations

from dataclasses import replace

from donations.errors import FieldRefusedError
from donations.paths import document_templates_folder
from receipts import wording
from receipts.facts import Document, MoneyGift, UnnumberedDocument, freeze, thaw_sample
from receipts.render import print_pdf
from receipts.render.lint import list_findings
from receipts.wording import Language


def print_sample(kind: str, language: Language = "en") -> bytes:
    """Return the PDF of a kind's `sample.json`; raises `FieldRefusedError` naming the kinds there are."""
    folder = document_templates_folder()
    kinds = sorted(found.parent.name for found in folder.glob("*/sample.json"))
    if kind not in kinds:
        raise FieldRefusedError(
            f"There is no document kind {kind!r}; choose one of {', '.join(kinds)}.", field="kind"
        )
    sample = in_language(thaw_sample((folder / kind / "sample.json").read_bytes()), language)
    pdf: bytes = print_pdf(freeze(sample), folder).pdf
    return pdf


def in_language(sample: Document, language: Language) -> Document:
    """Return the sample as a donor who reads that language would get it; a report has one language."""
    if isinstance(sample, UnnumberedDocument):
        return sample
    spoken = replace(sample, language=language)
    if not isinstance(spoken, MoneyGift):
        return spoken
    english, named = wording.labels("en")["line"], wording.labels(language)["line"]
    known = {english[key]: named[key] for key in english}
    return replace(
        spoken, lines=tuple(replace(line, label=known.get(line.label, line.label)) for line in spoken.lines)
    )


def look_over(kind: str) -> list[str]:
    """Return what a kind's template should mend, one sentence each; none for a clean one."""
    found = list_findings(kind, document_templates_folder())
    return [f"{finding.level}: {finding.sentence}" for finding in found]
