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


@pytest.mark.parametrize(
    ("kind", "there", "instead", "said"),
    [
        ("gift_receipt", "</main>", "<p>{{ document.child }}</p></main>", "does not have"),
        ("gift_receipt", "</main>", "{% if %}</main>", "line"),
        (
            "gift_receipt",
            "</main>",
            "<p>We thank you, {{ document.donor.name }}, for all that you have done for us in this year</p></main>",
            "put {document.donor.name} on its own line",
        ),
        ("gift_receipt", "</main>", '<p class="{{ document.method }}">x</p></main>', "inside class"),
        ("gift_receipt", "</main>", "<p>100 % of it is deductible</p></main>", "100 %"),
        ("in_kind_acknowledgment", "</main>", "<p>About $40</p></main>", "A sign of money"),
        ("volunteer_expense_letter", "</main>", "<p>About $40</p></main>", "A sign of money"),
        ("qcd_letter", "</main>", '{{ parts.say([law("deductible")]) }}</main>', "The word “deductible”"),
        ("daf_thank_you", '{{ parts.say_key([law("daf_none")]) }}', "", "This letter is not a tax"),
        ("quid_pro_quo_receipt", "{{ benefit.value_cents|dollars }}", "", "the estimate of every benefit"),
        ("notice_of_returned_contribution", '{{ parts.say([law("original_stands")]) }}', "", "The receipt named"),
    ],
)
def test_each_kind_s_own_faults_are_named(kind: str, there: str, instead: str, said: str, tmp_path: Path) -> None:
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    file = copied / kind / "template.html"
    text = file.read_text(encoding="utf-8")
    assert there in text
    file.write_text(text.replace(there, instead), encoding="utf-8")
    found = [finding.sentence for finding in list_findings(kind, copied)]
    assert any(said in sentence for sentence in found)


@pytest.mark.parametrize(
    ("style", "level", "said"),
    [
        (".facts .donor { width: auto; }", "error", "millimetres"),
        (".seen { background: url(https://example.org/x.png); }", "error", "fonts of the house"),
        (".facts .donor { width: 84mm; padding: 0; } .facts { display: flex; }", "warning", "print faster"),
        (".seen { font-size: 6pt; }", "warning", "hard to read"),
    ],
)
def test_each_fault_of_a_style_is_named(style: str, level: str, said: str, tmp_path: Path) -> None:
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    with (copied / "gift_receipt" / "style.css").open("a", encoding="utf-8") as file:
        file.write(style)
    if "url(" in style:
        with pytest.raises(BaseException, match="not in the house"):
            list_findings("gift_receipt", copied)
        return
    found = [finding for finding in list_findings("gift_receipt", copied) if said in finding.sentence]
    assert [finding.level for finding in found] == [level]


def test_a_box_that_moves_with_a_name_is_named(tmp_path: Path) -> None:
    copied: Path = shutil.copytree(samples.TEMPLATES, tmp_path / "documents")
    house = copied / "shared" / "house.css"
    text = house.read_text(encoding="utf-8")
    assert ".facts .donor { width: 84mm; padding-right: 6mm; }" in text
    house.write_text(text.replace(".facts .donor { width: 84mm;", ".facts .donor {"), encoding="utf-8")
    assert any("moves with the length" in finding.sentence for finding in list_findings("gift_receipt", copied))
