"""A receipt as everybody outside reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.fiscal.rules.corrections import CorrectionGround
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.kernel.money import Money


@dataclass(frozen=True, slots=True)
class ReceiptLineView:
    """One line of a receipt."""

    account_number: str
    kind: ReceiptLineKind
    money: Money
    name: str


@dataclass(frozen=True, slots=True)
class FiscalReceiptView:
    """A fiscal receipt; number, attribute (ФПД), link of one that is done, ``reason`` why it is not further.

    ``at``: when the money came or went; ``made_at`` since when it is owed. ``by_bank``: the bank's own till
    makes it: it has no outer id, and its link is there only where the bank gives one.
    ``ground``: by what it is corrected; ``corrects``: it is a «чек коррекции», else that is to sign.
    """

    public_id: str
    external_id: str
    order_id: int
    order_number: str
    kind: ReceiptKind
    state: ReceiptState
    money: Money
    at: datetime
    made_at: datetime
    cashbox: str
    tries: int
    document_number: str
    document_attribute: str
    storage_number: str
    url: str
    reason: ReceiptReason | None
    note: str
    closing_document: str
    closing_reason: str
    lines: tuple[ReceiptLineView, ...] = ()
    by_bank: bool = False
    ground: CorrectionGround | None = None
    corrects: bool = False
    may_correct: bool = False
    must_look: bool = False
    written_by_id: int | None = None
    written_by: str = ""
