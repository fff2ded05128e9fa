"""Days against the bank: what we and the ledger have of a day, and what the page of differences shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Case, Min, Q, Sum, When

from svet.kernel.money import ZERO, Money
from svet.payments.models import (
    Callback,
    DayDifference,
    DayTotals,
    ImportedPayment,
    Order,
    PaymentRefund,
    Shop,
    StateChange,
)
from svet.payments.rules.reconciling import (
    DifferenceKind,
    FoundDifference,
    KeptPayment,
    KeptRefund,
    UnreadOrder,
)
from svet.payments.rules.registers import RegisterState
from svet.payments.rules.states import CallbackOutcome, OrderState, RefundState

#: Rows of a register that are in no book.
OUT_OF_BOOKS = (RegisterState.DIFFERS.value, RegisterState.CLOSED.value)


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of one payee as the bank, we and the ledger have it; ``differences`` of it are open.

    ``unread`` of them are orders that no sum of the day has in it: the bank's answer is not understood.
    """

    day: date
    provider_id: int
    provider_name: str
    taken: Money
    refunded: Money
    commission: Money
    without_income: int
    booked: Money
    register: Money
    suspense: Money
    differences: int
    unread: int
    reconciled_at: datetime

    @property
    def agrees(self) -> bool:
        """Whether nothing of the day is open and the ledger has what the bank says."""
        return not self.differences and self.taken - self.refunded == self.booked


@dataclass(frozen=True, slots=True)
class DayDifferenceView:
    """One thing that does not agree; what it is about leads to its case or its account."""

    day: date
    kind: DifferenceKind
    subject: str
    provider_name: str
    theirs: Money | None
    ours: Money | None
    order_number: str
    order_public_id: str
    in_review: bool
    row_public_id: str
    callback_id: int | None
    account_number: str
    account_public_id: str
    found_at: datetime

    def age(self, now: datetime) -> timedelta:
        """How long it has been known."""
        return now - self.found_at


def days(*, since: date, until: date) -> list[DayView]:
    """Days of every payee in ``since``…``until`` (half-open), newest first."""
    rows = DayTotals.objects.filter(day__gte=since, day__lt=until).select_related("provider")
    open_ones = DayDifference.objects.filter(gone_at__isnull=True, day__gte=since, day__lt=until)
    counts: Counter[tuple[date, int | None]] = Counter(open_ones.values_list("day", "provider_id"))
    of_unread = open_ones.filter(kind=DifferenceKind.UNREADABLE)
    unread: Counter[tuple[date, int | None]] = Counter(of_unread.values_list("day", "provider_id"))
    return [
        DayView(
            day=row.day,
            provider_id=row.provider_id,
            provider_name=row.provider.name,
            taken=Money(row.taken_kopecks),
            refunded=Money(row.refunded_kopecks),
            commission=Money(row.commission_kopecks),
            without_income=row.without_income,
            booked=Money(row.booked_kopecks),
            register=Money(row.register_kopecks),
            suspense=Money(row.suspense_kopecks),
            differences=counts[row.day, row.provider_id],
            unread=unread[row.day, row.provider_id],
            reconciled_at=row.reconciled_at,
        )
        for row in rows.order_by("-day", "provider__name")
    ]


def differences(*, day: date | None = None, limit: int | None = None) -> list[DayDifferenceView]:
    """What does not agree, the oldest first; of one day or of all."""
    chosen = DayDifference.objects.filter(gone_at__isnull=True).select_related(
        "provider", "order", "row__account"
    )
    if day is not None:
        chosen = chosen.filter(day=day)
    rows = list(chosen.prefetch_related("order__lines__account").order_by("day", "found_at", "pk")[:limit])
    noted = Callback.objects.filter(
        outcome=CallbackOutcome.NOTED, reference__in=[row.subject for row in rows], closed_at__isnull=True
    )
    told = {(shop or 0, name): key for shop, name, key in noted.values_list("shop_id", "reference", "pk")}
    return [_difference(row, callback_id=told.get((row.shop_id or 0, row.subject))) for row in rows]


def _difference(row: DayDifference, *, callback_id: int | None) -> DayDifferenceView:
    lines = list(row.order.lines.all()) if row.order else []
    account = lines[0].account if lines else (row.row.account if row.row else None)
    return DayDifferenceView(
        day=row.day,
        kind=DifferenceKind(row.kind),
        subject=row.subject,
        provider_name=row.provider.name if row.provider else "",
        theirs=None if row.theirs_kopecks is None else Money(row.theirs_kopecks),
        ours=None if row.ours_kopecks is None else Money(row.ours_kopecks),
        order_number=row.order.number if row.order else "",
        order_public_id=row.order.public_id if row.order else "",
        in_review=row.order is not None and row.order.state == OrderState.REVIEW,
        row_public_id=row.row.public_id if row.row else "",
        callback_id=callback_id,
        account_number=account.number if account else "",
        account_public_id=account.public_id if account else "",
        found_at=row.found_at,
    )


def differences_count() -> int:
    """How many differences are open."""
    return DayDifference.objects.filter(gone_at__isnull=True).count()


def days_with_differences(*, since: date) -> list[date]:
    """Days from ``since`` on of which something is open."""
    rows = DayDifference.objects.filter(gone_at__isnull=True, day__gte=since)
    return sorted(set(rows.values_list("day", flat=True)))


