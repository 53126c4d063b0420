"""A command does alone what wants two people only while there are not two, and the audit log says so."""

from __future__ import annotations

from pathlib import Path

from tests.test_money_commands import _Treasurer, treasurer

__all__ = ["treasurer"]
REFUND = ("--amount", "30.00", "--reason", "requested_by_customer")


def _acts(at_desk: _Treasurer) -> list[str]:
    return [act["act"] for act in at_desk.ask("audit", "--log")]


def test_the_only_person_gives_money_back_by_command_and_it_is_written_down(treasurer: _Treasurer) -> None:
    gift = treasurer.give()["gift"]
    assert treasurer.ask("refund", gift, *REFUND)["amount_cents"] == 3_000
    assert "refund_by_command" in _acts(treasurer)


def test_once_there_are_two_people_no_command_gives_money_back_or_voids_a_receipt(treasurer: _Treasurer) -> None:
    gift = treasurer.give()["gift"]
    number = treasurer.ask("receipt", "list")[0]["number"]
    for name in ("ada", "ben"):
        invited = treasurer.run("staff", "invite", f"{name}@example.org", "--name", name.title(), "--role", "admin")
        assert invited[0] == 0, invited[2]
    before = _acts(treasurer)
    status, _, err = treasurer.run("refund", gift, *REFUND)
    assert (status, "the other approves" in err) == (1, True)
    status, _, err = treasurer.run("receipt", "void", number, "--reason", "issued_in_error")
    assert (status, "the other approves" in err) == (1, True)
    assert treasurer.ask("gift", "show", gift)["refunded_cents"] == 0
    assert treasurer.ask("receipt", "list")[0]["status"] == "valid"
    assert _acts(treasurer) == before


def test_the_only_person_closes_a_year_by_command_and_two_people_never_do(treasurer: _Treasurer) -> None:
    assert treasurer.ask("year-end", "2020", "--dry-run")["ready"]
    assert treasurer.run("year-end", "2020")[0] == treasurer.run("year-end", "2020", "--dry-run", "--close")[0] == 2
    closed = {"year": 2020, "closed": True, "entries": []}
    assert treasurer.ask("year-end", "2020", "--close") == treasurer.ask("year-end", "2020", "--close") == closed
    assert _acts(treasurer).count("close_year_by_command") == 2
    assert _acts(treasurer).count("close_year") == 1
    assert treasurer.ask("year-end", "2020", "--dry-run")["closed"]
    for name in ("ada", "ben"):
        treasurer.run("staff", "invite", f"{name}@example.org", "--name", name.title(), "--role", "admin")
    status, _, err = treasurer.run("year-end", "2021", "--close")
    assert (status, "the other approves" in err) == (1, True)
    assert not treasurer.ask("year-end", "2021", "--dry-run")["closed"]


def test_who_gave_how_much_is_never_taken_out_without_a_trace(treasurer: _Treasurer, tmp_path: Path) -> None:
    for what in ("schedule-b", "schedule-b-names"):
        made = treasurer.ask("export", what, "--year", "2026", "--out", str(tmp_path / what))
        assert made["totals_cents"]["difference"] == 0
    assert _acts(treasurer).count("export_by_command") == 2
