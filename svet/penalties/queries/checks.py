"""I-24: what was shown is what the books say, and the streams of an account add up to its balance."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from svet.penalties.models import ShownPenalty
from svet.penalties.queries.standing import streams_with_penalties

# Each row is the one transaction under its key, with its sum on its account, and each such one has a row.
_BOOKED: Final = """
SELECT coalesce(s.account_id, p.account_id), coalesce(s.no::text, t.key)
FROM penalties_shownpenalty s
FULL JOIN (
    SELECT t.key, p.account_id, coalesce(p.kopecks, 0) AS kopecks, p.seq FROM ledger_transaction_door t
    LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
    WHERE t.kind = 'penalty' AND t.key LIKE 'pen:%%'
) p ON p.key = 'pen:' || s.account_id || ':' || s.no
LEFT JOIN ledger_transaction_door t ON t.key = p.key
WHERE (s.account_id, s.kopecks, s.posting_seq) IS DISTINCT FROM (p.account_id, p.kopecks, p.seq)
ORDER BY 1, 2 LIMIT %(limit)s
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
    for account_id, streams, balance in streams_with_penalties():
        fits = streams.kopecks == balance and min(streams.fee, streams.penalty) >= 0
        if not fits or (streams.energy < 0 and streams.fee + streams.penalty):
            found.append(
                _("лицевой счёт {account}: потребление, работы и пени не дают его остатка").format(
                    account=account_id
                )
            )
    return found
