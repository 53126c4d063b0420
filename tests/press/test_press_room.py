from __future__ import annotations

import subprocess
import sys
import zlib
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.gateways.printing import PrintingRoom
from receipts.facts import DonorFacts, freeze
from receipts.press.blob import pack, unpack
from receipts.press.faults import UnpressableError
from receipts.press.flow import Pourer, make_flow
from receipts.press.glyphs import open_face
from receipts.press.qr import QrDrawer, make_table
from receipts.press.room import PressRoom, Printed
from receipts.press.shapes import shape_of
from receipts.press.shaping import Setter
from receipts.press.store import PressStore, SpoiltPressError
from receipts.render.fetcher import read_fonts
from receipts.render.marks import draw_qr
from tests.documents import samples
from tests.press.pressing import room

AGAIN = """
import sys
from pathlib import Path
from receipts.press.room import PressRoom
room = PressRoom(Path(sys.argv[1]), Path(sys.argv[2]))
sys.stdout.buffer.write(room.refill(sys.argv[3], sys.stdin.buffer.read()))
"""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("שלום ירושלים", "letter"),
        ("محمد بن عبد الله", "letter"),
        ("山田太郎", "letter"),
        ("Zoë 🧥", "letter"),
        ("a\u00adb", "letter"),
        ("W" * 120, "too_wide"),
        ("Wolfeschlegelsteinhausenbergerdorff" * 3, "too_wide"),
    ],
)
def test_a_name_that_does_not_fit_is_printed_the_long_way_and_counted(name: str, reason: str) -> None:
    presses = room()
    assert isinstance(presses.press(samples.receipt()), Printed)
    before = presses.counts[reason]
    printed = presses.print_document(freeze(samples.receipt(donor=DonorFacts(name=name, address_lines=("a", "b")))))
    assert (printed.reason, printed.maker.split(":")[0]) == (reason, "weasyprint")
    assert presses.counts[reason] == before + 1


def test_markup_in_a_name_is_ink_and_nothing_more() -> None:
    receipt = samples.receipt(donor=DonorFacts(name="<b>Bobby</b> & {{7*7}} (x) \\", address_lines=("1", "2")))
    assert isinstance(room().press(receipt), Printed)


def test_the_first_documents_of_a_shape_wait_for_more_of_them() -> None:
    presses = PressRoom(samples.TEMPLATES, None, compile_at=2)
    facts = freeze(samples.receipt())
    assert [presses.print_document(facts).reason for _ in range(3)] == ["not_compiled", None, None]


def test_documents_that_differ_in_ink_alone_have_one_shape() -> None:
    one, other = samples.receipt(), samples.receipt(number="R-2026-000124-8", amount_cents=13_428)
    assert shape_of(one) == shape_of(other)
    check = {"method": "cheque", "gift_on_basis": "received"}
    first = samples.receipt(**check, cheque_number="1047")
    assert shape_of(first) == shape_of(samples.receipt(**check, cheque_number="A-204"))
    assert shape_of(first) != shape_of(samples.receipt(**check))
    assert shape_of(one) != shape_of(samples.receipt(preference="shoes"))
    assert shape_of(one) != shape_of(samples.receipt(donor=DonorFacts(name="A", address_lines=("1",))))


def test_a_document_is_made_again_byte_for_byte_in_another_process(tmp_path: Path) -> None:
    presses = PressRoom(samples.TEMPLATES, tmp_path, compile_at=1)
    facts = freeze(samples.receipt())
    printed = presses.print_document(facts)
    assert printed.reason is None
    digest = printed.maker.removeprefix("press:")
    again = subprocess.run(
        [sys.executable, "-c", AGAIN, str(samples.TEMPLATES), str(tmp_path), digest],
        input=facts,
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"},
    ).stdout
    assert sha256(again).hexdigest() == sha256(printed.pdf).hexdigest()
    assert presses.refill(digest, facts) == printed.pdf


def test_a_press_compiled_again_is_the_same_press(tmp_path: Path) -> None:
    facts = freeze(samples.receipt())
    made = [PressRoom(samples.TEMPLATES, tmp_path / n, compile_at=1).print_document(facts) for n in ("a", "b")]
    assert made[0] == made[1]


def test_a_stored_press_serves_the_next_process_from_its_first_document(tmp_path: Path) -> None:
    facts = freeze(samples.receipt())
    PressRoom(samples.TEMPLATES, tmp_path, compile_at=1).print_document(facts)
    later = PressRoom(samples.TEMPLATES, tmp_path)
    assert later.print_document(facts).reason is None
    assert later.counts["compiled"] == 0


def test_a_changed_press_is_refused_and_the_donor_still_gets_the_document(tmp_path: Path) -> None:
    facts = freeze(samples.receipt())
    PressRoom(samples.TEMPLATES, tmp_path, compile_at=1).print_document(facts)
    (file,) = tmp_path.glob("*.press")
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    later = PressRoom(samples.TEMPLATES, tmp_path)
    assert later.print_document(facts).reason == "fault"
    with pytest.raises(SpoiltPressError):
        later.refill(file.stem, facts)


