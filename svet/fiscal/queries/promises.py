"""I-27: every document has its number, and receipts come to the money they are for, to the kopeck.

Each is one statement of the database that brings breaches only, however many receipts there are.
"""

from __future__ import annotations

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from svet.fiscal.models import Receipt, ReceiptLine
from svet.fiscal.rules.lines import REST
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind, ReceiptState
from svet.fiscal.rules.vat import NO_VAT
from svet.payments.queries.receipts import disputes_without_note, payments_unlike, refunds_without_note

#: So many of each kind are told.
MOST = 100


def broken() -> list[str]:
    """Breaches: documents without a number, other sums than what was paid, went back or was used."""
    return [*_numbers(), *_one_document(), *_payments(), *_sums(), *_taken()]


def _numbers() -> list[str]:
    rows = Receipt.objects.filter(state=ReceiptState.DONE.value).filter(
        Q(document_number="") | Q(document_attribute="") | Q(name="")
    )
    return [f"receipt {source}: done without the number of a document" for source in _sources(rows)]


def _one_document() -> list[str]:
    """A receipt is settled by the till's document or by the accountant's; a correction has its ground."""
    done = Receipt.objects.filter(state=ReceiptState.DONE.value)
    loose = Receipt.objects.filter(corrected_at__isnull=False).filter(
        Q(correction="") | Q(ground_number="") | Q(ground_day__isnull=True) | ~Q(kind=ReceiptKind.SELL.value)
    )
    said = (
        (done.exclude(closing_document=""), "settled by two documents"),
        (loose, "a correction without its ground"),
    )
    return [f"receipt {source}: {what}" for rows, what in said for source in _sources(rows)]


def _payments() -> list[str]:
    unlike = payments_unlike(
        sold=_of_payment(ReceiptKind.SELL), back=_of_payment(ReceiptKind.REFUND), most=MOST
    )
    found = []
    for one in unlike:
        if one.sold != one.credited:
            found.append(
                f"payment {one.number}: receipts of {one.sold.kopecks} kopecks,"
                f" credited {one.credited.kopecks}"
            )
        if one.receipts_back != one.back:
            found.append(
                f"payment {one.number}: receipts of {one.receipts_back.kopecks} kopecks that went back,"
                f" given back {one.back.kopecks}"
            )
    return (
        found
        + [
            f"payment {number}: money went back and no receipt is owed for it"
            for number in refunds_without_note(most=MOST)
        ]
        + [
            f"payment {number}: lost in a dispute, and nothing is said of a receipt for it"
            for number in disputes_without_note(most=MOST)
        ]
    )


def _sums() -> list[str]:
    rows = Receipt.objects.annotate(total=Coalesce(Sum("lines__kopecks"), 0)).exclude(total=F("kopecks"))
    return [f"receipt {source}: its lines do not come to it" for source in _sources(rows)]


def _taken() -> list[str]:
    over = ReceiptLine.objects.annotate(gone=Sum("taken_by__kopecks")).filter(gone__gt=F("kopecks"))
    elsewhere = ReceiptLine.objects.filter(of__isnull=False).exclude(
        account=F("of__account"), receipt__order=F("of__receipt__order")
    )
    loose = ReceiptLine.objects.filter(
        Q(receipt__kind=ReceiptKind.REFUND.value, of__isnull=True) & ~Q(receipt__source__endswith=REST)
        | Q(receipt__kind=ReceiptKind.OFFSET.value)
        & (
            Q(of__isnull=True)
            | ~Q(of__kind=ReceiptLineKind.ADVANCE.value)
            | ~Q(of__receipt__kind=ReceiptKind.SELL.value)
        )
    )
    taxed = ReceiptLine.objects.filter(kind=ReceiptLineKind.PENALTY.value).exclude(vat__in=["", NO_VAT])
    said = (
        (taxed, "a penalty with VAT"),
        (over, "more is taken of a line than it has"),
        (elsewhere, "a line takes of another account or payment"),
        (loose, "a line takes nothing that was paid before"),
    )
    return [f"receipt {source}: {what}" for rows, what in said for source in _line_sources(rows)]


def _of_payment(kind: ReceiptKind) -> Coalesce:
    """What receipts of a kind of a payment (the outer query) come to, in kopecks."""
    lines = ReceiptLine.objects.filter(receipt__order_id=OuterRef("pk"), receipt__kind=kind.value)
    sums = lines.order_by().values("receipt__order_id").annotate(sum=Sum("kopecks"))
    return Coalesce(Subquery(sums.values("sum")), 0)


def _sources(rows: QuerySet[Receipt]) -> list[str]:
    return list(rows.order_by("pk").values_list("source", flat=True)[:MOST])


def _line_sources(rows: QuerySet[ReceiptLine]) -> list[str]:
    return list(rows.order_by("pk").values_list("receipt__source", flat=True)[:MOST])
