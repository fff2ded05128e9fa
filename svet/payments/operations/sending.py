"""Hand an order to the bank: the network is touched between transactions, never inside one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.db.models import F

from svet.accounts.queries import provider_today
from svet.gateways.acquiring.port import (
    CARD_GONE,
    PATIENT,
    Acquiring,
    BankLine,
    BankOrder,
    BankPage,
    BankReason,
    BankState,
    Payee,
)
from svet.gateways.failures import GatewayFailure, Permanent, Temporary, Unreached
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.payments.models import Order, OrderLine, Shop
from svet.payments.operations.cards import drop_revoked
from svet.payments.operations.failing_over import Onward, came_to_nothing, choose_bank
from svet.payments.operations.moving import move
from svet.payments.operations.shops import abilities_of, bank_of
from svet.payments.operations.silence import note_bank
from svet.payments.operations.telling import tell_failed
from svet.payments.operations.turns import forget_card, locked_series, takes_turn
from svet.payments.operations.waking import wake
from svet.payments.queries.payees import payee_of
from svet.payments.rules import purpose
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import RESEND_WITHIN, OrderState, next_look

BY = "payments.send"
# A page asked for late lives so long at least.
LEAST_PAGE = timedelta(minutes=5)
#: With less time left somebody in a hurry does not try another bank: a job does.
LEAST_TRY = 1.5
log = structlog.get_logger(__name__)


class BankUnavailable(Refused):
    """The bank did not answer (the order is kept and asked about again) or refused the order."""


def send_to_bank(
    *,
    order_id: int,
    now: datetime,
    patience: float = PATIENT,
    may: Callable[[], bool] | None = None,
) -> Order:
    """Get the bank's page for an order; repeating it never makes a second payment that can be paid.

    The page's address is in ``bank_page_url`` afterwards; an order that is past this is returned as it is.
    Of a bank that knows no keys what an earlier call made is looked for first, which a page has no time for.
    A kept card that is charged apart is charged by a job, when the payment has its name. ``may`` is asked in
    the transaction that says the bank is being asked; an order it does not let go stays as it is.
    One that is ``unattended`` and that no bank has begun goes on only where it is asked (ADR 150).
    A bank that was not reached, or refused, has begun nothing: then the next that may take it is asked.

    :raises BankUnavailable: no answer (asked again by the janitor with the same key) or a refusal
    """
    hurried, ends = patience < PATIENT, monotonic() + patience
    tried: list[Shop | None] = []
    while True:
        order, again = _begin(order_id, now=now, may=may, hurried=hurried, tried=tried)
        if again is None:
            return order
        tried.append(order.shop)
        try:
            left = ends - monotonic() if hurried else patience
            page = _asked(order, again=again, now=now, patience=left)
        except GatewayFailure as failure:
            late = hurried and ends - monotonic() < LEAST_TRY
            onward = _after(order, failure, again=again, tried=tried, late=late, now=now)
            if onward is not Onward.NEXT:
                raise _unavailable(failure, onward) from failure
        else:
            return _answered(order, page=page, now=now)


def _asked(order: Order, *, again: bool, now: datetime, patience: float) -> BankPage:
    bank = bank_of(order.shop)
    made = _made_before(bank, order, patience=patience) if again and _searches(order) else None
    return made or bank.create(order=_bank_order(order, now=now), patience=patience)


def _after(
    order: Order,
    failure: GatewayFailure,
    *,
    again: bool,
    tried: Collection[Shop | None],
    late: bool,
    now: datetime,
) -> Onward:
    """What follows a failure: another bank where this one did nothing, else a refusal is kept."""
    refused, unreached = isinstance(failure, Permanent), isinstance(failure, Unreached)
    if unreached:
        note_bank(order.shop, answered=False, now=now)
    onward = Onward.NOWHERE
    if unreached or (refused and not again):
        onward = came_to_nothing(order.pk, tried=tried, hurried=late)
    if refused and onward is Onward.NOWHERE:
        _refused(order, code=failure.code, again=again, now=now)
    return onward


def _unavailable(failure: GatewayFailure, onward: Onward) -> BankUnavailable:
    refused = isinstance(failure, Permanent) and onward is Onward.NOWHERE
    reason = BankReasonText.BANK_REFUSED if refused else BankReasonText.BANK_SILENT
    return BankUnavailable(reason, details={"code": failure.code})


def _searches(order: Order) -> bool:
    """Whether asking again begins with a search: for that a page has no time."""
    return not abilities_of(order.shop).repeats_open


def _made_before(bank: Acquiring, order: Order, *, patience: float) -> BankPage | None:
    """What an earlier call made whose answer was lost: money that was taken is taken up without a page.

    Nobody ever saw the page of any other, so they are taken back, and a new one may be asked for.

    :raises Temporary: one of them can be taken back no more; the next look tells what became of it
    """
    found = bank.found(order_id=order.public_id, patience=patience)
    paid = [status for status in found if status.state is BankState.PAID]
    if paid:
        fits = [status for status in paid if status.amount == order.total]
        return BankPage((fits or paid)[0].reference, "")
    if Order.objects.filter(pk=order.pk).exclude(bank_reference="").exists():
        raise Temporary("somebody else is sending this order", code="sending")
    for status in found:
        if status.state is BankState.PENDING:
            try:
                bank.cancel(reference=status.reference, patience=patience)
            except Permanent as failure:
                raise Temporary("a payment of this order has begun", code=failure.code) from failure
    return None


def charge_kept(order: Order, *, patience: float) -> bool:
    """Charge the kept card of an order whose payment has its name; again is no harm.

    False: the bank keeps the card no more, and the payment was taken back.

    :raises BankUnavailable: no answer; nobody knows, the next look tells
    """
    bank = bank_of(order.shop)
    try:
        bank.charge(reference=order.bank_reference, card=order.card_reference, patience=patience)
    except Temporary as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    except Permanent as failure:
        log.error("payments.charge_refused", order=order.public_id, code=failure.code)
        try:
            bank.cancel(reference=order.bank_reference, patience=patience)
        except GatewayFailure as refusal:
            raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": refusal.code}) from refusal
        return failure.code != CARD_GONE
    return True


def may_resend(order: Order, *, now: datetime) -> bool:
    """Whether the bank still knows the order's idempotence key."""
    return now - order.created_at < RESEND_WITHIN


