"""How bills follow each other: the sum one opens with, and the postings that stand on none yet.

A bill covers a range of the account's postings, numbered in the order in which they became known. So a
payment that becomes known late stands on the next one with its own day, and opening(n+1) = closing(n) is a
foreign key of the database (ADR 107).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from svet.billing import queries as billing
from svet.billing.queries.months import issued_months
from svet.bills.models import Bill
from svet.bills.rules import CHARGE, Posted
from svet.kernel.lookups import key_array
from svet.kernel.making import quickly
from svet.kernel.periods import Month
from svet.kernel.pieces import keys_of, rows_by_piece


@dataclass(frozen=True, slots=True)
class Preceding:
    """The bill that a new one continues; ``closing`` in kopecks, a debt positive.

    ``streams``: it told penalties or fees apart, as all do behind the first that did.
    """

    month: Month
    closing: int
    no: int
    to_seq: int
    streams: bool = False


_posted, _preceding = quickly(Posted), quickly(Preceding)
_NEWEST: Final = """
SELECT newest.* FROM unnest(%s::bigint[]) one (account_id) CROSS JOIN LATERAL (
    SELECT b.account_id, b.period, b.payable_kopecks, b.no, b.to_seq, (
        SELECT s.no FROM bills_bill s WHERE s.account_id = one.account_id AND s.snapshot ? 'streams' LIMIT 1
    ) IS NOT NULL
    FROM bills_bill b
    WHERE b.account_id = one.account_id ORDER BY b.no DESC LIMIT 1) newest
"""
_UNBILLED = """
SELECT p.account_id, p.seq, t.kind, t.effective_on, p.kopecks
FROM unnest(%(accounts)s::bigint[], %(seqs)s::bigint[]) billed (account_id, seq)
JOIN ledger_posting_door p
    ON p.account_id = billed.account_id AND p.book = 'receivable' AND p.seq > billed.seq
JOIN ledger_transaction_door t USING (transaction_id)
ORDER BY p.account_id, p.seq
"""


def unbilled(*, account_ids: Sequence[int], until: date | None = None) -> dict[int, list[Posted]]:
    """What has moved each account and stands on no bill, in the order in which it became known.

    A charge of a day from ``until`` on ends it: that and what became known after it is for a later bill.
    """
    return after(before(account_ids=account_ids), account_ids=account_ids, until=until)


def after(
    bills: Mapping[int, Preceding], *, account_ids: Sequence[int], until: date | None = None
) -> dict[int, list[Posted]]:
    """As :func:`unbilled`, where the newest bills are known."""
    found: dict[int, list[Posted]] = {account_id: [] for account_id in account_ids}
    seqs = [bills[account_id].to_seq if account_id in bills else 0 for account_id in account_ids]
    later: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(_UNBILLED, {"accounts": key_array(account_ids), "seqs": key_array(seqs)})
        for account_id, seq, kind, on, kopecks in cursor.fetchall():
            if until is not None and kind == CHARGE and on >= until:
                later.add(account_id)
            if account_id not in later:
                found[account_id].append(_posted(seq, kind, on, int(kopecks)))
    return found


def before(*, account_ids: Sequence[int]) -> dict[int, Preceding]:
    """The newest bill of each account that has one."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [key_array(account_ids)])
        return {
            account_id: _preceding(Month.of(month), *rest) for account_id, month, *rest in cursor.fetchall()
        }


# That each bill continues the one before the database keeps; looked at once more, for whoever got around it.
_CHAIN: Final = """
SELECT number, 'gap', from_seq - 1, coalesce(ended, 0)
FROM (
    SELECT number, account_id, no, from_seq, lag(to_seq) OVER w AS ended, lag(no) OVER w AS no_before
    FROM bills_bill WINDOW w AS (PARTITION BY account_id ORDER BY no)
) chained
WHERE from_seq <> coalesce(ended, 0) + 1 OR no <> coalesce(no_before, 0) + 1
LIMIT %(limit)s
"""
_SUMS: Final = """
SELECT b.number, 'opening', b.opening_kopecks, coalesce(o.payable_kopecks, 0)
FROM bills_bill b LEFT JOIN bills_bill o ON o.account_id = b.account_id AND o.no = b.no - 1
WHERE b.opening_kopecks <> coalesce(o.payable_kopecks, 0)
UNION ALL
SELECT b.number, 'printed', b.opening_kopecks, 0
FROM bills_bill b
WHERE b.no > 1 AND (b.snapshot #>> '{sums,opening}')::bigint <> b.opening_kopecks
UNION ALL
SELECT b.number, 'closing', b.payable_kopecks, coalesce(p.balance_after, 0)
FROM bills_bill b
LEFT JOIN ledger_posting_door p ON p.account_id = b.account_id AND p.book = 'receivable' AND p.seq = b.to_seq
WHERE b.payable_kopecks <> coalesce(p.balance_after, 0) OR (b.to_seq > 0 AND p.seq IS NULL)
LIMIT %(limit)s
"""
# A month's own charge stands on its bill, wherever else that of a month without a bill stands.
_ELSEWHERE: Final = """
SELECT b.number, 'charge', 0, 0
FROM bills_bill b
JOIN ledger_posting_door p ON p.account_id = b.account_id AND p.book = 'receivable'
    AND NOT p.seq BETWEEN b.from_seq AND b.to_seq
JOIN ledger_transaction_door t ON t.transaction_id = p.transaction_id AND t.kind = %(charge)s
    AND date_trunc('month', t.effective_on) = b.period
LIMIT %(limit)s
"""


