"""Room: staff. What each role may do: denied unless it stands here. docs/reference/permissions.md shows it.

`do`: alone · `request` / `approve`: two different people · `see`: read · `masked`: read without names. Of a batch,
`request` writes its lines, which move nothing yet, and `do` posts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

Role = Literal["purchaser", "treasurer", "approver", "auditor", "admin"]
ROLES: Final[tuple[Role, ...]] = ("purchaser", "treasurer", "approver", "auditor", "admin")

Right = Literal["do", "request", "approve", "see", "masked"]

Action = Literal[
    "desk",
    "tasks",
    "donor",
    "batch",
    "import",
    "clothing_fund",
    "purchase",
    "goods",
    "suspense",
    "bank",
    "month",
    "refund",
    "document",
    "transfer",
    "designation",
    "export",
    "year",
    "report",
    "staff",
    "audit",
    "api_key",
    "partner",
    "appeal",
    "own_account",
]

GRANTS: Final[dict[Action, dict[Role, tuple[Right, ...]]]] = {
    "desk": dict.fromkeys(ROLES, ("see",)),
    "own_account": dict.fromkeys(ROLES, ("do",)),
    "tasks": {"treasurer": ("do", "see"), "approver": ("see",), "auditor": ("see",)},
    "donor": {"treasurer": ("do", "see", "masked"), "auditor": ("masked",)},
    "batch": {"treasurer": ("request", "do", "see"), "auditor": ("see",)},
    "import": {"treasurer": ("do", "see")},
    "clothing_fund": {"treasurer": ("do", "see"), "purchaser": ("see",), "auditor": ("see",), "approver": ("see",)},
    "purchase": {"purchaser": ("request", "see"), "treasurer": ("approve", "see"), "auditor": ("see",)},
    "goods": {"purchaser": ("request", "see"), "treasurer": ("do", "approve", "see"), "auditor": ("see",)},
    "suspense": {"treasurer": ("do", "see"), "auditor": ("see",)},
    "bank": {"treasurer": ("do", "see"), "auditor": ("see",), "approver": ("see",)},
    "month": {"treasurer": ("do", "request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "refund": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "document": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "transfer": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "designation": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "export": {
        "treasurer": ("request", "see", "masked"),
        "approver": ("approve", "see", "masked"),
        "auditor": ("masked",),
    },
    "year": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "report": {"treasurer": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "staff": {"admin": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "audit": {"approver": ("see",), "auditor": ("see",), "admin": ("see",)},
    "api_key": {"admin": ("request", "see"), "approver": ("approve", "see"), "auditor": ("see",)},
    "partner": {"admin": ("do", "see"), "approver": ("see",), "auditor": ("see",)},
    "appeal": {"treasurer": ("do", "see"), "approver": ("see",), "auditor": ("see",)},
}
"""Admins hold no money rights and see no donor. The clerk and the worker act by the published rules, not by roles."""

STEP_UP: Final[frozenset[tuple[Action, Right]]] = frozenset(
    {
        ("donor", "do"),
        ("donor", "see"),
        ("batch", "do"),
        ("import", "do"),
        ("suspense", "do"),
        ("bank", "do"),
        ("refund", "request"),
        ("refund", "approve"),
        ("document", "request"),
        ("document", "approve"),
        ("transfer", "approve"),
        ("export", "request"),
        ("year", "request"),
        ("year", "approve"),
        ("report", "request"),
        ("report", "approve"),
        ("staff", "request"),
        ("staff", "approve"),
        ("api_key", "request"),
        ("api_key", "approve"),
        ("partner", "do"),
    }
)
"""What wants a key proved within the last five minutes."""


def permits(roles: Iterable[Role], action: Action, right: Right) -> bool:
    """Tell whether any of these roles holds this right."""
    granted = GRANTS[action]
    return any(right in granted.get(role, ()) for role in roles)
