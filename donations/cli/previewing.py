"""Room: cli. Prints a document kind's sample, as the real one would look."""

from __future__ import annotations

from donations.errors import FieldRefusedError
from donations.paths import document_templates_folder
from receipts.facts import freeze, thaw_sample
from receipts.render import print_pdf
from receipts.render.lint import list_findings


def print_sample(kind: str) -> bytes:
    """Return the PDF of a kind's `sample.json`; raises `FieldRefusedError` naming the kinds there are."""
    folder = document_templates_folder()
    kinds = sorted(found.parent.name for found in folder.glob("*/sample.json"))
    if kind not in kinds:
        raise FieldRefusedError(
            f"There is no document kind {kind!r}; choose one of {', '.join(kinds)}.", field="kind"
        )
    sample = thaw_sample((folder / kind / "sample.json").read_bytes())
    pdf: bytes = print_pdf(freeze(sample), folder).pdf
    return pdf


def look_over(kind: str) -> list[str]:
    """Return what a kind's template should mend, one sentence each; none for a clean one."""
    found = list_findings(kind, document_templates_folder())
    return [f"{finding.level}: {finding.sentence}" for finding in found]
