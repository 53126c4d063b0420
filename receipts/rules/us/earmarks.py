"""Room: rules/us. Does a free text set a gift aside for one person (Rev. Rul. 62-113)? Then it waits for the donor.

Screening only ever holds: it never refuses money and never decides that a gift is deductible. A person reads what was
held; a false alarm costs one letter, a miss a donor's deduction.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from receipts.wording import Language, Said, readings

EarmarkReason = Literal["named_person", "own_relative", "clothing_fund_code", "only_for"]
CONSENT_VERSION: Final = "consent-2026-1"
CONSENTS: Final = {
    "consent-2026-1": (
        "I give this without any condition. {legal_name} has full control of the money and discretion over its use "
        "for its charitable purposes; it joins the Children's Clothing Fund and is not set aside for anyone."
    ),
}
"""What a donor agrees to when a held gift joins the pool; a changed text is a new version, never an edit."""


def say_consent(legal_name: str, *, version: str, language: Language = "en") -> Said:
    """Return what a donor agrees to, and its reading; an unknown version is a KeyError."""
    reading = "" if language == "en" else readings(language, version)["statement"].format(legal_name=legal_name)
    return Said(english=CONSENTS[version].format(legal_name=legal_name), reading=reading)


_RELATIVES = (
    "son|daughter|child|kid|children|kids|grandson|granddaughter|grandchild|grandkid|grandchildren|grandkids|nephew"
    "|niece|cousin|brother|sister|godson|goddaughter|godchild|stepson|stepdaughter|family"
    "|foster (?:son|daughter|child)"
    "|hij[oa]|niet[oa]|sobrin[oa]|herman[oa]|ahijad[oa]|prim[oa]"
)
_CODE: Final = re.compile(r"\bCF-?[0-9A-HJKMNP-TV-Z]{10}\b", re.IGNORECASE | re.ASCII)
_OWN: Final = re.compile(rf"\b(?:my|our|mi|nuestr[oa])\s+(?:[\w'’-]+\s+){{0,2}}(?:{_RELATIVES})\b", re.IGNORECASE)
_ONLY: Final = re.compile(
    r"\b(?:only\s+(?:for|to)|for\b.{1,80}\bonly|solely\s+for|exclusively\s+for|earmark(?:ed)?\b|restricted\s+to"
    r"|s[oó]lo\s+para|solamente\s+para|para\b.{1,80}\b(?:s[oó]lo|solamente|[uú]nicamente))\b",
    re.IGNORECASE,
)
_FOR: Final = re.compile(
    r"\b(?:for|to|para|a)\s+(?:the\s+(?:child|boy|girl|kid)\s+(?:named\s+)?)?"
    r"(?P<name>[^\W\d_][\w'’-]+(?:\s+[^\W\d_][\w'’.-]+)?)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_NOTHING_BUT: Final = re.compile(
    r"(?:for|para)\s+(?P<name>[^\W\d_][\w'’-]+(?:\s+[^\W\d_][\w'’.-]*)?)\s*[.!]?", re.IGNORECASE
)
"""A memo that says nothing else, as people write on a cheque: then small letters make it no less a name."""
_CAPITAL_AFTER_FOR: Final = re.compile(r"\b(?:[Ff]or|FOR|[Pp]ara|[Gg]ive to|[Ss]end to)\s+(?P<name>[A-Z][\w'’-]+)")
_LITTLE_ONE: Final = re.compile(r"\b(?:baby|little)\s+[A-Z][\w'’-]*(?:['’]s|[^s\W])\b")
"""Small letters only: "Little Rock" is a town, "Baby Basics" a charity, "little Nevadans" are a class."""
_HELPS: Final = re.compile(
    r"\b(?:[Hh]elp|[Ss]upport|[Cc]lothe|[Dd]ress|[Ss]ave|for|[Aa]yud(?:ar|a)(?:\s+a)?|[Vv]estir\s+a)\s+"
    r"(?!(?:For|The|And|Our|All|Up|Out)\b)(?P<name>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]*\.?)?)"
)
_INITIAL: Final = re.compile(r"\s[A-Z]\.?\Z")
_CLASS: Final = re.compile(
    r"\b(?:children|youths?|kids|families|students|teen(?:ager)?s|girls|boys|people|persons|women|men|babies"
    r"|niños|niñas|jóvenes|familias|personas)\b",
    re.IGNORECASE,
)
_COMMON_WORDS: Final = """
    children kids clothes clothing coats shoes school socks outfits winter christmas hanukkah thanksgiving easter
    back everyone everybody anyone all you them those whoever whatever general need where most the this that our
    your foster homeless programme program charity fund donation gift help nevada las vegas january february march
    april may june july august september october november december niños ropa abrigos zapatos todos
