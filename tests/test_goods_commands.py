"""What the treasurer types for a gift in kind: it is taken in, listed, and leaves while there are not two people."""

from __future__ import annotations

from tests.test_money_commands import _Treasurer, treasurer

__all__ = ["treasurer"]
GIFT = ("--name", "Ada Example", "--on", "2026-11-01", "--place", "The workroom")
COATS = ("--item", "12", "Winter coats", "new", "480.00")
SHOES = ("--item", "3", "Pairs of shoes", "worn", "9.00", "--note", "2", "stained")


def _take_in(at_desk: _Treasurer) -> str:
    return str(at_desk.ask("goods", "add", *GIFT, *COATS, *SHOES)["reference"])


def test_goods_come_and_go_by_command_and_the_log_says_that_nobody_else_agreed(treasurer: _Treasurer) -> None:
    gift = _take_in(treasurer)
    assert treasurer.ask("gift", "show", gift)["goods"][1]["note"] == "stained"
    drafted = treasurer.ask("goods", "out", "--on", "2026-11-02", "--piece", f"{gift}/1", "5")
    assert (drafted["state"], drafted["lines"][0]["count"]) == ("drafted", 5)
    assert treasurer.run("goods", "approve", drafted["reference"])[0] == 0
    listed = treasurer.ask("goods", "list")
    assert [(one["n"], one["gone"]) for one in listed["on_hand"]] == [(1, 5), (2, 0)]
    assert [one["state"] for one in listed["out"]] == ["approved"]
    status, out, _ = treasurer.run("goods", "list")
    assert (status, "7 of 12" in out, "in kind" in treasurer.run("gift", "list")[1]) == (0, True, True)
    assert "approve_by_command" in [act["act"] for act in treasurer.ask("audit", "--log")]
    assert treasurer.ask("audit")["ok"]


def test_once_there_are_two_people_no_command_lets_goods_leave(treasurer: _Treasurer) -> None:
    gift = _take_in(treasurer)
    drafted = treasurer.ask("goods", "out", "--on", "2026-11-02", "--piece", f"{gift}/1", "5")
    for name in ("ada", "ben"):
        treasurer.run("staff", "invite", f"{name}@example.org", "--name", name.title(), "--role", "admin")
    status, _, err = treasurer.run("goods", "approve", drafted["reference"])
    assert (status, "the other approves" in err) == (1, True)
    assert treasurer.ask("goods", "list")["out"][0]["state"] == "drafted"


def test_a_slip_is_told_in_a_sentence_and_changes_nothing(treasurer: _Treasurer) -> None:
    slips = (
        ("goods", "add", *GIFT, "--item", "12", "Winter coats", "old", "480.00"),
        ("goods", "add", *GIFT, "--item", "12", "Winter coats", "new", "lots"),
        ("goods", "add", *GIFT, *COATS, "--note", "4", "stained"),
        ("goods", "add", *GIFT, "--item", "1", "A coat for Maria", "new", "40.00"),
        ("goods", "out", "--on", "2026-11-02", "--piece", "coats", "5"),
        ("goods", "out", "--on", "2026-11-02", "--piece", "g_0000000000000000/1", "5"),
    )
    for words in slips:
        status, _, err = treasurer.run(*words)
        assert (status, err.count("\n")) == (1, 1), err
    assert treasurer.ask("goods", "list") == {"on_hand": [], "out": []}


def test_a_gift_entered_wrongly_is_taken_out_by_command_only_while_there_are_not_two_people(
    treasurer: _Treasurer,
) -> None:
    cash = ("gift", "add", "--kind", "cash", "--amount-cents", "2500", "--received", "2026-11-02")
    first, second = (str(treasurer.ask(*cash, "--name", name)["reference"]) for name in ("Ada", "Bea"))
    treasurer.run("work", "--drain")
    assert treasurer.run("gift", "correct", first, "--reason", "entered_twice")[0] == 0
    treasurer.run("work", "--drain")
    assert treasurer.ask("gift", "show", first)["state"] == "corrected"
    assert treasurer.ask("gift", "show", first)["receipts"][0]["status"] == "void"
    assert treasurer.run("gift", "correct", first, "--reason", "entered_twice")[0] == 1
    assert "correct_by_command" in [act["act"] for act in treasurer.ask("audit", "--log")]
    for name in ("ada", "ben"):
        treasurer.run("staff", "invite", f"{name}@example.org", "--name", name.title(), "--role", "admin")
    status, _, err = treasurer.run("gift", "correct", second, "--reason", "entered_twice")
    assert (status, "the other approves" in err) == (1, True)
    assert treasurer.ask("gift", "show", second)["state"] == "settled"
    assert treasurer.ask("audit")["ok"]
