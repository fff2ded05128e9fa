"""Where accounts stand by streams: read from the books alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from django.db import connection

from svet.kernel.money import Money
from svet.penalties.queries.policies import choices_of
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.streams import (
    AllocationOrder,
    DuePosting,
    Shares,
    month_named,
    shares,
    streams_of,
)

_COLUMNS: Final = """
SELECT a.provider_id, p.account_id, t.kind, t.effective_on, p.kopecks, p.seq, t.named_month, p.balance_after
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
JOIN accounts_account_door a USING (account_id)
WHERE p.book = 'receivable' AND p.account_id
"""
_OF_ONE: Final = f"{_COLUMNS} = %s ORDER BY 1, 2, p.seq"
# Those that ever had a penalty or a fee: all others have one stream, which is their balance.
_CONCERNED: Final = """
SELECT DISTINCT p.account_id
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
WHERE p.book = 'receivable' AND t.kind IN ('penalty', 'fee') ORDER BY 1
"""
_OF_SEVERAL: Final = f"{_COLUMNS} = ANY(%s) ORDER BY 1, 2, p.seq"
#: How many accounts' movements are held at once.
_AT_ONCE: Final = 500


class StreamStanding(NamedTuple):
    """An account's streams, and the balance in kopecks that the ledger keeps."""

    account_id: int
    streams: Shares
    balance: int


def account_streams(account_id: int, *, provider_id: int) -> Shares:
    """What of an account's balance is consumption, works and penalties; below zero: an advance."""
    return streams_of(shares(moved_on(account_id), order_on(choices_of(provider_id))))


def moved_on(account_id: int) -> list[DuePosting]:
    """Every movement of an account's debt, in the order in which they became known."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE, [account_id])
        return [_posting(row) for row in cursor.fetchall()]


def streams_with_penalties() -> Iterator[StreamStanding]:
    """Every account that ever had a penalty or a fee; the movements of some are in memory at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED)
        ids = [account_id for (account_id,) in cursor.fetchall()]
    orders: dict[int, Callable[[date], AllocationOrder]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(_OF_SEVERAL, [ids[start : start + _AT_ONCE]])
            rows = cursor.fetchall()
        for (provider_id, account_id), group in groupby(rows, key=lambda row: (row[0], row[1])):
            if provider_id not in orders:
                orders[provider_id] = order_on(choices_of(provider_id))
            moved = list(group)
            standing = streams_of(shares([_posting(row) for row in moved], orders[provider_id]))
            yield StreamStanding(account_id, standing, int(moved[-1][7]))


def _posting(row: tuple[object, ...]) -> DuePosting:
    _provider, _account, kind, on, kopecks, seq, named, _balance = row
    assert isinstance(on, date)
    assert isinstance(kopecks, int)
    assert isinstance(seq, int)
    return DuePosting(str(kind), on, Money(kopecks), "", None, seq, month_named(named))
