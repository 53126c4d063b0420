"""Room: cli. What `almoner gift import` does: plans a file, tells the plan, takes it in unless it is dry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from donations.cli.answers import answer_facts, answer_json, say
from donations.money import format_dollars

if TYPE_CHECKING:
    from donations.donors import ColumnMapping, ImportPlan


def import_file(file: str, mapping: str, *, refused_file: str | None, is_dry: bool, as_json: bool) -> None:
    """Plan a file and take it in; refused rows are told by line, and written as CSV where asked."""
    from donations.audit_log import COMMAND
    from donations.cli.opening import opened_rooms
    from donations.donors import plan_import, take_in

    with opened_rooms() as rooms:
        plan = plan_import(Path(file).read_bytes(), _mapping(mapping), zone=rooms.settings.zone)
        now = rooms.clock.now()
        done = None if is_dry else rooms.database.write(lambda session: take_in(session, COMMAND, plan, now=now))
    if refused_file is not None:
        _write_refused(Path(refused_file), plan)
    refused = [{"line": row.line, "sentence": row.sentence} for row in plan.refused]
    facts = {
        "source": plan.source,
        "sha256": plan.sha256,
        "gifts": len(plan.gifts),
        "total_cents": plan.total_cents,
        "left_out": plan.left_out,
        "refused": refused,
        "taken": None if done is None else done.taken,
        "known": None if done is None else done.known,
        "file": None if done is None else done.reference,
    }
    if as_json:
        answer_json(facts)
        return
    answer_facts(facts | {"total_cents": format_dollars(plan.total_cents), "refused": len(refused)})
    for row in plan.refused:
        say(f"line {row.line}: {row.sentence}")


def _mapping(name: str) -> ColumnMapping:
    from donations.donors import read_mapping, ready_mapping

    return read_mapping(Path(name).read_text(encoding="utf-8")) if name.endswith(".toml") else ready_mapping(name)


def _write_refused(target: Path, plan: ImportPlan) -> None:
    from donations.reporting.sheets import Column, open_sheet

    columns = (Column(name="line", kind="whole"), Column(name="why"), *(Column(name=name) for name in plan.columns))
    with open_sheet(target, columns, "csv") as write:
        for row in plan.refused:
            write((row.line, row.sentence, *row.cells))
