"""By which day what an account was asked for had to be paid: its postings with the bills they stand on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from django.db import connection

from svet.accounts.queries import ProviderView
from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.penalties.queries import choices_of
from svet.penalties.rules.counting import Accrual, count_penalties
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.streams import DuePosting, Shares, month_named, shares
from svet.tariffs.queries.law import law_in_force

__all__ = ["DuePosting", "accrual", "due_postings", "due_postings_of", "shares_of"]

_DUES: Final = """
SELECT p.account_id, t.kind, t.effective_on, p.kopecks, coalesce(b.number, ''), b.due_on, p.seq, t.named_month
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
LEFT JOIN bills_bill b ON b.account_id = p.account_id AND p.seq BETWEEN b.from_seq AND b.to_seq
WHERE p.account_id = ANY(%s) AND p.book = 'receivable' ORDER BY p.account_id, p.seq
"""


def due_postings(*, account_id: AccountId) -> list[DuePosting]:
    """Every movement of the account's debt, in the order in which it became known."""
    return due_postings_of([account_id])[account_id]


def due_postings_of(account_ids: Collection[int]) -> dict[int, list[DuePosting]]:
    """As :func:`due_postings`, of many accounts at once."""
    found: dict[int, list[DuePosting]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_DUES, [list(account_ids)])
        for account_id, kind, on, kopecks, number, due_on, seq, named in cursor.fetchall():
            found[account_id].append(
                DuePosting(kind, on, Money(int(kopecks)), number, due_on, int(seq), month_named(named))
            )
    return found


def accrual(*, account_id: AccountId, provider: ProviderView, until: date) -> Accrual:
    """What late payment has cost an account up to and including a day, shown or not.

    :raises LawMissing: no act known here reaches a day of a delay
    """
    return count_penalties(
        due_postings(account_id=account_id),
        until=until,
        law=law_in_force(),
        choices=choices_of(provider.provider_id),
        region=provider.region,
    )


def shares_of(
    account_ids: Collection[int], *, provider_id: int
) -> dict[int, list[tuple[DuePosting, Shares]]]:
    """Every movement of accounts of one supplier with what it is of consumption, works and penalties."""
    order = order_on(choices_of(provider_id))
    return {
        account_id: list(zip(postings, shares(postings, order), strict=True))
        for account_id, postings in due_postings_of(account_ids).items()
    }
