"""Balances, statements and turnovers: all of them sums of postings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.ledger.models import Posting
from svet.ledger.rules import Book, TransactionKind


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One movement of an account's debt: charges positive, payments negative."""

    transaction_id: int
    key: str
    kind: TransactionKind
    occurred_at: datetime
    effective_on: date
    money: Money
    memo: str


@dataclass(frozen=True, slots=True)
class Turnover:
    """A month of one account: ``closing = opening + charged + corrected − paid``; debts positive.

    ``paid`` is what came in (refunds are taken off it).
    """

    opening: Money
    charged: Money
    paid: Money
    corrected: Money
    closing: Money


def balance(account_id: int) -> Money:
    """What the account owes now; negative when it is overpaid."""
    return balances([account_id])[account_id]


def balances(account_ids: Sequence[int]) -> dict[int, Money]:
    """What each account owes now; accounts without postings owe nothing."""
    sums = (
        Posting.objects.filter(book=Book.RECEIVABLE.value, account_id__in=list(account_ids))
        .values("account_id")
        .annotate(total=Sum("kopecks"))
        .values_list("account_id", "total")
    )
    found = {account_id: Money(int(total)) for account_id, total in sums if account_id is not None}
    return {account_id: found.get(account_id, ZERO) for account_id in account_ids}


def receivables(transaction_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Kopecks that each of these transactions put on the debt of an account: (transaction, account) → sum."""
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, transaction_id__in=transaction_ids)
    sums = rows.values_list("transaction_id", "account_id").annotate(total=Sum("kopecks"))
    return {
        (transaction_id, account_id): int(total)
        for transaction_id, account_id, total in sums
        if account_id is not None
    }


def entries(account_id: int, since: date | None = None, until: date | None = None) -> list[LedgerEntry]:
    """Movements of one account's debt effective in ``since``…``until`` (half-open), oldest first."""
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, account_id=account_id)
    if since is not None:
        rows = rows.filter(transaction__effective_on__gte=since)
    if until is not None:
        rows = rows.filter(transaction__effective_on__lt=until)
    return [
        LedgerEntry(identity, key, TransactionKind(kind), occurred_at, effective_on, Money(kopecks), memo)
        for identity, key, kind, occurred_at, effective_on, kopecks, memo in rows.order_by(
            "transaction__effective_on", "transaction_id", "id"
        ).values_list(
            "transaction_id",
            "transaction__key",
            "transaction__kind",
            "transaction__occurred_at",
            "transaction__effective_on",
            "kopecks",
            "transaction__memo",
        )
    ]


_TURNOVER = """
WITH moved AS (
    SELECT p.account_id, p.kopecks, t.kind, t.effective_on >= %(start)s AS inside
    FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
    WHERE p.book = 'receivable' AND p.account_id = ANY(%(accounts)s) AND t.effective_on < %(end)s
)
SELECT account_id,
       coalesce(sum(kopecks) FILTER (WHERE NOT inside), 0),
       coalesce(sum(kopecks) FILTER (WHERE inside AND kind = 'charge'), 0),
       -coalesce(sum(kopecks) FILTER (WHERE inside AND kind IN ('payment', 'refund')), 0),
       coalesce(sum(kopecks) FILTER (WHERE inside AND kind IN ('correction', 'opening')), 0)
FROM moved GROUP BY account_id
"""


def turnover(account_ids: Sequence[int], period: Month) -> dict[int, Turnover]:
    """Opening, charged, paid and closing of each account for one month, by the day things count for."""
    with connection.cursor() as cursor:
        cursor.execute(_TURNOVER, {"start": period.first, "end": period.end, "accounts": list(account_ids)})
        rows = {int(row[0]): tuple(Money(int(value)) for value in row[1:]) for row in cursor.fetchall()}
    result = {}
    for account_id in account_ids:
        opening, charged, paid, corrected = rows.get(account_id, (ZERO, ZERO, ZERO, ZERO))
        closing = opening + charged + corrected - paid
        result[account_id] = Turnover(opening, charged, paid, corrected, closing)
    return result


_CHARGED = """
SELECT p.account_id, bit_xor(hash_record_extended(ROW(
    p.id, t.id, t.key, t.effective_on, t.provider_id, p.kopecks), 31))
FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
WHERE p.book = 'receivable' AND p.account_id = ANY(%s) AND t.kind = 'charge'
GROUP BY p.account_id
"""


def charge_fingerprints(account_ids: Sequence[int]) -> dict[int, int]:
    """By account 64 bits over all that was charged to it, by sets in the database.

    Equal ones: no charge was changed, put in or taken away. Accounts never charged have 0.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [list(account_ids)])
        found = {int(account_id): int(bits) for account_id, bits in cursor.fetchall()}
    return {account_id: found.get(account_id, 0) for account_id in account_ids}


def transaction_exists(key: str) -> bool:
    """Whether the key has been posted."""
    return Posting.objects.filter(transaction__key=key).exists()


def broken() -> list[str]:
    """I-1: every transaction adds up to zero, and so do all the books together."""
    breaches = [
        f"ledger transaction {identity} ({key}) adds up to {total} kopecks, not to zero"
        for identity, key, total in Posting.objects.values("transaction_id")
        .annotate(total=Sum("kopecks"), key=F("transaction__key"))
        .exclude(total=0)
        .values_list("transaction_id", "key", "total")[:100]
    ]
    overall = Posting.objects.aggregate(total=Coalesce(Sum("kopecks"), 0))["total"]
    if overall:
        breaches.append(f"all books together add up to {overall} kopecks, not to zero")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM ledger_transaction t"
            " WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.transaction_id = t.id) LIMIT 100"
        )
        breaches += [f"ledger transaction {row[0]} has no postings" for row in cursor.fetchall()]
    return breaches
