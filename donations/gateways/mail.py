"""Room: gateways. Letters leave the house: by SMTP, or into a local mail folder (maildir)."""

from __future__ import annotations

import mailbox
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
_ONE_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\\\"@]+@[^\s,;:<>()\[\]\\\"@]+")


def open_mailer(url: str, *, sender: str) -> Mailer:
    """Return the mailer of `ALMONER_MAIL_URL`: `maildir:FOLDER`, `smtp://HOST:PORT` or `smtps://USER:WORD@HOST:PORT`.

    Raises `SettingsRefusedError`.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # Reading it is what checks it.
    except ValueError:
        raise SettingsRefusedError("ALMONER_MAIL_URL is no address.") from None
    if parts.scheme == "maildir":
        return MailFolder(folder=Path(parts.netloc + parts.path), sender=sender)
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        return SmtpMailer(server=parts, sender=sender)
    raise SettingsRefusedError(
        "ALMONER_MAIL_URL must be maildir:FOLDER, smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT."
    )


def compose(letter: Letter, *, sender: str) -> EmailMessage:
    """Return the letter as a message; a control character in a header or a second recipient is refused for good."""
    if any(_is_control(character) for text in (letter.to, letter.subject, letter.message_id) for character in text):
        raise MailRefusedError("a header holds a control character", permanent=True)
    if not _ONE_ADDRESS.fullmatch(letter.to):
        raise MailRefusedError("a letter goes to exactly one plain address", permanent=True)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.sent_at)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return message


def _is_control(character: str) -> bool:
    # Line and paragraph separators break lines too, for some programs that read mail.
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFolder:
    """Keeps letters as files of a maildir, which any mail program opens."""

    folder: Path
    sender: str

    def send(self, letter: Letter) -> None:
        """Write the letter durably; a letter sent again replaces none and is recognised by its Message-ID."""
        message = compose(letter, sender=self.sender)
        try:
            for part in ("tmp", "new", "cur"):
                (self.folder / part).mkdir(parents=True, exist_ok=True)
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
        """Return once the server has accepted the letter; raises `MailRefusedError` otherwise.

        Only a final word about this very letter is permanent; a wrong password or sender is mended by the operator.
        """
        message = compose(letter, sender=self.sender)
        try:
            with self._connected() as connection:
                connection.send_message(message)
        except smtplib.SMTPDataError as fault:
            raise _refused(f"SMTP {fault.smtp_code}", fault.smtp_code) from fault
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            raise _refused("the recipient was refused", min(codes, default=0)) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise MailRefusedError(type(fault).__name__, permanent=False) from fault

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        connection = self._connect()
        try:
            if self.server.username:
                if self.server.scheme == "smtp":
                    # A password never goes out in the clear: a server without STARTTLS is not used.
                    connection.starttls(context=ssl.create_default_context())
                connection.login(unquote(self.server.username), unquote(self.server.password or ""))
            yield connection
        finally:
            # What was accepted stays accepted, however the server says good-bye.
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == "smtp":
            return smtplib.SMTP(host, self.server.port or 25, timeout=_TIMEOUT_SECONDS)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, self.server.port or 465, timeout=_TIMEOUT_SECONDS, context=context)


def _refused(reason: str, code: int) -> MailRefusedError:
    return MailRefusedError(reason, permanent=code >= _PERMANENT_FROM)
