"""Payments that come in registers of banks, post and settlement centres."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db import connection

from svet.accounts import queries as accounts
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.locks import Lock, hold
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind
from svet.payments.models import ImportedPayment
from svet.payments.operations.reversals import take_back
from svet.payments.rules.refusals import RegisterReason
from svet.payments.rules.registers import UNNAMED, RegisterState, WaitReason, register_key

_AT_ONCE = 5_000


class ImportedPaymentRefused(Refused):
    """A row that cannot be a payment."""


@dataclass(frozen=True, slots=True)
class PaymentToApply:
    """One row of a register; a sum below zero is a reversal.

    ``account_id`` None means that nobody knows the account, ``doubt`` that a person must look although the
    account is known: the money waits in suspense. ``effective_on`` is the day it counts for where the
    register's own day cannot be. ``provider_id`` is in whose books the money lies.
    """

    external_id: str
    account_id: int | None
    account_text: str
    amount: Money
    paid_on: date
    provider_id: int
    effective_on: date | None = None
    office: str = ""
    payer: str = ""
    doubt: WaitReason | None = None
    #: The first day of the month that the payer named.
    named_month: date | None = None


class Outcome(StrEnum):
    """What became of a row."""

    CREDITED = "credited"
    SUSPENSE = "suspense"
    REPEATED = "repeated"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row; ``key`` is the ledger key it has or would have."""

    outcome: Outcome
    key: str
    reason: WaitReason | None = None


def apply_register_payments(*, source: str, rows: Sequence[PaymentToApply], now: datetime) -> list[Fate]:
    """Apply the rows of one register (a step), each once by source, number and day; fates as the rows stand.

    Known accounts are credited, what nobody can place goes to suspense; another sum or account under a taken
    identity is kept beside the first one, in no book. A reversal takes back the newest payment of its account
    and sum. Registers are taken one after the other, so that two of them at once see each other's rows.

    :raises RegisterPaymentRefused: a sum is zero
    """
    require_transaction()
    for row in rows:
        if not row.amount:
            raise ImportedPaymentRefused(RegisterReason.ZERO, details={"id": row.external_id})
    hold(Lock.PAYMENT_REGISTERS)
    known = _Known(source, rows)
    judged: list[_Judged | None] = [None] * len(rows)
    # Payments first: a reversal may stand before what it takes back.
    for at in sorted(range(len(rows)), key=lambda at: rows[at].amount.kopecks < 0):
        judged[at] = known.judge(rows[at], now=now)
    _write(source, [one.payment for one in judged if one is not None and one.fresh], now=now)
    return [_fate(one) for one in judged if one is not None]


@dataclass(frozen=True, slots=True)
class _Judged:
    """The payment a row stands for; not ``fresh`` when it was taken before."""

    payment: ImportedPayment
    fresh: bool


def _fate(judged: _Judged) -> Fate:
    """Told after the writing: only then is it known whether a reversal found what it takes back."""
    made = judged.payment
    if not judged.fresh:
        return Fate(Outcome.REPEATED, made.ledger_key)
    waits = {RegisterState.SUSPENSE: Outcome.SUSPENSE, RegisterState.DIFFERS: Outcome.DIFFERS}
    outcome = waits.get(RegisterState(made.state), Outcome.CREDITED)
    return Fate(outcome, made.ledger_key, WaitReason(made.reason) if made.reason else None)


@dataclass(slots=True)
class _Taken:
    """Every row under one number and day: by account and sum, and how many of each source."""

    by_body: dict[tuple[str, int], list[ImportedPayment]] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)


