"""The look-over of a template says in plain words what a volunteer should mend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from receipts.render.lint import list_findings
from tests.documents import samples


@pytest.mark.parametrize("kind", samples.KINDS)
def test_the_templates_of_the_house_are_clean(kind: str) -> None:
    assert list_findings(kind, samples.TEMPLATES) == ()


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ('<html lang="en-US">', "<html>", "language"),
        ("<h2>For your tax records</h2>", "<h3>For your tax records</h3>", "skips a level"),
        ("<h1>Gift receipt</h1>", "<p>Gift receipt</p>", "exactly one main heading"),
        ('<caption class="label">What you gave</caption>', "", "<caption>"),
        ('<th scope="row">', "<th>", "scope"),
        ("</main>", '<svg viewBox="0 0 1 1"></svg></main>', "<title>"),
        ("</main>", '<img alt="x">日</main>', "The element img has no place"),
        ("</main>", "<p>日本</p></main>", "do not hold these letters: 日 本"),
        ("</main>", "{{ document.donor.name|safe }}</main>", "|safe"),
        ("</main>", '<p style="color: red">x</p></main>', "style.css"),
        ("{{ document.number }}", "", "the number"),
        ("{{ document.issuer.legal_name }} is", "It is", None),
        ("{{ document.gift_on|long_day }}", "", "the date of the gift"),
        ("{{ goods_services(document.goods_services, document.wording_version) }}", "", "goods-or-services"),
        ("{{ sentences.keep_this }}", "", "keeping it"),
    ],
)
def test_each_fault_is_named(there: str, instead: str, said: str | None, tmp_path: Path) -> None:
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    file = copied / "gift_receipt" / "template.html"
    text = file.read_text(encoding="utf-8")
    assert there in text
    file.write_text(text.replace(there, instead), encoding="utf-8")
    found = [finding.sentence for finding in list_findings("gift_receipt", copied)]
    assert any(said in sentence for sentence in found) if said else not found


def test_pale_type_is_a_warning(tmp_path: Path) -> None:
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    with (copied / "gift_receipt" / "style.css").open("a", encoding="utf-8") as style:
        style.write(".seen { color: #E3A12F; }\n")
    (finding,) = list_findings("gift_receipt", copied)
    assert finding.level == "warning"
    assert "#E3A12F" in finding.sentence
