"""The desk: a receipt that stands still is tried again by a member, or closed by the accountant."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from svet.fiscal.models import Receipt
from svet.fiscal.operations.choosing import till_for, why_not_now
from svet.fiscal.operations.saying import write_address, write_vat
from svet.fiscal.operations.steps import anew, move_receipt, note, unsigned_dropped
from svet.fiscal.rules.again import (
    LONGEST_DOCUMENT,
    LONGEST_REASON,
    MADE,
    AgainAs,
    again_as,
    may_be_absent,
    may_be_closed,
)
from svet.fiscal.rules.cutting import movement_of
from svet.fiscal.rules.lines import REST
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptState
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict, NotFound
from svet.kernel.transactions import use_case
from svet.payments.operations.receipts import nobody_makes

#: Of a lost dispute that nobody has decided about: its receipts, and what of it no receipt covers.
_UNDECIDED: Final = {
    (ReceiptState.FAILED.value, ReceiptReason.DECIDE.value),
    (ReceiptState.FAILED.value, ReceiptReason.NOTHING_LEFT.value),
}


class ReceiptNotFound(NotFound):
    """No such receipt."""


class ReceiptConflict(Conflict):
    """It is done, or the till has it: there is nothing to try."""


def try_again(
    *, public_id: str, by: Actor, now: datetime, absent: bool = False, only: ReceiptReason | None = None
) -> AgainAs:
    """Hand a receipt over at the next run; says as what.

    Under its old name, so that a till which has it makes no second document. Under a new one after the till
    said that the document failed, or when ``absent``: a person has looked and the till has none. What no till
    may have goes to the one of its provider that is on, and says what is true today of ИНН, address, VAT.
    ``only``: where it stands still for this reason and no other by now.

    :raises ReceiptNotFound: :raises ReceiptConflict: it is done, the till has it, another document, no till
    """
    with use_case():
        receipt = _standing(public_id)
        reason = _reason(receipt)
        if reason in MADE:
            raise ReceiptConflict(reason)
        if only not in (None, reason):
            raise ReceiptConflict(ReceiptReason.MOVED)
        how = AgainAs.ANOTHER if absent and may_be_absent(reason) else again_as(reason)
        if receipt.state == ReceiptState.PENDING and reason is ReceiptReason.FAILED:
            how = AgainAs.SAME  # the next document has its name already
        changes = {"tries": 0, "fails": 0, "next_at": now, "note": "", **unsigned_dropped(receipt)}
        if how is AgainAs.ANOTHER:
            changes |= anew(receipt)
            receipt.asked_at = None
        if receipt.asked_at is None:
            receipt.cashbox = till_for(receipt.provider_id) or receipt.cashbox
            if receipt.cashbox is None:
                raise ReceiptConflict(ReceiptReason.NO_CASHBOX)
        # Of what a till may have the doubt stays until the till has answered.
        hung = why_not_now(receipt) if receipt.asked_at is None else ""
        changes |= {"cashbox": receipt.cashbox, "reason": receipt.reason if receipt.asked_at else hung}
        if receipt.state == ReceiptState.FAILED:
            move_receipt(receipt, ReceiptState.PENDING, now=now, **changes)
        else:
            Receipt.objects.filter(pk=receipt.pk).update(**changes)
        if receipt.asked_at is None:
            write_address(receipt)
            write_vat(receipt, receipt.cashbox)
        note(receipt, "again", by=by, now=now)
        return AgainAs.WAITING if hung else how


def close_receipt(*, public_id: str, document: str, why: str, by: Actor, now: datetime) -> None:
    """Let the accountant end a receipt by the ``document`` that stands for it, with the reason.

    What takes back or uses a line of it comes to a person: whether a till makes it depends on that document.

    :raises ReceiptNotFound: :raises ReceiptConflict: it is done or on its way; no document, no reason
    """
    document, why = document.strip(), why.strip()
    if not 0 < len(document) <= LONGEST_DOCUMENT:
        raise ReceiptConflict(ReceiptReason.CLOSING_DOCUMENT, field="document")
    if not 0 < len(why) <= LONGEST_REASON:
        raise ReceiptConflict(ReceiptReason.CLOSING_REASON, field="reason")
    with use_case():
        receipt = _standing(public_id)
        if not may_be_closed(ReceiptState(receipt.state), _reason(receipt)):
            raise ReceiptConflict(ReceiptReason.MOVED)
        said = {"closing_document": document, "closing_reason": why, "closed_at": now}
        said |= unsigned_dropped(receipt)
        move_receipt(receipt, ReceiptState.CLOSED, now=now, next_at=None, **said)
        after = Receipt.objects.filter(lines__of__receipt=receipt, state=ReceiptState.PENDING.value)
        for one in after.distinct().order_by("pk"):
            told = {"next_at": None, "reason": ReceiptReason.SALE_CLOSED.value}
            move_receipt(one, ReceiptState.FAILED, now=now, **told)
        note(receipt, "closed", by=by, now=now)


def need_none(*, public_id: str, why: str, by: Actor, now: datetime) -> None:
    """Let the accountant say that money of a lost dispute needs no receipt, with the reason.

    It is then as where the supplier has said so beforehand: there is no receipt, so nothing is taken of the
    lines of the sale. The journal keeps that one had been made ready, and who decided.

    :raises ReceiptNotFound: :raises ReceiptConflict: it was decided, in part or otherwise; no reason
    """
    why = why.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        raise ReceiptConflict(ReceiptReason.CLOSING_REASON, field="reason")
    with use_case():
        receipt = _standing(public_id)
        movement = movement_of(receipt.source)
        own = Receipt.objects.select_for_update(of=("self",)).filter(order_id=receipt.order_id)
        own = own.filter(kind=receipt.kind).order_by("pk")
        whole = [one for one in own if movement_of(one.source) in (movement, f"{movement}{REST}")]
        if {(one.state, one.reason) for one in whole} - _UNDECIDED or receipt.reason != ReceiptReason.DECIDE:
            raise ReceiptConflict(ReceiptReason.MOVED)
        nobody_makes(movement)
        for one in whole:
            note(one, "none", by=by, now=now, why=why)
            one.lines.all().delete()
            one.delete()


def _standing(public_id: str) -> Receipt:
    """A receipt that stands still, locked. :raises ReceiptNotFound: :raises ReceiptConflict:"""
    receipt = Receipt.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if receipt is None:
        raise ReceiptNotFound(ReceiptReason.NOT_FOUND)
    if receipt.state not in (ReceiptState.PENDING, ReceiptState.FAILED):
        raise ReceiptConflict(ReceiptReason.MOVED)
    return receipt


def _reason(receipt: Receipt) -> ReceiptReason | None:
    return ReceiptReason(receipt.reason) if receipt.reason else None
