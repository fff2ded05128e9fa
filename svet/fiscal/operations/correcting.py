"""«Чек коррекции»: the accountant corrects money that came without a receipt; beyond the limit two sign.

It is no second receipt but the same one, handed over as another document: of one movement of money there are
never two. Its name is the one that the receipt's next document would have, so in a copy that was put back,
where nobody knows of the correction, the till finds it under the name of whatever is sent then.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Sum

from svet.accounts.queries import provider_by_id, provider_today
from svet.billing.queries.policies import rules_for
from svet.fiscal.models import Receipt
from svet.fiscal.operations.choosing import till_for
from svet.fiscal.operations.deciding import ReceiptNotFound
from svet.fiscal.operations.saying import write_address, write_vat
from svet.fiscal.operations.steps import anew, move_receipt, note
from svet.fiscal.rules.corrections import (
    CorrectionBasis,
    CorrectionConflict,
    checked_ground,
    may_be_corrected,
    must_look,
)
from svet.fiscal.rules.refusals import CorrectionReason, ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case


def correct_receipt(
    *,
    public_id: str,
    basis: CorrectionBasis,
    number: str,
    day: date | None,
    looked: bool,
    by: Actor,
    now: datetime,
) -> bool:
    """Make a correction of a receipt that has no document; whether it waits for a second signature.

    ``number`` and ``day`` (a local one) are of the document it is made by, ``looked``: a person says that
    there is no document of it. One that waits is written over by the next one.

    :raises ReceiptNotFound: :raises CorrectionConflict: a document is there or may be coming; no ground
    """
    with use_case():
        receipt = _correctable(public_id)
        provider = provider_by_id(receipt.provider_id)
        today = provider_today(provider, now)
        moved = receipt.at.astimezone(ZoneInfo(provider.time_zone)).date()
        ground = checked_ground(basis, number, day, moved=moved, today=today)
        asked = receipt.asked_at is not None
        if must_look(ReceiptState(receipt.state), asked=asked) and not looked:
            raise CorrectionConflict(CorrectionReason.LOOK, field="looked")
        receipt.correction, receipt.ground_number = ground.basis.value, ground.number
        receipt.ground_day, receipt.corrected_at = ground.day, None
        receipt.correction_by_id, receipt.correction_by_name = by.person_id, by.name[:100]
        receipt.save(
            update_fields=[
                "correction",
                "ground_number",
                "ground_day",
                "corrected_at",
                "correction_by",
                "correction_by_name",
            ]
        )
        note(receipt, "correction", by=by, now=now)
        limit = rules_for(receipt.provider_id, Month.of(today)).decision_kopecks
        # Of the payment: cut into several documents it is no smaller a decision.
        sale = Receipt.objects.filter(order_id=receipt.order_id, kind=receipt.kind)
        if sale.aggregate(sum=Sum("kopecks"))["sum"] > limit:
            return True
        _hand_over(receipt, by=by, now=now)
        return False


def sign_correction(*, public_id: str, shown: str, by: Actor, now: datetime) -> None:
    """Put the second signature under a correction: it goes to the till. ``shown``: the ground they have seen.

    :raises ReceiptNotFound: :raises CorrectionConflict: none waits, it was written anew, or by the same hand
    """
    with use_case():
        receipt = _correctable(public_id)
        ground = receipt.ground
        if ground is None or receipt.corrected_at is not None:
            raise CorrectionConflict(CorrectionReason.NOTHING_WAITS)
        if ground.shown != shown:
            raise CorrectionConflict(CorrectionReason.CHANGED)
        if by.person_id is None or by.person_id == receipt.correction_by_id:
            raise CorrectionConflict(CorrectionReason.SAME_HAND)
        _hand_over(receipt, by=by, now=now)


def _hand_over(receipt: Receipt, *, by: Actor, now: datetime) -> None:
    """Let the receipt go as a correction at the next run; without a till as soon as there is one (a step)."""
    note(receipt, "corrected", by=by, now=now)
    closed = receipt.state == ReceiptState.CLOSED
    cashbox = till_for(receipt.provider_id)
    changes = {
        "corrected_at": now,
        "cashbox": cashbox,
        "reason": "" if cashbox else ReceiptReason.NO_CASHBOX.value,
        "next_at": now if cashbox else None,
        "tries": 0,
        "fails": 0,
        "note": "",
        # The document that closed it stands for nothing any more; the journal has it.
        "closing_document": "",
        "closing_reason": "",
        "closed_at": None,
    }
    if receipt.asked_at is not None:
        changes |= anew(receipt)
    if receipt.state == ReceiptState.PENDING:
        Receipt.objects.filter(pk=receipt.pk).update(**changes)
    else:
        move_receipt(receipt, ReceiptState.PENDING, now=now, **changes)
    receipt.refresh_from_db()
    write_address(receipt)
    write_vat(receipt, cashbox)
    if closed:
        _wake_what_hung(receipt, now=now)


def _wake_what_hung(receipt: Receipt, *, now: datetime) -> None:
    """What a person was asked about because its sale had been closed waits for the correction instead."""
    hung = Receipt.objects.filter(
        lines__of__receipt=receipt,
        state=ReceiptState.FAILED.value,
        reason=ReceiptReason.SALE_CLOSED.value,
    )
    for one in hung.distinct().order_by("pk"):
        told = {"next_at": now if one.cashbox_id else None, "reason": ReceiptReason.WAITS.value}
        move_receipt(one, ReceiptState.PENDING, now=now, **told)


def _correctable(public_id: str) -> Receipt:
    """:raises ReceiptNotFound: :raises CorrectionConflict: nothing to correct"""
    receipt = Receipt.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if receipt is None:
        raise ReceiptNotFound(ReceiptReason.NOT_FOUND)
    reason = ReceiptReason(receipt.reason) if receipt.reason else None
    kind, state = ReceiptKind(receipt.kind), ReceiptState(receipt.state)
    going = state is ReceiptState.PENDING and receipt.corrected_at is not None
    if going or not may_be_corrected(kind, state, reason, asked=receipt.asked_at is not None):
        raise CorrectionConflict(CorrectionReason.NOT_HERE)
    return receipt
