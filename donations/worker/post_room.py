"""Room: worker. What is owed to people is carried out: documents printed and kept, then sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from donations import archive, correspondence, inbox, leases, log, outbox, reporting, tributes
from donations.correspondence import MonthFacts, Stationery
from donations.errors import HouseClosedError, ProofComesError, StripeAwayError
from donations.outbox import Owed
from donations.ports import MailRefusedError, PartnerRefusedError, PrintingFailedError, Ring
from donations.tables import Pledge
from donations.worker.carrying import carry_out_approved
from donations.worker.eraser import answer_erasure, keep_register, remove_file
from donations.worker.messenger import tell_partner
from donations.worker.pledge_changing import change_pledge
from donations.worker.workshop import Workshop

_BATCH = 20
_PRINT_TRIES_MAX = 3
_log = structlog.get_logger()


def work_off_outbox(shop: Workshop) -> int:
    """Carry out one batch of due effects and return how many were touched."""
    claimed_at = shop.clock.now()
    with shop.database.read() as session:
        if not outbox.is_due(session, now=claimed_at):
            return 0
    owed = shop.database.write(lambda session: outbox.claim(session, now=claimed_at, limit=_BATCH))
    for place, effect in enumerate(owed):
        if not leases.is_fresh(claimed_at, now=shop.clock.now()):
            _lay_back(shop, owed[place:])
            break
        _carry_out(shop, effect)
    return len(owed)


def _lay_back(shop: Workshop, owed: Sequence[Owed]) -> None:
    """Lay back all that was not begun while the lease was fresh, in one commit."""
    shop.database.write(lambda session: [outbox.give_back(session, effect.lease) for effect in owed])


def _carry_out(shop: Workshop, owed: Owed) -> None:
    acts: dict[str, Callable[[Workshop, Owed], None]] = {
        "print": _print,
        "print_report": _print_report,
        "mail_receipt": _mail,
        "mail_statement": _mail,
        "mail_notice": _mail,
        "cancel_pledge": _cancel_pledge,
        "change_pledge": change_pledge,
        "carry_out": carry_out_approved,
        "ask_statements": _take_step,
        "mail_statements": _take_step,
        "tell_partner": tell_partner,
        "note_erasure": keep_register,
        "remove_file": remove_file,
        "mail_donor_erased": answer_erasure,
        **dict.fromkeys(correspondence.NOTE_KINDS, _mail_note),
        "mail_code": _mail_code,
        "mail_month_note": _mail_month_note,
        "mail_card": _mail_card,
        **dict.fromkeys(correspondence.STAFF_KINDS, _mail_staff),
        **dict.fromkeys(correspondence.DONOR_KINDS, _mail_donor),
    }
    try:
        acts[owed.kind](shop, owed)
    except PrintingFailedError as fault:
        _fail(shop, owed, fault, for_a_person=owed.lease.tries >= _PRINT_TRIES_MAX)
    except (MailRefusedError, PartnerRefusedError) as fault:
        _fail(shop, owed, fault, for_a_person=fault.permanent)
    except (StripeAwayError, HouseClosedError, OperationalError, OSError, ProofComesError) as fault:
        _fail(shop, owed, fault, for_a_person=False)
    except Exception as fault:  # noqa: BLE001  Whatever it is, one effect must never stop the others.
        _fail(shop, owed, fault, for_a_person=True)


def _print(shop: Workshop, owed: Owed) -> None:
    """Print, store the file, then remember it and owe its letter in one commit.

    A receipt carries the proof of its public line, and waits until the books are signed beyond it.
    Killed in between, the print is made again to the same bytes and stored under the same name.
    """
    with shop.database.read() as session:
        facts = archive.frozen_facts_of(session, owed.subject)
        proof = log.prove_receipt(session, owed.subject) if shop.settings.log_key else None
        if proof is None and shop.settings.log_key and log.is_proof_coming(session, owed.subject):
            raise ProofComesError(owed.subject)
    document = shop.printing.print_document(facts, proof)
    shop.files.put(archive.file_name_of(owed.subject, document.pdf), document.pdf)
    now = shop.clock.now()

    def remember(session: Session) -> None:
        archive.keep_printed(session, shop.settings.secret_keys, owed.subject, document, now=now)
        if archive.letter_kind(owed.subject) != "mail_statement":
            # A statement is mailed when the treasurer says so, after she has looked at it.
            archive.owe_letter(session, owed.subject, now=now)
        outbox.finish(session, owed.lease, now=now)

    shop.database.write(remember)


def _print_report(shop: Workshop, owed: Owed) -> None:
    """Print the newest edition of a published report and keep it; the frozen report gives the same bytes again."""
    with shop.database.read() as session:
        report = reporting.read_published(session, owed.subject)
    if report is None:
        raise FileNotFoundError(owed.subject)
    organisation, base_url = shop.settings.organisation, shop.settings.base_url
    pdf = reporting.print_report(report, printing=shop.printing, organisation=organisation, base_url=base_url)
    shop.files.put(archive.report_file_name(report.reference), pdf)
    _finish(shop, owed)


def _take_step(shop: Workshop, owed: Owed) -> None:
    """Ask for, or owe the letters of, one page of a year's statements; the next step is owed in the same commit."""
    now = shop.clock.now()
    kind: reporting.Round = "ask_statements" if owed.kind == "ask_statements" else "mail_statements"

    def together(session: Session) -> None:
        if outbox.finish(session, owed.lease, now=now):
            reporting.take_step(session, kind, owed.subject, now=now)

    shop.database.write(together)


