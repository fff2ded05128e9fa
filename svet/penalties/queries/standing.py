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
_OF_SEVERAL: Final = f"""{_COLUMNS} IN (
    SELECT o.account_id FROM ledger_posting_door o JOIN ledger_transaction_door k USING (transaction_id)
    WHERE o.book = 'receivable' AND k.kind IN ('penalty', 'fee'))
ORDER BY 1, 2, p.seq
"""  # noqa: S608 - no names but our own


class StreamStanding(NamedTuple):
    """An account's streams, and the balance in kopecks that the ledger keeps."""

    account_id: int
    streams: Shares
    balance: int


def account_streams(account_id: int, *, provider_id: int) -> Shares:
    """What of an account's balance is consumption, works and penalties; below zero: an advance."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ONE, [account_id])
        rows = cursor.fetchall()
    return streams_of(shares([_posting(row) for row in rows], order_on(choices_of(provider_id))))


def streams_with_penalties() -> Iterator[StreamStanding]:
    """Every account that ever had a penalty or a fee."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SEVERAL)
        rows = cursor.fetchall()
    for provider_id, of_provider in groupby(rows, key=lambda row: row[0]):
        order: Callable[[date], AllocationOrder] = order_on(choices_of(provider_id))
        for account_id, group in groupby(of_provider, key=lambda row: row[1]):
            moved = list(group)
            standing = streams_of(shares([_posting(row) for row in moved], order))
            yield StreamStanding(account_id, standing, int(moved[-1][7]))


def _posting(row: tuple[object, ...]) -> DuePosting:
    _provider, _account, kind, on, kopecks, seq, named, _balance = row
    assert isinstance(on, date)
    assert isinstance(kopecks, int)
    assert isinstance(seq, int)
    return DuePosting(str(kind), on, Money(kopecks), "", None, seq, month_named(named))