class _Known:
    """The rows taken before under the numbers of a register, and those of the register itself so far."""

    def __init__(self, source: str, rows: Sequence[PaymentToApply]) -> None:
        self._source = source
        self._taken: dict[tuple[str, date, bool], _Taken] = defaultdict(_Taken)
        self._reversals = {(row.account_text[:40], -row.amount.kopecks) for row in rows if row.amount < ZERO}
        numbers = sorted({row.external_id for row in rows})
        for start in range(0, len(numbers), _AT_ONCE):
            before = ImportedPayment.objects.filter(external_id__in=numbers[start : start + _AT_ONCE])
            for payment in before.order_by("pk"):
                self._keep(payment)

    def _keep(self, payment: ImportedPayment) -> None:
        taken = self._taken[payment.external_id, payment.paid_on, payment.kopecks < 0]
        taken.by_body.setdefault((payment.account_text, payment.kopecks), []).append(payment)
        taken.count[payment.source] += 1

    def judge(self, row: PaymentToApply, *, now: datetime) -> _Judged:
        """What the row is: a repetition, or a payment to write."""
        taken = self._taken[row.external_id, row.paid_on, row.amount.kopecks < 0]
        alike = taken.by_body.get((row.account_text[:40], row.amount.kopecks), [])
        # Without a bank's name the office is all that tells one bank's payment from another's.
        own = [
            one
            for one in alike
            if one.source == self._source and (self._source != UNNAMED or one.office == row.office[:80])
        ]
        for one in own:
            if not self._is_taken_back(one):
                return _Judged(one, fresh=False)
        twin = taken.count[self._source]
        differs = WaitReason.PAID_AGAIN if own else self._difference(row, alike, twin)
        made = _payment(self._source, row, twin=twin, differs=differs, now=now)
        self._keep(made)
        return _Judged(made, fresh=True)

    def _is_taken_back(self, one: ImportedPayment) -> bool:
        """Whether the row once more may be money that came once more: the payment was taken back.

        A register that tells again of payment and reversal tells of nothing new.
        """
        told_here = (one.account_text, one.kopecks) in self._reversals
        return told_here if one.pk is None else one.state == RegisterState.REVERSED and not told_here

    def _difference(
        self, row: PaymentToApply, alike: Sequence[ImportedPayment], twin: int
    ) -> WaitReason | None:
        if any(one.source == self._source for one in alike):
            return WaitReason.OTHER_OFFICE
        if twin:
            return WaitReason.OTHER_BODY
        for one in alike:
            if UNNAMED in (one.source, self._source) and one.office == row.office[:80]:
                return WaitReason.SAME_ELSEWHERE
        return None


def _payment(
    source: str, row: PaymentToApply, *, twin: int, differs: WaitReason | None, now: datetime
) -> ImportedPayment:
    reason = differs or row.doubt or (WaitReason.ACCOUNT_UNKNOWN if row.account_id is None else None)
    state = RegisterState.CREDITED
    if reason is not None:
        state = RegisterState.SUSPENSE if differs is None else RegisterState.DIFFERS
    return ImportedPayment(
        source=source,
        external_id=row.external_id,
        paid_on=row.paid_on,
        twin=twin,
        office=row.office[:80],
        provider_id=row.provider_id,
        account_id=row.account_id if reason is None else None,
        account_text=row.account_text[:40],
        payer=row.payer[:200] if reason is not None else "",
        kopecks=row.amount.kopecks,
        state=state,
        reason=reason or "",
        ledger_key=register_key(
            source=source,
            external_id=row.external_id,
            paid_on=row.paid_on,
            reversal=row.amount.kopecks < 0,
            twin=twin,
        ),
        effective_on=row.effective_on or row.paid_on,
        applied_at=now,
        named_month=row.named_month,
    )


def _write(source: str, fresh: Sequence[ImportedPayment], *, now: datetime) -> None:
    _copy([one for one in fresh if one.kopecks > 0])
    # Payments first: a reversal may take back one of its own register.
    reversals = [one for one in fresh if one.kopecks < 0]
    take_back(reversals, source=source, now=now)
    _copy(reversals)
    zones: dict[int, ZoneInfo] = dict(accounts.time_zones().items())
    booked = [one for one in fresh if one.state != RegisterState.DIFFERS]
    ledger.post_many([_transaction(one, zones[one.provider_id]) for one in booked])


def _copy(payments: Sequence[ImportedPayment]) -> None:
    """Write new rows in one statement, however many: a large register is most of a morning's work."""
    columns = [str(field.column) for field in ImportedPayment._meta.concrete_fields]
    names = [field.attname for field in ImportedPayment._meta.concrete_fields]
    for payment, key in zip(payments, take_ids(model=ImportedPayment, count=len(payments)), strict=True):
        payment.pk, payment._state.adding = key, False
        payment.state, payment.reason = str(payment.state), str(payment.reason)
    with connection.wrap_database_errors:
        copy_rows(model=ImportedPayment, columns=columns, rows=map(attrgetter(*names), payments))


def _transaction(row: ImportedPayment, zone: ZoneInfo) -> NewTransaction:
    book = Book.SUSPENSE if row.account_id is None else Book.RECEIVABLE
    return NewTransaction(
        key=row.ledger_key,
        kind=TransactionKind.REFUND if row.kopecks < 0 else TransactionKind.PAYMENT,
        legs=[Leg(Book.BANK, None, row.money), Leg(book, row.account_id, -row.money)],
        occurred_at=datetime.combine(row.effective_on, time(12), tzinfo=zone),
        effective_on=row.effective_on,
        provider_id=row.provider_id,
        memo=f"{row.source} {row.external_id}"[:200],
        named_month=row.named_month,
    )
