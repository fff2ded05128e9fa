"""The promises that ``svet verify`` proves, and who can tell of a breach."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from svet.billing.operations.proving import Proved
from svet.bills.operations.proving import ProvedBills
from svet.cli.proving import prove_all
from svet.kernel.transactions import picture


@dataclass(frozen=True, slots=True)
class Promise:
    """``check`` is the path of a query that names every breach in words."""

    number: str
    says: str
    check: str


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What came of one promise; no breaches means it is kept.

    ``unmoved``: so many accounts, of those ``looked`` at, were proved before and have not moved since.
    """

    promise: Promise
    breaches: tuple[str, ...]
    looked: int = 0
    unmoved: int = 0


PROMISES = (
    Promise("I-1", "every kopeck is conserved", "svet.ledger.queries:broken"),
    Promise("I-2", "money the bank took is credited exactly once", "svet.payments.queries:broken_credits"),
    Promise("I-4", "a group payment is all or nothing", "svet.payments.queries:broken_groups"),
    Promise("I-5", "what the bank gave back is taken off once", "svet.payments.queries:broken_refunds"),
    Promise("I-6", "an accepted reading is never lost", "svet.metering.queries:broken"),
    Promise("I-22", "whoever is open in a month is charged or a problem", "svet.billing.queries:uncharged"),
    Promise("I-12", "a register is applied once, row by row", "svet.exchange.queries:broken"),
    Promise("I-14", "the journal's seals hold", "svet.journal.queries:broken_seals"),
    Promise("I-21", "every payment has its source", "svet.payments.queries:broken_books"),
    Promise("I-19", "each bill opens where the last one closed", "svet.bills.queries:broken_chain"),
    Promise("I-10", "a bill is immutable", "svet.bills.queries:broken"),
    Promise("I-11", "a billing run is repeatable", "svet.billing.queries:broken"),
    Promise("I-18", "every kWh is charged exactly once", "svet.billing.queries:charged_twice"),
)
#: These are proved account by account and bill by bill, by as many processes as one likes; proofs are kept.
PROVED = ("I-10", "I-11", "I-18")


def verify(*, now: datetime, since: bool = False, jobs: int = 1) -> Iterator[CheckVerdict]:
    """Check every promise; ``since``: what was proved and has not moved since is not computed again.

    All but what is computed account by account is seen in one unmoving picture of the database. Nothing is
    written but what was proved.
    """
    with picture():
        for promise in PROMISES:
            if promise.number not in PROVED:
                yield CheckVerdict(promise, _breaches(_check(promise.check)))
    books, bills = Proved(), ProvedBills()

    def proved() -> tuple[str, ...]:
        nonlocal books, bills
        books, bills = prove_all(since=since, jobs=jobs, now=now)
        return ()

    could_not = _breaches(proved)
    found = {"I-10": bills.breaches, "I-11": books.books, "I-18": books.twice}
    for promise in PROMISES:
        if promise.number in found:
            looked = (0, 0) if promise.number == "I-10" else (books.looked, books.unmoved)
            yield CheckVerdict(promise, could_not or found[promise.number], *looked)


def _breaches(check: Callable[[], tuple[str, ...] | list[str]]) -> tuple[str, ...]:
    """A check that cannot be made proves nothing: it counts as broken, and the others go on."""
    try:
        return tuple(check())
    except Exception as error:
        return (f"the check could not be made: {type(error).__name__}: {str(error).splitlines()[0]}",)


def _check(path: str) -> Callable[[], list[str]]:
    """The query of a path, in a savepoint of its own."""
    module, _, name = path.partition(":")

    def check() -> list[str]:
        query: Callable[[], list[str]] = getattr(importlib.import_module(module), name)
        with transaction.atomic():
            return query()

    return check