def test_facts_that_a_press_did_not_make_are_not_made_again_by_it(tmp_path: Path) -> None:
    presses = PressRoom(samples.TEMPLATES, tmp_path, compile_at=1)
    digest = presses.print_document(freeze(samples.receipt())).maker.removeprefix("press:")
    other = samples.receipt(preference="shoes")
    with pytest.raises(UnpressableError):
        presses.refill(digest, freeze(other))


def test_a_template_whose_value_moves_others_is_refused_with_the_field_named(tmp_path: Path) -> None:
    templates = _spoilt(tmp_path, "<main>", "<main><p>{{ document.donor.name }}<strong> gave this.</strong></p>")
    presses = PressRoom(templates, tmp_path / "presses", compile_at=1)
    assert presses.print_document(freeze(samples.receipt())).reason == "layout"
    (told,) = (tmp_path / "presses").glob("*.shape")
    assert "words follow a value" in told.read_text()


@pytest.mark.parametrize(
    "asked",
    [
        "{{ document.amount_cents // 100 }}",
        '{% if document.donor.name == "Bobby" %}Hello{% endif %}',
        '{% if "B" in document.donor.name %}Hello{% endif %}',
        "{{ document.number[0] }}",
        "{{ document.gift_on.year }}",
        "{% if document.amount_cents > 5 %}Much{% endif %}",
    ],
)
def test_a_template_that_asks_what_a_value_is_is_refused(asked: str, tmp_path: Path) -> None:
    templates = _spoilt(tmp_path, "<main>", f"<main><p>{asked}</p>")
    presses = PressRoom(templates, None, compile_at=1)
    assert presses.print_document(freeze(samples.receipt())).reason == "layout"


@given(
    st.lists(st.binary(max_size=40) | st.binary(min_size=100, max_size=400) | st.integers(0, 3), max_size=12),
    st.lists(st.binary(max_size=70_000), min_size=4, max_size=4),
)
def test_a_flow_inflates_to_its_parts_and_its_ink(parts: list[bytes | int], inks: list[bytes]) -> None:
    pourer = Pourer(make_flow(parts))
    poured = pourer.pour(inks)
    assert pourer.pour(inks) == poured
    assert zlib.decompress(poured) == b"".join(inks[part] if isinstance(part, int) else part for part in parts)


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_code_by_table_is_the_code_by_the_book(digits: str) -> None:
    prefix = "https://give.example.org/v/"
    table = make_table(prefix)
    drawn = bytes.fromhex(QrDrawer(table).draw(digits).split(b" ID ")[1].split(b">")[0].decode())
    rows = [drawn[at : at + 5] for at in range(0, len(drawn), 5)]
    runs = []
    for y, row in enumerate(rows, start=4):
        bits = "".join(f"{byte:08b}" for byte in row)[: table.size] + "0"
        start = None
        for x, bit in enumerate(bits):
            if bit == "1" and start is None:
                start = x
            elif bit == "0" and start is not None:
                runs.append(f"M{start + 4} {y}.5h{x - start}")
                start = None
    assert "".join(runs) == draw_qr(prefix + digits).path


def test_the_child_presses_within_its_limits_and_counts_what_it_did(tmp_path: Path) -> None:
    with closing(PrintingRoom(samples.TEMPLATES, presses=tmp_path / "press")) as printing:
        made = [printing.print_document(freeze(samples.receipt())) for _ in range(4)]
    assert [document.maker.split(":")[0] for document in made] == ["weasyprint", "weasyprint", "press", "press"]
    assert made[2].pdf == made[3].pdf
    assert printing.reasons == {"not_compiled": 2, "pressed": 2}


def test_a_press_is_the_same_after_it_was_stored(tmp_path: Path) -> None:
    presses = PressRoom(samples.TEMPLATES, tmp_path, compile_at=1)
    presses.print_document(freeze(samples.receipt()))
    (file,) = tmp_path.glob("*.press")
    assert pack(unpack(file.read_bytes())) == file.read_bytes()
    assert PressStore(tmp_path).press(file.stem).kind == "gift_receipt"


def _spoilt(folder: Path, old: str, new: str) -> Path:
    templates = folder / "templates"
    for file in samples.TEMPLATES.rglob("*"):
        if file.is_file():
            copy = templates / file.relative_to(samples.TEMPLATES)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    page = templates / "gift_receipt" / "template.html"
    page.write_text(page.read_text().replace(old, new, 1))
    return templates


@given(
    st.text("fiftlAVToy.,-’ 0123456789éřW", min_size=1, max_size=12), st.sampled_from([{}, {"lnum": 1, "tnum": 1}])
)
def test_words_set_by_pairs_are_set_as_harfbuzz_sets_them(text: str, features: dict[str, int]) -> None:
    face = open_face(read_fonts()["house:SourceSansPro-Semibold.ttf"])
    setter = Setter(face, features, "en")
    setter.allow({glyph: face.advance(glyph) for glyph in range(2_000)})
    quick, slow = setter._by_pairs(text), setter._shape(text)  # noqa: SLF001  # Two ways to one line.
    assert slow is not None
    assert quick is None or (quick.shown, quick.width) == (slow.shown, slow.width)
