"""What is kept of a compared day: the totals of each payee, and what does not agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from svet.accounts import queries as accounts
from svet.gateways.acquiring.port import BankRefund, BankStatus
from svet.payments.models import DayDifference, DayTotals, Shop
from svet.payments.queries import reconciliation
from svet.payments.rules.reconciling import FoundDifference, KeptPayment, KeptRefund, ListedPayment

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What a shop's bank says of a day: its payments and refunds in roubles, each under its reference.

    Of the orders ``unread`` (keys) nobody can understand what it says: they are in neither.
    """

    shop: Shop | None
    since: datetime
    until: datetime
    payments: dict[str, BankStatus]
    refunds: dict[str, BankRefund]
    unread: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    """What of a shop's list and of ours is of the day, and how it differs."""

    told: Told
    listed: dict[str, ListedPayment]
    ours: dict[str, KeptPayment]
    refunds: dict[str, BankRefund]
    given: dict[str, KeptRefund]
    found: list[FoundDifference]


def keep_differences(
    day: date, found: Sequence[FoundDifference], *, shops: Collection[int | None], now: datetime
) -> None:
    """Keep what differs (a step); what is not found any more is gone, but for shops that were not asked."""
    known = {
        (one.kind, one.shop_id, one.subject): one
        for one in DayDifference.objects.filter(day=day)
        if one.shop_id in shops or one.row_id is not None
    }
    for one in found:
        values = {
            "provider_id": one.payee,
            "theirs_kopecks": one.theirs,
            "ours_kopecks": one.ours,
            "order_id": one.order_id,
            "refund_id": one.refund_id,
            "row_id": one.row_id,
            "shop_id": one.shop,
            "seen_at": now,
            "gone_at": None,
        }
        before = known.pop((one.kind.value, one.shop, one.subject[:64]), None)
        if before is None:
            DayDifference.objects.create(
                day=day, kind=one.kind, subject=one.subject[:64], found_at=now, **values
            )
            log.error("payments.difference", day=day.isoformat(), kind=one.kind.value, subject=one.subject)
            continue
        if before.gone_at is not None:
            values["found_at"] = now
        DayDifference.objects.filter(pk=before.pk).update(**values)
    gone = [one.pk for one in known.values() if one.gone_at is None]
    DayDifference.objects.filter(pk__in=gone).update(gone_at=now)


def keep_totals(day: date, compared: Sequence[Compared], *, now: datetime) -> None:
    """Keep what each payee's day sums up to (a step), in kopecks, by the payee's own time zone."""
    registers = reconciliation.register_sums(day)
    for payee in accounts.time_zones():
        payments = [
            each.told.payments[reference]
            for each in compared
            for reference, one in each.listed.items()
            if one.payee == payee
        ]
        incomes = [(one.amount, one.income) for one in payments if one.income is not None]
        back = [
            one
            for each in compared
            for reference, one in each.refunds.items()
            if reference in each.given and each.given[reference].payee == payee
        ]
        booked = sum(one.posted for each in compared for one in each.ours.values() if one.payee == payee)
        booked -= sum(one.posted for each in compared for one in each.given.values() if one.payee == payee)
        came, waits = registers.get(payee, (None, None))
        DayTotals.objects.update_or_create(
            day=day,
            provider_id=payee,
            defaults={
                "taken_kopecks": sum(one.amount.kopecks for one in payments),
                "refunded_kopecks": sum(one.amount.kopecks for one in back),
                "commission_kopecks": sum(amount.kopecks - income.kopecks for amount, income in incomes),
                "without_income": len(payments) - len(incomes),
                "booked_kopecks": booked,
                "register_kopecks": came.kopecks if came else 0,
                "suspense_kopecks": waits.kopecks if waits else 0,
                "reconciled_at": now,
            },
        )
