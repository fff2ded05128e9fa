"""The register of charges: what a supplier's own billing charged is posted once (decision 208)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from svet.accounts.queries import ProviderView, provider_today
from svet.exchange import texts
from svet.exchange.models import ImportRow
from svet.exchange.operations.outcomes import RowOutcome, State, applied, changed, refused, repeated
from svet.exchange.operations.supplier_rows import account_ids, by_supplier
from svet.exchange.rules import charges as register
from svet.exchange.rules.charges import ChargeRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind

BATCH = 5_000
_PROFILE = "charges"


def apply(text: str, *, now: datetime) -> list[RowOutcome]:
    """Post the charges of a register (a step); of a supplier that is charged here none is taken.

    :raises FileRefused: heading or control lines
    """
    outcomes: list[RowOutcome] = []
    # What the file itself has brought: a number is written in more ways than one.
    taken: dict[str, int] = {}
    for provider, rows in by_supplier(
        register.parse(text), outcomes, lambda row, provider: _checked(row, provider, now=now)
    ):
        for start in range(0, len(rows), BATCH):
            outcomes += _post(provider, rows[start : start + BATCH], taken, now=now)
    return outcomes


def _checked(row: ChargeRow, provider: ProviderView, *, now: datetime) -> ChargeRow | RowOutcome:
    if provider.service.charged_here:
        return refused(row, RowReason.CHARGED_HERE, column="provider")
    if row.month.first > provider_today(provider, now):
        return refused(row, RowReason.MONTH_AHEAD, column="month")
    return row


def _post(
    provider: ProviderView, rows: Sequence[ChargeRow], taken: dict[str, int], *, now: datetime
) -> list[RowOutcome]:
    accounts = account_ids(provider, rows)
    taken |= dict(
        ImportRow.objects.filter(
            profile=_PROFILE, state=State.APPLIED, external_id__in=[row.external_id for row in rows]
        ).values_list("external_id", "kopecks")
    )
    outcomes: list[RowOutcome] = []
    fresh: list[NewTransaction] = []
    for row in rows:
        account_id = accounts.get(row.account)
        if account_id is None:
            outcomes.append(refused(row, RowReason.ACCOUNT_UNKNOWN, column="account"))
        elif row.external_id in taken:
            outcomes.append(_again(row, Money(taken[row.external_id])))
        else:
            taken[row.external_id] = row.sum.kopecks
            key = f"billed:{account_id}:{row.month}" + (f":{row.record}" if row.record else "")
            if row.sum:
                fresh.append(_transaction(row, key, account_id, provider, now=now))
            outcomes.append(applied(row, key, kopecks=row.sum.kopecks))
    ledger.post_many(fresh)
    return outcomes


def _again(row: ChargeRow, known: Money) -> RowOutcome:
    """The same charge is a repetition; another sum needs a record of its own, or it would be charged over."""
    if known == row.sum:
        return repeated(row, kopecks=row.sum.kopecks)
    return changed(row, texts.other_charge(row.account, known, month=row.month), account_number=row.account)


def _transaction(
    row: ChargeRow, key: str, account_id: int, provider: ProviderView, *, now: datetime
) -> NewTransaction:
    # A month that goes on is charged by now: no posting is of a day to come.
    on = min(row.month.end - timedelta(days=1), provider_today(provider, now))
    return NewTransaction(
        key=key,
        kind=TransactionKind.CHARGE,
        legs=[Leg(Book.RECEIVABLE, account_id, row.sum), Leg(Book.REVENUE, None, -row.sum)],
        occurred_at=now,
        effective_on=on,
        provider_id=provider.provider_id,
    )
