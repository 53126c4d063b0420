"""Room: verify. Looks at one PDF alone, offline, and says exactly what it checked and what it could not."""

from receipts.verify.checking import ISSUED, Verification, verify_file
from receipts.verify.opening import Check
from receipts.verify.sealed import Seal

__all__ = ["ISSUED", "Check", "Seal", "Verification", "verify_file"]
