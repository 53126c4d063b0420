"""The same facts give the same bytes: in another process, zone or order of sets, and after other work."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from receipts.facts import DonorFacts, freeze
from receipts.numbers import format_number
from receipts.render import print_pdf
from receipts.render.marks import draw_qr
from receipts.render.workshop import open_workshop
from tests.documents import samples

PRINT_ALL = """
import sys
from hashlib import sha256
from pathlib import Path
from receipts.facts import freeze, thaw_sample
from receipts.render import print_pdf
templates = Path(sys.argv[1])
for kind in sys.argv[2:]:
    facts = freeze(thaw_sample((templates / kind / "sample.json").read_bytes()))
    printed = print_pdf(facts, templates)
    print(kind, sha256(printed.pdf).hexdigest(), printed.maker)
"""


def printed_elsewhere(*kinds: str, **environment: str) -> list[str]:
    """Return what another process says it printed."""
    told = subprocess.run(
        [sys.executable, "-c", PRINT_ALL, str(samples.TEMPLATES), *kinds],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split("\n")[:-1]


def printed_here(kind: str) -> str:
    printed = print_pdf(freeze(samples.sample(kind)), samples.TEMPLATES)
    return f"{kind} {sha256(printed.pdf).hexdigest()} {printed.maker}"


def test_another_process_zone_and_hash_seed_give_the_same_bytes() -> None:
    here = [printed_here(kind) for kind in samples.KINDS]
    tokyo = printed_elsewhere(*samples.KINDS, TZ="Asia/Tokyo", PYTHONHASHSEED="1", LC_ALL="C.UTF-8")
    backwards = printed_elsewhere(*reversed(samples.KINDS), TZ="America/Los_Angeles", PYTHONHASHSEED="2", LC_ALL="C")
    assert here == tokyo == list(reversed(backwards))


@pytest.mark.parametrize("kind", samples.KINDS)
def test_printing_again_after_other_documents_gives_the_same_bytes(kind: str) -> None:
    first = printed_here(kind)
    for other in samples.KINDS:
        printed_here(other)
    assert printed_here(kind) == first


def test_another_number_gives_another_file() -> None:
    one, other = samples.receipt(), samples.receipt(number=format_number("R", 2026, 124))
    assert print_pdf(freeze(one), samples.TEMPLATES).pdf != print_pdf(freeze(other), samples.TEMPLATES).pdf


def test_the_maker_names_one_digest_and_admits_the_fonts_of_the_machine() -> None:
    maker = open_workshop(samples.TEMPLATES).maker
    assert maker.startswith("weasyprint:")
    assert len(maker) == len("weasyprint:") + 64
    plain = print_pdf(freeze(samples.receipt()), samples.TEMPLATES).maker
    foreign = print_pdf(freeze(samples.receipt(donor=DonorFacts(name="山田"))), samples.TEMPLATES).maker
    assert (plain, foreign) == (maker, f"{maker}+system-fonts")


def test_the_code_of_an_address_is_always_drawn_the_same() -> None:
    mark = draw_qr(samples.VERIFY_URL)
    assert mark == draw_qr(samples.VERIFY_URL)
    assert mark.size == 4 + 37 + 4
    assert draw_qr("https://give.example.org/" + "long/" * 20 + "v/" + "0" * 32).size > mark.size
