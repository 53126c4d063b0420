from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Insert, insert, select
from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import COMMAND
from donations.database import Database, open_database
from donations.donors import (
    DonorDesk,
    find_donors,
    identity_of,
    keep_apart,
    mask_email,
    mask_name,
    merge,
    suggest_duplicates,
    unmerge,
)
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import AuditAct, Donor, ImportedFile, ImportedGift
from tests.databases import Foundry, fresh_database_url
from tests.giving_room import FakeClock
from tests.return_facts import promise, settle, told

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def _donor(book: Database, number: int, name: str, email: str = "", *, home: tuple[str, str] | None = None) -> str:
    reference = f"d_{number:016d}"
    keys = {"email_key": email.casefold(), "name_key": name.casefold()}
    row = insert(Donor).values(id=number, reference=reference, name=name, email=email, **keys)
    _add(book, row)
    if home is not None:
        file = {"id": number, "reference": f"i_{number}", "sha256": "0", "source": "test", "taken": 1, "refused": 0}
        one = {"id": number, "reference": f"h_{number}", "file_id": number, "source": "test", "row_key": str(number)}
        gift = {"donor_id": number, "amount_cents": 100, "refunded_cents": 0, "given_on": date(2025, 1, 2)}
        place = {"address_line1": home[0], "postal_code": home[1]}
        took = insert(ImportedFile).values(**file, actor="command", recorded_at=NOW)
        _add(book, took)
        _add(book, insert(ImportedGift).values(**one, **gift, **place))
    return reference


def _add(book: Database, row: Insert) -> None:
    def work(session: Session) -> None:
        session.execute(row)

    book.write(work)


def _identities(book: Database) -> dict[str, int]:
    with book.read() as session:
        rows = session.execute(select(Donor.reference, identity_of(Donor.id).label("leader")))
        return {row.reference: row.leader for row in rows}


def _merge(book: Database, donor: str, into: str) -> str:
    return book.write(lambda session: merge(session, COMMAND, donor, into, reason="same_person", now=NOW))


def _unmerge(book: Database, reference: str) -> None:
    book.write(lambda session: unmerge(session, COMMAND, reference, now=NOW))


def test_a_merge_taken_back_leaves_every_identity_as_it_was(book: Database) -> None:
    ada, bob = _donor(book, 1, "Ada Example", "ada@example.org"), _donor(book, 2, "A. Example", "a@example.net")
    before = _identities(book)
    reference = _merge(book, bob, ada)
    assert _identities(book) == {ada: 1, bob: 1}
    _unmerge(book, reference)
    assert _identities(book) == before


def test_a_merge_is_refused_twice_within_itself_and_for_whom_nobody_knows(book: Database) -> None:
    ada, bob = _donor(book, 1, "Ada Example"), _donor(book, 2, "A. Example")
    reference = _merge(book, bob, ada)
    with pytest.raises(FieldRefusedError, match="one donor already"):
        _merge(book, ada, bob)
    _unmerge(book, reference)
    with pytest.raises(FieldRefusedError, match="taken back already"):
        _unmerge(book, reference)
    with pytest.raises(NotFoundError):
        _merge(book, ada, "d_none")


@given(acts=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.booleans()), max_size=14))
def test_identities_follow_from_the_merges_in_force_in_any_order(
    foundry: Foundry, acts: list[tuple[int, int, bool]]
) -> None:
    with fresh_database_url(foundry) as url:
        book = open_database(url)
        try:
            names = {n: _donor(book, n, f"Donor {n}") for n in range(1, 7)}
            first = _identities(book)
            in_force: dict[str, set[int]] = {}
            for one, other, undoes in acts:
                leaders = _identities(book)
                if undoes and in_force:
                    reference = sorted(in_force)[one % len(in_force)]
                    _unmerge(book, reference)
                    del in_force[reference]
                elif leaders[names[one]] != leaders[names[other]]:
                    pair = {leaders[names[one]], leaders[names[other]]}
                    in_force[_merge(book, names[one], names[other])] = pair
                assert _groups(_identities(book), names) == _components(list(in_force.values()))
            for reference in list(in_force):
                _unmerge(book, reference)
            assert _identities(book) == first
        finally:
            book.close()


