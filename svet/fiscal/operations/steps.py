"""Steps of receipts: kept once by what they are for, moved along the table of states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from svet.accounts.queries import provider_by_id
from svet.fiscal.models import Receipt, ReceiptLine
from svet.fiscal.operations.choosing import till_for, why_not_now
from svet.fiscal.operations.saying import lines_to_be, where_it_goes, write_vat
from svet.fiscal.rules.cutting import LineToPlace, document_name, documents_of
from svet.fiscal.rules.lines import ReceiptPart
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import RECEIPT_MOVES, ReceiptKind, ReceiptState
from svet.gateways.fiscal.limits import MOST_ITEMS
from svet.journal import operations as journal
from svet.kernel.actors import Actor
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
) -> list[Receipt]:
    """Make the receipt of one movement of money, once (a step); one without a line is none.

    It is several where one document cannot hold its lines (:mod:`svet.fiscal.rules.cutting`).
    """
    require_transaction()
    if not parts or Receipt.objects.filter(source=source).exists():
        return []
    cashbox = till_for(provider_id)
    provider = provider_by_id(provider_id)
    said = {
        "inn": provider.inn,
        "time_zone": provider.time_zone,
        "kind": kind.value,
        "order_id": order_id,
        "provider_id": provider_id,
        "cashbox": cashbox,
        "at": at,
        "made_at": now,
        "next_at": now if cashbox else None,
        "reason": "" if cashbox else ReceiptReason.NO_CASHBOX.value,
    }
    lines = lines_to_be(Receipt(source=source, **said), parts)
    return [
        _keep_document(document_name(source, no), own, said, now=now)
        for no, own in enumerate(_cut(lines), start=1)
    ]


def _cut(lines: Sequence[ReceiptLine]) -> list[list[ReceiptLine]]:
    taken = ReceiptLine.objects.filter(pk__in=[line.of_id for line in lines if line.of_id is not None])
    # What an advance became stands in an offset: the document of the sale is that of the advance.
    sales = {
        key: of_advance or own for key, own, of_advance in taken.values_list("pk", "receipt", "of__receipt")
    }
    placed = [
        LineToPlace(at, line.account_id, sales.get(line.of_id or 0, 0)) for at, line in enumerate(lines)
    ]
    return [[lines[one.at] for one in document] for document in documents_of(placed, most=MOST_ITEMS)]


def _keep_document(
    name: str, lines: Sequence[ReceiptLine], said: Mapping[str, Any], *, now: datetime
) -> Receipt:
    cashbox, order_id = said["cashbox"], said["order_id"]
    receipt = Receipt.objects.create(
        external_id=external_id_of(name, 0, order=order_public_id(order_id)),
        source=name,
        contact=where_it_goes(
            ReceiptKind(said["kind"]),
            order_id=order_id,
            account_ids=[line.account_id for line in lines],
            own=cashbox.email if cashbox else "",
        ),
        kopecks=sum(line.kopecks for line in lines),
        **said,
    )
    for line in lines:
        line.receipt = receipt
    ReceiptLine.objects.bulk_create(lines)
    write_vat(receipt, cashbox)
    if cashbox is not None:
        receipt.reason = why_not_now(receipt)
        receipt.save(update_fields=["reason"])
    closed = Receipt.objects.select_for_update(of=("self",)).filter(lines__taken_by__receipt=receipt)
    if any(one.state == ReceiptState.CLOSED for one in closed):
        told = {"reason": ReceiptReason.SALE_CLOSED.value, "next_at": None}
        move_receipt(receipt, ReceiptState.FAILED, now=now, **told)
    note(receipt, "made", by=Actor.system(BY), now=now)
    return receipt


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


def note(receipt: Receipt, what: str, *, by: Actor, now: datetime, **more: str) -> None:
    """Tell the journal what became of a receipt, and ``more`` of it (a step)."""
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
            **more,
        },
    )


def _ground_of(receipt: Receipt) -> dict[str, str]:
    """By which document a correction is made, and which one it stands in the place of."""
    ground = receipt.ground
    told = {} if ground is None else {"basis": ground.basis.value, "ground": ground.number}
    return told | ({"closing_document": receipt.closing_document} if receipt.closing_document else {})
