"""Room: admission. Who asks and what they bring; what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from donations.errors import TooManyTriesError
from receipts.wording import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as far as we want to know: an IP address, the device cookie's random value, the e-mail written.

    `proof` and `code` answer what was asked before; `wants_code` chooses the letter where no script can run.
    """

    address: str
    device: str
    email: str = ""
    language: Language = "en"
    """In which a letter with a code would be written."""
    amount_cents: int = 0
    proof: str = ""
    code: str = ""
    wants_code: bool = False


class StepNeededError(TooManyTriesError):
    """One more step before a checkout opens; the same form is sent again with it."""


class ProofNeededError(StepNeededError):
    """The browser is asked to find a number: `bits` leading zero bits under SHA-256 of `challenge`."""

    def __init__(self, challenge: str, bits: int) -> None:
        super().__init__(
            "There were many tries in the last hour, so your browser is asked to do a little work first."
        )
        self.challenge = challenge
        self.bits = bits


class CodeNeededError(StepNeededError):
    """A code was sent to the e-mail address of the form and is asked for."""

    def __init__(self) -> None:
        super().__init__(
            "There were many tries in the last hour, so we sent a code to your e-mail address. Please write it here.",
            field="code",
        )
