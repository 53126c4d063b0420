"""Room: cli. How a gift of the desk is told to a command: the same options for one gift and for a line of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from datetime import date

    from donations.offline import OfflineWish

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_KINDS = click.Choice(
    ["cheque", "cash", "wire", "payroll", "employer_match", "donor_advised_fund", "ira_distribution"]
)
_CARRIERS = click.Choice(["us_mail", "courier", "by_hand"])
_LANGUAGES = click.Choice(["en", "es"])
_OPTIONS = (
    click.option("--kind", required=True, type=_KINDS, help="How it came."),
    click.option("--amount-cents", required=True, type=int, help="What was given, in cents."),
    click.option("--name", default="", help="Whose gift it is: of a match the employer, of a fund its sponsor."),
    click.option("--custodian", default="", help="Who paid a distribution from an IRA for its owner."),
    click.option("--adviser", default="", help="Who recommended the grant of a donor-advised fund, if named."),
    click.option("--unknown-donor", is_flag=True, help="Nobody knows who gave it: no name, and no receipt."),
    click.option("--email", default="", help="Where the receipt goes; without it the receipt is for paper."),
    click.option("--language", type=_LANGUAGES, default="en", show_default=True, help="Of letters and papers."),
    click.option("--received", required=True, type=_DAY, help="The day it came; of payroll, the pay day."),
    click.option("--cheque-number", help="The number printed on the cheque."),
    click.option("--carrier", default="us_mail", show_default=True, type=_CARRIERS, help="How a cheque came."),
    click.option("--postmarked", type=_DAY, help="The day of the postmark on a mailed cheque."),
    click.option("--dated", type=_DAY, help="The date written on the cheque."),
    click.option("--not-duplicate", is_flag=True, help="Say that it is another gift than the one it resembles."),
)

_TRIBUTE = (
    click.option(
        "--tribute-kind", default="", type=click.Choice(["", "honour", "memory"]), help="How it is dedicated."
    ),
    click.option("--tribute-name", default="", help="Whom it honors: on the receipt, nowhere in public."),
    click.option("--notify-name", default="", help="Who is told by a card, without the amount."),
    click.option("--notify-email", default="", help="Where the card goes; deleted once it is sent."),
    click.option("--tribute-message", default="", help="What the card says, at most 200 characters."),
)
_TRIBUTE_FIELDS = ("tribute_kind", "tribute_name", "notify_name", "notify_email", "tribute_message")


def tribute_options(command: _Command) -> _Command:
    """Add the options by which somebody is honored and somebody is told."""
    for option in reversed(_TRIBUTE):
        command = option(command)
    return command


def tribute_fields(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what `tribute_options` told, under the names of the give form's fields."""
    return {name: str(told[name]) for name in _TRIBUTE_FIELDS}


def gift_options(command: _Command) -> _Command:
    """Add the options by which a gift is told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_wish(told: Mapping[str, Any]) -> OfflineWish:
    """Return the gift that the options told."""
    from donations.offline import OfflineWish

    return OfflineWish(
        kind=told["kind"],
        amount_cents=told["amount_cents"],
        name=told["name"],
        email=told["email"],
        language=told["language"],
        received_on=told["received"].date(),
        cheque_number=told["cheque_number"],
        carrier=told["carrier"],
        postmarked_on=_day(told["postmarked"]),
        dated_on=_day(told["dated"]),
        custodian=told["custodian"].strip(),
        adviser=told["adviser"].strip(),
        is_donor_unknown=told["unknown_donor"],
    )


def _day(told: datetime | None) -> date | None:
    return None if told is None else told.date()
