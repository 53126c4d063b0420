"""Room: errors. What we refuse in plain words, and what must never happen."""

from __future__ import annotations


class DonationError(Exception):
    """A refusal we understand: one plain sentence for the person, the field it is about, an HTTP status.

    Raising one changes nothing: the boundary rolls its transaction back and shows `sentence`.
    """

    status = 400

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class FieldRefusedError(DonationError):
    """A field of a form, file or command that cannot be believed (HTTP 422)."""

    status = 422


class NotFoundError(DonationError):
    """Nothing here answers to that name; the same for "not yours", "expired" and "never was" (HTTP 404)."""

    status = 404


class KeyNeededError(DonationError):
    """The JSON API is asked without a key that stands (HTTP 401); the same for none, a wrong and a revoked one."""

    status = 401


class ScopeNeededError(DonationError):
    """A key asks for what its scope does not hold (HTTP 403)."""

    status = 403


class TooManyTriesError(DonationError):
    """A limit of `admission` is reached; try again later (HTTP 429)."""

    status = 429


class StripeAwayError(DonationError):
    """Stripe does not answer; the promise stays and can be tried again (HTTP 503)."""

    status = 503


class StripeRefusedError(DonationError):
    """Stripe answered with a refusal that trying again cannot change: a person must look (HTTP 502)."""

    status = 502


class HouseClosedError(DonationError):
    """The database cannot take the write just now; nothing was changed (HTTP 503)."""

    status = 503


class SettingsRefusedError(DonationError):
    """A wrong or missing setting; the start stops with this one sentence naming it."""


class LogRefusedError(DonationError):
    """Something is not a note, a proof or a line of the public log, or may not be signed."""


class ProofComesError(DonationError):
    """A receipt is to be printed whose public line is not signed yet: it will be, at the next tick."""


class DocumentRefusedError(DonationError):
    """A document the law would not accept; raised before a number is taken, naming the fields."""


class BrokenInvariantError(AssertionError):
    """Something that must always hold does not: crash, roll back, alert."""


class SourceKeyConflictError(BrokenInvariantError):
    """A source key was met again with other money; idempotency must never hide a difference."""


class ModeConflictError(BrokenInvariantError):
    """One database is one book in one mode; simulated and real money never meet."""
