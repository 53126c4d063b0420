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
        ('<html lang="{{ "en-US" if lang == "en" else "es-US" }}">', "<html>", "language"),
        ("<h2>{{ t.shared.tax_records }}</h2>", "<h3>{{ t.shared.tax_records }}</h3>", "skips a level"),
        ("{{ parts.title(document, names) }}", "<p>{{ document.number }}</p>", "exactly one main heading"),
        ('<caption class="label">{{ names.what }}</caption>', "", "<caption>"),
        ('<th scope="row">', "<th>", "scope"),
        ("</main>", '<svg viewBox="0 0 1 1"></svg></main>', "<title>"),
        ("</main>", '<img alt="x">日</main>', "The element img has no place"),
        ("</main>", "<p>日本</p></main>", "do not hold these letters: 日 本"),
        ("</main>", "{{ document.donor.name|safe }}</main>", "|safe"),
        ("</main>", '<p style="color: red">x</p></main>', "style.css"),
        ("{{ parts.title(document, names) }}", "<h1>Receipt</h1>", "the number"),
        ("{{ document.gift_on|long_day(lang) }}", "", "the date of the gift"),
        ("{{ parts.say_key(goods_services(document.goods_services)) }}", "", "goods-or-services"),
        (', law("keep_this")', "", "Please keep this written"),
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
