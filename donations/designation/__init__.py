"""Room: designation. The charity's own tying of cents to clothing funds, as pure rules (docs: money, "Designation").

First come, first served, whoever gave: no donor, preference, day or class of amount enters any function here.
"""

from donations.designation.facts import ClothingFund, Designation, Place, Reason, Release, Source, Stand
from donations.designation.filling import plan_backfill, plan_designations
from donations.designation.returning import plan_closing, plan_release, plan_substitution

__all__ = [
    "ClothingFund",
    "Designation",
    "Place",
    "Reason",
    "Release",
    "Source",
    "Stand",
    "plan_backfill",
    "plan_closing",
    "plan_designations",
    "plan_release",
    "plan_substitution",
]
