"""Room: gateways. Letters leave the house: by SMTP, or into a local mail folder (maildir)."""

from __future__ import annotations

import mailbox
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from donations.errors import SettingsRefusedError
from donations.ports import Letter, Mailer, MailRefusedError

_TIMEOUT_SECONDS = 20
_PERMANENT_FROM = 500


def open_mailer(url: str, *, sender: str) -> Mailer:
    """Return the mailer of `ALMONER_MAIL_URL`: `maildir:folder`, `smtp://host:port` or `smtps://user:word@host:port`."""
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return MailFolder(folder=Path(parts.netloc + parts.path), sender=sender)
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        return SmtpMailer(server=parts, sender=sender)
    raise SettingsRefusedError(
        "ALMONER_MAIL_URL must be maildir:FOLDER, smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT."
    )


def compose(letter: Letter, *, sender: str) -> EmailMessage:
    """Return the letter as a message; a line break or NUL in a header is refused, permanently."""
    headers = (letter.to, letter.subject, letter.message_id)
    if any(character in text for text in headers for character in "\r\n\0"):
        raise MailRefusedError("a header holds a control character", permanent=True)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.sent_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFolder:
    """Keeps letters as files of a maildir, which any mail program opens."""

    folder: Path
    sender: str

    def send(self, letter: Letter) -> None:
        """Write the letter durably; a letter sent again replaces none and is recognised by its Message-ID."""
        message = compose(letter, sender=self.sender)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            box = mailbox.Maildir(self.folder, create=True)
            box.add(message.as_bytes())
            box.flush()
        except OSError as fault:
            raise MailRefusedError(f"the mail folder cannot be written: {fault.strerror}", permanent=False) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Hands letters to a mail server; certificates are checked."""

    server: SplitResult
    sender: str

    def send(self, letter: Letter) -> None:
        """Return once the server has accepted the letter; raises `MailRefusedError` otherwise."""
        message = compose(letter, sender=self.sender)
        try:
            with self._connect() as connection:
                connection.send_message(message)
        except smtplib.SMTPResponseException as fault:
            raise _refused(f"SMTP {fault.smtp_code}", fault.smtp_code) from fault
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            raise _refused("the recipient was refused", min(codes, default=0)) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise MailRefusedError(type(fault).__name__, permanent=False) from fault

    def _connect(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.server.port or 465, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, self.server.port or 25, timeout=_TIMEOUT_SECONDS)
        if self.server.username:
            connection.login(unquote(self.server.username), unquote(self.server.password or ""))
        return connection


def _refused(reason: str, code: int) -> MailRefusedError:
    return MailRefusedError(reason, permanent=code >= _PERMANENT_FROM)
