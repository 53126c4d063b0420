"""The colour profile is small, means sRGB, and is the same bytes on any day."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from PIL import Image, ImageCms
from pypdf import PdfReader

from receipts.facts import freeze
from receipts.render import print_pdf
from tests.documents import samples

PROFILE_MAX = 1_000
_MADE = slice(24, 36)


def _profile() -> bytes:
    reader = PdfReader(BytesIO(print_pdf(freeze(samples.receipt()), samples.TEMPLATES).pdf))
    (intent,) = reader.trailer["/Root"]["/OutputIntents"]  # type: ignore[index]
    content = intent.get_object()["/DestOutputProfile"].get_object().get_data()
    assert isinstance(content, bytes)
    return content


def test_the_output_intent_of_a_document_is_srgb_in_few_bytes() -> None:
    content = _profile()
    assert len(content) < PROFILE_MAX
    ramp = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)])
    through = ImageCms.profileToProfile(
        ramp, ImageCms.ImageCmsProfile(BytesIO(content)), ImageCms.createProfile("sRGB")
    )
    assert through is not None
    assert through.tobytes() == ramp.tobytes()


def test_the_profile_says_our_day_and_not_the_day_of_the_machine() -> None:
    made = _profile()[_MADE]
    parts = [int.from_bytes(made[at : at + 2], "big") for at in range(0, 12, 2)]
    assert datetime(*parts, tzinfo=UTC) == datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[misc,arg-type]
