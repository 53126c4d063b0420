"""Room: donors. Donors who may be one person, each with its reason; a program only suggests.

Donors are put into blocks by keys (an e-mail address, a street with its ZIP code, a name, a surname with a ZIP code)
and compared inside a block alone, so the cost grows with the donors, not with their pairs. A block of more rows than
people share by chance (an office, a very common name) is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import Actor
from donations.database import insert_once
from donations.donors.finding import FoundDonor, list_by_ids
from donations.donors.merging import donor_of
from donations.errors import FieldRefusedError
from donations.tables import Contact, Donor, DonorIdentity, DonorsApart, GiftSettlement, ImportedGift

_BLOCK_MAX: Final = 12
_ALIKE: Final = 0.8
_NAMES_KEPT: Final = 65_536
"""Names whose words are remembered between looks: a pure function, and half of a look's cost."""
_WEIGHTS: Final = {
    "same_email": 90,
    "same_name_and_postal_code": 85,
    "same_address_similar_name": 80,
    "short_form_of_name": 60,
    "same_name": 40,
}
_STREETS: Final = {"street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "boulevard": "blvd", "lane": "ln"}
_SHORT: Final = (
    {"robert", "bob", "rob", "bobby"},
    {"william", "bill", "will", "billy"},
    {"elizabeth", "liz", "beth", "betty", "eliza"},
    {"margaret", "maggie", "peggy", "meg"},
    {"james", "jim", "jimmy"},
    {"john", "jack", "johnny"},
    {"richard", "rick", "dick", "rich"},
    {"katherine", "catherine", "kate", "kathy", "cathy", "katie"},
    {"michael", "mike"},
    {"thomas", "tom"},
    {"joseph", "joe"},
    {"edward", "ed", "eddie", "ted"},
    {"patricia", "pat", "patty", "tricia"},
    {"jennifer", "jen", "jenny"},
    {"david", "dave"},
    {"daniel", "dan"},
    {"charles", "charlie", "chuck"},
    {"susan", "sue", "susie"},
    {"francisco", "paco"},
    {"jose", "pepe"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two donor rows that may be one person, and why; the stronger reasons first."""

    one: FoundDonor
    other: FoundDonor
    reasons: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyPairs:
    """How many pairs of donor rows may be one person each, and a few of them by reference."""

    count: int
    examples: tuple[tuple[str, str], ...]


class _Row(NamedTuple):
    """One donor; a tuple, for there are as many as donors."""

    id: int
    leader: int
    words: tuple[str, ...]
    email: str
    homes: frozenset[tuple[str, str]]


def keep_apart(session: Session, actor: Actor, one: str, other: str, *, now: datetime) -> None:
    """Remember that two donors are not one person; they are not suggested again. Said twice is said once."""
    ids = sorted(donor_of(session, reference).id for reference in (one, other))
    if ids[0] == ids[1]:
        raise FieldRefusedError("This is one and the same donor row.", field="other")
    values = {"one_id": ids[0], "other_id": ids[1], "actor": actor.reference, "recorded_at": now}
    if insert_once(session, DonorsApart, values, key=("one_id", "other_id")):
        audit_log.record(session, actor, "keep_donors_apart", at=now, subject=one, facts={"other": other})


def suggest_duplicates(session: Session, *, limit: int = 50) -> list[Suggestion]:
    """Return the likeliest pairs that are neither merged nor known to be two people."""
    ranked = _ranked(session)[:limit]
    shown = list_by_ids(session, [donor for pair, _ in ranked for donor in pair])
    return [
        Suggestion(
            one=shown[pair[0]],
            other=shown[pair[1]],
            reasons=tuple(sorted(why, key=lambda reason: -_WEIGHTS[reason])),
            weight=_weight(why),
        )
        for pair, why in ranked
    ]


def likely_pairs(session: Session, *, shown: int) -> LikelyPairs:
    """Return how many pairs `suggest_duplicates` could name, and the likeliest of them by reference alone."""
    ranked = _ranked(session)
    ids = {donor for pair, _ in ranked[:shown] for donor in pair}
    rows = session.execute(select(Donor.id, Donor.reference).where(Donor.id.in_(ids)))
    references = {row.id: row.reference for row in rows}
    examples = tuple((references[one], references[other]) for (one, other), _ in ranked[:shown])
    return LikelyPairs(count=len(ranked), examples=examples)


def _ranked(session: Session) -> list[tuple[tuple[int, int], set[str]]]:
    rows = _read_rows(session)
    leaders = {row.id: row.leader for row in rows}
    apart = {(row.one_id, row.other_id) for row in session.scalars(select(DonorsApart))}
    reasons: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for one, other, reason in _pairs(rows):
        pair = (min(one, other), max(one, other))
        if leaders[one] != leaders[other] and pair not in apart:
            reasons[pair].add(reason)
    return sorted(reasons.items(), key=lambda found: (-_weight(found[1]), found[0]))


def _weight(reasons: set[str]) -> int:
    return max(_WEIGHTS[reason] for reason in reasons) + len(reasons)


def _read_rows(session: Session) -> list[_Row]:
    homes: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    # First the addresses there are, then whose they are: the other way round SQLite asks every gift for one.
    housed = (
        select(Contact.gift_id, Contact.address_line1, Contact.postal_code)
        .where(Contact.postal_code.is_not(None))
        .cte("housed")
        .prefix_with("MATERIALIZED")
    )
    written = select(GiftSettlement.donor_id, housed.c.address_line1, housed.c.postal_code).join(
        housed, housed.c.gift_id == GiftSettlement.gift_id
    )
    told = select(ImportedGift.donor_id, ImportedGift.address_line1, ImportedGift.postal_code).where(
        ImportedGift.postal_code.is_not(None)
    )
    for found in (written, told):
        for donor_id, line, postal_code in session.connection().execute(found.distinct()):
            if donor_id is not None:
                homes[donor_id].add((_street(line or ""), (postal_code or "")[:5]))
    joined = dict(session.connection().execute(select(DonorIdentity.donor_id, DonorIdentity.leader_id)).all())
    donors = session.connection().execute(select(Donor.id, Donor.name, Donor.email_key).order_by(Donor.id))
    nowhere: frozenset[tuple[str, str]] = frozenset()
    return [
        _Row(id_, joined.get(id_, id_), _words(name), email, frozenset(homes[id_]) if id_ in homes else nowhere)
        for id_, name, email in donors
    ]


def _pairs(rows: list[_Row]) -> Iterator[tuple[int, int, str]]:
    for reason, blocks in (*_everyones_blocks(rows), *_housed_blocks(rows)):
        for block in blocks:
            if 1 < len(block) <= _BLOCK_MAX:
                for one, other in combinations(block, 2):
                    if _agrees(reason, one, other):
                        yield one.id, other.id, reason


def _everyones_blocks(rows: list[_Row]) -> Iterator[tuple[str, Iterable[list[_Row]]]]:
    """Yield blocks by e-mail address and by name: one dictionary each, for every donor passes here."""
    emails: defaultdict[str, list[_Row]] = defaultdict(list)
    names: defaultdict[tuple[str, ...], list[_Row]] = defaultdict(list)
    for row in rows:
        if row.email:
            emails[row.email].append(row)
        if row.words:
            names[row.words].append(row)
    yield "same_email", emails.values()
    yield "same_name", names.values()


def _housed_blocks(rows: list[_Row]) -> Iterator[tuple[str, Iterable[list[_Row]]]]:
    """Yield blocks by what donors with an address share."""
    blocks: defaultdict[str, defaultdict[tuple[str, ...], list[_Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for reason, *key in _keys(row) if row.homes else ():
            blocks[reason][tuple(key)].append(row)
    for reason, found in blocks.items():
        yield reason, found.values()


def _keys(row: _Row) -> Iterator[tuple[str, ...]]:
    name = " ".join(row.words)
    for postal_code in {postal_code for _, postal_code in row.homes}:
        yield "same_name_and_postal_code", name, postal_code
        if row.words:
            yield "short_form_of_name", row.words[-1], postal_code
    for street, postal_code in row.homes:
        if street:
            yield "same_address_similar_name", street, postal_code


def _agrees(reason: str, one: _Row, other: _Row) -> bool:
    if reason == "short_form_of_name":
        return one.words != other.words and _is_short_form(one.words[0], other.words[0])
    if reason == "same_address_similar_name":
        return SequenceMatcher(None, " ".join(one.words), " ".join(other.words)).ratio() >= _ALIKE
    return True


def _is_short_form(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    return any({one, other} <= names for names in _SHORT)


@lru_cache(maxsize=_NAMES_KEPT)
def _words(name: str) -> tuple[str, ...]:
    """Return a name's words without accents, points and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return tuple(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def _street(line: str) -> str:
    return " ".join(_STREETS.get(word, word) for word in _words(line))
