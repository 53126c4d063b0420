"""Room: facts. Who issues and who gave; nothing here can hold a fact about a child."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from receipts.facts.faults import NAME_MAX, PARAGRAPH_MAX, Faults
from receipts.wording import DedicationKind

ADDRESS_LINES_MAX = 6
_EIN = re.compile(r"[0-9]{2}-[0-9]{7}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The charity as the law knows it; `legal_name` is the name the IRS lists, `trade_name` only a brand."""

    legal_name: str
    ein: str
    address_lines: tuple[str, ...]
    tax_status: str
    """E.g. "a public charity described in sections 501(c)(3) and 170(b)(1)(A) of the Internal Revenue Code"."""
    trade_name: str = ""
    contact: str = ""
    """One line with telephone or e-mail, as the letterhead shows it."""
    signatory_name: str = ""
    signatory_title: str = ""
    fictitious: bool = False
    is_sponsor: bool = False
    """Whether it acknowledges gifts to a project it sponsors; `trade_name` is the project's then (R30)."""

    def __post_init__(self) -> None:
        """Refuse an issuer whose documents the IRS could not read."""
        faults = Faults("issuer")
        faults.text("legal_name", self.legal_name, limit=NAME_MAX)
        faults.spelt("ein", self.ein, _EIN, "is not an EIN like 12-3456789")
        faults.texts("address_lines", self.address_lines, most=ADDRESS_LINES_MAX)
        faults.unless(self.address_lines, "address_lines", "is missing")
        faults.text("tax_status", self.tax_status)
        for name in ("trade_name", "contact", "signatory_name", "signatory_title"):
            faults.text(name, getattr(self, name), may_be_empty=True)
        faults.unless(self.trade_name or not self.is_sponsor, "trade_name", "of the sponsored project is missing")
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorFacts:
    """The donor as they wrote themselves; an address they did not give is an empty tuple, never a blank line."""

    name: str
    address_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name or line that could not be printed."""
        faults = Faults("donor")
        faults.text("name", self.name, limit=NAME_MAX)
        faults.texts("address_lines", self.address_lines, most=ADDRESS_LINES_MAX)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dedication:
    """In whose honor or memory the donor gave, as they wrote it; never who gave, and never whom the money is for."""

    kind: DedicationKind
    name: str

    def __post_init__(self) -> None:
        """Refuse a dedication to nobody, or to a name that could not be printed."""
        faults = Faults("dedication")
        faults.one_of("kind", self.kind, get_args(DedicationKind))
        faults.text("name", self.name, limit=NAME_MAX)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One line of what was paid; cents > 0."""

    label: str
    cents: int

    def __post_init__(self) -> None:
        """Refuse a line without a label or an amount."""
        faults = Faults("receipt line")
        faults.text("label", self.label)
        faults.cents("cents", self.cents)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDisclosure:
    """A state's own text as it stood at issue; `id` names the row of the table it came from."""

    id: str
    state: str
    text: str
    style: Literal["plain", "capitals"] = "plain"

    def __post_init__(self) -> None:
        """Refuse a disclosure that says nothing."""
        faults = Faults("state disclosure")
        faults.text("id", self.id)
        faults.text("state", self.state, limit=2)
        faults.text("text", self.text, limit=PARAGRAPH_MAX)
        faults.refuse()
