"""Steps of receipts: kept once by what they are for, moved along the table of states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from svet.accounts.queries import provider_by_id
from svet.fiscal.models import Receipt, ReceiptLine
from svet.fiscal.operations.choosing import till_for, why_not_now
from svet.fiscal.operations.saying import lines_to_be, where_it_goes, write_vat
from svet.fiscal.rules.lines import ReceiptPart
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import RECEIPT_MOVES, ReceiptKind, ReceiptState
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction
from svet.payments.queries.receipts import order_public_id

BY = "fiscal"


def keep_receipt(
    *,
    source: str,
    kind: ReceiptKind,
    order_id: int,
    provider_id: int,
    parts: Sequence[ReceiptPart],
    at: datetime,
    now: datetime,
) -> None:
    """Make the receipt of one movement of money, once (a step); one without a line is none."""
    require_transaction()
    if not parts or Receipt.objects.filter(source=source).exists():
        return
    cashbox = till_for(provider_id)
    provider = provider_by_id(provider_id)
    receipt = Receipt.objects.create(
        external_id=external_id_of(source, 0, order=order_public_id(order_id)),
        source=source,
        contact=where_it_goes(
            kind,
            order_id=order_id,
            account_ids=[part.account_id for part in parts],
            own=cashbox.email if cashbox else "",
        ),
        inn=provider.inn,
        time_zone=provider.time_zone,
        kind=kind.value,
        order_id=order_id,
        provider_id=provider_id,
        cashbox=cashbox,
        kopecks=Money.total(part.money for part in parts).kopecks,
        at=at,
        made_at=now,
        next_at=now if cashbox else None,
        reason="" if cashbox else ReceiptReason.NO_CASHBOX.value,
    )
    ReceiptLine.objects.bulk_create(lines_to_be(receipt, parts))
    write_vat(receipt, cashbox)
    if cashbox is not None:
        receipt.reason = why_not_now(receipt)
        receipt.save(update_fields=["reason"])
    closed = Receipt.objects.select_for_update(of=("self",)).filter(lines__taken_by__receipt=receipt)
    if any(one.state == ReceiptState.CLOSED for one in closed):
        told = {"reason": ReceiptReason.SALE_CLOSED.value, "next_at": None}
        move_receipt(receipt, ReceiptState.FAILED, now=now, **told)
    note(receipt, "made", by=Actor.system(BY), now=now)


def external_id_of(source: str, attempt: int, *, order: str) -> str:
    """The name of a document: of the movement itself, so even after a restored copy it is the same one.

    The payment's outer id is random and is nobody else's: another installation beside the same till, or a row
    that got the number of a lost one, never has this name.
    """
    return str(uuid5(NAMESPACE_URL, f"svet:receipt:{order}:{source}:{attempt}"))


def anew(receipt: Receipt) -> dict[str, Any]:
    """What changes in a receipt whose document failed or is not there: the next one is another."""
    attempt = receipt.attempt + 1
    name = external_id_of(receipt.source, attempt, order=receipt.order.public_id)
    return {"attempt": attempt, "external_id": name, "name": "", "asked_at": None}


def unsigned_dropped(receipt: Receipt) -> dict[str, Any]:
    """What changes in a receipt that goes another way: a correction nobody has signed is none any more."""
    if receipt.corrected_at is not None:
        return {}
    return {"correction": "", "ground_number": "", "ground_day": None, "correction_by": None}


def move_receipt(receipt: Receipt, to: ReceiptState, *, now: datetime, **changes: Any) -> None:
    """Move a receipt (a step). :raises IllegalMove: :raises LostRace: it stands elsewhere by now"""
    move_row(receipt, moves=RECEIPT_MOVES, to=to, changes=changes)
    if to in (ReceiptState.DONE, ReceiptState.FAILED):
        note(receipt, to.value, by=Actor.system(BY), now=now)


def note(receipt: Receipt, what: str, *, by: Actor, now: datetime) -> None:
    """Tell the journal what became of a receipt (a step)."""
    journal.record(
        by=by,
        action=f"fiscal.receipt.{what}",
        subject="receipt",
        subject_id=receipt.public_id,
        now=now,
        after={
            "kind": receipt.kind,
            "kopecks": receipt.kopecks,
            "state": receipt.state,
            "document": receipt.document_number,
            "reason": receipt.reason,
            **_ground_of(receipt),
        },
    )


def _ground_of(receipt: Receipt) -> dict[str, str]:
    """By which document a correction is made, and which one it stands in the place of."""
    ground = receipt.ground
    told = {} if ground is None else {"basis": ground.basis.value, "ground": ground.number}
    return told | ({"closing_document": receipt.closing_document} if receipt.closing_document else {})
