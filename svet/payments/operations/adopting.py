"""The bank's name of a payment whose first answer was lost, learned from its callbacks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from svet.gateways.acquiring.port import PATIENT, BankState, BankStatus
from svet.gateways.failures import GatewayFailure, Permanent, Temporary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.payments.models import Callback, Order
from svet.payments.operations.refunding import note_listed
from svet.payments.operations.sending import BankUnavailable, may_resend
from svet.payments.operations.shops import abilities_of, bank_of
from svet.payments.operations.truth import whole
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import CallbackOutcome, OrderState

log = structlog.get_logger(__name__)

#: Names of one order the bank is asked about at once; the newest come first.
MOST_NAMES: Final = 10


def adopt(order: Order, *, now: datetime, by: str, patience: float = PATIENT) -> Order:
    """Keep the reference that a callback named, after the bank itself has said that it is this order's.

    A callback is only a reason to ask: what counts is the order id in the bank's own answer, which we gave
    when the payment was made and nobody else can. A bank that finds payments by it needs no callback. Of
    several payments one with money comes first, and one of the sum ordered before one of another; whether the
    sum fits is then judged as for any payment, and any more money goes before a person. An order that can
    still be sent keeps waiting for its page while the payment is only pending, and at a bank without keys
    while it was only taken back, for that we did ourselves. The order as it is afterwards is returned; the
    bank is asked outside of every transaction.

    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    if order.bank_reference or order.state == OrderState.CREATED:
        return order
    passed_over: set[BankState] = set()
    if order.state == OrderState.SENT and may_resend(order, now=now):
        by_key = abilities_of(order.shop).repeats_open
        passed_over = {BankState.PENDING} if by_key else {BankState.PENDING, BankState.CANCELED}
    found = [
        status
        for status in _asked(order, patience=patience)
        if status.order_id == order.public_id and status.state not in passed_over
    ]
    if not found:
        return order
    best = max(found, key=lambda status: _rank(order, status))
    more = [status for status in found if status.state is BankState.PAID and status is not best]
    return _keep(order, best, more, now=now, by=by)


def _asked(order: Order, *, patience: float) -> list[BankStatus]:
    """The bank's word on each payment of the order, or on each that its callbacks named."""
    try:
        bank = bank_of(order.shop)
        if bank.capabilities.finds_by_number:
            return [whole(one, order) for one in bank.found(order_id=order.public_id, patience=patience)]
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    named = Callback.objects.filter(order=order).exclude(reference="").exclude(outcome=CallbackOutcome.NOTED)
    names = list(dict.fromkeys(named.order_by("-pk").values_list("reference", flat=True)[: MOST_NAMES**2]))
    answers = []
    for name in names[:MOST_NAMES]:
        try:
            status = bank_of(order.shop).status(reference=name, patience=patience)
        except Temporary as failure:
            raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
        except Permanent:  # the bank has no such payment: the callback was not true
            continue
        if status.reference == name:
            answers.append(status)
    return answers


def _rank(order: Order, status: BankStatus) -> tuple[bool, bool, bool]:
    fits = status.currency == "RUB" and status.amount.kopecks == order.total_kopecks
    return status.state is BankState.PAID, status.state is not BankState.CANCELED, fits


def _is_known(order: Order, reference: str) -> bool:
    """Whether the order's shop has another order by this name."""
    return Order.objects.filter(shop=order.shop, bank_reference=reference).exists()


def _keep(order: Order, status: BankStatus, more: list[BankStatus], *, now: datetime, by: str) -> Order:
    with use_case():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if locked.bank_reference or _is_known(locked, status.reference):
            return locked
        locked.bank_reference = status.reference
        locked.save(update_fields=["bank_reference"])
        for other in more:
            note_listed(locked, other, shop=locked.shop, now=now)
        Callback.objects.filter(
            order=locked,
            reference=status.reference,
            outcome=CallbackOutcome.UNMATCHED,
            closed_at__isnull=True,
        ).update(closed_at=now, closed_by="payments", closed_comment="the bank says it is of this order")
        journal.record(
            by=Actor.system(by),
            action="payments.order.adopt",
            subject="order",
            subject_id=locked.public_id,
            now=now,
            after={"reference": status.reference},
        )
    log.warning("payments.adopted", order=locked.public_id, reference=status.reference)
    return locked
