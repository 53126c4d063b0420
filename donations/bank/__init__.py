"""Room: bank. Statements line by line, what each line is in the book, and months closed once both agree."""

from donations.bank.accepting import Saying
from donations.bank.accounts import ACCOUNTS, BankAccount, believe_account
from donations.bank.agreeing import Agreement, Assertion
from donations.bank.awaited import Awaited
from donations.bank.certified import CertificateDesk
from donations.bank.desk import BankDesk
from donations.bank.lines import LineFacts, TakenIn
from donations.bank.matching import Candidate, WaitingLine
from donations.bank.months import Month, MonthLook, Reopening, reopen_month
from donations.bank.undoing import UNDO_REASONS, Undoing, believe_reason, undo_match

__all__ = [
    "ACCOUNTS",
    "UNDO_REASONS",
    "Agreement",
    "Assertion",
    "Awaited",
    "BankAccount",
    "BankDesk",
    "Candidate",
    "CertificateDesk",
    "LineFacts",
    "Month",
    "MonthLook",
    "Reopening",
    "Saying",
    "TakenIn",
    "Undoing",
    "WaitingLine",
    "believe_account",
    "believe_reason",
    "reopen_month",
    "undo_match",
]
