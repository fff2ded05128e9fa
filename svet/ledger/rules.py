"""What a ledger transaction is made of, and when its legs make sense together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, Refused

#: Characters of the longest key of a transaction; whoever keeps a key keeps all of it.
KEY_LONGEST: Final = 120


class Book(StrEnum):
    """The books of account; within a transaction their kopecks add up to zero."""

    RECEIVABLE = "receivable"  # what customers owe, per account; a debt is positive
    REVENUE = "revenue"
    BANK = "bank"
    CASH = "cash"
    SETTLEMENT = "settlement"  # what came from the bank's book to our settlement account
    COMMISSION = "commission"  # what banks and agents kept of it
    SUSPENSE = "suspense"  # money that came for an account nobody knows
    OPENING = "opening"  # what stood in the system before this one
    WRITE_OFF = "write_off"  # debts nobody will pay
    OWED = "owed"  # decided to give back, the bank has not confirmed it
    DISPUTE = "dispute"  # withheld by the bank while a payer disputes a payment
    SUBSIDY = "subsidy"  # what the budget owes for benefits
    INTERCO = "interco"  # between two suppliers: what one owes the other, and the other is owed by the one


class TransactionKind(StrEnum):
    """What a transaction was, for turnovers and statements."""

    CHARGE = "charge"
    PAYMENT = "payment"
    REFUND = "refund"
    CORRECTION = "correction"
    OPENING = "opening"
    TRANSFER = "transfer"
    WRITE_OFF = "write_off"
    SETTLEMENT = "settlement"  # taken money has come to our settlement account
    CHARGEBACK = "chargeback"  # a payer disputes a payment at the bank
    FEE = "fee"  # for a work: limiting, resuming
    PENALTY = "penalty"
    BENEFIT = "benefit"  # the budget pays instead of the customer


class PostingReason(StrEnum):
    UNBALANCED = "unbalanced"
    NO_LEGS = "no_legs"
    ZERO_LEG = "zero_leg"
    ACCOUNT_MISSING = "account_missing"
    KEY_MISSING = "key_missing"
    KEY_TAKEN = "key_taken"
    NOT_FIRST = "not_first"


class LedgerRefused(Refused):
    """The legs cannot be one transaction."""


class LedgerConflict(Conflict):
    """The key already stands for another transaction; keys are never given out again."""


@dataclass(frozen=True, slots=True)
class Leg:
    """So much money into one book (out of it when negative)."""

    book: Book
    account_id: int | None
    money: Money


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction to be posted; ``effective_on`` is the day it counts for in statements.

    ``named_month`` is the first day of the month that a payer named.
    """

    key: str
    kind: TransactionKind
    legs: Sequence[Leg]
    occurred_at: datetime
    effective_on: date
    provider_id: int
    memo: str = ""
    named_month: date | None = None


def check(transaction: NewTransaction) -> None:
    """Make sure the transaction can be posted. :raises LedgerRefused:"""
    if not transaction.key:
        raise LedgerRefused(PostingReason.KEY_MISSING)
    if not transaction.legs:
        raise LedgerRefused(PostingReason.NO_LEGS)
    total = 0
    for leg in transaction.legs:
        if not leg.money.kopecks:
            raise LedgerRefused(PostingReason.ZERO_LEG)
        if leg.book is Book.RECEIVABLE and leg.account_id is None:
            raise LedgerRefused(PostingReason.ACCOUNT_MISSING)
        total += leg.money.kopecks
    if total:
        raise LedgerRefused(PostingReason.UNBALANCED, details={"kopecks": total})


def body(transaction: NewTransaction) -> tuple[str, int, tuple[tuple[str, int, int], ...]]:
    """What must be equal when a key comes a second time: kind, provider and legs in any order."""
    legs = sorted((str(leg.book), leg.account_id or 0, leg.money.kopecks) for leg in transaction.legs)
    return str(transaction.kind), transaction.provider_id, tuple(legs)
