"""The system never knows who a child is: no column could hold it, and a new column must be let in by name here."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import CheckConstraint, Table, Text

from donations.tables import metadata
from tests.house.sources import expect_none

_WORDS_ABOUT_A_CHILD = re.compile(
    "child|kid|boy|girl|age|birth|birthday|born|dob|sex|gender|pronoun|height|weight|size|shoe|waist|school|grade|teacher"
    "|initials|nickname|photo|picture|image|case|caseworker|shelter|placement|foster|guardian|parent|family|sibling"
    "|county|neighborhood|place|location|zip|story|biography|bio|description|notes?|comment|remark|memo"
)
_ABOUT_CHILDRENS_MONEY = (
    "clothing_fund",
    "clothing_spend",
    "designation",
    "filing",
    "idle_source",
    "returned",
    "tray",
)

_SPOKEN_OF_OTHERS = {"printed.size", "goods_gift.place", "goods_item.description", "goods_item.note"}
"""The printed file's length in bytes; what the law wants said of goods a donor handed over (IRC 170(f)(8)(B)(i)): a
text that names a person there is refused (`donations.goods.facts`)."""

TEXT_ALLOWED: dict[str, set[str]] = {
    # The code is random; a reason is one of a closed list, held by a CHECK.
    "clothing_fund": {"code"},
    "clothing_spend": set(),
    "designation": {"reason"},
    "filing": {"what"},
    "idle_source": set(),
    "returned": {"kind"},
    "tray": set(),
    # The shop's receipt number has a pattern; who drafted and decided is a staff reference.
    "purchase": {"reference", "receipt_number", "paid_from", "state", "drafted_by", "decided_by"},
    "purchase_line": set(),
    "purchase_item": {"item"},
    # The bank's own words may name a donor, never a child: what a bank writes about its transfers, cut short.
    "bank_line": {"reference", "line_key", "kind", "words"},
    "bank_match": {"act", "actor"},
    "bank_match_subject": {"act", "subject"},
    # Nothing here is written by a donor but the appeal's tag, which `web/forms` holds to one pattern.
    "gift": {
        "language",
        "reference",
        "preference_code",
        "control_statement_version",
        "appeal",
        "origin",
        "form_token_hash",
        "thanks_token_hash",
    },
    "gift_settlement": {"charge_id", "source_key", "method", "gift_on_basis"},
    # A custodian of an IRA and an adviser of a fund are on the donor's side of a gift, like its name.
    "offline_gift": {"kind", "cheque_number", "custodian", "adviser"},
    # What a donor handed over, on the donor's side too; nothing of what goes out says to whom.
    "goods_gift": {"kind", "place"},
    "goods_item": {"description", "condition", "note"},
    "goods_out": {"reference", "how", "state", "drafted_by", "decided_by"},
    "goods_out_line": set(),
    "batch": {"reference", "state"},
    "batch_line": {
        "reference",
        "kind",
        "name",
        "email",
        "cheque_number",
        "carrier",
        "custodian",
        "adviser",
        "language",
    },
    # Whom a donor honors and who is told: words that set the gift aside for one person are not kept (decision 21).
    "tribute": {
        "kind",
        "name",
        "notify_name",
        "notify_email",
        "message",
        "address_key",
        "held_reason",
        "card",
    },
    "no_more_cards": {"address_key"},
    "entry": {"kind", "source_key", "actor", "note_code"},
    "transfer": set(),
    # Ids, states and classes of faults: no personal data travels in our own post.
    "inbox": {"event_id", "origin", "type", "object_type", "object_id", "api_version", "state", "last_refusal"},
    "outbox": {"key", "kind", "subject", "state", "last_refusal"},
    "attempt": {"kind", "form_token_hash", "address", "device", "person"},
    "decline": {"charge_id", "form_token_hash", "address", "device", "person"},
    "mail_code": {"form_token_hash", "email", "language"},
}


def text_columns(table: Table) -> set[str]:
    """Return the names of a table's columns that hold text; instants and days are types of their own."""
    return {column.name for column in table.columns if isinstance(column.type, Text)}


def test_no_column_anywhere_is_about_a_child() -> None:
    speaking = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if any(map(_WORDS_ABOUT_A_CHILD.fullmatch, column.name.split("_"))) and not column.name.endswith("_code")
    ]
    expect_none([name for name in speaking if name not in _SPOKEN_OF_OTHERS])


@pytest.mark.parametrize("name", sorted(TEXT_ALLOWED))
def test_a_table_around_the_childrens_money_or_the_post_has_only_the_text_allowed_here(name: str) -> None:
    assert text_columns(metadata.tables[name]) == TEXT_ALLOWED[name]


@pytest.mark.parametrize("name", _ABOUT_CHILDRENS_MONEY)
def test_text_beside_the_childrens_money_is_a_code_or_a_closed_list(name: str) -> None:
    table = metadata.tables[name]
    checks = " ".join(str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint))
    open_ended = [column for column in text_columns(table) if not re.search(rf"\b{column} IN \(", checks)]
    assert set(open_ended) <= {"code"}


def test_no_table_links_a_donor_to_a_clothing_fund() -> None:
    people = {"donor", "contact", "gift", "receipt"}
    touching = {
        table.name
        for table in metadata.tables.values()
        if "clothing_fund" in {key.column.table.name for key in table.foreign_keys}
    }
    linked = {
        name: people & {key.column.table.name for key in metadata.tables[name].foreign_keys}
        for name in touching
        if people & {key.column.table.name for key in metadata.tables[name].foreign_keys}
    }
    assert touching
    assert linked == {}


def test_tables_reached_from_a_clothing_fund_hold_no_person() -> None:
    reached = {"clothing_fund"}
    while True:
        more = {key.column.table.name for name in reached for key in metadata.tables[name].foreign_keys} - reached
        if not more:
            break
        reached |= more
    assert reached & {"donor", "contact"} == set()
