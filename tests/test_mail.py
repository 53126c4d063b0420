from __future__ import annotations

import asyncio
import contextlib
import mailbox
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from donations.errors import SettingsRefusedError
from donations.gateways.mail import MailFolder, open_mailer
from donations.ports import Attachment, Letter, Mailer, MailRefusedError

_PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 200 + b"\n.\r\n.\n\r\r\n%%EOF"
_LETTER = Letter(
    message_id="<mail.receipt.R-2026-000001-6@give.example.org>",
    to="alex@example.org",
    subject="Your receipt – R-2026-000001-6",
    text="Thank you.\nYour gift of $130.00 has arrived.\n",
    html="<p>Thank you. Your gift of <b>$130.00</b> has arrived. ✓</p>\n",
    sent_at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
    attachments=(Attachment(name="receipt-R-2026-000001-6.pdf", media_type="application/pdf", content=_PDF),),
)
_SENDER = "Desert Wardrobe <gifts@example.org>"


@dataclass
class _Sink:
    """An SMTP server on loopback that keeps what it takes and answers what it is told to."""

    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    passwords: list[object] = field(default_factory=list)
    port: int = 0

    def take_password(
        self, _server: object, _session: object, _envelope: object, _way: str, said: object
    ) -> AuthResult:
        """Take any password that comes, to tell that it came."""
        self.passwords.append(said)
        return AuthResult(success=True)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802, ANN401
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802, ANN401
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802, ANN401
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802, ANN401
        return self.answers.get("QUIT", "221 Bye")


@pytest.fixture
def sink() -> Iterator[_Sink]:
    """Run a mail server on a free loopback port in a thread of its own."""
    opened, ready = _Sink(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        opened.port = listening.getsockname()[1]
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_run_sink, args=(opened, loop, listening, ready))
        thread.start()
        assert ready.wait(10)
        yield opened
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _run_sink(sink: _Sink, loop: asyncio.AbstractEventLoop, listening: socket.socket, ready: threading.Event) -> None:
    """Serve until the loop is stopped; all of it in this thread, for the caller's may run a loop of its own."""
    server = loop.run_until_complete(loop.create_server(lambda: _serve(sink, loop), sock=listening))
    ready.set()
    loop.run_forever()
    server.close()
    loop.run_until_complete(_end_all(loop))
    loop.close()


def _serve(sink: _Sink, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(sink, hostname="sink.example", loop=loop, authenticator=sink.take_password, auth_require_tls=False)


async def _end_all(loop: asyncio.AbstractEventLoop) -> None:
    ending = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in ending:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*ending, return_exceptions=True)


def _mailer(sink: _Sink) -> Mailer:
    return open_mailer(f"smtp://127.0.0.1:{sink.port}", sender=_SENDER)


def _read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


def _assert_is_the_letter(message: EmailMessage) -> None:
    assert message["To"] == "alex@example.org"
    assert message["From"] == _SENDER
    assert message["Subject"] == _LETTER.subject
    assert message["Message-ID"] == _LETTER.message_id
    assert message["Date"].datetime == _LETTER.sent_at
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == _LETTER.text, "a mail's own line ends are CRLF"
    assert html.get_content().replace("\r\n", "\n") == _LETTER.html
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (
        "receipt-R-2026-000001-6.pdf",
        "application/pdf",
    )
    assert attached.get_payload(decode=True) == _PDF


def test_a_letter_arrives_by_smtp_with_text_html_and_the_pdf_byte_for_byte(sink: _Sink) -> None:
    _mailer(sink).send(_LETTER)
    ((sender, recipients, content),) = sink.taken
    assert (sender, recipients) == ("gifts@example.org", ["alex@example.org"])
    _assert_is_the_letter(_read(content))


def test_a_letter_is_kept_in_a_mail_folder_whole(tmp_path: Path) -> None:
    open_mailer(f"maildir:{tmp_path / 'home' / 'mail'}", sender=_SENDER).send(_LETTER)
    (kept,) = mailbox.Maildir(tmp_path / "home" / "mail", create=False)
    _assert_is_the_letter(_read(kept.as_bytes()))


