"""What of a payment went for works and for penalties: for whoever must name them apart, such as a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.penalties.queries.policies import choices_of
from svet.penalties.queries.standing import moved_on
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.streams import shares, streams_of

# The accounts that a movement touched and that had a penalty or a fee: all others have one stream.
_TOUCHED: Final = """
SELECT DISTINCT p.account_id, p.seq, a.provider_id
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
JOIN accounts_account_door a USING (account_id)
WHERE p.book = 'receivable' AND t.key = %s AND EXISTS (
    SELECT FROM ledger_posting_door q JOIN ledger_transaction_door u USING (transaction_id)
    WHERE q.book = 'receivable' AND q.account_id = p.account_id AND u.kind IN ('penalty', 'fee')
) ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class PaidStreams:
    """Of one account: what a payment paid of works and of penalties, and of which month its payer asked.

    ``energy_owed``, ``fee_owed``: what consumption and works owed just before it; below zero: an advance.
    """

    fee: Money
    penalty: Money
    energy_owed: Money
    fee_owed: Money
    named: Month | None


def paid_streams(*, key: str, since_then: bool = False) -> dict[int, PaidStreams]:
    """By account what the payment of this ledger key paid, by the supplier's order of payment of its day.

    As it stood when it was posted, or with all that its advance has paid ``since_then``. An account that
    never had a penalty or a fee is not among them: there all is consumption.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [key])
        touched = cursor.fetchall()
    found: dict[int, PaidStreams] = {}
    for account_id, seq, provider_id in touched:
        order = order_on(choices_of(provider_id))
        moved = moved_on(account_id)
        at = next(place for place, posting in enumerate(moved) if posting.seq == seq)
        known = moved if since_then else moved[: at + 1]
        paid = shares(known, order)[at]
        before = streams_of(shares(moved[:at], order))
        earlier = found.get(account_id)
        found[account_id] = PaidStreams(
            fee=Money(-paid.fee) + (earlier.fee if earlier else ZERO),
            penalty=Money(-paid.penalty) + (earlier.penalty if earlier else ZERO),
            energy_owed=earlier.energy_owed if earlier else Money(before.energy),
            fee_owed=earlier.fee_owed if earlier else Money(before.fee),
            named=moved[at].named,
        )
    return found
