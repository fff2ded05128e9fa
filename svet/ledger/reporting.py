"""The ledger as plain-text accounting, for hledger and for beancount: streamed, without personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from django.db import connection

from svet.accounts.queries import providers, time_zones
from svet.kernel.money import Money
from svet.kernel.transactions import picture
from svet.ledger.rules import Book

#: Before anything was ever posted.
_LONG_AGO: Final = date(1970, 1, 1)
#: What stands against the balances that an export with ``since`` begins with.
BEFORE: Final = "Equity:Before"
_CONTROL: Final[Mapping[Book, tuple[str, str]]] = {
    Book.BANK: ("Assets", "Bank"),
    Book.CASH: ("Assets", "Cash"),
    Book.SETTLEMENT: ("Assets", "Settlement"),
    Book.COMMISSION: ("Expenses", "Commission"),
    Book.SUSPENSE: ("Liabilities", "Suspense"),
    Book.REVENUE: ("Income", "Revenue"),
    Book.OPENING: ("Equity", "Opening"),
    Book.WRITE_OFF: ("Expenses", "WriteOff"),
    Book.OWED: ("Liabilities", "Owed"),
    Book.DISPUTE: ("Assets", "Dispute"),
    Book.SUBSIDY: ("Assets", "Subsidy"),
    Book.INTERCO: ("Assets", "Interco"),
}
_ROWS_AT_ONCE: Final = 2_000

# The day of posting is that of the supplier's clock.
_POSTED: Final = """
    SELECT t.id, t.kind, t.effective_on, t.provider_id,
           (t.posted_at AT TIME ZONE z.zone)::date AS posted_on
    FROM ledger_transaction t
    JOIN unnest(%(providers)s::bigint[], %(zones)s::text[]) z (provider_id, zone) USING (provider_id)
"""
_LAST: Final = f"SELECT max(posted_on) FROM ({_POSTED}) t"  # noqa: S608
_OPENING: Final = f"""
    SELECT p.book, p.account_id, CASE WHEN p.account_id IS NULL THEN t.provider_id END, sum(p.kopecks)
    FROM ({_POSTED}) t JOIN ledger_posting p ON p.transaction_id = t.id
    WHERE t.posted_on < %(since)s
    GROUP BY 1, 2, 3 HAVING sum(p.kopecks) <> 0 ORDER BY 1, 2, 3
"""  # noqa: S608
_MOVED: Final = f"""
    SELECT t.id, t.kind, t.effective_on, t.posted_on, t.provider_id, p.book, p.account_id, p.kopecks
    FROM ({_POSTED}) t JOIN ledger_posting p ON p.transaction_id = t.id
    WHERE t.posted_on >= %(since)s
    ORDER BY t.id, p.id
"""  # noqa: S608
_SEALED: Final = "SELECT account_id, kopecks FROM ledger_accountbalance ORDER BY account_id"


class PlainTextForm(StrEnum):
    """Whose language an export speaks."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


def export_ledger(*, form: PlainTextForm, since: date | None = None) -> Iterator[str]:
    """The ledger line by line, as of one moment; with ``since`` it opens with what was posted before that.

    One transaction for each of the ledger's, on the day it was posted, the day it counts for as a tag;
    an account for each customer's (``Assets:Customers:A<key>``), the other books by supplier; at the end the
    kept balance of every customer as an assertion. Sums are roubles.
    """
    with picture():
        yield from _Writer(form, since or _LONG_AGO).lines(opening=since is not None)


class _Writer:
    def __init__(self, form: PlainTextForm, since: date) -> None:
        self._beancount = form is PlainTextForm.BEANCOUNT
        self._since = since
        zones = time_zones()
        self._terms: dict[str, Any] = {
            "providers": list(zones),
            "zones": [str(zone) for zone in zones.values()],
            "since": since,
        }
        self._names: dict[int, str] = {
            one.provider_id: f"P{one.provider_id}-{re.sub('[^A-Za-z0-9]', '-', one.code)}"
            for one in providers()
        }

    def lines(self, *, opening: bool) -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(_LAST, self._terms)
            last: date | None = cursor.fetchone()[0]
        yield from self._heading()
        if opening:
            for book, account_id, provider_id, kopecks in self._rows(_OPENING):
                legs = [(self._account(book, account_id, provider_id), kopecks), (BEFORE, -kopecks)]
                yield from self._transaction(self._since, "opening", legs)
        for _key, group in groupby(self._rows(_MOVED), key=lambda row: row[0]):
            rows = list(group)
            key, kind, effective_on, posted_on, provider_id = rows[0][:5]
            legs = [(self._account(row[5], row[6], provider_id), row[7]) for row in rows]
            yield from self._transaction(posted_on, f"T{key} {kind}", legs, effective_on=effective_on)
        sealed_on = max(last or self._since, self._since) + timedelta(days=1)
        for account_id, kopecks in self._rows(_SEALED):
            yield from self._sealed(sealed_on, self._account(Book.RECEIVABLE, account_id, 0), kopecks)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows through a cursor of the database: never all of them in memory."""
        connection.ensure_connection()
        with connection.connection.cursor(name="svet_ledger_export") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(query, self._terms)
            yield from cursor

    def _account(self, book: str, account_id: int | None, provider_id: int) -> str:
        if book == Book.RECEIVABLE:
            return f"Assets:Customers:A{account_id}"
        root, leaf = _CONTROL[Book(book)]
        return f"{root}:{self._names[provider_id]}:{leaf}"

    def _heading(self) -> Iterator[str]:
        if not self._beancount:
            yield "commodity 1000.00 RUB"
            yield ""
            return
        yield 'option "title" "Svet"'
        yield 'option "operating_currency" "RUB"'
        yield ""
        names = [BEFORE, *(self._account(book, None, one) for one in self._names for book in _CONTROL)]
        for name in names:
            yield f"{_LONG_AGO} open {name} RUB"
        for account_id, _kopecks in self._rows(_SEALED):
            yield f"{_LONG_AGO} open {self._account(Book.RECEIVABLE, account_id, 0)} RUB"
        yield ""

    def _transaction(
        self, on: date, said: str, legs: Sequence[tuple[str, int]], *, effective_on: date | None = None
    ) -> Iterator[str]:
        if self._beancount:
            yield f'{on} * "{said}"'
            if effective_on is not None:
                yield f"  effective: {effective_on}"
        else:
            yield f"{on} {said}" + (f"  ; effective:{effective_on}" if effective_on is not None else "")
        for account, kopecks in legs:
            yield f"  {account}  {Money(int(kopecks)).roubles} RUB"
        yield ""

    def _sealed(self, on: date, account: str, kopecks: int) -> Iterator[str]:
        roubles = Money(kopecks).roubles
        if self._beancount:
            # Its own tolerance would let one kopeck pass.
            yield f"{on} balance {account}  {roubles} ~ 0.00 RUB"
        else:
            yield f"{on} sealed"
            yield f"  {account}  0.00 RUB = {roubles} RUB"
            yield ""
