"""`almoner staff …` and `almoner audit`: the first people come in, one goes, and the log of it is whole."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.test_commands_answer import _FOUNDING
from tests.test_money_commands import _Treasurer


@pytest.fixture
def operator(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[_Treasurer]:
    """Found a house and sit down at its machine."""
    home = tmp_path / "home"
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "fonts").symlink_to(cache_folder / "fonts")
    typing = _Treasurer(home, monkeypatch, capsys)
    handlers, level = logging.root.handlers[:], logging.root.level
    status, _, err = typing.run(*_FOUNDING)
    assert status == 0, err
    yield typing
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = handlers, level


def test_two_people_are_invited_and_the_third_is_not(operator: _Treasurer, tmp_path: Path) -> None:
    ada = operator.ask("staff", "invite", "Ada@Example.org", "--name", "Ada Example", "--role", "admin")
    assert ada == {"staff": ada["staff"], "email": "ada@example.org", "roles": ["admin"]}
    assert re.fullmatch("s_[0-9a-z]{16}", ada["staff"])
    operator.ask("staff", "invite", "bo@example.org", "--name", "Bo Example", "--role", "approver", "--role", "admin")
    status, _, err = operator.run("staff", "invite", "cy@example.org", "--name", "Cy", "--role", "auditor")
    assert (status, "/treasury/staff" in err) == (1, True)
    # Who has not come yet may be sent another link.
    operator.ask("staff", "invite", "ada@example.org", "--name", "Ada Example", "--role", "admin")
    letters = [file.read_text(encoding="utf-8") for file in tmp_path.rglob("new/*")]
    assert sum("treasury/invitation/" in letter.replace("=\n", "") for letter in letters) == 3
    rows = operator.ask("staff", "list")
    assert [(row["email"], row["state"], row["roles"]) for row in rows] == [
        ("ada@example.org", "invited", ["admin"]),
        ("bo@example.org", "invited", ["admin", "approver"]),
    ]


def test_one_is_revoked_and_another_may_come(operator: _Treasurer) -> None:
    operator.ask("staff", "invite", "ada@example.org", "--name", "Ada Example", "--role", "admin")
    assert operator.run("staff", "revoke", "ada@example.org")[0] == 0
    assert operator.run("staff", "revoke", "ada@example.org")[0] == 1
    assert operator.ask("staff", "list")[0]["state"] == "revoked"
    operator.ask("staff", "invite", "ada@example.org", "--name", "Ada Example", "--role", "auditor")
    assert operator.ask("staff", "list")[0]["roles"] == ["auditor"]


@pytest.mark.parametrize("words", [("ada@", "Ada"), ("ada@example.org", " "), ("ada@example.org", "A\u202eda")])
def test_what_is_no_address_or_name_is_refused(operator: _Treasurer, words: tuple[str, str]) -> None:
    status, _, err = operator.run("staff", "invite", words[0], "--name", words[1], "--role", "admin")
    assert status == 1
    assert err.count("\n") == 1
    assert operator.ask("staff", "list") == []


def test_the_audit_sees_an_end_that_was_cut_off(operator: _Treasurer, tmp_path: Path) -> None:
    operator.ask("staff", "invite", "ada@example.org", "--name", "Ada Example", "--role", "admin")
    assert next(one for one in operator.ask("audit")["checks"] if one["id"] == "A1")["ok"] is True
    assert [act["act"] for act in operator.ask("audit", "--log")] == ["staff_invited"]
    register = next(tmp_path.rglob("audit-heads.txt"))
    position, hash_ = register.read_text(encoding="ascii").split()
    assert operator.run("audit", "--head", f"{position}:{hash_}")[0] == 0
    assert operator.run("audit", "--head", f"{position}:{'0' * 64}")[0] == 1
    register.write_text(f"{position} {hash_}\n7 {'a' * 64}\nhalf a li", encoding="ascii")
    status, _, err = operator.run("audit")
    assert (status, "position 7: cut off" in err) == (1, True)
