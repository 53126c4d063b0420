"""Room: donors. Donor rows joined into one identity, and taken apart again: a person's acts, never a program's.

An act joins the leaders of two identities, so the merges in force form trees; a leader is a tree's root. Who leads
whom follows from the merges in force alone, in whatever order they came: merge and unmerge leave no trace in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, Subquery, delete, func, insert, join, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from donations import audit_log, tokens
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import Donor, DonorIdentity, DonorMerge, DonorUnmerge

MergeReason = Literal["same_person", "misspelt_name", "new_name", "new_email", "same_organization"]
_TAKEN_BACK: Final = join(DonorMerge, DonorUnmerge, DonorUnmerge.merge_id == DonorMerge.id)
REASONS: Final[tuple[MergeReason, ...]] = get_args(MergeReason)
_LOCK: Final = 0x616C6D0D
"""PostgreSQL: one merge or unmerge at a time; two that cross each other would close a ring."""


def identity_of(donor_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[int]:
    """Return the id of the row that leads a donor's identity, for sums and groups; the row itself if not merged."""
    leader = select(DonorIdentity.leader_id).where(DonorIdentity.donor_id == donor_id)
    return func.coalesce(leader.correlate_except(DonorIdentity).scalar_subquery(), donor_id)


def donor_of(session: Session, reference: str) -> Donor:
    """Return one donor row; raises `NotFoundError`."""
    found = session.scalars(select(Donor).where(Donor.reference == reference)).one_or_none()
    if found is None:
        raise NotFoundError("No donor answers to this reference.", field="reference")
    return found


def leader_of(session: Session, donor_id: int) -> int:
    """Return the id of the row that leads a donor's identity."""
    leader = session.scalar(select(DonorIdentity.leader_id).where(DonorIdentity.donor_id == donor_id))
    return donor_id if leader is None else leader


def members_of(session: Session, leader_id: int) -> list[int]:
    """Return the ids of every row of an identity, its leader first."""
    joined = select(DonorIdentity.donor_id).where(DonorIdentity.leader_id == leader_id)
    return [leader_id, *session.scalars(joined.order_by(DonorIdentity.donor_id))]


def identity_changes() -> Subquery:
    """Return (donor_id, changed_at) of every change of an identity that a row led then or leads now.

    A merge joins two leaders. An unmerge takes a row out of the identity that the row it stood under belongs to; was
    that one joined to another since, the act which did so names its leader.
    """
    ends = union_all(
        *(
            select(end.label("donor_id"), at.label("changed_at")).select_from(acts)
            for end in (DonorMerge.donor_id, DonorMerge.into_id)
            for at, acts in (
                (DonorMerge.recorded_at, DonorMerge.__table__),
                (DonorUnmerge.recorded_at, _TAKEN_BACK),
            )
        )
    ).subquery()
    led = select(DonorIdentity.leader_id, ends.c.changed_at).join(ends, ends.c.donor_id == DonorIdentity.donor_id)
    return union_all(select(ends.c.donor_id, ends.c.changed_at), led).subquery()


def last_identity_change(session: Session, donor_id: int) -> datetime | None:
    """Return when the identity a row leads, or led, last changed; None if it never did."""
    changes = identity_changes()
    return session.scalars(
        select(changes.c.changed_at)
        .where(changes.c.donor_id == donor_id)
        .order_by(changes.c.changed_at.desc())
        .limit(1)
    ).one_or_none()


def merge(  # noqa: PLR0913  # Who, whom, into whom, why and when.
    session: Session, actor: Actor, donor: str, into: str, *, reason: MergeReason, now: datetime
) -> str:
    """Join a donor's identity to another's and return the merge's reference; no document and no gift is changed."""
    if reason not in REASONS:
        raise FieldRefusedError("Please choose why these are one donor.", field="reason")
    _lock(session)
    leaving = leader_of(session, donor_of(session, donor).id)
    leading = leader_of(session, donor_of(session, into).id)
    if leaving == leading:
        raise FieldRefusedError("These are one donor already.", field="into")
    reference = tokens.draw_reference("m")
    values = {"reference": reference, "donor_id": leaving, "into_id": leading, "reason_code": reason}
    session.execute(insert(DonorMerge).values(**values, actor=actor.reference, recorded_at=now))
    _settle(session)
    facts = {"donor": donor, "into": into, "reason": reason}
    audit_log.record(session, actor, "merge_donors", at=now, subject=reference, facts=facts)
    return reference


def unmerge(session: Session, actor: Actor, reference: str, *, now: datetime) -> None:
    """Take a merge back; what else was merged stays, and gifts stay with the row they came under."""
    _lock(session)
    found = session.scalars(select(DonorMerge).where(DonorMerge.reference == reference)).one_or_none()
    if found is None:
        raise NotFoundError("No merge answers to this reference.", field="reference")
    if session.get(DonorUnmerge, found.id) is not None:
        raise FieldRefusedError("This merge was taken back already.", field="reference")
    session.execute(insert(DonorUnmerge).values(merge_id=found.id, actor=actor.reference, recorded_at=now))
    _settle(session)
    audit_log.record(session, actor, "unmerge_donors", at=now, subject=reference, facts={})


def leaders_by(edges: dict[int, int]) -> dict[int, int]:
    """Return who leads each joined row, from the merges in force: one step towards the leader for each row."""
    leaders: dict[int, int] = {}
    for donor, here in edges.items():
        path = [donor]
        end = here
        while end in edges and end not in leaders:
            path.append(end)
            end = edges[end]
        leaders |= dict.fromkeys(path, leaders.get(end, end))
    return leaders


def _settle(session: Session) -> None:
    """Set every identity to what the merges in force say."""
    in_force = (
        select(DonorMerge.donor_id, DonorMerge.into_id)
        .outerjoin(DonorUnmerge, DonorUnmerge.merge_id == DonorMerge.id)
        .where(DonorUnmerge.merge_id.is_(None))
    )
    wanted = leaders_by({row.donor_id: row.into_id for row in session.execute(in_force)})
    rows = session.execute(select(DonorIdentity.donor_id, DonorIdentity.leader_id))
    standing = {row.donor_id: row.leader_id for row in rows}
    changed = [donor for donor in standing | wanted if standing.get(donor) != wanted.get(donor)]
    for donor in changed:
        session.execute(delete(DonorIdentity).where(DonorIdentity.donor_id == donor))
        if donor in wanted:
            session.execute(insert(DonorIdentity).values(donor_id=donor, leader_id=wanted[donor]))


def _lock(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
