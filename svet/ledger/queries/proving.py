"""I-1 and I-23 of everything: the books add up, and nothing stands on a day that had not come."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from svet.kernel.pieces import keys_of
from svet.ledger.models import Posting

# A number missing or twice, and a balance that does not go on where the posting before it stopped.
_CHAIN: Final = """
SELECT account_id, seq FROM (
    SELECT account_id, seq, kopecks, balance_before, balance_after,
           lag(seq, 1, 0::bigint) OVER w AS seq_before, lag(balance_after, 1, 0::bigint) OVER w AS stood
    FROM ledger_posting WHERE book = 'receivable' WINDOW w AS (PARTITION BY account_id ORDER BY seq)
) chained
WHERE seq IS DISTINCT FROM seq_before + 1 OR balance_before IS DISTINCT FROM stood
   OR balance_after IS DISTINCT FROM balance_before + kopecks
LIMIT 100
"""
_HEADS: Final = """
SELECT coalesce(b.account_id, n.account_id) FROM ledger_accountbalance b
FULL JOIN (
    SELECT DISTINCT ON (account_id) account_id, seq, balance_after FROM ledger_posting
    WHERE book = 'receivable' ORDER BY account_id, seq DESC
) n ON n.account_id = b.account_id
WHERE (b.last_seq, b.kopecks) IS DISTINCT FROM (n.seq, n.balance_after) LIMIT 100
"""


def broken() -> list[str]:
    """I-1: transactions and books add up to zero; an account's postings follow each other to its balance."""
    totals = Posting.objects.values("transaction_id").annotate(
        total=Sum("kopecks"), key=F("transaction__key")
    )
    wrong = totals.exclude(total=0).values_list("transaction_id", "key", "total")
    breaches = [unbalanced(*row) for row in wrong[:100]]
    overall = Posting.objects.aggregate(total=Coalesce(Sum("kopecks"), 0))["total"]
    if overall:
        breaches.append(_("все книги вместе дают {total} коп., а не ноль").format(total=overall))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM ledger_transaction t"
            " WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.transaction_id = t.id) LIMIT 100"
        )
        breaches += [without_rows(key) for (key,) in cursor.fetchall()]
        cursor.execute(_CHAIN)
        breaches += [unlinked(*row) for row in cursor.fetchall()]
        cursor.execute(_HEADS)
        breaches += [left_otherwise(account_id) for (account_id,) in cursor.fetchall()]
    return breaches


def unbalanced(identity: int, key: str, total: object) -> str:
    """What is said of a transaction whose legs do not add up to zero."""
    return _("проводка {identity} ({key}) даёт в сумме {total} коп., а не ноль").format(
        identity=identity, key=key, total=total
    )


def without_rows(key: str) -> str:
    """What is said of a transaction without legs."""
    return _("у проводки {key} нет строк").format(key=key)


def unlinked(account_id: int, seq: int) -> str:
    """What is said of a posting that does not go on where the one before it stopped."""
    return _("строка {seq} лицевого счёта {account} не продолжает предыдущую").format(
        seq=seq, account=account_id
    )


def left_otherwise(account_id: int) -> str:
    """What is said of a balance that its last posting has not left."""
    return _("остаток лицевого счёта {account} не тот, что оставила последняя строка").format(
        account=account_id
    )


# By the clock of the database and the farthest zone of the country. A month is charged for its last day, by a
# run that need not wait for it, and so are its penalties.
_AHEAD: Final = """
SELECT key FROM (
    SELECT id, key, effective_on, (posted_at AT TIME ZONE 'Asia/Kamchatka')::date AS known_on, kind
    FROM ledger_transaction WHERE {which}
) t
WHERE effective_on > CASE WHEN kind IN ('charge', 'penalty')
    THEN (date_trunc('month', known_on) + interval '1 month - 1 day')::date ELSE known_on END
ORDER BY id LIMIT 100
"""


def dated_ahead() -> list[str]:
    """I-23: nothing stands on a day that had not come when the books were told of it."""
    return _dated_ahead("true", {})


def dated_ahead_in(piece: int) -> list[str]:
    """I-23 of the transactions of a piece of their keys."""
    return _dated_ahead("id >= %(first)s AND id < %(end)s", keys_of(piece))


def _dated_ahead(which: str, keys: dict[str, int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD.format(which=which), keys)
        return [
            _("проводка {key} стоит на дне, который ещё не наступил").format(key=key)
            for (key,) in cursor.fetchall()
        ]
