"""Reads of receipts: those of payments, those that stand still, tills and whether they answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from svet.accounts.queries import providers, visible_ids
from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.queries.of_banks import of_bank, of_banks
from svet.fiscal.queries.promises import broken
from svet.fiscal.queries.standing import fits, late_keys, late_rows, reasons_standing
from svet.fiscal.queries.views import FiscalReceiptView, ReceiptLineView
from svet.fiscal.rules.corrections import may_be_corrected, must_look
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import LATE, SETTLED, ReceiptKind, ReceiptLineKind, ReceiptState
from svet.kernel.actors import Actor
from svet.payments.queries.receipts import notes_left, paid_with_tills

__all__ = [
    "CashboxView",
    "FiscalReceiptView",
    "ReceiptLineView",
    "broken",
    "cashboxes",
    "lacking_cashboxes",
    "late_receipt_count",
    "late_receipts",
    "reasons_standing",
    "receipt_by_id",
    "receipt_counts",
    "receipts_of",
    "receipts_of_payment",
    "tills_to_enter",
    "unmade_count",
]


@dataclass(frozen=True, slots=True)
class CashboxView:
    """A till; ``secret`` says where its secret lies, ``waiting`` counts the receipts that are not done."""

    code: str
    provider: str
    address: str
    secret: str
    email: str
    off_at: datetime | None
    silent_since: datetime | None
    waiting: int

    def silent_for(self, now: datetime) -> float:
        """Seconds of silence; 0 while it answers."""
        return max((now - self.silent_since).total_seconds(), 0.0) if self.silent_since else 0.0


def receipts_of(order_ids: Collection[int], *, seen_by: Actor) -> dict[int, tuple[FiscalReceiptView, ...]]:
    """By payment its receipts, in the order in which they were made; that they may see it is the caller's.

    Those a bank's own till makes are among them, as far as the bank told.

    One of which a person decides first, whether there is to be one, is not.

    An offset tells what an account was charged: it is for who sees that account now, paid they or not.
    """
    found: dict[int, list[FiscalReceiptView]] = {}
    if order_ids:
        others = ReceiptLine.objects.filter(receipt=OuterRef("pk")).exclude(account__in=visible_ids(seen_by))
        rows = (
            Receipt.objects.filter(order_id__in=order_ids)
            .exclude(Q(kind=ReceiptKind.OFFSET.value) & Exists(others))
            .exclude(state=ReceiptState.FAILED.value, reason=ReceiptReason.DECIDE.value)
            .select_related("order", "cashbox")
        )
        for row in rows.order_by("id"):
            found.setdefault(row.order_id, []).append(_view(row))
        for one in of_banks(order_ids):
            found.setdefault(one.order_id, []).append(one)
    return {order_id: tuple(own) for order_id, own in found.items()}


def receipts_of_payment(public_id: str) -> tuple[FiscalReceiptView, ...]:
    """All receipts of the payment with this outer id, in the order in which they were made: for the staff."""
    rows = Receipt.objects.filter(order__public_id=public_id).select_related("order", "cashbox")
    return (*(_view(row) for row in rows.order_by("id")), *of_bank(public_id))


def late_receipts(
    *, now: datetime, limit: int, text: str = "", kopecks: int | None = None
) -> list[FiscalReceiptView]:
    """Receipts that failed or are owed for too long, the oldest first; of a sum or a number, where asked."""
    rows = late_rows(now).select_related("order", "cashbox").order_by("made_at", "pk")
    if text:
        rows = rows.filter(pk__in=late_rows(now).filter(fits(text, kopecks)).values("pk"))
    return [_view(row) for row in rows[:limit]]


def late_receipt_count(*, now: datetime) -> int:
    """How many of them there are, with the notes of which none was made for as long."""
    return late_keys.count(now - LATE) + unmade_count(now=now)


def unmade_count(*, now: datetime) -> int:
    """How many receipts are owed for too long and could not even be made."""
    return notes_left(owed_before=now - LATE)


def receipt_by_id(public_id: str) -> FiscalReceiptView | None:
    """The receipt with this outer id, with its lines."""
    row = Receipt.objects.select_related("order", "cashbox").filter(public_id=public_id).first()
    return None if row is None else _view(row, lines=True)


def cashboxes() -> list[CashboxView]:
    """Every till, by code."""
    rows = Cashbox.objects.select_related("provider").order_by("code")
    open_ones = Receipt.objects.exclude(state__in=sorted(SETTLED)).values("cashbox_id")
    waiting = {row["cashbox_id"]: row["count"] for row in open_ones.annotate(count=Count("pk"))}
    return [
        CashboxView(
            row.code,
            row.provider.code,
            row.address,
            row.secret,
            row.email,
            row.off_at,
            row.silent_since,
            waiting.get(row.pk, 0),
        )
        for row in rows
    ]


def lacking_cashboxes() -> list[str]:
    """Codes of the providers that owe a receipt and have no till."""
    rows = Receipt.objects.filter(cashbox__isnull=True).exclude(state__in=sorted(SETTLED))
    return sorted(set(rows.values_list("provider__code", flat=True)))


def tills_to_enter() -> list[str]:
    """Codes of the providers whose next payment will want a receipt by a till, and that have none."""
    served = set(Cashbox.objects.filter(off_at__isnull=True).values_list("provider_id", flat=True))
    known = {one.provider_id: one.code for one in providers()}
    wanting = paid_with_tills(known) - served
    return sorted(code for provider_id, code in known.items() if provider_id in wanting)


def receipt_counts(*, now: datetime) -> dict[str, int]:
    """By state how many receipts are not done, and how many are ``late``: what is done is never counted."""
    open_states = [state.value for state in ReceiptState if state not in SETTLED]
    rows = Receipt.objects.exclude(state__in=sorted(SETTLED)).values("state").annotate(count=Count("pk"))
    counts = dict.fromkeys(open_states, 0) | {row["state"]: row["count"] for row in rows}
    return counts | {"late": late_receipt_count(now=now)}


def _view(row: Receipt, *, lines: bool = False) -> FiscalReceiptView:
    rows = row.lines.select_related("account").order_by("id") if lines else ()
    kind, state = ReceiptKind(row.kind), ReceiptState(row.state)
    reason = ReceiptReason(row.reason) if row.reason else None
    asked, corrects = row.asked_at is not None, row.corrected_at is not None
    going = corrects and state is ReceiptState.PENDING
    return FiscalReceiptView(
        public_id=row.public_id,
        external_id=row.external_id,
        order_id=row.order_id,
        order_number=row.order.number,
        kind=kind,
        state=state,
        money=row.money,
        at=row.at,
        made_at=row.made_at,
        cashbox=row.cashbox.code if row.cashbox else "",
        tries=row.tries,
        document_number=row.document_number,
        document_attribute=row.document_attribute,
        storage_number=row.storage_number,
        url=row.url,
        reason=reason,
        note=row.note,
        closing_document=row.closing_document,
        closing_reason=row.closing_reason,
        lines=tuple(
            ReceiptLineView(one.account.number, ReceiptLineKind(one.kind), one.money, one.name)
            for one in rows
        ),
        ground=row.ground,
        corrects=corrects,
        may_correct=not going and may_be_corrected(kind, state, reason, asked=asked),
        must_look=must_look(state, asked=asked),
        written_by_id=row.correction_by_id,
        written_by=row.correction_by_name,
    )
