"""The desk: a receipt that stands still is tried again by a member."""

from __future__ import annotations

from datetime import datetime

from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.operations.steps import move_receipt, note
from svet.fiscal.rules.refusals import FOR_ACCOUNTANT, ReceiptReason
from svet.fiscal.rules.states import ReceiptState
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict, NotFound
from svet.kernel.transactions import use_case


class ReceiptNotFound(NotFound):
    """No such receipt."""


class ReceiptConflict(Conflict):
    """It is done, or the till has it: there is nothing to try."""


def try_again(*, public_id: str, by: Actor, now: datetime) -> None:
    """Hand a receipt over at the next run: the till knows by its ``external_id`` whether it has it.

    One that had no till gets that of its provider. One of which a document with another sum was made is never
    handed over again: there would be two.

    :raises ReceiptNotFound: :raises ReceiptConflict: it is done, the till has it, another sum, no till
    """
    with use_case():
        receipt = Receipt.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
        if receipt is None:
            raise ReceiptNotFound(ReceiptReason.NOT_FOUND)
        if receipt.state not in (ReceiptState.PENDING, ReceiptState.FAILED):
            raise ReceiptConflict(ReceiptReason.MOVED)
        if receipt.reason in FOR_ACCOUNTANT:
            raise ReceiptConflict(ReceiptReason(receipt.reason))
        if receipt.cashbox_id is None:
            receipt.cashbox = Cashbox.objects.filter(
                provider_id=receipt.provider_id, off_at__isnull=True
            ).first()
            if receipt.cashbox is None:
                raise ReceiptConflict(ReceiptReason.NO_CASHBOX)
        changes = {"cashbox": receipt.cashbox, "tries": 0, "next_at": now, "reason": "", "note": ""}
        if receipt.state == ReceiptState.FAILED:
            move_receipt(receipt, ReceiptState.PENDING, now=now, **changes)
        else:
            Receipt.objects.filter(pk=receipt.pk).update(**changes)
        note(receipt, "again", by=by, now=now)
