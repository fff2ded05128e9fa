"""What a debt is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, Sum

from svet.kernel.money import ZERO, Money
from svet.ledger.models import Posting
from svet.ledger.queries import LedgerEntry
from svet.ledger.rules import Book, TransactionKind

#: What makes a debt of consumption; money that went back or was moved only opens an older one again.
OF_ENERGY: Final = frozenset({TransactionKind.CHARGE, TransactionKind.OPENING, TransactionKind.CORRECTION})
#: Works: limiting, resuming.
OF_FEES: Final = frozenset({TransactionKind.FEE})


def debt_by_days(
    *,
    account_id: int,
    debt: Money,
    before: str = "",
    after: str = "",
    kinds: Collection[TransactionKind] = OF_ENERGY,
) -> list[tuple[date, Money]]:
    """Which charges a debt of an account is made of, the newest first: by the day they count for.

    The oldest charge is taken to be paid first. A day whose charges came to nothing or less has no part. They
    may come to less than the debt. ``before``, ``after``: only what was posted before, or after, the
    transaction of this key. ``kinds``: what makes the debt; else consumption alone.
    """
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, account_id=account_id)
    known = rows.filter(transaction__key=before or after).values_list("seq", flat=True).first()
    if known is not None:
        rows = rows.filter(seq__lt=known) if before else rows.filter(seq__gt=known)
    rows = rows.filter(transaction__kind__in=sorted(kind.value for kind in kinds))
    days = rows.values_list("transaction__effective_on").annotate(total=Sum("kopecks"))
    found: list[tuple[date, Money]] = []
    for day, kopecks in days.order_by("-transaction__effective_on"):
        part = min(debt, Money(int(kopecks)))
        if part > ZERO:
            found.append((day, part))
            debt -= part
    return found


def entries_after(after: Mapping[int, int]) -> dict[int, list[LedgerEntry]]:
    """By account the movements of its debt that became known after its posting of that number, in order."""
    found: dict[int, list[LedgerEntry]] = {account_id: [] for account_id in after}
    later = reduce(or_, (Q(account_id=key, seq__gt=seq) for key, seq in after.items()), Q(pk__in=[]))
    rows = Posting.objects.filter(later, book=Book.RECEIVABLE.value).select_related("transaction")
    for row in rows.order_by("seq"):
        what = row.transaction
        kind, money = TransactionKind(what.kind), Money(row.kopecks)
        entry = LedgerEntry(what.pk, what.key, kind, what.occurred_at, what.effective_on, money, what.memo)
        found[row.account_id or 0].append(entry)
    return found
