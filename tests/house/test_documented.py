"""What a person can type or set is written down: every command, every option's meaning, every setting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import click
import msgspec
import pytest

from donations.cli import almoner
from donations.settings import Organisation
from tests.house.sources import ROOT, expect_none, python_files, tree

_SETTING = re.compile("ALMONER_[A-Z]+(?:_[A-Z]+)*")


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{path} lists {name} and cannot find it"
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def reference(name: str) -> str:
    """Return a page of docs/reference; a page that is not there fails the test that asks for it."""
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def settings_in_code() -> set[str]:
    """Return the name of every environment variable of ours that the service reads."""
    return {
        node.value
        for file in python_files("donations")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SETTING.fullmatch(node.value)
    }


def test_every_command_is_in_the_reference() -> None:
    page = reference("commands.md")
    expect_none([path for path, _ in commands(almoner, "almoner") if path not in page])


def test_every_option_is_in_the_reference() -> None:
    page = reference("commands.md")
    missing = [
        f"{path} {option.opts[-1]}"
        for path, command in commands(almoner, "almoner")
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden and option.opts[-1] not in page
    ]
    expect_none(missing)


def test_every_command_helps_with_an_example() -> None:
    silent = [path for path, command in commands(almoner, "almoner") if "Example" not in (command.help or "")]
    expect_none(silent)


def test_every_command_that_prints_facts_can_print_json() -> None:
    told = {"audit", "balances", "demo", "gift show", "fund list", "receipt list", "receipt verify", "report"}
    found = dict(commands(almoner, "almoner"))
    without = [
        name for name in sorted(told) if "--json" not in {o for p in found[f"almoner {name}"].params for o in p.opts}
    ]
    expect_none(without)


def test_every_setting_is_in_the_reference() -> None:
    page = reference("settings.md")
    expect_none(sorted(name for name in settings_in_code() if f"`{name}`" not in page))


def test_every_fact_of_the_organisation_is_in_the_reference() -> None:
    page = reference("settings.md")
    fields = [field.name for field in msgspec.structs.fields(Organisation)]
    expect_none([name for name in fields if f"`{name}`" not in page])


def test_the_settings_test_sees_the_settings() -> None:
    assert {"ALMONER_HOME", "ALMONER_STRIPE_MODE", "ALMONER_DATABASE_URL"} <= settings_in_code()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"])
def test_a_newcomer_finds(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_every_how_to_is_in_the_list_of_how_tos() -> None:
    folder = ROOT / "docs/how-to"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    expect_none(
        [page.name for page in folder.glob("*.md") if page.name != "README.md" and f"({page.name})" not in listed],
    )


def test_links_between_our_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    expect_none(dead)
