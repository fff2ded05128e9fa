"""Balances and statements: each posting carries the balance after it; nothing is a sum over history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from svet.kernel.frozen import frozen
from svet.kernel.money import ZERO, Money
from svet.ledger.models import AccountBalance, Posting, Transaction
from svet.ledger.queries.proving import broken as broken
from svet.ledger.queries.proving import dated_ahead as dated_ahead
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
class Standing:
    """An account after its posting number ``seq``; 0: before the first."""

    seq: int
    balance: Money


def balance(account_id: int) -> Money:
    """What the account owes now; negative when it is overpaid."""
    return balances([account_id])[account_id]


def balances(account_ids: Sequence[int]) -> dict[int, Money]:
    """What each account owes now; accounts without postings owe nothing."""
    return {account_id: standing.balance for account_id, standing in standings(account_ids).items()}


def standings(account_ids: Sequence[int]) -> dict[int, Standing]:
    """The newest number and the balance of each account, read as one."""
    found = {
        account_id: Standing(seq, Money(kopecks))
        for account_id, seq, kopecks in _standings.all([*account_ids])
    }
    return {account_id: found.get(account_id, Standing(0, ZERO)) for account_id in account_ids}


@frozen
def _standings(account_ids: Collection[int]) -> QuerySet[AccountBalance, tuple[int, int, int]]:
    rows = AccountBalance.objects.filter(account_id__in=account_ids)
    return rows.values_list("account_id", "last_seq", "kopecks")


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
    """Movements of one account's debt effective in ``since``…``until`` (half-open), by day, then as known."""
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, account_id=account_id)
    if since is not None:
        rows = rows.filter(transaction__effective_on__gte=since)
    if until is not None:
        rows = rows.filter(transaction__effective_on__lt=until)
    return [
        LedgerEntry(identity, key, TransactionKind(kind), occurred_at, effective_on, Money(kopecks), memo)
        for identity, key, kind, occurred_at, effective_on, kopecks, memo in rows.order_by(
            "transaction__effective_on", "seq"
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


#: What makes a debt smaller beside charges and what was given back to the account.
_BRINGING: Final = frozenset(TransactionKind) - {TransactionKind.CHARGE, TransactionKind.REFUND}


def brought_after(*, account_id: int, key: str) -> dict[str, tuple[TransactionKind, Money]] | None:
    """By key what each later movement than the transaction of this key brought to the account, and its kind.

    Charges that became smaller and refunds that were not made bring nothing. None: that transaction never
    moved the account's debt.
    """
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, account_id=account_id)
    seq = rows.filter(transaction__key=key).values_list("seq", flat=True).first()
    if seq is None:
        return None
    kinds = [kind.value for kind in sorted(_BRINGING)]
    later = rows.filter(seq__gt=seq, kopecks__lt=0, transaction__kind__in=kinds)
    found = later.values_list("transaction__key", "transaction__kind", "kopecks")
    return {key: (TransactionKind(kind), Money(-kopecks)) for key, kind, kopecks in found}


def owed_before(*, key: str) -> dict[int, Money]:
    """What each account that the transaction of this key moved owed just before it; negative: overpaid."""
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, transaction__key=key)
    found = rows.values_list("account_id", "balance_before")
    return {account: Money(kopecks or 0) for account, kopecks in found if account is not None}


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """A movement with its number on the account and the moment the books were told of it."""

    seq: int
    known_at: datetime
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class AccountSpan:
    """The account's movements of some days between all that counts before them and all that counts after.

    ``opening`` + the entries + ``later`` is the balance of ``standing``, whatever is posted meanwhile.
    """

    standing: Standing
    opening: Money
    entries: tuple[NumberedEntry, ...]
    later: Money


def span(account_id: int, *, since: date, until: date) -> AccountSpan:
    """The movements effective in ``since``…``until`` (half-open), by day, then as known."""
    standing = standings([account_id])[account_id]
    rows = Posting.objects.filter(book=Book.RECEIVABLE.value, account_id=account_id, seq__lte=standing.seq)
    sums = rows.aggregate(
        before=Coalesce(Sum("kopecks", filter=Q(transaction__effective_on__lt=since)), 0),
        after=Coalesce(Sum("kopecks", filter=Q(transaction__effective_on__gte=until)), 0),
    )
    within = rows.filter(transaction__effective_on__gte=since, transaction__effective_on__lt=until)
    found = within.select_related("transaction").order_by("transaction__effective_on", "seq")
    return AccountSpan(
        standing=standing,
        opening=Money(int(sums["before"])),
        entries=tuple(_numbered(row) for row in found),
        later=Money(int(sums["after"])),
    )


def _numbered(row: Posting) -> NumberedEntry:
    what = row.transaction
    entry = LedgerEntry(
        what.pk,
        what.key,
        TransactionKind(what.kind),
        what.occurred_at,
        what.effective_on,
        Money(row.kopecks),
        what.memo,
    )
    return NumberedEntry(row.seq or 0, what.posted_at, entry)


_CHARGED = """
SELECT p.account_id, bit_xor(hash_record_extended(ROW(
    p.id, t.id, t.key, t.effective_on, t.provider_id, p.kopecks, p.seq, p.balance_after), 31))
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


#: What moves a debt beside charges, payments and refunds: brought, transferred, corrected, written off.
BY_HAND: Final = (
    TransactionKind.OPENING,
    TransactionKind.TRANSFER,
    TransactionKind.CORRECTION,
    TransactionKind.WRITE_OFF,
    TransactionKind.CHARGEBACK,
    TransactionKind.FEE,
    TransactionKind.PENALTY,
    TransactionKind.BENEFIT,
)


def entries_of_kinds(
    *, account_ids: Collection[int], kinds: Collection[TransactionKind], since: date, until: date
) -> list[tuple[int, LedgerEntry]]:
    """Account and movement of each posting of these kinds that counts for ``since``…``until`` (half-open)."""
    rows = Posting.objects.filter(
        book=Book.RECEIVABLE.value,
        account_id__in=account_ids,
        transaction__kind__in=[kind.value for kind in kinds],
        transaction__effective_on__gte=since,
        transaction__effective_on__lt=until,
    )
    return [
        (account_id, LedgerEntry(identity, key, TransactionKind(kind), at, on, Money(kopecks), memo))
        for account_id, identity, key, kind, at, on, kopecks, memo in rows.order_by("id").values_list(
            "account_id",
            "transaction_id",
            "transaction__key",
            "transaction__kind",
            "transaction__occurred_at",
            "transaction__effective_on",
            "kopecks",
            "transaction__memo",
        )
        if account_id is not None
    ]


def effective_days(keys: Collection[str]) -> dict[str, date]:
    """The day each of these transactions counts for; keys never posted have none."""
    return dict(Transaction.objects.filter(key__in=keys).values_list("key", "effective_on"))


def transaction_exists(key: str) -> bool:
    """Whether the key has been posted."""
    return Posting.objects.filter(transaction__key=key).exists()
