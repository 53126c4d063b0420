"""The entrance: keys, invitations, links and codes open once, for whom they are, and where they were asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from passlib.totp import TOTP
from sqlalchemy import select

from donations import entrance, tokens
from donations.audit_log import COMMAND
from donations.entrance import AccountDesk, EntranceDesk, Invitation, Visitor
from donations.errors import DonationError, FieldRefusedError, NotFoundError, TooManyTriesError
from donations.simulator import control
from donations.staff import Entered, Role, StaffDesk
from donations.tables import OutboxRow, Staff, StaffCodes, StaffLink, StaffPasskey, StaffSession
from donations.wiring import Rooms
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of
from tests.soft_key import SoftKey

HERE = Visitor(device="a" * 32, network="192.0.2.1")
THERE = Visitor(device="b" * 32, network="192.0.2.2")
ADA = Invitation(name="Ada Admin", email="Ada@Example.org", roles=("admin", "treasurer"))
BO = Invitation(name="Bo Board", email="bo@example.org", roles=("approver",))


@dataclass
class Porch:
    """An entrance, and what stands around it."""

    rooms: Rooms

    @property
    def desk(self) -> EntranceDesk:
        """Return the desk at the door."""
        return EntranceDesk(database=self.rooms.database, clock=self.rooms.clock, settings=self.rooms.settings)

    @property
    def account(self) -> AccountDesk:
        """Return the desk of one's own keys."""
        return AccountDesk(database=self.rooms.database, clock=self.rooms.clock, settings=self.rooms.settings)

    def key(self) -> SoftKey:
        """Return a key not used yet."""
        return SoftKey(origin="http://localhost:8000")

    def invite(self, wish: Invitation = ADA) -> str:
        """Invite by the command and return the link's token, as the letter brings it."""
        keys, now = self.rooms.settings.secret_keys, self.rooms.clock.now()
        self.rooms.database.write(lambda session: entrance.invite_alone(session, keys, COMMAND, wish, now=now))
        return self.token("invitation")

    def token(self, kind: str) -> str:
        """Return the token of the newest link of a kind."""
        with self.rooms.database.read() as session:
            row = session.scalars(select(StaffLink).where(StaffLink.kind == kind, StaffLink.used_at.is_(None))).one()
        return tokens.derive_token(self.rooms.settings.secret_keys, "staff-link", row.id)

    def accept(self, token: str, key: SoftKey, visitor: Visitor = HERE) -> entrance.Accepted:
        """Make the first key."""
        _, challenge, options = self.desk.find_invitation(visitor, token)
        return self.desk.accept_invitation(
            visitor, token, challenge=challenge, credential=key.make(options), label="phone"
        )

    def joined(self, wish: Invitation = ADA) -> tuple[SoftKey, entrance.Accepted]:
        """Return a member's key, and what accepting brought."""
        key = self.key()
        return key, self.accept(self.invite(wish), key)

    def enter(self, key: SoftKey, visitor: Visitor = HERE) -> str:
        """Come in by a key."""
        challenge, options = self.desk.ask_key(visitor)
        return self.desk.enter_with_key(visitor, challenge, key.prove(options))

    def who(self, token: str) -> Entered | None:
        """Return who is in by a cookie."""
        return StaffDesk(database=self.rooms.database, clock=self.rooms.clock).who_is_in(token)

    def surely(self, token: str) -> Entered:
        """Return who is in by a cookie that works."""
        found = self.who(token)
        assert found is not None
        return found

    def wait(self, **by: float) -> None:
        """Let time pass."""
        assert self.rooms.simulation is not None
        control.set_clock(self.rooms.simulation, self.rooms.clock.now() + timedelta(**by))


