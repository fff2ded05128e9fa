"""Payments that come in registers of banks, post and settlement centres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, Refused
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Kind, Leg, NewTransaction
from svet.payments.models import RegisterPayment
from svet.subscribers.models import Provider


class RegisterReason(StrEnum):
    NOT_POSITIVE = "register_sum_not_positive"
    OTHER_BODY = "register_id_with_another_body"


class RegisterPaymentRefused(Refused):
    """A row that cannot be a payment."""


class RegisterConflict(Conflict):
    """The external id was applied before with another sum or account."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One paid row; ``account_id`` None means that nobody knows the account: the money waits in suspense."""

    external_id: str
    account_id: int | None
    account_text: str
    amount: Money
    paid_on: date


def apply_register_payment(
    *,
    source: str,
    external_id: str,
    account_id: int | None,
    amount: Money,
    paid_on: date,
    provider_id: int,
    now: datetime,
    account_text: str = "",
) -> bool:
    """Apply one row of a register (a step); says whether it was new.

    :raises RegisterPaymentRefused: :raises RegisterConflict:
    """
    row = RegisterRow(external_id, account_id, account_text, amount, paid_on)
    return bool(apply_register_payments(source=source, provider_id=provider_id, rows=[row], now=now))


def apply_register_payments(
    *, source: str, provider_id: int, rows: Sequence[RegisterRow], now: datetime
) -> frozenset[str]:
    """Apply a batch of rows (a step), each once by (source, external id); returns the ids that were new.

    Known accounts are credited, unknown ones go to suspense; nothing is dropped.

    :raises RegisterPaymentRefused: a sum is not positive
    :raises RegisterConflict: an id was applied before with another body; nothing of the batch is applied
    """
    require_transaction()
    for row in rows:
        if row.amount.kopecks <= 0:
            raise RegisterPaymentRefused(RegisterReason.NOT_POSITIVE, details={"id": row.external_id})
    fresh = _fresh(source, rows)
    RegisterPayment.objects.bulk_create(
        [
            RegisterPayment(
                source=source,
                external_id=row.external_id,
                account_id=row.account_id,
                account_text=row.account_text[:40],
                kopecks=row.amount.kopecks,
                paid_on=row.paid_on,
                applied_at=now,
            )
            for row in fresh
        ],
        batch_size=1000,
    )
    zone = ZoneInfo(Provider.objects.values_list("time_zone", flat=True).get(pk=provider_id))
    ledger.post_many([_transaction(source, provider_id, row, zone) for row in fresh])
    return frozenset(row.external_id for row in fresh)


def _fresh(source: str, rows: Sequence[RegisterRow]) -> list[RegisterRow]:
    known = {
        row.external_id: (row.account_id, row.kopecks)
        for row in RegisterPayment.objects.filter(
            source=source, external_id__in=[row.external_id for row in rows]
        )
    }
    fresh: list[RegisterRow] = []
    for row in rows:
        body = (row.account_id, row.amount.kopecks)
        if row.external_id not in known:
            known[row.external_id] = body
            fresh.append(row)
        elif known[row.external_id][1] != body[1]:
            raise RegisterConflict(RegisterReason.OTHER_BODY, details={"id": row.external_id})
    return fresh


def _transaction(source: str, provider_id: int, row: RegisterRow, zone: ZoneInfo) -> NewTransaction:
    # A row without an account waits in suspense; moving it to one later is a correction of its own.
    book = Book.SUSPENSE if row.account_id is None else Book.RECEIVABLE
    return NewTransaction(
        key=f"reg:{source}:{row.external_id}",
        kind=Kind.PAYMENT,
        legs=[Leg(Book.BANK, None, row.amount), Leg(book, row.account_id, -row.amount)],
        occurred_at=datetime.combine(row.paid_on, time(12), tzinfo=zone),
        effective_on=row.paid_on,
        provider_id=provider_id,
        memo=f"{source} {row.external_id}"[:200],
    )
