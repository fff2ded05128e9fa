"""Which till a receipt goes to: that of its supplier, as long as no till may have it already."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.operations.saying import write_address, write_vat
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import SETTLED, ReceiptState
from svet.kernel.transactions import require_transaction, use_case

#: So many receipts one run gives to another till.
A_RUN = 500


def till_for(provider_id: int) -> Cashbox | None:
    """The till of a provider that is on."""
    return Cashbox.objects.filter(provider_id=provider_id, off_at__isnull=True).first()


def why_not_now(receipt: Receipt) -> str:
    """Why a receipt with a till cannot be handed over yet; nothing: it can (a step)."""
    require_transaction()
    before = ReceiptLine.objects.filter(receipt=receipt, of__isnull=False)
    waits = before.exclude(of__receipt__state__in=sorted(SETTLED)).exists()
    return ReceiptReason.WAITS.value if waits else ""


def take_up(*, now: datetime) -> None:
    """Give what no till was asked for, and has none that is on, to the till of its provider.

    Each look at the tills is one of its own: a receipt that was made beside the entry of a till has none.
    """
    there = Cashbox.objects.filter(provider_id=OuterRef("provider_id"), off_at__isnull=True)
    lacking = Receipt.objects.filter(
        Exists(there),
        Q(cashbox__isnull=True) | Q(cashbox__off_at__isnull=False),
        state=ReceiptState.PENDING.value,
        asked_at__isnull=True,
    )
    for receipt_id in lacking.order_by("pk").values_list("pk", flat=True)[:A_RUN]:
        with use_case():
            receipt = lacking.select_for_update(of=("self",)).filter(pk=receipt_id).first()
            cashbox = till_for(receipt.provider_id) if receipt else None
            if receipt is None or cashbox is None:
                continue
            receipt.cashbox, receipt.next_at, receipt.reason = cashbox, now, why_not_now(receipt)
            receipt.save(update_fields=["cashbox", "next_at", "reason"])
            write_vat(receipt, cashbox)
            if not receipt.contact:
                write_address(receipt)
