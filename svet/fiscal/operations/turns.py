"""Whose turn it is: each till has its own, and who pays now comes before what the night has used."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptKind


def in_turn(due: QuerySet[Receipt], *order: str, most: int, offsets: int) -> Iterator[Receipt]:
    """Of each till at most so many receipts of money that came or went; then so many offsets of each.

    A till with thousands that wait takes no turn from another one, nor offsets from a receipt of now.
    """
    tills = sorted(set(due.order_by().values_list("cashbox_id", flat=True)))
    rows = due.select_related("cashbox").order_by(*order, "pk")
    for till in tills:
        yield from rows.filter(cashbox=till).exclude(kind=ReceiptKind.OFFSET.value)[:most]
    for till in tills:
        yield from rows.filter(cashbox=till, kind=ReceiptKind.OFFSET.value)[:offsets]
