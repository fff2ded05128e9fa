"""What of the lines of receipts no later receipt has taken back or used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from svet.fiscal.models import ReceiptLine
from svet.fiscal.rules.lines import LineLeft
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind
from svet.kernel.money import Money


def lines_of_order(order_id: int) -> list[LineLeft]:
    """What is left of every line that brought money of a payment, used advances as what they became."""
    rows = _left(ReceiptLine.objects.filter(receipt__order_id=order_id))
    return [_line(row) for row in rows.exclude(receipt__kind=ReceiptKind.REFUND.value)]


def open_advances() -> dict[int, list[LineLeft]]:
    """By account the advances of which something is left, the oldest first."""
    rows = _left(
        ReceiptLine.objects.filter(kind=ReceiptLineKind.ADVANCE.value, receipt__kind=ReceiptKind.SELL.value)
    )
    found: dict[int, list[LineLeft]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(_line(row))
    return dict(found)


def orders_of_lines(line_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By line the payment it belongs to, and its provider."""
    rows = ReceiptLine.objects.filter(pk__in=line_ids)
    found = rows.values_list("pk", "receipt__order_id", "receipt__provider_id")
    return {line: (order_id, provider_id) for line, order_id, provider_id in found}


def _left(rows: QuerySet[ReceiptLine]) -> QuerySet[ReceiptLine]:
    """Those of the lines of which something is left, with what is gone of each."""
    counted = rows.annotate(gone=Coalesce(Sum("taken_by__kopecks"), 0))
    return counted.filter(gone__lt=F("kopecks")).order_by("id")


def _line(row: ReceiptLine) -> LineLeft:
    gone: int = row.gone  # type: ignore[attr-defined]
    return LineLeft(row.pk, row.account_id, ReceiptLineKind(row.kind), Money(row.kopecks - gone))
