"""By which day what an account was asked for had to be paid: its postings with the bills they stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from svet.kernel.ids import AccountId
from svet.kernel.money import Money


@dataclass(frozen=True, slots=True)
class DuePosting:
    """One movement of a debt: positive was asked for, negative lessened it on ``effective_on``.

    ``bill`` and ``due_on`` are those of the bill it first stands on; empty while it stands on none.
    """

    kind: str
    effective_on: date
    money: Money
    bill: str
    due_on: date | None


_DUES = """
SELECT t.kind, t.effective_on, p.kopecks, coalesce(b.number, ''), b.due_on
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
LEFT JOIN bills_bill b ON b.account_id = p.account_id AND p.seq BETWEEN b.from_seq AND b.to_seq
WHERE p.account_id = %s AND p.book = 'receivable' ORDER BY p.seq
"""


def due_postings(*, account_id: AccountId) -> list[DuePosting]:
    """Every movement of the account's debt, in the order in which it became known."""
    with connection.cursor() as cursor:
        cursor.execute(_DUES, [account_id])
        return [
            DuePosting(kind, on, Money(int(kopecks)), number, due_on)
            for kind, on, kopecks, number, due_on in cursor.fetchall()
        ]
