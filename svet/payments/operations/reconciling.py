"""Every night: the bank's own list of a day against orders, refunds, registers and the ledger (ADR 111)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from svet.accounts import queries as accounts
from svet.gateways.acquiring.port import BankRefund, BankState, BankStatus
from svet.gateways.failures import GatewayFailure
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.payments.models import Callback, DayDifference, DayTotals, Order, Shop
from svet.payments.operations.asking_each import ask_each
from svet.payments.operations.refunding import note_listed
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.settling import settle
from svet.payments.operations.shops import bank_of
from svet.payments.operations.statements import settle_statements
from svet.payments.queries import reconciliation
from svet.payments.queries.shops import every_shop
from svet.payments.queries.statements import with_waiting_rows
from svet.payments.rules.reconciling import (
    DAYS_AGAIN,
    DAYS_OPEN,
    FoundDifference,
    KeptPayment,
    KeptRefund,
    ListedPayment,
    bounds_of,
    compare_payments,
    compare_refunds,
)
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import FINAL, CallbackOutcome

log = structlog.get_logger(__name__)

BY = "payments.reconcile"
RECONCILE_DAY = "payments.reconcile_day"
#: A payment on the bank's list as a reason to ask about an order that never learned its payment's name.
NAMED = "svet.payment_listed"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a shop's bank says of a day: its payments and refunds in roubles, each under its reference."""

    shop: Shop | None
    since: datetime
    until: datetime
    payments: dict[str, BankStatus]
    refunds: dict[str, BankRefund]


def days_to_reconcile(*, now: datetime) -> list[date]:
    """The days that are over everywhere and are compared (again) tonight, newest first."""
    zones = accounts.time_zones().values()
    if not zones:
        return []
    yesterday = min(now.astimezone(zone).date() for zone in zones) - timedelta(days=1)
    last = {yesterday - timedelta(days=back) for back in range(DAYS_AGAIN)}
    still = reconciliation.days_with_differences(since=yesterday - timedelta(days=DAYS_OPEN))
    return sorted(last | {day for day in still if day <= yesterday}, reverse=True)


def reconcile_days(*, now: datetime) -> list[date]:
    """Enqueue a job for each day to be compared: one that fails does not keep the others."""
    days = days_to_reconcile(now=now)
    for day in days:
        with suppress(AlreadyEnqueued), use_case():
            lock = f"{RECONCILE_DAY}:{day.isoformat()}"
            app.configure_task(RECONCILE_DAY, queueing_lock=lock).defer(day=day.isoformat())
    return days


def reconcile_day(*, day: date, now: datetime) -> None:
    """Compare one day with the bank's list and keep its totals and differences; again is no harm.

    Payments the bank has and we have not are asked about first, the way of a callback: what is left is put
    before a person. The bank is asked outside of every transaction; the comparison is one of its own. Each
    shop is compared with its own list, also while another one is silent; the totals of the day need all.

    :raises BankUnavailable: a bank does not answer; what was kept of its day and of the totals stays
    """
    silent, every = None, list[_Told]()
    for shop in every_shop():
        try:
            told = _ask(day, shop, now=now)
            _catch_up(told, now=now)
            every.append(told)
        except BankUnavailable as failure:
            silent = failure
    with use_case():
        hold(Lock.RECONCILIATION)
        compared = []
        for told in every:
            _keep_incomes(told)
            compared.append(_compare(day, told))
        found = [one for each in compared for one in each.found]
        shops = [told.shop.pk if told.shop else None for told in every]
        _keep_differences(day, [*found, *reconciliation.rows_out_of_step(day)], shops=shops, now=now)
        if silent is None:
            _keep_totals(day, compared, now=now)
        for payee in with_waiting_rows():
            settle_statements(provider=accounts.provider_by_id(payee), now=now)
    if silent is not None:
        raise silent


def _ask(day: date, shop: Shop | None, *, now: datetime) -> _Told:
    """One question for all payees: their days begin and end at other moments.

    A bank that gives no list is asked about each order that we have of these days: a payment we do not know
    of cannot be found so.
    """
    bounds = [bounds_of(day, zone) for zone in accounts.time_zones().values()]
    since, until = min(since for since, _ in bounds), max(until for _, until in bounds)
    try:
        bank = bank_of(shop)
        if not bank.capabilities.lists:
            payments_asked, refunds_asked = ask_each(shop, since=since, until=until, now=now, by=BY)
            return _Told(shop, since, until, payments_asked, refunds_asked)
        payments = bank.payments(since=since, until=until)
        refunds = bank.refunds(since=since)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    return _Told(
        shop,
        since,
        until,
        {one.reference: one for one in payments if one.state is BankState.PAID},
        {
            one.reference: one
            for one in refunds
            if one.state is BankState.PAID and one.at is not None and one.at < until
        },
    )


