"""The one style sheet: small, readable in both schemes, and served with everything it needs under hashed names."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from fontTools.ttLib import TTFont

from donations.paths import static_folder
from donations.web.assets import Assets, asset_routes
from donations.web.fonts import load_faces

STYLE = (static_folder() / "style.css").read_text(encoding="utf-8")
TEXT, LARGE = 4.5, 3.0
PAIRS = [
    ("ink", TEXT), ("soft", TEXT), ("teal", TEXT), ("teal-down", TEXT), ("clay", TEXT), ("leaf", TEXT), ("red", TEXT),
]  # fmt: skip


def colours(scheme: str) -> dict[str, str]:
    """Return the custom properties of a scheme."""
    light, dark = re.findall(r":root \{(.*?)\n {2}(?: {2})?\}", STYLE, re.DOTALL)[:2]
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", light))
    return found if scheme == "light" else found | dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", dark))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_knows_black_and_white() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
@pytest.mark.parametrize(("colour", "least"), PAIRS)
def test_text_can_be_read(scheme: str, ground: str, colour: str, least: float) -> None:
    found = colours(scheme)
    assert contrast(found[colour], found[ground]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_can_be_read(scheme: str) -> None:
    found = colours(scheme)
    for ground in ("teal", "teal-down"):
        assert contrast(found["on-teal"], found[ground]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_schemes_are_those_of_the_design(scheme: str) -> None:
    expected = {"light": ("#fbf8f3", "#1e2933", "#0e5a5a"), "dark": ("#12181d", "#efebe3", "#7ccbc4")}[scheme]
    found = colours(scheme)
    assert (found["paper"], found["ink"], found["teal"]) == expected


def test_the_style_sheet_stays_small() -> None:
    assert len(STYLE.encode()) <= 20_000


def test_it_serves_people_who_see_move_and_print_differently() -> None:
    for query in (
        "prefers-color-scheme: dark",
        "prefers-contrast: more",
        "prefers-reduced-motion",
        "forced-colors",
        "print",
    ):
        assert query in STYLE
    assert "http" not in STYLE


def test_every_file_has_an_address_with_its_digest(cache_folder: Path) -> None:
    assets = Assets(static_folder(), load_faces(cache_folder / "fonts"))
    address = assets.address("style.css")
    assert re.fullmatch(r"/static/style\.[0-9a-f]{20}\.css", address)
    style = assets.find(address.removeprefix("/static/"))
    assert style is not None
    fonts = re.findall(rb'url\("([^"]+)"\)', style.content)
    assert len(fonts) == 3
    for font in fonts:
        face = assets.find(font.decode())
        assert face is not None
        assert face.content.startswith(b"wOF2")
    assert assets.find("style.css") is None
    assert assets.find("../style.css") is None


def test_a_browser_that_reads_gzip_gets_the_same_file_in_fewer_bytes(cache_folder: Path) -> None:
    assets = Assets(static_folder(), load_faces(cache_folder / "fonts"))
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(asset_routes(assets))
    address = assets.address("style.css")
    plain = app.test_client().get(address)
    small = app.test_client().get(address, headers={"Accept-Encoding": "br, gzip"})
    refused = app.test_client().get(address, headers={"Accept-Encoding": "gzip;q=0"})
    assert gzip.decompress(small.data) == plain.data == refused.data
    assert len(small.data) < len(plain.data) / 2
    assert (small.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert {answer.headers["Vary"] for answer in (plain, small, refused)} == {"Accept-Encoding"}
    font = app.test_client().get(assets.address("fonts/sans-400.woff2"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in font.headers


def test_faces_hold_the_letters_of_many_names_and_tabular_figures(cache_folder: Path, tmp_path: Path) -> None:
    for face in load_faces(cache_folder / "fonts"):
        file = tmp_path / f"{face.name}.woff2"
        file.write_bytes(face.woff2)
        font = TTFont(file)
        assert {ord(letter) for letter in "AzÀéñŁőřşŽß€–’“✓"} <= set(font.getBestCmap())
        names = font.getBestCmap()
        assert len({font["hmtx"][names[ord(figure)]][0] for figure in "0123456789"}) == 1
        assert len(face.woff2) < 40_000


def test_faces_are_cut_once_and_found_again(cache_folder: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in (cache_folder / "fonts").iterdir()}
    first, second = load_faces(cache_folder / "fonts"), load_faces(cache_folder / "fonts")
    assert first == second
    assert {file: file.stat().st_mtime_ns for file in (cache_folder / "fonts").iterdir()} == before