"""
_NOT_A_PERSON: Final = frozenset(_COMMON_WORDS.split())


_WISHES: Final = re.compile(
    r"\b(?:happy|merry|love|wish(?:es)?|congratulations|condolences|sympathy|thank(?:s|\s+you)?|thinking|prayers?"
    r"|praying|grateful|feliz|felicidades|gracias|cariño|pésame|or(?:ando|aciones))\b[^.!?;]{0,40}?\s(?:to|for|para|a)\b",
    re.IGNORECASE,
)
"""What one person wishes another: "Happy birthday to Maria" asks nothing of the charity."""
_TOWARDS: Final = re.compile(r"\b(?:for|to|help|support|clothe|give|para|a)\s+\Z", re.IGNORECASE)
_ONLY_ONE: Final = re.compile(r"\b(?:only|solely|exclusively|solo|sólo|solamente|únicamente)\b", re.IGNORECASE)
_TO_THE_READER: Final = ("Mom", "Mum", "Dad", "Grandma", "Grandpa", "Mamá", "Papá", "Abuela", "Abuelo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What a text looks like; `reason` is None where nothing in it sets a gift aside for a person."""

    reason: EarmarkReason | None

    @property
    def is_held(self) -> bool:
        """Return whether the gift must wait for the donor's own words."""
        return self.reason is not None


def screen(text: str) -> Screened:
    """Return whether a memo, tribute or description seems to set a gift aside for one person."""
    read = _plain(text)
    if _CODE.search(read):
        return Screened(reason="clothing_fund_code")
    if _OWN.search(read):
        return Screened(reason="own_relative")
    if _ONLY.search(read):
        return Screened(reason="only_for")
    return Screened(reason="named_person" if _names_a_person(read) else None)


def screen_tribute(name: str, message: str, *, told: str) -> tuple[Screened, Screened]:
    """Return whether the name or the message of a tribute sets the gift aside: what to look for differs from a memo.

    "My sister Ana" may be honored, and a message may wish her well; neither says whom the money is for. `told` is who
    reads the message: "for Ana" is said to her.
    """
    read = _plain(message)
    for word in (*_plain(told).split(), *_TO_THE_READER):
        read = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "you", read) if len(word) > 1 else read
    of_name = Screened(reason="only_for") if _ONLY_ONE.search(name) else _screen_dedicated(_plain(name))
    return of_name, _screen_dedicated(_WISHES.sub(" ", read))


def _screen_dedicated(read: str) -> Screened:
    own = _OWN.search(read)
    if own is not None and _TOWARDS.search(read[: own.start()]):
        return Screened(reason="own_relative")
    return screen(_OWN.sub("you", read))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def names_one_person(text: str, *, is_name: bool = False) -> bool:
    """Tell whether a charity's own purpose is to help one person: the class it serves is large and indefinite.

    `is_name`: the text is a name, whose words have capital letters anyway; then only "Maria R." and "my niece" tell.
    It guards against a mistake, not a lie, and lets a doubtful text pass.
    """
    read = _plain(text)
    found = _HELPS.search(read)
    if _OWN.search(read) or (found and _INITIAL.search(found["name"])):
        return True
    if is_name or _LITTLE_ONE.search(read):
        return not is_name
    return found is not None and not _CLASS.search(read) and not _is_known(found["name"])


def _names_a_person(text: str) -> bool:
    alone = _NOTHING_BUT.fullmatch(text)
    if alone is not None and not _is_known(alone["name"]):
        return True
    found = [match["name"] for pattern in (_FOR, _CAPITAL_AFTER_FOR) if (match := pattern.search(text))]
    return any(name[:1].isupper() and not _is_known(name) for name in found)


def _is_known(words: str) -> bool:
    return any(word.strip(".'’").casefold() in _NOT_A_PERSON for word in words.split())
