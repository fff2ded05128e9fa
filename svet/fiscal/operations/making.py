"""Receipts of the notes that payments leave: of what was paid, of what went back."""

from __future__ import annotations

from datetime import datetime

from svet.fiscal.operations.steps import keep_receipt
from svet.fiscal.queries.lines import lines_of_order
from svet.fiscal.rules.lines import split_paid, take_back
from svet.fiscal.rules.states import ReceiptKind
from svet.kernel.transactions import use_case
from svet.ledger.queries import owed_before
from svet.payments.operations.receipts import take_due
from svet.payments.queries.receipts import ReceiptDueView, receipts_due
from svet.payments.rules.receipts import DueKind

#: So many notes one run takes.
A_RUN = 500


def make_due(*, now: datetime) -> int:
    """Make the receipts that are owed, the oldest first; says how many notes were taken.

    A note is taken in the transaction that makes its receipt: killed between, it is taken again.
    """
    due = receipts_due(limit=A_RUN)
    for one in due:
        with use_case():
            _make(one, now=now)
            take_due([one.name], now=now)
    return len(due)


def _make(due: ReceiptDueView, *, now: datetime) -> None:
    moved = [(line.account_id, line.money) for line in due.lines]
    if due.kind is DueKind.PAID:
        kind, parts = ReceiptKind.SELL, split_paid(moved, owed_before(key=due.ledger_key))
    else:
        kind, parts = ReceiptKind.REFUND, take_back(moved, lines_of_order(due.order_id))
    keep_receipt(
        source=due.name,
        kind=kind,
        order_id=due.order_id,
        provider_id=due.provider_id,
        parts=parts,
        at=due.at,
        now=now,
    )