def _mail(shop: Workshop, owed: Owed) -> None:
    """Send the letter; killed before the row is marked, it is sent again under the same Message-ID."""
    now = shop.clock.now()
    with shop.database.read() as session:
        is_overtaken = _is_overtaken(session, owed)
        pdf = archive.read_printed(session, shop.files, owed.subject)
        if pdf is None:
            raise FileNotFoundError(owed.subject)
        letter = correspondence.write_letter(session, owed, pdf, _stationery(session, shop), now=now)
    if not is_overtaken:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _is_overtaken(session: Session, owed: Owed) -> bool:
    """Tell whether a document became void, or a receipt was replaced, before its first letter.

    Nobody is sent a receipt for money they have back; another letter says what happened. A treasurer who sends such a
    document again means it.
    """
    if owed.key != archive.letter_key(owed.subject):
        return False
    status = archive.stand_of(session, archive.find_document(session, owed.subject)).status
    return status == "void" or (status == "replaced" and owed.kind == "mail_receipt")


def _mail_note(shop: Workshop, owed: Owed) -> None:
    """Send a letter without a document, unless the facts have overtaken it."""
    with shop.database.read() as session:
        letter = correspondence.write_note(session, owed, _stationery(session, shop), now=shop.clock.now())
    if letter is not None:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _mail_card(shop: Workshop, owed: Owed) -> None:
    """Send the card of a tribute, unless there is none to send any more; either way forget whom it was for."""
    now = shop.clock.now()
    with shop.database.read() as session:
        end = tributes.is_worth_a_card(session, shop.settings.secret_keys, owed.subject, now=now)
        card = tributes.find_card(session, owed.subject)
        letter = (
            None
            if card is None or end != "sent"
            else correspondence.write_card(card, owed, _stationery(session, shop), now=now)
        )
    if letter is not None:
        shop.mailer.send(letter)

    def remember(session: Session) -> None:
        tributes.note_card(session, owed.subject, end, now=now)
        outbox.finish(session, owed.lease, now=now)

    shop.database.write(remember)


def _mail_code(shop: Workshop, owed: Owed) -> None:
    """Send the code of a form, unless the form can no longer be sent."""
    with shop.database.read() as session:
        letter = correspondence.write_code_letter(session, owed, _stationery(session, shop), now=shop.clock.now())
    if letter is not None:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _mail_month_note(shop: Workshop, owed: Owed) -> None:
    """Send what a gift did by the end of a month, unless its donor ended the notes or its money is in question."""
    reference, _, day = owed.subject.partition("/")
    with shop.database.read() as session:
        told = reporting.read_news(session, reference, month=date.fromisoformat(day))
        letter = None
        if told is not None and told.since and told.through and told.spent_cents:
            facts = MonthFacts(
                reference=reference,
                since=told.since,
                through=told.through,
                filled_count=told.filled_count,
                spent_cents=told.spent_cents,
            )
            stationery = _stationery(session, shop)
            letter = correspondence.write_month_note(session, owed, facts, stationery, now=shop.clock.now())
    if letter is not None:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _mail_staff(shop: Workshop, owed: Owed) -> None:
    """Send a letter to a member of the staff, unless its link has ended."""
    with shop.database.read() as session:
        letter = correspondence.write_staff_letter(session, owed, _stationery(session, shop), now=shop.clock.now())
    if letter is not None:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _mail_donor(shop: Workshop, owed: Owed) -> None:
    """Send a letter about a donor's own room, unless its link has ended or nobody is known at the address."""
    with shop.database.read() as session:
        letter = correspondence.write_donor_letter(session, owed, _stationery(session, shop), now=shop.clock.now())
    if letter is not None:
        shop.mailer.send(letter)
    _finish(shop, owed)


def _cancel_pledge(shop: Workshop, owed: Owed) -> None:
    """End a pledge at Stripe as its donor asked us to, then look at it as if Stripe had rung."""
    with shop.database.read() as session:
        subscription_id = session.scalars(
            select(Pledge.subscription_id).where(Pledge.reference == owed.subject)
        ).one()
    if subscription_id is None:
        raise StripeAwayError("Stripe has not told us of this pledge's subscription yet.")
    shop.payments.cancel_pledge(subscription_id, key=owed.key)
    now = shop.clock.now()
    ring = Ring(
        event_id=f"{owed.key}/done",
        type="customer.subscription.looked_at",
        object_type="subscription",
        object_id=subscription_id,
        livemode=shop.settings.livemode,
        created_at=now,
        api_version=None,
    )

    def remember(session: Session) -> None:
        inbox.record(session, ring, origin="thanks", received_at=now)
        outbox.finish(session, owed.lease, now=now)

    shop.database.write(remember)


def _stationery(session: Session, shop: Workshop) -> Stationery:
    is_kept = reporting.promise_is_kept(session, shop.settings.organisation)
    return Stationery(settings=shop.settings, promise_is_kept=is_kept)


def _finish(shop: Workshop, owed: Owed) -> None:
    shop.database.write(lambda session: outbox.finish(session, owed.lease, now=shop.clock.now()))


def _fail(shop: Workshop, owed: Owed, fault: Exception, *, for_a_person: bool) -> None:
    # A partner's refusal is told by its reason, such as "HTTP 500": it holds no personal data.
    name = str(fault) if isinstance(fault, PartnerRefusedError) else type(fault).__name__
    now = shop.clock.now()
    _log.warning("effect_failed", key=owed.key, fault=name, parked=for_a_person)
    if for_a_person:
        shop.database.write(lambda session: outbox.park(session, owed.lease, fault=name))
    else:
        shop.database.write(lambda session: outbox.postpone(session, owed.lease, fault=name, now=now))