def _catch_up(told: _Told, *, now: datetime) -> None:
    """What the bank has and we have not may only be late: ask about it before it is called a difference."""
    own = Order.objects.filter(shop=told.shop)
    known = dict(own.filter(bank_reference__in=list(told.payments)).values_list("bank_reference", "state"))
    unended = [reference for reference, state in known.items() if state not in FINAL]
    asked = list(own.filter(bank_reference__in=unended).values_list("pk", flat=True))
    for reference, status in told.payments.items():
        if reference not in known:
            with use_case():
                asked += _name(status, shop=told.shop, now=now)
    for order_id in asked:
        settle(order_id=order_id, now=now, by=BY)


def _name(status: BankStatus, *, shop: Shop | None, now: datetime) -> list[int]:
    """Tell the order that the bank means of its payment, or a person when there is no such order (a step)."""
    own = Order.objects.filter(shop=shop)
    order = own.filter(public_id=status.order_id).first() if status.order_id else None
    if order is None or order.bank_reference:
        note_listed(order, status, shop=shop, now=now)
        return []
    told = Callback.objects.filter(order=order, reference=status.reference)
    if not told.exclude(outcome=CallbackOutcome.NOTED).exists():
        Callback.objects.create(
            raw=b"{}",
            received_at=now,
            outcome=CallbackOutcome.UNMATCHED,
            event=NAMED,
            reference=status.reference,
            order=order,
            shop=shop,
            note="from the bank's list of payments",
        )
    return [order.pk]


def _keep_incomes(told: _Told) -> None:
    """Keep the bank's own figure of what comes to our account, for orders that were told without it."""
    payments = told.payments.values()
    incomes = {one.reference: one.income.kopecks for one in payments if one.income is not None}
    orders = [
        order
        for order in Order.objects.filter(shop=told.shop, bank_reference__in=list(incomes))
        if order.income_kopecks != incomes[order.bank_reference]
    ]
    for order in orders:
        order.income_kopecks = incomes[order.bank_reference]
    Order.objects.bulk_update(orders, ["income_kopecks"], batch_size=1_000)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What of a shop's list and of ours is of the day, and how it differs."""

    told: _Told
    listed: dict[str, ListedPayment]
    ours: dict[str, KeptPayment]
    refunds: dict[str, BankRefund]
    given: dict[str, KeptRefund]
    found: list[FoundDifference]


def _compare(day: date, told: _Told) -> _Compared:
    zones = accounts.time_zones()
    bounds: dict[int | None, tuple[datetime, datetime]] = {
        payee: bounds_of(day, zone) for payee, zone in zones.items()
    }
    elsewhere = next(iter(bounds.values()))

    def is_today(at: datetime | None, payee: int | None) -> bool:
        """On this day at the payee; nobody's on this day at the first one."""
        since, until = bounds.get(payee, elsewhere)
        return at is None or since <= at < until

    kept = reconciliation.kept_payments(
        since=told.since, until=told.until, references=list(told.payments), shop=told.shop
    )
    back = reconciliation.kept_refunds(
        since=told.since, until=told.until, references=list(told.refunds), shop=told.shop
    )

    listed: dict[str, ListedPayment] = {}
    for reference, status in told.payments.items():
        payee = kept[reference].payee if reference in kept else None
        if is_today(status.paid_at, payee):
            listed[reference] = ListedPayment(status.amount.kopecks, payee)
    refunds = {
        reference: one
        for reference, one in told.refunds.items()
        if is_today(one.at, back[reference].payee if reference in back else None)
    }
    ours = {
        reference: one
        for reference, one in kept.items()
        if reference in listed or (reference not in told.payments and is_today(one.at, one.payee))
    }
    given = {
        reference: one
        for reference, one in back.items()
        if reference in refunds or (reference not in told.refunds and is_today(one.at, one.payee))
    }
    found = [
        *compare_payments(listed, ours),
        *compare_refunds({reference: one.amount.kopecks for reference, one in refunds.items()}, given),
    ]
    key = told.shop.pk if told.shop else None
    return _Compared(told, listed, ours, refunds, given, [replace(one, shop=key) for one in found])


def _keep_differences(
    day: date, found: Sequence[FoundDifference], *, shops: Collection[int | None], now: datetime
) -> None:
    """Keep what differs; what is not found any more is gone, but for shops that could not be asked."""
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


def _keep_totals(day: date, compared: Sequence[_Compared], *, now: datetime) -> None:
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
