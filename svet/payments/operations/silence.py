"""Which bank is silent, and since when: kept for the staff, whatever process has noticed it."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from svet.gateways.failures import GatewayFailure
from svet.kernel.transactions import use_case
from svet.payments.models import BankSilence, Order, Shop
from svet.payments.operations.shops import bank_of
from svet.payments.rules.states import OrderState

#: An order no bank has: to ask about it does nothing.
_NOBODYS = "svetprobe"
_LATELY = timedelta(minutes=10)
log = structlog.get_logger(__name__)


def note_bank(shop: Shop | None, *, answered: bool, now: datetime) -> None:
    """Keep whether a shop's bank has answered; the first answer after a silence ends it."""
    with use_case():
        if answered:
            ended = BankSilence.objects.filter(shop=shop).delete()[0]
            if ended:
                log.info("payments.bank_answers", shop=shop.code if shop else "")
            return
        row, fresh = BankSilence.objects.get_or_create(shop=shop, defaults={"since": now, "last_at": now})
        if fresh:
            log.error("payments.bank_silent", shop=shop.code if shop else "")
        else:
            BankSilence.objects.filter(pk=row.pk).update(last_at=now)


def ask_silent(*, now: datetime) -> int:
    """Ask the banks that are silent something harmless; says how many answer again.

    While a bank is silent its payers go to the one that stands in, so nobody else would notice.
    """
    answering = 0
    for row in BankSilence.objects.select_related("shop").order_by("since"):
        try:
            bank = bank_of(row.shop)
            if bank.capabilities.lists:
                bank.refunds(since=now - _LATELY)
            else:
                bank.found(order_id=_NOBODYS)
        except GatewayFailure:
            note_bank(row.shop, answered=False, now=now)
        else:
            note_bank(row.shop, answered=True, now=now)
            answering += 1
    if answering:
        # What no bank has begun waited for this.
        waiting = Order.objects.filter(state=OrderState.SENT, calls=0, bank_reference="")
        waiting.update(next_look_at=now)
    return answering
