"""A published report is frozen, printed once, and can be taken home by anyone."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pypdf
import pytest

from donations.cli.publishing import make_report
from donations.errors import FieldRefusedError
from donations.reporting.periods import quarter_of
from donations.simulator import control
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of

_FORM = {"amount": "130.00", "name": "Ada Example", "email": "ada@example.org"}


def test_a_published_report_is_there_as_page_pdf_csv_and_json_for_ever(
    foundry: Foundry, tmp_path: Path, faces: Path
) -> None:
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings, quick=False) as street:
        street.give(_FORM, how="paid")
        street.deliver_and_drain()
        now: datetime = street.rooms.clock.now()
        quarter = quarter_of(now.date())
        with pytest.raises(FieldRefusedError, match="thirty days"):
            make_report(street.rooms, quarter.name, tmp_path / "early", publish=True)
        control.advance(street.stripe, timedelta(days=(quarter.last_on - now.date()).days + 32))
        made = make_report(street.rooms, quarter.name, tmp_path / "out", publish=True)
        answers = {
            ending: street.door.get(f"/transparency/{quarter.name}{ending}", base_url=settings.base_url)
            for ending in ("", ".pdf", ".csv", ".json")
        }
        assert {ending: answer.status_code for ending, answer in answers.items()} == dict.fromkeys(answers, 200)
        assert answers[".pdf"].data == Path(made["files"][0]).read_bytes()
        assert "$130.00" in pypdf.PdfReader(io.BytesIO(answers[".pdf"].data)).pages[0].extract_text()
        assert street.door.get("/transparency/2001.pdf", base_url=settings.base_url).status_code == 404
