"""Writes: issue the bills of a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, connection
from psycopg.types.json import Jsonb

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import queries as billing
from svet.billing.operations import months as billing_months
from svet.bills import queries
from svet.bills.models import Bill
from svet.bills.operations.delivering import IssuedBill, tell_of_bills
from svet.bills.operations.penalties import keep_shown, show_with_bills
from svet.bills.operations.turns import Turns
from svet.bills.queries import Gathered
from svet.bills.rules import (
    BillDocument,
    digest,
    is_payable_by_code,
    written,
)
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.ids import new_public_id
from svet.kernel.periods import Month
from svet.kernel.starting import unlooked
from svet.kernel.transactions import use_case
from svet.penalties.operations import PenaltiesShown

#: A block of accounts: what is asked once a batch costs some twenty milliseconds.
BATCH = 2_048
_COLUMNS = (
    "id", "public_id", "number", "account_id", "period", "version", "issued_at", "issued_on",
    "due_on", "snapshot_sha256", "kwh", "total_kopecks", "payable_kopecks", "no",
    "from_seq", "to_seq", "opening_kopecks", "snapshot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What an issue did: new bills, bills that stood already, letters promised.

    ``overtaken`` accounts are charged for the month but have a later bill already: the charge stands on their
    next one. ``without_code`` of the new bills have no payment code, for want of the provider's requisites.
    ``penalties`` are those that were posted for the new bills.
    """

    issued: int
    already: int
    letters: int
    overtaken: int = 0
    without_code: int = 0
    penalties: PenaltiesShown = field(default_factory=PenaltiesShown)


def issue(
    *,
    provider_id: int,
    period: Month,
    now: datetime,
    announce: bool = True,
    despite_problems: bool = False,
) -> IssueReport:
    """Issue the bills of every account charged for ``period``; a second run issues only what is missing.

    Processes of any number and place share a month. Each batch is one transaction with its penalties,
    notices and letters; ``announce`` is off for months
    long past. ``despite_problems`` issues although more accounts could not be charged than the provider
    allows.
    :raises BillingRefused: the month is being charged, or too many of its accounts could not be
    """
    billing.refuse_issuing(provider_id=provider_id, period=period, despite_problems=despite_problems)
    provider = account_queries.provider_by_id(provider_id)
    already = Bill.objects.filter(account__provider_id=provider_id, period=period.first).count()
    overtaken = queries.overtaken(provider_id=provider_id, period=period)
    done = _Batch()
    turns = Turns(provider_id, period)
    while True:
        account_ids: list[int] | None = []
        try:
            with use_case(), unlooked():
                account_ids = turns.take(BATCH)
                added = _Batch()
                if account_ids:
                    added = _issued(provider, account_ids, period=period, now=now, announce=announce)
            done = done.plus(added)
        except IntegrityError:
            # A version of the program whose blocks are others had billed some of them first.
            if not Bill.objects.filter(account_id__in=account_ids or (), period=period.first).exists():
                raise
        if account_ids is None:
            with use_case():
                if turns.over():
                    billing_months.end_issuing(provider_id=provider_id, period=period, now=now)
                    return IssueReport(
                        done.bills, already, done.letters, overtaken, done.without_code, done.shown
                    )


class _Batch(NamedTuple):
    """What batches did: new bills, promised letters, bills without a code, penalties posted for them."""

    bills: int = 0
    letters: int = 0
    without_code: int = 0
    shown: PenaltiesShown = PenaltiesShown()

    def plus(self, other: _Batch) -> _Batch:
        return _Batch(
            self.bills + other.bills,
            self.letters + other.letters,
            self.without_code + other.without_code,
            self.shown + other.shown,
        )


def _issued(
    provider: ProviderView, account_ids: Sequence[int], *, period: Month, now: datetime, announce: bool
) -> _Batch:
    """Issue the bills of these accounts with all that goes with them (a step)."""
    shown = show_with_bills(provider, account_ids, period=period, now=now)
    bills = _issue_batch(provider, account_ids, period=period, now=now)
    letters = tell_of_bills(bills, now=now) if announce else 0
    # Last of all: others who issue the month wait for its row no longer than this commit takes.
    keep_shown(provider, shown, period=period, now=now)
    return _Batch(len(bills), letters, _without_code(bill.document for bill in bills.values()), shown)


def _without_code(documents: Iterable[BillDocument]) -> int:
    """How many of these cannot carry a payment code."""
    # The payee is the same for all: only what differs in more than digits is tried one by one.
    known: dict[str, bool] = {}
    count = 0
    for document in documents:
        number = document.payer.account_number
        key = "" if number.isascii() and number.isdigit() else number
        if key not in known:
            known[key] = is_payable_by_code(document)
        count += not known[key]
    return count


def _issue_batch(
    provider: ProviderView, account_ids: Sequence[int], *, period: Month, now: datetime
) -> dict[int, IssuedBill]:
    """Keep the bills of a batch, by account key; by COPY, for rows as long as these are slow to INSERT."""
    today = account_queries.provider_today(provider, now)
    gathered = queries.gather(provider=provider, account_ids=account_ids, period=period, issued_on=today)
    bills = {
        account_id: IssuedBill(identity, new_public_id(), each.document)
        for (account_id, each), identity in zip(
            gathered.items(), take_ids(model=Bill, count=len(gathered)), strict=True
        )
    }
    rows = (_row(account_id, bills[account_id], each, now) for account_id, each in gathered.items())
    with connection.cursor() as cursor:
        # The check of what bills close with keeps a batch's rows aside, texts and all: in memory, not a file.
        cursor.execute("SET LOCAL work_mem TO '64MB'")
    copy_rows(model=Bill, columns=_COLUMNS, rows=rows, binary=True)
    return bills


def _row(account_id: int, bill: IssuedBill, gathered: Gathered, now: datetime) -> tuple[object, ...]:
    """The values of ``_COLUMNS``."""
    document, preceding = gathered.document, gathered.preceding
    # The text is long: it is made once, for its checksum and for the table, and nobody reads its letters.
    text = written(document)
    return (
        bill.id,
        bill.public_id,
        document.number,
        account_id,
        document.period,
        document.version,
        now,
        document.issued_on,
        document.due_on,
        digest(text),
        document.kwh,
        document.total,
        document.sums.closing,
        preceding.no + 1 if preceding else 1,
        preceding.to_seq + 1 if preceding else 1,
        gathered.to_seq,
        preceding.closing if preceding else 0,
        Jsonb(text, dumps=_as_it_is),
    )


def _as_it_is(text: bytes) -> bytes:
    return text