def test_an_empty_folder_is_good_enough_for_a_mail_folder(tmp_path: Path) -> None:
    MailFolder(folder=tmp_path, sender=_SENDER).send(_LETTER)
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_a_letter_sent_again_bears_the_same_message_id(tmp_path: Path) -> None:
    for _ in range(2):
        MailFolder(folder=tmp_path, sender=_SENDER).send(_LETTER)
    box = mailbox.Maildir(tmp_path, create=False)
    assert [message["Message-ID"] for message in box] == [_LETTER.message_id] * 2


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Your receipt\r\nBcc: all@example.org"},
        {"subject": "Your receipt\nBcc: all@example.org"},
        {"subject": "Your\x00receipt"},
        {"subject": "Your\x0breceipt"},
        {"subject": "Your\u2028receipt"},
        {"to": "alex@example.org\r\nBcc: all@example.org"},
        {"to": "alex@example.org\nDATA"},
        {"to": "alex@example.org, blake@example.org"},
        {"to": "Alex <alex@example.org>"},
        {"to": "alex@example.org;blake@example.org"},
        {"to": ""},
        {"to": "alex"},
        {"message_id": "<a@b>\r\nBcc: all@example.org"},
    ],
    ids=ascii,
)
def test_a_header_that_could_become_two_is_refused_for_good(
    sink: _Sink, tmp_path: Path, changes: dict[str, Any]
) -> None:
    for mailer in (_mailer(sink), MailFolder(folder=tmp_path / "mail", sender=_SENDER)):
        with pytest.raises(MailRefusedError) as refusal:
            mailer.send(replace(_LETTER, **changes))
        assert refusal.value.permanent
    assert sink.taken == []
    assert not (tmp_path / "mail").exists()


@pytest.mark.parametrize(
    ("step", "answer", "permanent"),
    [
        ("RCPT", "550 5.1.1 No such user", True),
        ("RCPT", "450 4.2.1 Try later", False),
        ("DATA", "554 5.7.1 Not wanted", True),
        ("DATA", "452 4.3.1 Full", False),
        ("MAIL", "550 5.7.1 Sender not allowed", False),
        ("MAIL", "421 4.3.2 Going down", False),
    ],
)
def test_only_a_final_word_about_this_letter_is_final(
    sink: _Sink, step: str, answer: str, *, permanent: bool
) -> None:
    sink.answers[step] = answer
    with pytest.raises(MailRefusedError) as refusal:
        _mailer(sink).send(_LETTER)
    assert refusal.value.permanent is permanent
    assert "alex" not in str(refusal.value), "a fault's text is stored, and must not hold personal data"
    assert sink.taken == []


def test_what_was_accepted_stays_accepted_however_the_server_says_good_bye(sink: _Sink) -> None:
    sink.answers["QUIT"] = "421 Going down"
    _mailer(sink).send(_LETTER)
    assert len(sink.taken) == 1


def test_a_server_that_does_not_answer_is_a_passing_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailRefusedError) as refusal:
        open_mailer(f"smtp://127.0.0.1:{port}", sender=_SENDER).send(_LETTER)
    assert not refusal.value.permanent


def test_a_password_is_never_sent_in_the_clear(sink: _Sink) -> None:
    with pytest.raises(MailRefusedError) as refusal:
        open_mailer(f"smtp://almoner:confidential@127.0.0.1:{sink.port}", sender=_SENDER).send(_LETTER)
    assert not refusal.value.permanent, "the operator mends it, and every letter still goes out"
    assert (sink.passwords, sink.taken) == ([], []), "though this server would take it"


def test_a_mail_folder_that_cannot_be_written_is_a_passing_fault(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file in its place", encoding="utf-8")
    with pytest.raises(MailRefusedError) as refusal:
        MailFolder(folder=tmp_path / "mail", sender=_SENDER).send(_LETTER)
    assert not refusal.value.permanent


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:mail", "smtp://[::1"]
)
def test_a_wrong_mail_url_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsRefusedError, match="ALMONER_MAIL_URL"):
        open_mailer(url, sender=_SENDER)
