"""Room: web. The treasury's menu: what there is, shown to those who may enter it, where the room is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import current_app, request

from donations.staff import Action, Member, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One door of the menu."""

    address: str
    words: str
    action: Action
    rights: tuple[Right, ...] = ("see",)
    key: str = ""
    """The access key, as /treasury/help lists it."""


MENU: Final[tuple[tuple[str, tuple[Item, ...]], ...]] = (
    (
        "Today",
        (
            Item(address="/treasury", words="The desk", action="desk", key="d"),
            Item(address="/treasury/tasks", words="What needs a person", action="tasks", key="t"),
            Item(address="/treasury/approvals", words="Approvals", action="desk"),
        ),
    ),
    (
        "Gifts",
        (
            Item(address="/treasury/gifts", words="Gifts", action="refund"),
            Item(address="/treasury/batches", words="Batches", action="batch", key="b"),
            Item(address="/treasury/donors", words="Donors", action="donor", rights=("see", "masked")),
            Item(address="/treasury/import", words="Import", action="import"),
            Item(address="/treasury/appeals", words="Appeals", action="appeal"),
        ),
    ),
    (
        "Clothing",
        (
            Item(address="/treasury/funds", words="Clothing funds", action="clothing_fund"),
            Item(address="/treasury/purchases", words="Purchases", action="purchase"),
            Item(address="/treasury/goods", words="Goods in kind", action="goods"),
        ),
    ),
    (
        "Bank",
        (
            Item(address="/treasury/payouts", words="Payouts", action="bank"),
            Item(address="/treasury/bank", words="Bank lines", action="bank"),
            Item(address="/treasury/suspense", words="Suspense", action="suspense"),
            Item(address="/treasury/months", words="Months", action="month"),
        ),
    ),
    (
        "Year",
        (
            Item(address="/treasury/year-end", words="Year-end", action="year"),
            Item(address="/treasury/exports", words="Exports", action="export", rights=("see", "masked")),
        ),
    ),
    (
        "House",
        (
            Item(address="/treasury/staff", words="Staff", action="staff"),
            Item(address="/treasury/api-keys", words="API keys", action="api_key"),
            Item(address="/treasury/partners", words="Partners", action="partner"),
            Item(address="/treasury/audit", words="Audit log", action="audit"),
            Item(address="/treasury/account", words="My account", action="own_account", rights=("do",)),
        ),
    ),
)


def menu_of(member: Member) -> list[tuple[str, list[Item]]]:
    """Return the groups and doors this member may open."""
    built = {rule.rule for rule in current_app.url_map.iter_rules()}
    groups = (
        (name, [item for item in items if item.address in built and _may(member, item)]) for name, items in MENU
    )
    return [(name, items) for name, items in groups if items]


def is_here(address: str) -> bool:
    """Tell whether this page stands behind that door."""
    return request.path == address or (address != "/treasury" and request.path.startswith(address + "/"))


def _may(member: Member, item: Item) -> bool:
    return any(member.may(item.action, right) for right in item.rights)
