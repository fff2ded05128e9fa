"""Somebody deletes their cabinet: payments stay with the accounts, cards and addresses go."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.actors import Actor
from svet.kernel.personal import LeavingRefused
from svet.kernel.transactions import require_transaction
from svet.payments.models import AccountBinding, BoundCard, Order, PayerChoice, PaymentSeries, ReceiptDue
from svet.payments.operations.binding import withdraw_binding
from svet.payments.rules.bindings import GOING, BindingState
from svet.payments.rules.refusals import LeavingReason
from svet.payments.rules.states import FINAL


def forget_payer(*, person_id: int, by: Actor, now: datetime) -> None:
    """Unbind every card and drop the addresses of receipts. In the caller's transaction.

    :raises LeavingRefused: a payment is not finished, or its receipt not made: it has to reach somebody
    """
    require_transaction()
    mine = Order.objects.filter(person_id=person_id)
    owed = ReceiptDue.objects.filter(order__in=mine, taken_at__isnull=True)
    if mine.exclude(state__in=FINAL).exists() or owed.exists():
        raise LeavingRefused(LeavingReason.MONEY_ON_ITS_WAY)
    mine.exclude(receipt_email="").update(receipt_email="")
    PaymentSeries.objects.filter(person_id=person_id).exclude(card_reference="").update(card_reference="")
    PayerChoice.objects.filter(person_id=person_id).delete()
    cards = BoundCard.objects.filter(person_id=person_id)
    cards.filter(unbound_at__isnull=True).update(reference="", unbound_at=now)
    cards.update(name="", expires="", last4="", bank="", bank_id="")
    going = AccountBinding.objects.filter(person_id=person_id, state__in=sorted(GOING | {BindingState.ENDED}))
    for binding in going.select_for_update().order_by("pk"):
        withdraw_binding(binding, now=now)
