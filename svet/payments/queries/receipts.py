"""What fiscal receipts are owed for, where they go, and who makes those of a shop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import (
    Chargeback,
    ChargebackLine,
    MoneyAct,
    Order,
    OrderLine,
    PaymentRefund,
    ReceiptDue,
    RefundLine,
    ShopReceipts,
    SourceReceipts,
)
from svet.payments.queries.shops import shops_of
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.receipts import DueKind, LostReceipts, ReceiptMaker, RegisterReceipts
from svet.payments.rules.states import SPOKEN_FOR, OrderState, RefundState


@dataclass(frozen=True, slots=True)
class ReceiptDueLine:
    """What came to one account, or went from it."""

    account_id: int
    account_number: str
    money: Money


@dataclass(frozen=True, slots=True)
class ReceiptDueView:
    """Money a till of ours owes a receipt for; ``ledger_key`` names the posting of what was paid.

    ``at`` is when the bank took it or gave it back; ``decide``: no receipt goes before a person said so.
    """

    due_id: int
    name: str
    kind: DueKind
    order_id: int
    order_public_id: str
    number: str
    provider_id: int
    ledger_key: str
    lines: tuple[ReceiptDueLine, ...]
    at: datetime
    decide: bool = False


def receipts_due(*, limit: int, after: int = 0) -> list[ReceiptDueView]:
    """The oldest notes of which no receipt was made, behind the one with the key ``after``."""
    rows = (
        ReceiptDue.objects.filter(taken_at__isnull=True, pk__gt=after)
        .select_related("order", "refund", "dispute")
        .order_by("id")
    )
    return [_view(row) for row in rows[:limit]]


#: The vendor of the till takes no longer one.
LONGEST_CONTACT: Final = 64


@dataclass(frozen=True, slots=True)
class ReceiptContact:
    """Where the receipt of a payment goes: one of both."""

    email: str
    phone: str


def payer_of(order_id: int) -> int:
    """Who paid (their key)."""
    return Order.objects.values_list("person_id", flat=True).get(pk=order_id)


def contact_of(order_id: int) -> ReceiptContact:
    """The address the payer typed, else the phone they sign in with: what a bank would be given.

    A receipt knows addresses of 64 characters at most. Neither of a payer who has left.
    """
    order = Order.objects.select_related("person").get(pk=order_id)
    if order.person.closed_at is not None:
        return ReceiptContact("", "")
    email = order.receipt_email if len(order.receipt_email) <= LONGEST_CONTACT else ""
    return ReceiptContact(email, "" if email else order.person.phone or "")


def order_public_id(order_id: int) -> str:
    """The outer id of a payment."""
    return Order.objects.values_list("public_id", flat=True).get(pk=order_id)


def notes_left(*, owed_before: datetime) -> int:
    """How many notes of before a moment no receipt was made of."""
    return _notes_of.count(owed_before)


@frozen
def _notes_of(owed_before: datetime) -> QuerySet[ReceiptDue, int]:
    rows = ReceiptDue.objects.filter(taken_at__isnull=True, owed_at__lt=owed_before)
    return rows.values_list("pk", flat=True)


def makers() -> dict[str, ReceiptMaker]:
    """By the code of a shop ("": that of ``SVET_ACQUIRING_URL``) who makes receipts; the bank has no row."""
    rows = ShopReceipts.objects.values_list("shop__code", "maker")
    return {code or "": ReceiptMaker(maker) for code, maker in rows}


def lost_words() -> dict[str, LostReceipts]:
    """By the code of a shop ("": as in :func:`makers`) what is done about receipts of disputes it loses."""
    rows = ShopReceipts.objects.values_list("shop__code", "lost")
    return {code or "": LostReceipts(lost) for code, lost in rows}


def source_receipts(code: str, *, on: date) -> RegisterReceipts:
    """Who makes the receipts of money that a source brought and that was paid on a local day."""
    rows = SourceReceipts.objects.filter(source__code=code.replace("\0", ""), since__lte=on)
    found = rows.order_by("-since").values_list("maker", flat=True).first()
    return RegisterReceipts(found or RegisterReceipts.UNSAID)


def paid_with_tills(providers: Collection[int]) -> frozenset[int]:
    """Of these providers (keys) those whose new payments want a receipt by a till of ours.

    By reserves too, and not by a shop that is off.
    """
    tills = set(
        ShopReceipts.objects.filter(maker=ReceiptMaker.CASHBOX.value).values_list("shop_id", flat=True)
    )
    return frozenset(
        provider
        for provider, shops in shops_of(providers).items()
        if any((shop.pk if shop else None) in tills and not (shop and shop.off_at) for shop in shops)
    )


@dataclass(frozen=True, slots=True)
class PaymentReceipts:
    """What came to the accounts by a payment, what went back, and what its receipts say of both."""

    number: str
    credited: Money
    sold: Money
    back: Money
    receipts_back: Money


def payments_unlike(*, sold: Combinable, back: Combinable, most: int) -> list[PaymentReceipts]:
    """Credited payments with receipts by our till whose receipts come to something else.

    ``sold``, ``back``: expressions of kopecks over the key of a payment (``OuterRef("pk")``). One with a note
    of which no receipt was made yet is not looked at.
    """
    lines = OrderLine.objects.filter(order_id=OuterRef("pk")).order_by().values("order_id")
    given = RefundLine.objects.filter(refund__in=_gone(), refund__order_id=OuterRef("pk"))
    lost = ChargebackLine.objects.filter(
        chargeback__in=_lost_with_receipts(), chargeback__order_id=OuterRef("pk")
    )
    notes = ReceiptDue.objects.filter(order_id=OuterRef("pk"), taken_at__isnull=True)
    rows = (
        _by_till()
        .filter(~Exists(notes))
        .annotate(
            credited=Coalesce(Subquery(lines.annotate(sum=Sum("credited_kopecks")).values("sum")), 0),
            given=Coalesce(
                Subquery(
                    given.order_by().values("refund__order_id").annotate(sum=Sum("kopecks")).values("sum")
                ),
                0,
            )
            + Coalesce(
                Subquery(
                    lost.order_by().values("chargeback__order_id").annotate(sum=Sum("kopecks")).values("sum")
                ),
                0,
            ),
            sold=sold,
            receipts_back=back,
        )
        .exclude(sold=F("credited"), receipts_back=F("given"))
        .order_by("pk")
    )
    found = rows.values_list("number", "credited", "sold", "given", "receipts_back")[:most]
    return [PaymentReceipts(number, *map(Money, sums)) for number, *sums in found]


def refunds_without_note(*, most: int) -> list[str]:
    """Payments with receipts by our till of which money went back and no receipt is owed for it: numbers."""
    return list(refunds_unnoted().values_list("order__number", flat=True)[:most])


def disputes_without_note(*, most: int) -> list[str]:
    """Payments with receipts by our till that were lost in a dispute of which no note was kept: numbers."""
    return list(disputes_unnoted().values_list("order__number", flat=True)[:most])


def paid_unnoted() -> QuerySet[Order]:
    """Credited payments with receipts by our till of which no note was kept; for this room."""
    notes = ReceiptDue.objects.filter(order=OuterRef("pk"), kind=DueKind.PAID.value)
    return _by_till().filter(~Exists(notes)).order_by("pk")


def refunds_unnoted() -> QuerySet[PaymentRefund]:
    """Refunds of such payments that are off the accounts, of which no note was kept; for this room."""
    notes = ReceiptDue.objects.filter(refund=OuterRef("pk"))
    rows = _gone().filter(~Exists(notes), order__in=_by_till())
    return rows.select_related("order").order_by("pk")


def disputes_unnoted() -> QuerySet[Chargeback]:
    """Disputes of such payments that were lost, of which no note was kept; for this room."""
    rows = Chargeback.objects.filter(
        ~Exists(ReceiptDue.objects.filter(dispute=OuterRef("pk"))),
        state=ChargebackState.LOST.value,
        kopecks__gt=F("above_kopecks"),
        order__in=_by_till(),
    )
    return rows.select_related("order").order_by("pk")


def _lost_with_receipts() -> QuerySet[Chargeback]:
    """Lost disputes of which a receipt is owed or a person decides."""
    notes = ReceiptDue.objects.filter(dispute=OuterRef("pk")).exclude(lost=LostReceipts.NOBODY.value)
    return Chargeback.objects.filter(Exists(notes), state=ChargebackState.LOST.value)


def _by_till() -> QuerySet[Order]:
    return Order.objects.filter(receipts=ReceiptMaker.CASHBOX.value, state=OrderState.CREDITED.value)


def _gone() -> QuerySet[PaymentRefund]:
    """Refunds that are off the accounts."""
    return PaymentRefund.objects.filter(state=RefundState.DONE.value, posted_at__isnull=False)


def unsettled_orders(order_ids: Collection[int]) -> frozenset[int]:
    """Which of these payments have money on its way back, moved by the payer, disputed, or a note to take.

    A move that was refused, withdrawn or taken back again moved nothing.
    """
    ids = list(order_ids)
    back = PaymentRefund.objects.filter(order_id__in=ids, state__in=sorted(SPOKEN_FOR - {RefundState.DONE}))
    moved = MoneyAct.objects.filter(
        of_order_id__in=ids, state__in=[MoneyActState.WAITING.value, MoneyActState.POSTED.value]
    ).exclude(undone_by__state=MoneyActState.POSTED.value)
    # One that was lost is settled where its receipt takes the lines of the payment.
    disputed = Chargeback.objects.filter(order_id__in=ids).exclude(state=ChargebackState.WON.value)
    disputed = disputed.exclude(pk__in=_lost_with_receipts())
    notes = ReceiptDue.objects.filter(order_id__in=ids, taken_at__isnull=True)
    return frozenset(
        {
            *back.values_list("order_id", flat=True),
            *moved.exclude(of_order=None).values_list("of_order_id", flat=True),
            *disputed.values_list("order_id", flat=True),
            *notes.values_list("order_id", flat=True),
        }
    )


def _view(row: ReceiptDue) -> ReceiptDueView:
    order = row.order
    lines = list(order.lines.select_related("account").order_by("position"))
    if row.dispute is not None:
        lost = dict(ChargebackLine.objects.filter(chargeback=row.dispute).values_list("line_id", "kopecks"))
        parts = [(line, lost.get(line.pk, 0)) for line in lines]
        at = row.owed_at
    elif row.refund is None:
        parts = [(line, line.credited.kopecks) for line in lines]
        at = order.paid_at or row.owed_at
    else:
        back = dict(RefundLine.objects.filter(refund=row.refund).values_list("line_id", "kopecks"))
        parts = [(line, back.get(line.pk, 0)) for line in lines]
        at = row.refund.refunded_at or row.owed_at
    return ReceiptDueView(
        due_id=row.pk,
        name=row.name,
        kind=DueKind(row.kind),
        order_id=order.pk,
        order_public_id=order.public_id,
        number=order.number,
        provider_id=lines[0].account.provider_id,
        ledger_key=order.ledger_key,
        lines=tuple(
            ReceiptDueLine(line.account_id, line.account.number, Money(kopecks))
            for line, kopecks in parts
            if kopecks
        ),
        at=at,
        decide=row.lost == LostReceipts.ASK,
    )
