"""The register of opening balances: each account's debt is brought along once, before anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from svet.accounts.queries import ProviderView, provider_today
from svet.bills.queries import chain as bills
from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.operations.outcomes import RowOutcome, State, applied, changed, refused, repeated
from svet.exchange.operations.supplier_rows import account_ids, by_supplier
from svet.exchange.rules import openings as register
from svet.exchange.rules.openings import OpeningRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger import queries as ledger_queries
from svet.ledger.rules import Book, LedgerConflict, Leg, NewTransaction, PostingReason, TransactionKind

BATCH = 5_000
_PROFILE = "openings"
#: What is brought already, by the identity of its row; of a balance of nothing nobody kept the day.
_Brought = dict[str, tuple[Money, date | None]]


def apply(text: str, *, now: datetime) -> list[RowOutcome]:
    """Post the opening balances of a register (a step); an account that was moved or billed keeps its books.

    :raises FileRefused: heading or control lines
    """
    outcomes: list[RowOutcome] = []
    for provider, rows in by_supplier(
        register.parse(text), outcomes, lambda row, provider: _checked(row, provider, now=now)
    ):
        here: _Brought = {}
        for start in range(0, len(rows), BATCH):
            outcomes += _bring(provider, rows[start : start + BATCH], here)
    return outcomes


def _checked(row: OpeningRow, provider: ProviderView, *, now: datetime) -> OpeningRow | RowOutcome:
    if row.on > provider_today(provider, now):
        return refused(row, RowReason.OPENING_AHEAD, column="date")
    return row


def _bring(provider: ProviderView, rows: Sequence[OpeningRow], here: _Brought) -> list[RowOutcome]:
    """Some of one supplier's rows; ``here`` is what this file has brought before them, and grows.

    Whoever posts on one of the accounts meanwhile makes the batch look again.
    """
    tries = 3
    while True:
        tries -= 1
        try:
            with transaction.atomic():
                outcomes, brought = _post(provider, rows, here)
        except LedgerConflict as conflict:
            if conflict.reason is not PostingReason.NOT_FIRST or not tries:
                raise
        else:
            here |= brought
            return outcomes


def _post(
    provider: ProviderView, rows: Sequence[OpeningRow], here: _Brought
) -> tuple[list[RowOutcome], _Brought]:
    accounts = account_ids(provider, rows)
    brought = _brought(rows) | here
    standings = ledger_queries.standings(list(accounts.values()))
    billed = bills.before(account_ids=list(accounts.values()))
    outcomes: list[RowOutcome] = []
    fresh: list[NewTransaction] = []
    for row in rows:
        account_id = accounts.get(row.account)
        if account_id is None:
            outcomes.append(refused(row, RowReason.ACCOUNT_UNKNOWN, column="account"))
        elif row.external_id in brought:
            outcomes.append(_again(row, brought[row.external_id]))
        elif account_id in billed:
            outcomes.append(refused(row, RowReason.ALREADY_BILLED))
        elif standings[account_id].seq:
            outcomes.append(refused(row, RowReason.ALREADY_MOVED))
        else:
            brought[row.external_id] = (row.sum, row.on)
            key = f"opening:{account_id}"
            if row.sum:
                fresh.append(_transaction(row, key=key, account_id=account_id, provider=provider))
            outcomes.append(applied(row, key, kopecks=row.sum.kopecks))
    ledger.post_first(fresh)
    return outcomes, brought


def _brought(rows: Sequence[OpeningRow]) -> _Brought:
    """What earlier registers have brought of these accounts."""
    taken = ImportRow.objects.filter(
        profile=_PROFILE, state=State.APPLIED, external_id__in=[row.external_id for row in rows]
    ).values_list("external_id", "kopecks", "reference")
    days: Mapping[str, date] = ledger_queries.effective_days([key for _, _, key in taken])
    return {external_id: (Money(kopecks), days.get(key)) for external_id, kopecks, key in taken}


def _again(row: OpeningRow, known: tuple[Money, date | None]) -> RowOutcome:
    money, on = known
    if money == row.sum and on in (None, row.on):
        return repeated(row, kopecks=row.sum.kopecks)
    return changed(row, texts.other_opening(row.account, money, on=on), account_number=row.account)


def _transaction(row: OpeningRow, *, key: str, account_id: int, provider: ProviderView) -> NewTransaction:
    return NewTransaction(
        key=key,
        kind=TransactionKind.OPENING,
        legs=[Leg(Book.RECEIVABLE, account_id, row.sum), Leg(Book.OPENING, None, -row.sum)],
        occurred_at=datetime.combine(row.on, time(0), tzinfo=ZoneInfo(provider.time_zone)),
        effective_on=row.on,
        provider_id=provider.provider_id,
    )
