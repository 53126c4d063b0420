"""The names inside WeasyPrint that this house leans on: when one goes, the test says what stopped working."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
from weasyprint import VERSION, document, pdf, urls
from weasyprint.draw import text
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text import ffi

from receipts.render.metadata import claim_accessibility
from receipts.render.missing import listen_for_missing_letters
from receipts.render.workshop import WrongPressError, refuse_wrong_press


def test_weasyprint_is_the_major_version_this_house_knows() -> None:
    assert VERSION.startswith("70."), "another WeasyPrint: look at every test of this file, then raise KNOWN_VERSION"


def test_metadata_is_still_made_by_generate_rdf_metadata() -> None:
    names = list(inspect.signature(DocumentMetadata.generate_rdf_metadata).parameters)
    assert names == ["self", "variant", "version", "conformance"], "PDF/UA-1 can no longer be claimed beside PDF/A-3a"


def test_metadata_still_starts_and_ends_as_the_merge_expects() -> None:
    bare = SimpleNamespace(metadata=DocumentMetadata(title="x"))
    claim_accessibility(bare)
    merged = bare.metadata.generate_rdf_metadata("a", 3, "A")
    assert merged.count(b"<rdf:RDF ") == 1, "checkers read only the first RDF: the claim must be inside it"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in merged


def test_metadata_of_another_form_is_refused_and_not_spoilt() -> None:
    bare = SimpleNamespace(metadata=DocumentMetadata())
    bare.metadata.generate_rdf_metadata = lambda *_: b"<RDF/>"
    claim_accessibility(bare)
    with pytest.raises(AssertionError, match="another form"):
        bare.metadata.generate_rdf_metadata("a", 3, "A")


def test_harfbuzz_can_still_be_seen_to_cut_fonts() -> None:
    assert hasattr(ffi, "harfbuzz_subset"), "nobody would notice that fonts are cut seven times slower"
    refuse_wrong_press()


def test_a_machine_that_cannot_cut_fonts_does_not_print() -> None:
    kept = ffi.harfbuzz_subset
    ffi.harfbuzz_subset = None
    try:
        with pytest.raises(WrongPressError, match="libharfbuzz-subset0"):
            refuse_wrong_press()
    finally:
        ffi.harfbuzz_subset = kept


def test_a_fetching_error_can_still_end_the_job() -> None:
    assert not issubclass(urls.FatalURLFetchingError, Exception), "half a receipt could be printed"


def test_missing_letters_are_still_named_in_the_same_words() -> None:
    with listen_for_missing_letters() as missing:
        urls.LOGGER.warning(
            '.notdef glyph rendered for Unicode string unsupported by fonts: "%s" (U+%04X)', "山", 0x5C71
        )
    assert missing == {"山"}
    source = inspect.getsource(__import__("weasyprint.draw.text", fromlist=["draw"]))
    assert "'.notdef glyph rendered for Unicode string unsupported by fonts: '" in source, "boxes would go unnoticed"


def test_lines_are_still_drawn_by_draw_first_line() -> None:
    names = list(inspect.signature(text.draw_first_line).parameters)
    assert names == ["stream", "textbox", "text_overflow", "block_ellipsis", "matrix"], "no value can be taken out"


def test_fonts_are_still_cut_by_build_fonts_dictionary() -> None:
    names = list(inspect.signature(pdf.build_fonts_dictionary).parameters)
    assert names == ["pdf", "fonts", "compress", "subset", "options"], "a press would lack the letters of its donors"


def test_a_page_still_carries_its_boxes() -> None:
    assert "_page_box" in inspect.getsource(document.Page), "the press could not tell how wide a value may be"
