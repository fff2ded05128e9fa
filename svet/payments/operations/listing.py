"""The bank's own lists of payments and refunds: what was paid or given back and nobody told us of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from svet.gateways import acquiring
from svet.gateways.acquiring.port import BankRefund, BankState
from svet.gateways.failures import GatewayFailure
from svet.kernel.transactions import use_case
from svet.payments.models import Order, PaymentRefund
from svet.payments.operations.refunding import note_odd
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.settling import settle
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import OrderState, RefundState

log = structlog.get_logger(__name__)

BY = "payments.list"
# The list is read every ten minutes; four days outlive a weekend on which nothing ran.
LOOK_BACK = timedelta(days=4)
# Read twice a minute while somebody pays; what is older the orders' own looks find.
PAID_BACK = timedelta(minutes=10)
STRANGE = "svet.refund_of_unknown_payment"


def look_for_payments(*, now: datetime) -> int:
    """Settle the orders whose payment the bank took in the last ten minutes without telling us.

    One question for all that wait, and none when nobody does. Returns how many were settled.

    :raises BankUnavailable: the bank does not answer
    """
    waiting = Order.objects.filter(state=OrderState.WAITING).exclude(bank_reference="")
    if not waiting.exists():
        return 0
    try:
        paid = acquiring.gateway().payments(since=now - PAID_BACK, until=now + timedelta(minutes=1))
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    references = [status.reference for status in paid]
    ids = list(waiting.filter(bank_reference__in=references).values_list("pk", flat=True))
    _settle(ids, now=now)
    return len(ids)


def look_for_refunds(*, now: datetime, since: datetime | None = None) -> int:
    """Read the bank's refunds of the last four days (or since a moment) and book those we do not know.

    One of a payment that is not ours is put before a person. Returns how many were new to us.

    :raises BankUnavailable: the bank does not answer
    """
    try:
        listed = acquiring.gateway().refunds(since=since or now - LOOK_BACK)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    made = {refund.reference: refund for refund in listed if refund.state is BankState.PAID}
    known = PaymentRefund.objects.filter(reference__in=list(made), state=RefundState.DONE)
    for reference in known.values_list("reference", flat=True):
        del made[reference]
    payments = {refund.payment for refund in made.values()}
    orders = dict(Order.objects.filter(bank_reference__in=payments).values_list("bank_reference", "pk"))
    for refund in made.values():
        if refund.payment not in orders:
            _note_strange(refund, now=now)
    _settle(orders.values(), now=now)
    return len(made)


def _settle(order_ids: Iterable[int], *, now: datetime) -> None:
    for order_id in order_ids:
        try:
            settle(order_id=order_id, now=now, by=BY)
        except BankUnavailable as failure:
            log.warning("payments.bank_unavailable", order=order_id, code=failure.details.get("code"))


def _note_strange(refund: BankRefund, *, now: datetime) -> None:
    with use_case():
        note_odd(
            None,
            event=STRANGE,
            note=f"refund {refund.reference} of a payment that is not ours",
            reference=refund.payment[:64],
            money=refund.amount,
            now=now,
        )
