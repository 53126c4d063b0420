"""Room: wording. The sentences as they are said: filled with values, in English with a reading beside them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from receipts.wording.figures import whole_dollars
from receipts.wording.languages import labels, readings
from receipts.wording.sentences import (
    ASK_VERSION,
    ASKS,
    CONTROL_STATEMENTS,
    CONTROL_VERSION,
    LETTER_WORDINGS,
    PROMISE_VERSION,
    PROMISES,
    RECEIPT_VERSION,
    RECEIPT_WORDINGS,
    VARIANCE_VERSION,
    VARIANCES,
)
from receipts.wording.words import Language, Preference


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence of the law: the English that counts, and its reading ("" in an English document)."""

    english: str
    reading: str

    @property
    def spoken(self) -> str:
        """Return what the reader of this language reads first."""
        return self.reading or self.english


def say(key: str, *, version: str, language: Language = "en", **values: str) -> Said:
    """Return a sentence of a version with its values; KeyError for an unknown sentence or version."""
    return Said(
        english=legal_sentence(key, version).format(**values),
        reading="" if language == "en" else readings(language, version)[key].format(**values),
    )


def legal_sentence(key: str, version: str = RECEIPT_VERSION) -> str:
    """Return the English of a sentence with its places for values."""
    texts: dict[str, str] = asdict(RECEIPT_WORDINGS[version]) | asdict(LETTER_WORDINGS[version])
    return texts[key]


def say_control_statement(legal_name: str, *, version: str, language: Language = "en") -> Said:
    """Return the control statement a donor saw, and its reading."""
    reading = "" if language == "en" else readings(language, version)["statement"].format(legal_name=legal_name)
    return Said(english=control_statement(legal_name, version), reading=reading)


def say_purpose(legal_name: str, preference: Preference | None, *, version: str, language: Language = "en") -> Said:
    """Return the purpose line and its reading."""
    reading = ""
    if language != "en":
        noted = readings(language, version)["preference_noted"] if preference else ""
        named = labels(language)["preference"].get(preference, "") if preference else ""
        reading = readings(language, version)["purpose"].format(
            legal_name=legal_name, preference=noted.format(preference=named)
        )
    return Said(english=purpose_line(legal_name, preference, version), reading=reading)


def say_ask(set_price_cents: int, language: Language = "en") -> tuple[str, str]:
    """Return the ask in a language: its headline and the sentences that explain it."""
    if language == "en":
        return ask(set_price_cents)
    said = readings(language, ASK_VERSION)
    return said["headline"].format(price=whole_dollars(set_price_cents)), said["explanation"]


def say_variance(language: Language = "en") -> Said:
    """Return what the board may do when a purpose cannot be met, and its reading."""
    return Said(english=variance(), reading=_reading(language, VARIANCE_VERSION))


def say_promise(language: Language = "en") -> Said:
    """Return the 100 % promise, and its reading; shown only while operations can pay the fees."""
    return Said(english=promise(), reading=_reading(language, PROMISE_VERSION))


def _reading(language: Language, version: str) -> str:
    return "" if language == "en" else readings(language, version)["statement"]


def control_statement(legal_name: str, version: str = CONTROL_VERSION) -> str:
    """Return the control statement shown above the pay button; an unknown version is a KeyError."""
    return CONTROL_STATEMENTS[version].format(legal_name=legal_name)


def purpose_line(legal_name: str, preference: Preference | None, version: str = RECEIPT_VERSION) -> str:
    """Return the receipt's purpose line: the fund, the preference if any, and who keeps control."""
    noted = f"donor preference noted: {labels('en')['preference'][preference]}; " if preference else ""
    return RECEIPT_WORDINGS[version].purpose.format(legal_name=legal_name, preference=noted)


def ask(set_price_cents: int, version: str = ASK_VERSION) -> tuple[str, str]:
    """Return the ask: its headline ("$130 clothes one child.") and the sentences that explain it."""
    headline, explanation = ASKS[version]
    return headline.format(price=whole_dollars(set_price_cents)), explanation


def variance(version: str = VARIANCE_VERSION) -> str:
    """Return what the board may do when a purpose cannot be met."""
    return VARIANCES[version]


def promise(version: str = PROMISE_VERSION) -> str:
    """Return the 100 % promise; the caller shows it only while operations can pay the fees."""
    return PROMISES[version]
