"""Fiscal receipts of payments as a payer reads them: what it is, where it stands, where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.states import ReceiptState
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


def shown_receipts(found: Sequence[FiscalReceiptView]) -> tuple[ShownReceipt, ...]:
    """Receipts in words, in the order in which they were made."""
    return tuple(
        ShownReceipt(
            kind_word(one.kind),
            receipt_words(one.state, one.document_number),
            one.url if one.state is ReceiptState.DONE else "",
            one.money,
            one.document_attribute,
        )
        for one in found
    )
