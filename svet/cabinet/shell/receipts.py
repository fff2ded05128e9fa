"""Fiscal receipts of payments as a payer reads them: what it is, where it stands, where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.texts import kind_word, receipt_words
from svet.kernel.money import Money


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """«Кассовый чек»: «Чек № 1001» with its address, or «Чек готовится» without one."""

    kind: str
    words: str
    url: str
    money: Money
    attribute: str
    #: That of the storage (ФН): by all three the tax service shows a receipt that has no link.
    storage: str = ""


def shown_receipts(found: Sequence[FiscalReceiptView]) -> tuple[ShownReceipt, ...]:
    """Receipts in words, in the order in which they were made."""
    return tuple(
        ShownReceipt(
            kind_word(one.kind, corrects=one.corrects),
            receipt_words(one.state, one.document_number),
            one.url if one.state is ReceiptState.DONE else "",
            one.money,
            one.document_attribute,
            "" if one.url else one.storage_number,
        )
        for one in found
    )


def all_made(found: Sequence[FiscalReceiptView]) -> bool:
    """Whether the till has made every receipt of the money that came, and there is one."""
    sold = [one for one in found if one.kind is ReceiptKind.SELL]
    return bool(sold) and all(one.state is ReceiptState.DONE for one in sold)