def last_reconciled() -> datetime | None:
    """When a day was compared for the last time."""
    return DayTotals.objects.order_by("-reconciled_at").values_list("reconciled_at", flat=True).first()


def kept_payments(
    *, since: datetime, until: datetime, references: Collection[str], shop: Shop | None = None
) -> dict[str, KeptPayment]:
    """Payments a shop has taken in ``since``…``until`` by our own word, and those of these references."""
    chosen = Order.objects.filter(~Q(bank_reference=""), shop=shop).filter(
        Q(paid_at__gte=since, paid_at__lt=until, taken_kopecks__isnull=False)
        | Q(bank_reference__in=list(references))
    )
    rows = list(chosen.annotate(payee=_payee("lines__account__provider_id")))
    keys = _keys(rows)
    posted = _posted([key for of_one in keys.values() for key in of_one])
    return {
        order.bank_reference: KeptPayment(
            order_id=order.pk,
            payee=order.payee,
            state=OrderState(order.state),
            taken=order.taken_kopecks,
            posted=sum(posted.get(key, 0) for key in keys[order.pk]),
            at=order.paid_at,
        )
        for order in rows
    }


def kept_refunds(
    *, since: datetime, until: datetime, references: Collection[str], shop: Shop | None = None
) -> dict[str, KeptRefund]:
    """Refunds a shop made in ``since``…``until`` by our own word, and those of these references."""
    chosen = PaymentRefund.objects.filter(state=RefundState.DONE, shop=shop).filter(
        Q(refunded_at__gte=since, refunded_at__lt=until) | Q(reference__in=list(references))
    )
    rows = list(chosen.select_related("order").annotate(payee=_payee("order__lines__account__provider_id")))
    posted = _posted([refund.ledger_key for refund in rows])
    return {
        refund.reference: KeptRefund(
            order_id=refund.order_id,
            refund_id=refund.pk,
            payee=refund.payee,
            kopecks=refund.kopecks,
            posts=refund.order.state == OrderState.CREDITED or refund.suspense_kopecks is not None,
            posted=-posted.get(refund.ledger_key, 0),
            at=refund.refunded_at,
        )
        for refund in rows
    }


def unread_orders(order_ids: Collection[int]) -> list[UnreadOrder]:
    """Orders of which the bank's answer could not be understood, each with all days it moves money on."""
    rows = Order.objects.filter(pk__in=list(order_ids)).annotate(payee=_payee("lines__account__provider_id"))
    return [
        UnreadOrder(
            order_id=order.pk,
            payee=order.payee,
            subject=order.bank_reference or order.public_id,
            taken=order.taken_kopecks,
            at=(
                order.paid_at or order.created_at,
                *(one.refunded_at for one in order.refunds.all() if one.refunded_at is not None),
            ),
        )
        for order in rows.prefetch_related("refunds").order_by("pk")
    ]


def _keys(orders: Collection[Order]) -> dict[int, tuple[str, ...]]:
    """By which keys money came into the book of the bank: at once, or into suspense and out of it."""
    changes = StateChange.objects.filter(order__in=orders, old=OrderState.REVIEW, new=OrderState.CANCELED)
    closed = set(changes.values_list("order_id", flat=True))
    held = {one.pk: one.held_key if one.pk in closed else f"held:{one.public_id}" for one in orders}
    return {one.pk: (one.ledger_key, held[one.pk], f"un{held[one.pk]}") for one in orders}


def _payee(path: str) -> Min:
    """The one payee of an order (an order over several has none of its own, and is in review)."""
    return Min(path)


_ROWS = """
    SELECT r.id, r.public_id, r.provider_id, r.kopecks, coalesce(sum(p.kopecks), 0) AS posted
    FROM payments_importedpayment r
    LEFT JOIN ledger_transaction_door t ON t.key = r.ledger_key
    LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'bank'
    WHERE r.paid_on = %s AND r.state NOT IN ('differs', 'closed')
    GROUP BY r.id HAVING r.kopecks <> coalesce(sum(p.kopecks), 0) ORDER BY r.id LIMIT 1000"""
_POSTED = """
    SELECT t.key, sum(p.kopecks) FROM ledger_transaction_door t
    JOIN ledger_posting_door p USING (transaction_id)
    WHERE p.book = 'bank' AND t.key = ANY(%s) GROUP BY t.key"""


def rows_out_of_step(day: date) -> list[FoundDifference]:
    """Rows of registers of a day that the ledger has with another sum, or not at all."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [day])
        return [
            FoundDifference(DifferenceKind.ROW_LEDGER, public_id, payee, kopecks, int(posted), row_id=key)
            for key, public_id, payee, kopecks, posted in cursor.fetchall()
        ]


def _posted(keys: Sequence[str]) -> Mapping[str, int]:
    """What each ledger transaction put into the bank's book."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [list(keys)])
        return {key: int(kopecks) for key, kopecks in cursor.fetchall()}


def register_sums(day: date) -> dict[int, tuple[Money, Money]]:
    """By payee: what came by registers of a day, and what of it waits in suspense."""
    rows = ImportedPayment.objects.filter(paid_on=day).exclude(state__in=OUT_OF_BOOKS)
    waits = Case(When(state=RegisterState.SUSPENSE.value, then="kopecks"))
    sums = rows.values("provider_id").annotate(came=Sum("kopecks"), waits=Sum(waits))
    return {
        row["provider_id"]: (Money(int(row["came"])), Money(int(row["waits"])) if row["waits"] else ZERO)
        for row in sums
    }
