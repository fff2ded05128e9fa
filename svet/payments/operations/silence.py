"""Which bank is silent, and since when: kept for the staff, whatever process has noticed it."""

from __future__ import annotations

from datetime import datetime

import structlog

from svet.kernel.transactions import use_case
from svet.payments.models import BankSilence, Shop

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
