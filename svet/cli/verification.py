"""The promises that ``svet verify`` proves, and who can tell of a breach."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Promise:
    """``check`` is the path of a query that names every breach in words."""

    number: str
    says: str
    check: str


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What came of one promise; no breaches means it is kept."""

    promise: Promise
    breaches: tuple[str, ...]


PROMISES = (
    Promise("I-1", "every kopeck is conserved", "svet.ledger.queries:broken"),
    Promise("I-2", "money the bank took is credited exactly once", "svet.payments.queries:broken_credits"),
    Promise("I-4", "a group payment is all or nothing", "svet.payments.queries:broken_groups"),
    Promise("I-5", "what the bank gave back is taken off once", "svet.payments.queries:broken_refunds"),
    Promise("I-6", "an accepted reading is never lost", "svet.metering.queries:broken"),
    Promise("I-10", "a bill is immutable", "svet.bills.queries:broken"),
    Promise("I-11", "a billing run is repeatable", "svet.billing.queries:broken"),
    Promise("I-22", "whoever is open in a month is charged or a problem", "svet.billing.queries:uncharged"),
    Promise("I-12", "a register is applied once, row by row", "svet.exchange.queries:broken"),
    Promise("I-14", "the journal's seals hold", "svet.journal.queries:broken_seals"),
    Promise("I-21", "every payment has its source", "svet.payments.queries:broken_books"),
    Promise("I-19", "each bill opens where the last one closed", "svet.bills.queries:broken_chain"),
)


def verify() -> Iterator[CheckVerdict]:
    """Check every promise over one unmoving picture of the database; nothing is written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for promise in PROMISES:
            yield CheckVerdict(promise, _breaches(promise))


def _breaches(promise: Promise) -> tuple[str, ...]:
    """A check that cannot be made proves nothing: it counts as broken, and the others go on."""
    try:
        with transaction.atomic():
            return tuple(_check(promise.check)())
    except Exception as error:
        return (f"the check could not be made: {type(error).__name__}: {str(error).splitlines()[0]}",)


def _check(path: str) -> Callable[[], list[str]]:
    module, _, name = path.partition(":")
    check: Callable[[], list[str]] = getattr(importlib.import_module(module), name)
    return check
