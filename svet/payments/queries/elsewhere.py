"""Who makes the receipt of money that no till of ours makes one for, for whoever sees the account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from svet.ledger.queries import LedgerEntry
from svet.ledger.rules import TransactionKind
from svet.payments.models import MoneyAct, SourceReceipts
from svet.payments.queries.views import ImportedPaymentView
from svet.payments.rules.acts import MoneyActKind
from svet.payments.rules.receipts import ReceiptElsewhere


@dataclass(frozen=True, slots=True)
class ReceiptsElsewhere:
    """What is said of receipts of rows of registers and of moves between accounts, read at once."""

    said: Mapping[str, tuple[tuple[date, str], ...]]
    between: frozenset[str]

    def of(self, row: ImportedPaymentView | None, entry: LedgerEntry | None) -> ReceiptElsewhere | None:
        """Of one of both; None: no money came that a receipt is of (a storno, a correction)."""
        if row is not None and row.money.kopecks > 0:
            paid_on = date.fromisoformat(row.paid_on)
            known = [maker for since, maker in self.said.get(row.source, ()) if since <= paid_on]
            return ReceiptElsewhere(known[-1] if known else ReceiptElsewhere.UNSAID)
        if entry is not None and entry.kind is TransactionKind.TRANSFER:
            between = _act(entry.key) in self.between
            return ReceiptElsewhere.SUPPLIERS if between else ReceiptElsewhere.NONE
        return None


def receipts_elsewhere(
    *, rows: Iterable[ImportedPaymentView | None], entries: Iterable[LedgerEntry | None]
) -> ReceiptsElsewhere:
    """What is said of these: a statement for the rows, one for the moves, none where there are none.

    That the asker may see them is the caller's.
    """
    sources = {row.source for row in rows if row is not None}
    moves = {
        _act(entry.key) for entry in entries if entry is not None and entry.kind is TransactionKind.TRANSFER
    }
    said: dict[str, list[tuple[date, str]]] = defaultdict(list)
    if sources:
        words = SourceReceipts.objects.filter(source__code__in=sources).order_by("since")
        for code, since, maker in words.values_list("source__code", "since", "maker"):
            said[code].append((since, maker))
    between: set[str] = set()
    if moves:
        acts = MoneyAct.objects.filter(public_id__in=moves, kind=MoneyActKind.INTERCO.value)
        between.update(acts.values_list("public_id", flat=True))
    return ReceiptsElsewhere({code: tuple(own) for code, own in said.items()}, frozenset(between))


def _act(key: str) -> str:
    """The outer id of the act of a posting: ``act:ID``, in the books of the other supplier ``act:ID:to``."""
    return key.split(":")[1] if key.startswith("act:") else ""
