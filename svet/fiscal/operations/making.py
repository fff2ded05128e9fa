"""Receipts of the notes that payments leave: of what was paid, of what went back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from svet.fiscal.models import Receipt
from svet.fiscal.operations.steps import keep_receipt, move_receipt
from svet.fiscal.queries.lines import lines_of_order
from svet.fiscal.rules.lines import REST, BesideEnergy, ReceiptPart, not_covered, split_paid, take_back
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.kernel.transactions import use_case
from svet.ledger.queries import owed_before
from svet.payments.operations.receipts import hold_payments, take_due
from svet.payments.queries.receipts import ReceiptDueView, receipts_due
from svet.payments.rules.receipts import DueKind
from svet.penalties.queries import paid_streams

#: So many notes are read at a time.
A_RUN = 500
log = structlog.get_logger(__name__)


def make_due(*, now: datetime) -> int:
    """Make the receipts that are owed, the oldest first; says how many notes were taken.

    A note is taken in the transaction that makes its receipt: killed between, it is taken again. One of which
    none can be made is written to the log and stays; it stops no other but what went back of its own payment.
    """
    taken, after = 0, 0
    stuck: set[int] = set()
    while due := receipts_due(limit=A_RUN, after=after):
        after = due[-1].due_id
        for one in due:
            if one.order_id in stuck:
                continue
            try:
                with use_case():
                    # Whoever else runs has it, or waits here until this one is through.
                    mine = take_due([one.name], now=now)
                    if mine:
                        _make(one, now=now)
            except Exception:
                log.exception("fiscal.not_made", due=one.name)
                stuck.add(one.order_id)
            else:
                taken += mine
    return taken


def _make(due: ReceiptDueView, *, now: datetime) -> None:
    if Receipt.objects.filter(source__in=[due.name, f"{due.name}{REST}"]).exists():
        return
    # Who makes receipts of this payment holds it: no kopeck of a line is taken back and used, too.
    hold_payments([due.order_id])
    moved = [(line.account_id, line.money) for line in due.lines]
    if due.kind is DueKind.PAID:
        beside = {
            account_id: BesideEnergy(paid.fee, paid.penalty)
            for account_id, paid in paid_streams(key=due.ledger_key).items()
        }
        kind = ReceiptKind.SELL
        parts = split_paid(moved, owed_before(key=due.ledger_key), beside)
    else:
        kind, parts = ReceiptKind.REFUND, take_back(moved, lines_of_order(due.order_id))
    kept = _keep(due, due.name, kind, parts, now=now)
    rest = not_covered(moved, parts)
    for receipt in kept if due.decide else ():
        _wait_for_a_person(receipt, now=now)
    if rest and kind is ReceiptKind.REFUND:
        # More went back than receipts ever said was paid: a person looks, and nothing is handed over.
        reason = ReceiptReason.NOTHING_LEFT.value
        for receipt in _keep(due, f"{due.name}{REST}", kind, rest, now=now):
            move_receipt(receipt, ReceiptState.FAILED, now=now, next_at=None, reason=reason)


def _wait_for_a_person(receipt: Receipt, *, now: datetime) -> None:
    """Nothing says whether there is such a receipt: a person sends it, or says that there is none."""
    reason = ReceiptReason.DECIDE.value
    if receipt.state == ReceiptState.PENDING:
        move_receipt(receipt, ReceiptState.FAILED, now=now, next_at=None, reason=reason)
    elif receipt.state == ReceiptState.FAILED:
        # Kept beside a sale that was closed: a correction of that one must not send it by itself.
        Receipt.objects.filter(pk=receipt.pk).update(reason=reason)


def _keep(
    due: ReceiptDueView, source: str, kind: ReceiptKind, parts: Sequence[ReceiptPart], *, now: datetime
) -> list[Receipt]:
    return keep_receipt(
        source=source,
        kind=kind,
        order_id=due.order_id,
        provider_id=due.provider_id,
        parts=parts,
        at=due.at,
        now=now,
    )