def _groups(leaders: dict[str, int], names: dict[int, str]) -> set[frozenset[int]]:
    return {frozenset(n for n in names if leaders[names[n]] == leader) for leader in leaders.values()}


def _components(pairs: list[set[int]]) -> set[frozenset[int]]:
    parts = [{n} for n in range(1, 7)]
    for pair in pairs:
        touched = [part for part in parts if part & pair]
        parts = [part for part in parts if not part & pair] + [set().union(*touched)]
    return {frozenset(part) for part in parts}


def test_likely_duplicates_are_told_with_their_reason_and_two_people_are_remembered(book: Database) -> None:
    home = ("12 Oak Street", "01234")
    _donor(book, 1, "Robert Example", "bob@example.org", home=home)
    _donor(book, 2, "Bob Example", "", home=("12 Oak St.", "01234-0001"))
    _donor(book, 3, "Zoe Other", "BOB@example.org")
    _donor(book, 4, "Quite Another", "q@example.org", home=("9 Elm Road", "01234"))
    with book.read() as session:
        found = {(s.one.reference[-1], s.other.reference[-1]): s.reasons for s in suggest_duplicates(session)}
    assert found == {("1", "2"): ("same_address_similar_name", "short_form_of_name"), ("1", "3"): ("same_email",)}
    book.write(lambda session: keep_apart(session, COMMAND, f"d_{3:016d}", f"d_{1:016d}", now=NOW))
    book.write(lambda session: keep_apart(session, COMMAND, f"d_{1:016d}", f"d_{3:016d}", now=NOW))
    with book.read() as session:
        (left,) = suggest_duplicates(session)
    _merge(book, left.one.reference, left.other.reference)
    with book.read() as session:
        assert suggest_duplicates(session) == []


@pytest.mark.parametrize("query", ["exam ada", "ADA@example.org", "01234", f"d_{1:016d}"])
def test_a_donor_is_found_by_what_a_letter_gives(book: Database, query: str) -> None:
    _donor(book, 1, "Ada Example", "ada@example.org", home=("12 Oak Street", "01234"))
    _donor(book, 2, "Zoe Other", "zoe@example.org")
    with book.read() as session:
        assert [one.reference for one in find_donors(session, query)] == [f"d_{1:016d}"]
        assert find_donors(session, "%") == find_donors(session, " ") == []


def test_a_donor_is_found_by_a_gift_and_the_gift_stays_with_its_row(book: Database) -> None:
    reference = promise(book)
    settle(book, told(reference))
    desk = DonorDesk(database=book, clock=FakeClock())
    (found,) = desk.find(reference)
    other = _donor(book, 99, "Someone Else")
    undo = desk.merge(COMMAND, found.reference, other, reason="new_name")
    whole = desk.show(COMMAND, found.reference)
    assert [gift["donor"] for gift in whole["gifts"]] == [found.reference]
    assert (whole["reference"], len(whole["rows"])) == (other, 2)
    desk.unmerge(COMMAND, undo)
    assert desk.look(other)["gifts"] == []


def test_names_are_masked_and_a_look_at_them_is_written_down_without_them(book: Database) -> None:
    ada = _donor(book, 1, "Ada Example", "ada@example.org")
    desk = DonorDesk(database=book, clock=FakeClock())
    masked = desk.look(ada)
    assert (
        (masked["name"], masked["email"]) == ("A•• E••••••", "a…@e…") == (mask_name("Ada Example"), mask_email("a@e"))
    )
    assert desk.show(COMMAND, ada)["name"] == "Ada Example"
    with book.read() as session:
        (act,) = session.scalars(select(AuditAct)).all()
    assert (act.act, act.subject, act.facts) == ("see_donor", ada, audit_log.canonical({}))