@pytest.fixture
def porch(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Porch]:
    """Open a founded house nobody may enter yet."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield Porch(rooms=street.rooms)


def test_an_invitation_makes_the_first_key_and_opens_once(porch: Porch) -> None:
    token, key = porch.invite(), porch.key()
    accepted = porch.accept(token, key)
    assert porch.surely(accepted.token).member.roles == ("admin", "treasurer")
    assert len(set(accepted.paper_codes)) == 10
    with pytest.raises(NotFoundError):
        porch.accept(token, porch.key())
    assert porch.surely(porch.enter(key)).member.email == "ada@example.org"


def test_an_invitation_lapses_after_72_hours(porch: Porch) -> None:
    token = porch.invite()
    porch.wait(hours=72)
    with pytest.raises(NotFoundError):
        porch.desk.find_invitation(HERE, token)


def test_a_newer_invitation_ends_the_older(porch: Porch) -> None:
    first = porch.invite()
    second = porch.invite()
    with pytest.raises(NotFoundError):
        porch.desk.find_invitation(HERE, first)
    assert porch.desk.find_invitation(HERE, second)


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
    ],
)
def test_a_key_of_another_house_or_without_its_person_opens_nothing(porch: Porch, lie: dict[str, object]) -> None:
    key, _ = porch.joined()
    with pytest.raises(FieldRefusedError):
        porch.enter(replace(key, **lie))  # type: ignore[arg-type]
    with pytest.raises(FieldRefusedError):
        porch.accept(porch.invite(BO), replace(porch.key(), **lie))  # type: ignore[arg-type]


def test_an_answer_heard_on_the_way_opens_nothing_again(porch: Porch) -> None:
    key, _ = porch.joined()
    challenge, options = porch.desk.ask_key(HERE)
    answer = key.prove(options)
    porch.desk.enter_with_key(HERE, challenge, answer)
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_key(HERE, challenge, answer)


def test_an_answer_for_one_browser_opens_nothing_in_another(porch: Porch) -> None:
    key, _ = porch.joined()
    challenge, options = porch.desk.ask_key(HERE)
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_key(THERE, challenge, key.prove(options))


def test_an_answer_to_another_question_opens_nothing(porch: Porch) -> None:
    key, _ = porch.joined()
    _, options = porch.desk.ask_key(HERE)
    other, _ = porch.desk.ask_key(HERE)
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_key(HERE, other, key.prove(options))


def test_a_question_grows_old(porch: Porch) -> None:
    key, _ = porch.joined()
    challenge, options = porch.desk.ask_key(HERE)
    porch.wait(minutes=6)
    with pytest.raises(FieldRefusedError, match="open too long"):
        porch.desk.enter_with_key(HERE, challenge, key.prove(options))


def test_a_copied_key_that_counts_is_seen(porch: Porch) -> None:
    key = SoftKey(origin="http://localhost:8000", counts=True)
    porch.accept(porch.invite(), key)
    copy = replace(key)
    porch.enter(key)
    with pytest.raises(FieldRefusedError):
        porch.enter(copy)


@pytest.mark.parametrize("credential", ["", "[]", "{}", "null", '{"rawId":1}', '{"rawId":"x"}', "[" * 10_000])
def test_what_is_no_credential_is_refused_in_one_sentence(porch: Porch, credential: str) -> None:
    porch.joined()
    challenge, _ = porch.desk.ask_key(HERE)
    with pytest.raises(FieldRefusedError, match="could not be proved"):
        porch.desk.enter_with_key(HERE, challenge, credential)


def test_stepping_up_takes_ones_own_key_and_changes_the_cookie(porch: Porch) -> None:
    ada, accepted = porch.joined()
    bo, _ = porch.joined(BO)
    porch.wait(minutes=6)
    found = porch.surely(accepted.token)
    assert not found.is_fresh(porch.rooms.clock.now())
    challenge, options = porch.desk.ask_step_up(found)
    with pytest.raises(FieldRefusedError):
        porch.desk.step_up(HERE, found, challenge, bo.prove(options))
    challenge, options = porch.desk.ask_step_up(found)
    renewed = porch.desk.step_up(HERE, found, challenge, ada.prove(options))
    assert porch.who(accepted.token) is None
    assert porch.surely(renewed).is_fresh(porch.rooms.clock.now())
    assert porch.surely(renewed).began_at == found.began_at


def test_a_link_and_a_paper_code_together_open_once(porch: Porch) -> None:
    _, accepted = porch.joined()
    porch.desk.ask_for_link(HERE, "ADA@example.org")
    token = porch.token("entry")
    assert not porch.desk.opens(THERE, token)
    with pytest.raises(NotFoundError):
        porch.desk.enter_with_code(THERE, token, accepted.paper_codes[0])
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_code(HERE, token, "0000-0000-0000-0000")
    found = porch.surely(porch.desk.enter_with_code(HERE, token, accepted.paper_codes[0].upper()))
    assert (found.way, found.is_fresh(porch.rooms.clock.now())) == ("code", False)
    assert found.may_make_a_key(porch.rooms.clock.now())
    with pytest.raises(NotFoundError):
        porch.desk.enter_with_code(HERE, token, accepted.paper_codes[1])
    porch.desk.ask_for_link(HERE, "ada@example.org")
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_code(HERE, porch.token("entry"), accepted.paper_codes[0])


def test_a_code_of_the_program_works_once(porch: Porch) -> None:
    _, accepted = porch.joined()
    found = porch.surely(accepted.token)
    porch.account.begin_program(found)
    pending = porch.account.pending_program(found)
    assert pending is not None
    program = TOTP(key=pending[0])

    def code() -> str:
        return str(program.generate(time=int(porch.rooms.clock.now().timestamp())).token)

    with pytest.raises(FieldRefusedError):
        porch.account.confirm_program(found, "12345a")
    porch.account.confirm_program(found, code())
    porch.desk.ask_for_link(HERE, "ada@example.org")
    with pytest.raises(FieldRefusedError):
        porch.desk.enter_with_code(HERE, porch.token("entry"), code())
    porch.wait(seconds=60)
    assert porch.who(porch.desk.enter_with_code(HERE, porch.token("entry"), code()))


def test_secrets_are_kept_as_hashes_or_enciphered(porch: Porch) -> None:
    _, accepted = porch.joined()
    found = porch.surely(accepted.token)
    porch.account.begin_program(found)
    secret = porch.account.pending_program(found)
    assert secret is not None
    with porch.rooms.database.read() as session:
        row = session.scalars(select(StaffCodes)).one()
        assert secret[0].lower() not in row.secret
        assert accepted.token not in {one.token_hash for one in session.scalars(select(StaffSession))}


def test_three_letters_an_hour_and_unknown_addresses_get_none(porch: Porch) -> None:
    porch.joined()
    for _ in range(5):
        porch.desk.ask_for_link(HERE, "ada@example.org")
        porch.desk.ask_for_link(HERE, "nobody@example.org")
    with porch.rooms.database.read() as session:
        letters = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail_staff_link")).all()
    assert len(letters) == 3


def test_known_and_unknown_addresses_take_the_same_time(porch: Porch) -> None:
    porch.joined()
    took: dict[str, float] = {}
    for name in ("ada@example.org", "nobody@example.org"):
        began = time.perf_counter()
        for network in range(20):
            porch.desk.ask_for_link(replace(THERE, network=f"198.51.100.{network}"), name)
        took[name] = time.perf_counter() - began
    assert 0.2 < took["ada@example.org"] / took["nobody@example.org"] < 5


def test_a_network_that_tries_too_often_waits(porch: Porch) -> None:
    porch.joined()
    stranger = porch.key()
    refusals: list[type[DonationError]] = []
    # Making the first key was a try too.
    for _ in range(31):
        try:
            porch.enter(stranger)
        except DonationError as refusal:
            refusals.append(type(refusal))
    assert refusals == [FieldRefusedError] * 29 + [TooManyTriesError] * 2
    porch.wait(minutes=61)
    with pytest.raises(FieldRefusedError):
        porch.enter(stranger)


def test_revoked_is_out_at_once(porch: Porch) -> None:
    key, accepted = porch.joined()
    porch.joined(BO)
    now = porch.rooms.clock.now()
    with pytest.raises(FieldRefusedError, match="last admin"):
        porch.rooms.database.write(lambda session: entrance.revoke(session, COMMAND, "ada@example.org", now=now))
    _make(porch, "bo@example.org", ("approver", "admin"))
    porch.rooms.database.write(lambda session: entrance.revoke(session, COMMAND, "ada@example.org", now=now))
    assert porch.who(accepted.token) is None
    with pytest.raises(FieldRefusedError):
        porch.enter(key)
    with pytest.raises(FieldRefusedError, match="This is the last"):
        _make(porch, "bo@example.org", ("treasurer",), others=True)


def test_who_is_invited_again_keeps_nothing_of_what_was_lost(porch: Porch) -> None:
    old, accepted = porch.joined()
    new = porch.key()
    again = porch.rooms.database.write(
        lambda session: entrance.invite(
            session, porch.rooms.settings.secret_keys, COMMAND, ADA, now=porch.rooms.clock.now()
        )
    )
    assert again == porch.surely(accepted.token).member.reference
    porch.accept(porch.token("invitation"), new)
    assert porch.who(accepted.token) is None
    with pytest.raises(FieldRefusedError):
        porch.enter(old)
    assert porch.who(porch.enter(new))


def test_the_command_acts_alone_only_while_fewer_than_two_may_enter(porch: Porch) -> None:
    porch.joined()
    porch.joined(BO)
    with pytest.raises(FieldRefusedError, match="/treasury/staff"):
        porch.invite(Invitation(name="Cy Clerk", email="cy@example.org", roles=("purchaser",)))


def test_the_last_key_stays_and_a_further_one_can_be_added(porch: Porch) -> None:
    _, accepted = porch.joined()
    found = porch.surely(accepted.token)
    only = porch.account.look(found).keys[0].id
    with pytest.raises(FieldRefusedError, match="only key"):
        porch.account.remove_key(found, only)
    second = porch.key()
    challenge, options = porch.account.ask_new_key(found)
    porch.account.add_key(found, challenge, second.make(options), "blue key")
    porch.account.remove_key(found, only)
    assert porch.who(porch.enter(second))
    with porch.rooms.database.read() as session:
        assert len(session.scalars(select(StaffPasskey)).all()) == 2


def test_one_members_sign_in_and_key_are_out_of_anothers_reach(porch: Porch) -> None:
    _, ada = porch.joined()
    _, bo = porch.joined(BO)
    mine, theirs = porch.surely(ada.token), porch.surely(bo.token)
    with pytest.raises(NotFoundError):
        porch.account.end_sign_in(mine, theirs.session_hash[:16])
    with pytest.raises(NotFoundError):
        porch.account.remove_key(mine, porch.account.look(theirs).keys[0].id)
    porch.account.end_all_of(mine.member.actor, theirs.member.reference)
    assert porch.who(bo.token) is None
    assert porch.who(ada.token)


def test_eight_hours_are_enough_however_often_a_key_is_proved(porch: Porch) -> None:
    key, accepted = porch.joined()
    token = accepted.token
    for _ in range(60):
        porch.wait(minutes=8)
        found = porch.who(token)
        if found is None:
            break
        challenge, options = porch.desk.ask_step_up(found)
        token = porch.desk.step_up(HERE, found, challenge, key.prove(options))
    assert porch.who(token) is None


def _make(porch: Porch, email: str, roles: tuple[Role, ...], *, others: bool = False) -> None:
    """Change roles; with `others`, another member who holds none of the needed roles is there first."""
    now = porch.rooms.clock.now()
    if others:
        porch.joined(Invitation(name="Cy Clerk", email="cy@example.org", roles=("purchaser",)))
    with porch.rooms.database.read() as session:
        reference = session.scalars(select(Staff.reference).where(Staff.email == email)).one()
    porch.rooms.database.write(lambda session: entrance.change_roles(session, COMMAND, reference, roles, now=now))