# The same of some bills by their keys: what the one before ended with is looked up, not walked to.
_CHAIN_OF_SOME: Final = """
SELECT b.number, 'gap', b.from_seq - 1, coalesce(o.to_seq, 0)
FROM bills_bill b LEFT JOIN bills_bill o ON o.account_id = b.account_id AND o.no = b.no - 1
WHERE b.id >= %(first)s AND b.id < %(end)s
    AND (b.from_seq <> coalesce(o.to_seq, 0) + 1 OR (b.no = 1) IS DISTINCT FROM (o.id IS NULL))
LIMIT %(limit)s
"""
_OF_SOME: Final = "(SELECT * FROM bills_bill WHERE id >= %(first)s AND id < %(end)s)"


def broken_chain(*, limit: int = 50) -> list[str]:
    """I-19: each bill opens with what the one before closed with, and postings stand on exactly one bill.

    Ranges without a gap, each closing with the balance that its last posting left, and a bill for every
    account that was charged before its month's bills were all out: nothing is billed twice or never.
    """
    breaches = [breach for month in issued_months() for breach in _without_a_bill(month, limit)]
    return (breaches + _broken((_CHAIN, _SUMS, _ELSEWHERE), {"limit": limit}))[:limit]


def bill_pieces() -> dict[int, int]:
    """The pieces of the keys of bills, and how many there are in each."""
    return rows_by_piece(Bill.objects.all())


def broken_bills(piece: int) -> list[str]:
    """I-19 of the bills of a piece."""
    some = [each.replace("FROM bills_bill b", f"FROM {_OF_SOME} b") for each in (_SUMS, _ELSEWHERE)]
    return _broken((_CHAIN_OF_SOME, *some), {"limit": 50, **keys_of(piece)})


def month_pieces() -> dict[int, int]:
    """The months whose bills are all out, each told by the moment at which they were."""
    return {_piece_of(month): int(month[2].timestamp() * 1000) for month in issued_months()}


def broken_months(piece: int) -> list[str]:
    """I-19 of a month whose bills are all out: nobody who was charged before is without one."""
    return [
        breach
        for month in issued_months()
        if _piece_of(month) == piece
        for breach in _without_a_bill(month, 50)
    ]


def _piece_of(month: tuple[int, Month, datetime]) -> int:
    provider_id, period, _at = month
    return provider_id * 1_000_000 + period.year * 100 + period.month


def _broken(statements: Sequence[str], values: Mapping[str, int]) -> list[str]:
    found: list[str] = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"charge": CHARGE, **values})
            found += [_of_bill(*row) for row in cursor.fetchall()]
    return found


def _of_bill(number: str, fault: str, has: int, wanted: int) -> str:
    """What is wrong with a bill of the chain."""
    return {
        "gap": _("счёт {number} начинается за строкой {has}, а прошлый кончается на {wanted}"),
        "opening": _("счёт {number} начинается с {has} коп., а прошлый кончается на {wanted}"),
        "printed": _("в счёте {number} напечатано другое начало, не {has} коп."),
        "closing": _("счёт {number} кончается на {has} коп., а его последняя строка оставила {wanted}"),
        "charge": _("в счёте {number} нет начисления его месяца"),
    }[fault].format(number=number, has=has, wanted=wanted)


def _without_a_bill(month: tuple[int, Month, datetime], limit: int) -> list[str]:
    bills = Bill.objects.filter(account_id=OuterRef("account_id"), period__gte=OuterRef("period"))
    provider_id, period, issued_at = month
    return [
        _("у лицевого счёта {account} нет счёта за {month}, а счета за него уже выставлены").format(
            account=account_id, month=period
        )
        for account_id in billing.charged_accounts(provider_id=provider_id, period=period)
        .filter(~Exists(bills), known_at__lt=issued_at)
        .order_by("account_id")[:limit]
    ]
