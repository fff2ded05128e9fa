"""The bank's callbacks: kept exactly as they came, then only a reason to ask the bank."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings

from svet.gateways import acquiring
from svet.gateways.acquiring.port import CallbackRefused, News
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import use_case
from svet.payments.models import AccountBinding, Callback, Order, Shop
from svet.payments.operations.bank_receipts import keep_told
from svet.payments.operations.binding import wake_binding
from svet.payments.operations.refunding import LOOK_AGAIN
from svet.payments.operations.shops import door_of
from svet.payments.operations.waking import wake
from svet.payments.queries.shops import shop_by_code
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.refusals import CallbackReason
from svet.payments.rules.states import CallbackOutcome, OrderState

log = structlog.get_logger(__name__)


class NoSuchShop(NotFound):
    """There is no such door."""


class CallbackRejected(Refused):
    """Not from our bank, not for our shop, or not readable; it is in the inbox all the same."""


def take_callback(
    *, raw: bytes, address: str, now: datetime, shop_code: str = "", vendor: str = "yookassa"
) -> None:
    """Keep a callback and enqueue the settling of its order in the same transaction.

    ``shop_code`` is whose door it came to: what it names is looked for among that shop's payments only.
    ``vendor`` is the bank for which the door is: a shop with another one has no such door.
    Nothing in it is believed but the number of a receipt that its bank has signed: a forged one costs the
    bank one question. One that fits no order, or is of a kind we do not know, is kept and waits for a person
    at the money desk.

    :raises CallbackRejected: after it was kept
    :raises NoSuchShop: nothing is kept
    """
    shop = _shop(shop_code, vendor)
    try:
        news = door_of(shop).read_callback(raw=raw, address=address)
    except CallbackRefused as refusal:
        outcome = CallbackOutcome.MALFORMED if refusal.malformed else CallbackOutcome.REJECTED
        with use_case():
            _keep(raw, address, now, shop=shop, outcome=outcome, note=str(refusal))
        log.warning("payments.callback_rejected", outcome=outcome.value, address=address)
        reason = CallbackReason.MALFORMED if refusal.malformed else CallbackReason.STRANGER
        raise CallbackRejected(reason) from refusal
    with use_case():
        order = None if news.binding else _order_of(news, shop)
        binding = _binding_of(news, shop) if news.binding else None
        found = binding is not None or (order is not None and not _given_up(order))
        outcome = CallbackOutcome.TAKEN if found else CallbackOutcome.UNMATCHED
        if not news.known:
            outcome = CallbackOutcome.UNKNOWN
        _keep(raw, address, now, shop=shop, outcome=outcome, news=news, order=order)
        if outcome is not CallbackOutcome.TAKEN:
            log.error(f"payments.callback_{outcome.value}", about=news.event, reference=news.reference)
        if order is not None and news.receipt is not None and order.receipts == ReceiptMaker.BANK:
            # Signed by a bank that cannot be asked about it, and no money follows from it.
            keep_told(order, news.receipt, now=now)
        if order is not None:
            # Whatever it was about, the bank is asked.
            wake(order_id=order.pk)
            _look_later(order, now=now)
        if binding is not None:
            wake_binding(binding_id=binding.pk)


def _shop(code: str, vendor: str) -> Shop | None:
    shop = shop_by_code(code) if code else None
    address = shop.address if shop else settings.ACQUIRING_URL
    if (code and shop is None) or acquiring.vendor_of(address) != vendor:
        raise NoSuchShop(CallbackReason.NO_SHOP)
    return shop


def _order_of(news: News, shop: Shop | None) -> Order | None:
    """By the bank's reference, else by our own id: it may come before the bank's first answer is kept."""
    own = Order.objects.filter(shop=shop)
    found = own.filter(bank_reference=news.reference).first() if news.reference else None
    if found is None and news.order_id:
        found = own.filter(public_id=news.order_id, bank_reference="").first()
    return found


def _binding_of(news: News, shop: Shop | None) -> AccountBinding | None:
    """As an order: it too may come before the bank's first answer is kept."""
    own = AccountBinding.objects.filter(shop=shop)
    found = own.filter(reference=news.reference).first() if news.reference else None
    if found is None and news.order_id:
        found = own.filter(public_id=news.order_id, reference="").first()
    return found


def _look_later(order: Order, *, now: datetime) -> None:
    """An order that nobody looks at any more is looked at by the janitor should the job be in vain."""
    if order.bank_reference:
        Order.objects.filter(pk=order.pk, next_look_at=None).update(next_look_at=now + LOOK_AGAIN)


def _given_up(order: Order) -> bool:
    """The bank never told us its name of the payment and nobody asks it any more: a person must see it."""
    ended = (OrderState.REVIEW, OrderState.CANCELED, OrderState.FAILED)
    return not order.bank_reference and order.state in ended


def _keep(
    raw: bytes,
    address: str,
    now: datetime,
    *,
    shop: Shop | None,
    outcome: CallbackOutcome,
    news: News | None = None,
    order: Order | None = None,
    note: str = "",
) -> None:
    Callback.objects.create(
        raw=raw,
        shop=shop,
        address=address[:64],
        received_at=now,
        outcome=outcome,
        event=news.event if news else "",
        reference=news.reference if news else "",
        order=order,
        note=note[:300],
    )
