"""What of the lines of receipts no later receipt has taken back or used."""

from __future__ import annotations

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from svet.fiscal.models import ReceiptLine
from svet.fiscal.rules.lines import LineLeft
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind
from svet.kernel.money import ZERO, Money

_ADVANCES = ReceiptLine.objects.filter(
    kind=ReceiptLineKind.ADVANCE.value, receipt__kind=ReceiptKind.SELL.value
)


def lines_of_order(order_id: int) -> list[LineLeft]:
    """What is left of every line that brought money of a payment, used advances as what they became."""
    rows = _left(ReceiptLine.objects.filter(receipt__order_id=order_id))
    return [_line(row) for row in rows.exclude(receipt__kind=ReceiptKind.REFUND.value)]


def accounts_with_advances() -> list[int]:
    """The accounts (their keys) with an advance of which something is left."""
    return sorted(set(_left(_ADVANCES).values_list("account_id", flat=True)))


def open_advances(account_id: int) -> dict[LineLeft, tuple[int, int]]:
    """What is left of the advances of an account, the oldest first: each with its payment and provider."""
    rows = _left(_ADVANCES.filter(account_id=account_id)).select_related("receipt")
    return {_line(row): (row.receipt.order_id, row.receipt.provider_id) for row in rows}


def said_of_order(order_id: int, account_id: int) -> dict[ReceiptLineKind, Money]:
    """What receipts of a payment have said that its money on an account is for, whatever went back since."""
    rows = ReceiptLine.objects.filter(receipt__order_id=order_id, account_id=account_id)
    sums = (
        rows.exclude(receipt__kind=ReceiptKind.REFUND.value).values_list("kind").annotate(sum=Sum("kopecks"))
    )
    return dict.fromkeys(ReceiptLineKind, ZERO) | {
        ReceiptLineKind(kind): Money(kopecks) for kind, kopecks in sums.order_by("kind")
    }


def _left(rows: QuerySet[ReceiptLine]) -> QuerySet[ReceiptLine]:
    """Those of the lines of which something is left, with what is gone of each."""
    counted = rows.annotate(gone=Coalesce(Sum("taken_by__kopecks"), 0))
    return counted.filter(gone__lt=F("kopecks")).order_by("id")


def _line(row: ReceiptLine) -> LineLeft:
    gone: int = row.gone  # type: ignore[attr-defined]
    return LineLeft(row.pk, row.account_id, ReceiptLineKind(row.kind), Money(row.kopecks - gone))