def _begin(
    order_id: int,
    *,
    now: datetime,
    may: Callable[[], bool] | None,
    hurried: bool,
    tried: Collection[Shop | None],
) -> tuple[Order, bool | None]:
    """Say before the call that it is being made, so that a crash during it is not forgotten.

    The second value tells that the call has been made before and its answer is not known; None: there is
    nothing to ask now.
    """
    with use_case():
        series_id = Order.objects.values_list("series_id", flat=True).get(pk=order_id)
        if series_id is not None:
            locked_series(series_id)
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.untouched:
            # Not begun is not sent: what was agreed upon before goes on by the word of whoever agreed only.
            if order.unattended and (may is None or not may()):
                return order, None
            choose_bank(order, tried=tried, now=now)
            Order.objects.filter(pk=order_id).update(calls=1)
            return order, False
        if order.state == OrderState.SENT and not order.bank_reference:
            if hurried and _searches(order):
                return order, None
            Order.objects.filter(pk=order_id).update(calls=F("calls") + 1)
            return order, True
        if order.state != OrderState.CREATED or not takes_turn(order, now=now):
            return order, None
        if may is not None and not may():
            return order, None
        move(order, new=OrderState.SENT, at=now, by=BY, calls=1)
        return order, False


def _answered(order: Order, *, page: BankPage, now: datetime) -> Order:
    with use_case():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.state == OrderState.SENT and order.bank_reference in ("", page.reference):
            move(
                order,
                new=OrderState.WAITING,
                at=now,
                by=BY,
                bank_reference=page.reference,
                bank_page_url=page.url,
                next_look_at=next_look(created_at=order.created_at, looks=order.looks, now=now),
            )
            if order.card_reference and abilities_of(order.shop).charges_apart:
                wake(order_id=order.pk)
        elif not order.bank_reference:
            Order.objects.filter(pk=order.pk).update(
                bank_reference=page.reference, bank_page_url=page.url, next_look_at=now
            )
            order.bank_reference, order.bank_page_url = page.reference, page.url
        elif order.bank_reference != page.reference:
            # A callback named another payment of this order first: two may have been made.
            log.error("payments.second_payment", order=order.public_id, reference=page.reference)
        return order


def _refused(order: Order, *, code: str, again: bool, now: datetime) -> None:
    with use_case():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.state != OrderState.SENT or order.bank_reference:
            return
        if again:
            # The first call may have made a payment all the same: only a person can tell.
            note = f"refused when asked again: {code}"
            move(order, new=OrderState.REVIEW, at=now, by=BY, note=note, next_look_at=None)
            log.error("payments.review", order=order.public_id, note=note)
        else:
            gone = code == CARD_GONE
            if gone:
                drop_revoked(order, by=Actor.system(BY), now=now)
            move(
                order,
                new=OrderState.FAILED,
                at=now,
                by=BY,
                note=code,
                bank_reason=BankReason.CARD_UNBOUND.value if gone else "bank_refused",
                next_look_at=None,
            )
            if gone and order.series_id is not None:
                forget_card(order.series_id)
            tell_failed(order, now=now)


def _bank_order(order: Order, *, now: datetime) -> BankOrder:
    lines: list[OrderLine] = list(order.lines.select_related("account").order_by("position"))
    provider = payee_of(order)
    return BankOrder(
        key=f"order-{order.public_id}",
        order_id=order.public_id,
        number=order.number,
        total=Money(order.total_kopecks),
        lines=tuple(
            BankLine(line.account.number, purpose(line.account.number, provider.service), line.money)
            for line in lines
        ),
        payee=Payee(
            provider.legal_name or provider.name,
            provider.inn,
            provider.kpp,
            provider.bank_name,
            provider.bic,
            provider.settlement_account,
            provider.correspondent_account,
        ),
        # The day the order was made, not today: the same key must come with the same body.
        period=Month.of(provider_today(provider, order.created_at)),
        return_url=order.return_url,
        email=order.receipt_email,
        phone="" if order.receipt_email else order.person.phone,
        card=order.card_reference,
        keep_card=order.keeps_card,
        page_until=max(order.expires_at, now + LEAST_PAGE),
        unattended=order.unattended,
        with_receipt=order.receipts == ReceiptMaker.BANK,
    )
