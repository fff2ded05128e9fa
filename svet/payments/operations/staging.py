"""The plain rows of a large register, by sets: what is certain is credited by SQL, rules judge the rest.

A row is plain when nothing about it can be doubted: a payment of one account, on a day that can be, under a
number that stands once in its register and was never taken before. Everything else stays in the stage for
``registers.apply_register_payments``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from django.db import connection

from svet.accounts import queries as accounts
from svet.kernel.ids import ProviderId, new_public_id
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.payments.rules.registers import RegisterState

#: The temporary tables: every row of the register, and those of them that were credited as plain ones.
STAGE: Final = "register_stage"
PLAIN: Final = "register_plain"
_BLOCK: Final = 1_000
#: How COPY writes that there is no value.
NOTHING: Final = "\\N"


@dataclass(frozen=True, slots=True)
class PlainRows:
    """How many rows were credited by sets, their sum in kopecks and the providers in whose books they are."""

    count: int
    kopecks: int
    providers: frozenset[int]


class RowToStage(Protocol):
    """A row as it was read at a glance: day as ISO, kopecks above zero, line breaks cut off.

    A row that cannot be plain has no ``account``; its number still tells that another is not the only one.
    """

    @property
    def line_no(self) -> int: ...
    @property
    def raw(self) -> str: ...
    @property
    def external_id(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def paid_on(self) -> str: ...
    @property
    def kopecks(self) -> int: ...
    @property
    def office(self) -> str: ...
    @property
    def named(self) -> date | None: ...


def stage_rows(rows: Iterable[RowToStage]) -> None:
    """Put the rows of a register into :data:`STAGE` as they come (a step)."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGE}, {PLAIN}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGE} (line_no integer, raw text, external_id text, account text,"
            " paid_on date, kopecks bigint, office text, named_month date, public_id text) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY {STAGE} FROM STDIN") as copy:
            for block in _blocks(rows):
                copy.write(block)
        # Only what is joined by: statistics of long texts cost more than they tell.
        cursor.execute(f"ANALYZE {STAGE} (line_no, external_id, account)")


def _line(row: RowToStage) -> str:
    number = _copied(row.external_id)
    if not row.account:
        return f"{row.line_no}\t\t{number}\t\\N\t\\N\t0\t\t\\N\t\n"
    return (
        f"{row.line_no}\t{_copied(row.raw)}\t{number}\t{row.account}\t{row.paid_on}\t{row.kopecks}"
        f"\t{row.office}\t{row.named or NOTHING}\t{new_public_id()}\n"
    )


def _copied(text: str) -> str:
    if not text.isprintable() or "\\" in text:
        for sign, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            text = text.replace(sign, written)
    return text


def _blocks(rows: Iterable[RowToStage]) -> Iterator[str]:
    block: list[str] = []
    for row in rows:
        block.append(_line(row))
        if len(block) == _BLOCK:
            yield "".join(block)
            block.clear()
    yield "".join(block)


_FIND = f"""
CREATE TEMPORARY TABLE {PLAIN} ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY s.line_no) AS place, s.line_no, s.raw, s.external_id, s.account, s.office,
    s.public_id, s.kopecks, s.named_month, s.paid_on AS effective_on, a.account_id, a.provider_id,
    nextval('payments_importedpayment_id_seq') AS id, {ledger.NEXT_TRANSACTION} AS transaction_id,
    'reg:' || %(source)s || ':' || to_char(s.paid_on, 'YYYY-MM-DD') || ':' || s.external_id AS key,
    left(%(source)s || ' ' || s.external_id, 200) AS memo,
    (s.paid_on + time '12:00') AT TIME ZONE p.zone AS occurred_at
FROM {STAGE} s
JOIN accounts_number_door a ON a.number = s.account
JOIN unnest(%(providers)s::bigint[], %(days)s::date[], %(zones)s::text[]) AS p (provider_id, today, zone)
    ON p.provider_id = a.provider_id AND s.paid_on <= p.today
WHERE s.paid_on >= %(oldest)s AND (%(only)s::bigint IS NULL OR a.provider_id = %(only)s)
    AND NOT EXISTS (SELECT FROM accounts_number_door o
        WHERE o.number = s.account AND o.account_id <> a.account_id)
    AND NOT EXISTS (SELECT FROM payments_importedpayment b WHERE b.external_id = s.external_id)
    AND s.external_id NOT IN (SELECT external_id FROM {STAGE} WHERE external_id IS NOT NULL
        GROUP BY external_id HAVING count(*) > 1)
"""  # noqa: S608 - no names but our own
_WRITE = f"""
INSERT INTO payments_importedpayment (id, public_id, source, external_id, paid_on, twin, office, provider_id,
    account_id, account_text, payer, kopecks, state, reason, ledger_key, effective_on, named_month,
    applied_at)
SELECT id, public_id, %(source)s, external_id, effective_on, 0, office, provider_id, account_id, account, '',
    kopecks, %(state)s, '', key, effective_on, named_month, %(now)s
FROM {PLAIN} ORDER BY place
"""  # noqa: S608


def credit_plain(
    *, source: str, only_provider: int | None, days: Mapping[int, date], oldest: date, now: datetime
) -> PlainRows:
    """Credit the plain rows of the stage (a step); ``days`` is today by provider.

    ``only_provider`` is whose money the source brings. Registers are taken one after the other.
    """
    require_transaction()
    hold(Lock.PAYMENT_REGISTERS)
    zones = accounts.time_zones()
    given = {
        "source": source, "only": only_provider, "oldest": oldest, "providers": list(days),
        "days": list(days.values()), "zones": [zones[ProviderId(one)].key for one in days],
        "state": RegisterState.CREDITED.value, "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FIND, given)
        cursor.execute(f"ANALYZE {PLAIN} (line_no, place, account_id)")
        cursor.execute(
            "SELECT count(*), coalesce(sum(kopecks), 0)::bigint,"  # noqa: S608
            f" coalesce(array_agg(DISTINCT provider_id), '{{}}') FROM {PLAIN}"
        )
        count, kopecks, providers = cursor.fetchone()
        cursor.execute(_WRITE, given)
    if count:
        ledger.post_payments(PLAIN, count=count)
    return PlainRows(count, kopecks, frozenset(providers))


def not_plain() -> list[tuple[int, str]]:
    """Number and text of the staged lines that were read at a glance and could not be credited."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line_no, raw FROM {STAGE} s WHERE account IS NOT NULL"  # noqa: S608
            f" AND NOT EXISTS (SELECT FROM {PLAIN} p WHERE p.line_no = s.line_no) ORDER BY line_no"
        )
        return [(number, raw) for number, raw in cursor.fetchall()]
