"""Every night: the bank's own list of a day against orders, refunds, registers and the ledger (ADR 111)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from svet.accounts import queries as accounts
from svet.gateways.acquiring.port import BankState, BankStatus
from svet.gateways.failures import UNREADABLE, GatewayFailure
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.payments.models import Callback, Order, Shop
from svet.payments.operations.asking_each import ask_each
from svet.payments.operations.days_kept import Compared, Told, keep_differences, keep_totals
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
    ListedPayment,
    bounds_of,
    compare_payments,
    compare_refunds,
    unreadable,
)
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import CallbackOutcome, OrderState

log = structlog.get_logger(__name__)

BY = "payments.reconcile"
RECONCILE_DAY = "payments.reconcile_day"
#: What the bank took for these is in the books; for an order that ended without money its yes came late.
_BOOKED = frozenset({OrderState.CREDITED, OrderState.RETURNED})
#: A payment on the bank's list as a reason to ask about an order that never learned its payment's name.
NAMED = "svet.payment_listed"


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
    An order of which its bank speaks and is not understood is a difference: the totals stand without it.

    :raises BankUnavailable: a bank does not answer; what was kept of its day and of the totals stays
    """
    silent, every = None, list[Told]()
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
        keep_differences(day, [*found, *reconciliation.rows_out_of_step(day)], shops=shops, now=now)
        if silent is None:
            keep_totals(day, compared, now=now)
        for payee in with_waiting_rows():
            settle_statements(provider=accounts.provider_by_id(payee), now=now)
    if silent is not None:
        raise silent


def _ask(day: date, shop: Shop | None, *, now: datetime) -> Told:
    """One question for all payees: their days begin and end at other moments.

    A bank that gives no list is asked about each order that we have of these days: a payment we do not know
    of cannot be found so.
    """
    bounds = [bounds_of(day, zone) for zone in accounts.time_zones().values()]
    since, until = min(since for since, _ in bounds), max(until for _, until in bounds)
    try:
        bank = bank_of(shop)
        if not bank.capabilities.lists:
            asked = ask_each(shop, since=since, until=until, now=now, by=BY)
            return Told(shop, since, until, asked.payments, asked.refunds, asked.unread)
        payments = bank.payments(since=since, until=until)
        refunds = bank.refunds(since=since)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    return Told(
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


def _catch_up(told: Told, *, now: datetime) -> None:
    """What the bank has and we have not may only be late: ask about it before it is called a difference."""
    own = Order.objects.filter(shop=told.shop)
    known = dict(own.filter(bank_reference__in=list(told.payments)).values_list("bank_reference", "state"))
    unended = [reference for reference, state in known.items() if state not in _BOOKED]
    asked = list(own.filter(bank_reference__in=unended).values_list("pk", flat=True))
    for reference, status in told.payments.items():
        if reference not in known:
            with use_case():
                asked += _name(status, shop=told.shop, now=now)
    for order_id in asked:
        try:
            settle(order_id=order_id, now=now, by=BY)
        except BankUnavailable as failure:
            code = failure.details.get("code")
            if code not in UNREADABLE:
                raise
            # What was listed of it is known: it remains as a difference, and the day's totals stand.
            log.error("payments.answer_unreadable", order=order_id, code=code)


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


def _keep_incomes(told: Told) -> None:
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


def _compare(day: date, told: Told) -> Compared:
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
        if one.order_id not in told.unread
        and (reference in listed or (reference not in told.payments and is_today(one.at, one.payee)))
    }
    given = {
        reference: one
        for reference, one in back.items()
        if one.order_id not in told.unread
        and (reference in refunds or (reference not in told.refunds and is_today(one.at, one.payee)))
    }
    found = [
        *compare_payments(listed, ours),
        *compare_refunds({reference: one.amount.kopecks for reference, one in refunds.items()}, given),
        *unreadable(
            one
            for one in reconciliation.unread_orders(told.unread)
            if any(is_today(at, one.payee) for at in one.at)
        ),
    ]
    key = told.shop.pk if told.shop else None
    return Compared(told, listed, ours, refunds, given, [replace(one, shop=key) for one in found])
