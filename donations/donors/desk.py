"""Room: donors. The desk behind the donor pages: every look at a name is written down, every act has its actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import Actor
from donations.database import Database
from donations.donors.dossier import donor_dossier
from donations.donors.duplicates import Suggestion, keep_apart, suggest_duplicates
from donations.donors.finding import FoundDonor, find_donors, list_donors
from donations.donors.importing import ImportOutcome, ImportPlan, count_known, take_in
from donations.donors.masking import mask_email, mask_name
from donations.donors.merging import MergeReason, merge, unmerge
from donations.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorDesk:
    """Where the staff finds donors, joins them and takes them apart."""

    database: Database
    clock: Clock

    def find(self, query: str) -> list[FoundDonor]:
        """Return the donors that answer to a query, masked."""
        with self.database.read() as session:
            return [_masked(one) for one in find_donors(session, query)]

    def list_masked(self, *, limit: int, before: str | None = None) -> list[FoundDonor]:
        """Return the donors written last, or those before one, masked; raises `NotFoundError`."""
        with self.database.read() as session:
            return [_masked(one) for one in list_donors(session, limit=limit, before=before)]

    def look(self, reference: str) -> dict[str, Any]:
        """Return one donor's dossier, masked; raises `NotFoundError`."""
        with self.database.read() as session:
            return mask_dossier(donor_dossier(session, reference))

    def show(self, actor: Actor, reference: str) -> dict[str, Any]:
        """Return one donor's dossier with names, and write down who looked; raises `NotFoundError`."""
        now = self.clock.now()

        def open_it(session: Session) -> dict[str, Any]:
            found = donor_dossier(session, reference)
            audit_log.record(session, actor, "see_donor", at=now, subject=found["reference"], facts={})
            return found

        return self.database.write(open_it)

    def merge(self, actor: Actor, donor: str, into: str, *, reason: MergeReason) -> str:
        """Join two donors and return the merge's reference."""
        now = self.clock.now()
        return self.database.write(lambda session: merge(session, actor, donor, into, reason=reason, now=now))

    def unmerge(self, actor: Actor, reference: str) -> None:
        """Take a merge back."""
        now = self.clock.now()
        self.database.write(lambda session: unmerge(session, actor, reference, now=now))

    def keep_apart(self, actor: Actor, one: str, other: str) -> None:
        """Remember that two donors are two people."""
        now = self.clock.now()
        self.database.write(lambda session: keep_apart(session, actor, one, other, now=now))

    def take_in(self, actor: Actor, plan: ImportPlan) -> ImportOutcome:
        """Write the gifts of a plan that are not known yet."""
        now = self.clock.now()
        return self.database.write(lambda session: take_in(session, actor, plan, now=now))

    def count_known(self, plan: ImportPlan) -> int:
        """Return how many gifts of a plan were taken in before."""
        with self.database.read() as session:
            return count_known(session, plan)

    def list_duplicates(self) -> list[Suggestion]:
        """Return the likeliest pairs, masked."""
        with self.database.read() as session:
            return [
                Suggestion(one=_masked(s.one), other=_masked(s.other), reasons=s.reasons, weight=s.weight)
                for s in suggest_duplicates(session)
            ]


def mask_dossier(found: dict[str, Any]) -> dict[str, Any]:
    """Return a dossier without anything that tells who the donor is."""
    rows = [row | {"name": mask_name(row["name"]), "email": mask_email(row["email"])} for row in found["rows"]]
    names = {"name": mask_name(found["name"]), "email": mask_email(found["email"])}
    return found | names | {"rows": rows, "addresses": [f"{len(found['addresses'])} on file"]}


def _masked(one: FoundDonor) -> FoundDonor:
    return FoundDonor(
        reference=one.reference,
        leader=one.leader,
        name=mask_name(one.name),
        email=mask_email(one.email),
        gifts=one.gifts,
        last_gift_on=one.last_gift_on,
    )
