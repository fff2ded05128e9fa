"""A receipt as its till is given it: of what was written down when it was made, the same at each try."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.rules.corrections import CorrectionBasis
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind
from svet.gateways.fiscal.port import (
    FiscalCorrection,
    FiscalDocument,
    FiscalItem,
    FiscalMethod,
    FiscalReport,
    FiscalSubject,
    FiscalVerb,
    Seller,
)
from svet.kernel.money import Money

_METHODS: Final = {
    ReceiptLineKind.SETTLEMENT: FiscalMethod.FULL_PAYMENT,
    ReceiptLineKind.ADVANCE: FiscalMethod.ADVANCE,
    ReceiptLineKind.FEE: FiscalMethod.FULL_PAYMENT,
    ReceiptLineKind.PENALTY: FiscalMethod.FULL_PAYMENT,
}
_SUBJECTS: Final = {
    ReceiptLineKind.SETTLEMENT: FiscalSubject.SERVICE,
    ReceiptLineKind.ADVANCE: FiscalSubject.ADVANCE,
    ReceiptLineKind.FEE: FiscalSubject.SERVICE,
    ReceiptLineKind.PENALTY: FiscalSubject.PENALTY,
}
#: A till's clock has a zone of its own and names none.
_ZONES: Final = timedelta(days=1)


def document_of(receipt: Receipt) -> FiscalDocument:
    """What the till of a receipt registers; a till never changes, nor what was written down."""
    assert receipt.cashbox is not None
    cashbox: Cashbox = receipt.cashbox
    mail = "@" in receipt.contact
    return FiscalDocument(
        external_id=receipt.external_id,
        verb=_verb(receipt),
        seller=Seller(receipt.inn, cashbox.payment_address, receipt.taxation, cashbox.email),
        email=receipt.contact if mail else "",
        phone="" if mail else receipt.contact,
        items=tuple(
            FiscalItem(
                line.name,
                Money(line.kopecks),
                _METHODS[ReceiptLineKind(line.kind)],
                _SUBJECTS[ReceiptLineKind(line.kind)],
                line.vat,
                Money(line.vat_kopecks),
            )
            for line in receipt.lines.order_by("id")
        ),
        at=receipt.local,
        offset=receipt.kind == ReceiptKind.OFFSET,
        correction=_correction(receipt),
    )


def _verb(receipt: Receipt) -> FiscalVerb:
    if receipt.corrected_at is not None:
        return FiscalVerb.SELL_CORRECTION
    return FiscalVerb.SELL_REFUND if receipt.kind == ReceiptKind.REFUND else FiscalVerb.SELL


def _correction(receipt: Receipt) -> FiscalCorrection | None:
    """Of the day on which the money came; the number is that of the tax office's order only (tag 1179)."""
    ground = receipt.ground
    if receipt.corrected_at is None or ground is None:
        return None
    number = ground.number if ground.basis is CorrectionBasis.INSTRUCTION else ""
    return FiscalCorrection(ground.basis.value, receipt.local.date(), number)


def lacks(receipt: Receipt, document: FiscalDocument) -> ReceiptReason | None:
    """Why a receipt cannot be handed over as it stands."""
    if not receipt.contact and document.correction is None:
        return ReceiptReason.NO_CONTACT
    if receipt.cashbox is not None and receipt.cashbox.taxation != receipt.taxation:
        return ReceiptReason.TAXATION
    if not all(item.vat for item in document.items):
        return ReceiptReason.VAT
    return None


def belongs_to(receipt: Receipt, report: FiscalReport) -> bool:
    """Whether a till that reports a document reports this receipt's: by its name, not before the money."""
    if report.external_id and report.external_id != receipt.external_id:
        return False
    moved = receipt.local.replace(tzinfo=None)
    return report.at is None or report.at.replace(tzinfo=None) >= moved - _ZONES
