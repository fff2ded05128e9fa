"""I-24: what was shown is what the books say, and the streams of an account add up to its balance."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.penalties.models import ShownPenalty
from svet.penalties.queries.policies import choices_of
from svet.penalties.rules.policies import order_on
from svet.penalties.rules.streams import DuePosting, month_named, shares, streams_of

# Each row is the one transaction under its key, with its sum on its account, and each such one has a row.
_BOOKED: Final = """
SELECT coalesce(s.account_id, p.account_id), coalesce(s.no::text, t.key)
FROM penalties_shownpenalty s
FULL JOIN (
    SELECT t.key, p.account_id, p.kopecks, p.seq FROM ledger_transaction_door t
    JOIN ledger_posting_door p USING (transaction_id)
    WHERE t.kind = 'penalty' AND t.key LIKE 'pen:%%' AND p.book = 'receivable'
) p ON p.key = 'pen:' || s.account_id || ':' || s.no
LEFT JOIN ledger_transaction_door t ON t.key = p.key
WHERE (s.account_id, s.kopecks, s.posting_seq) IS DISTINCT FROM (p.account_id, p.kopecks, p.seq)
ORDER BY 1, 2 LIMIT %(limit)s
"""
_MOVED: Final = """
SELECT a.provider_id, p.account_id, t.kind, t.effective_on, p.kopecks, p.seq, t.named_month, p.balance_after
FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
JOIN accounts_account_door a USING (account_id)
WHERE p.book = 'receivable' AND p.account_id IN (
    SELECT o.account_id FROM ledger_posting_door o JOIN ledger_transaction_door k USING (transaction_id)
    WHERE o.book = 'receivable' AND k.kind IN ('penalty', 'fee'))
ORDER BY a.provider_id, p.account_id, p.seq
"""


def broken(*, limit: int = 50) -> list[str]:
    """Shown penalties that are not in the books or not the sum of their days; streams that do not add up."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, {"limit": limit})
        breaches = [
            _("пени лицевого счёта {account}, {row}: в книгах другое").format(account=account_id, row=row)
            for account_id, row in cursor.fetchall()
        ]
    for row in ShownPenalty.objects.order_by("pk").iterator(chunk_size=500):
        if sum(line["kopecks"] for line in row.lines) != row.should_kopecks:
            breaches.append(
                _("пени лицевого счёта {account}, {row}: строки не дают своей суммы").format(
                    account=row.account_id, row=row.no
                )
            )
        if len(breaches) >= limit:
            break
    return (breaches + _streams())[:limit]


def _streams() -> list[str]:
    """Consumption, works and penalties together are the balance that the ledger keeps; none is paid twice."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_MOVED)
        rows = cursor.fetchall()
    for provider_id, of_provider in groupby(rows, key=lambda row: row[0]):
        order = order_on(choices_of(provider_id))
        for account_id, group in groupby(of_provider, key=lambda row: row[1]):
            moved = list(group)
            standing = streams_of(shares([_posting(row) for row in moved], order))
            fits = standing.kopecks == int(moved[-1][7]) and min(standing.fee, standing.penalty) >= 0
            if not fits or (standing.energy < 0 and standing.fee + standing.penalty):
                found.append(
                    _("лицевой счёт {account}: потребление, работы и пени не дают его остатка").format(
                        account=account_id
                    )
                )
    return found


def _posting(row: tuple[object, ...]) -> DuePosting:
    _provider, _account, kind, on, kopecks, seq, named, _balance = row
    return DuePosting(
        kind=str(kind),
        effective_on=on,  # type: ignore[arg-type]
        money=Money(int(kopecks)),  # type: ignore[call-overload]
        bill="",
        due_on=None,
        seq=int(seq),  # type: ignore[call-overload]
        named=month_named(named),
    )
