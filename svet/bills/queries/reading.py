"""Bills as they stand: lists for accounts, one bill for who may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet, Window
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import RowNumber

from svet.accounts import queries as account_queries
from svet.bills.models import Bill
from svet.bills.rules import BillDocument, LineRow, Sums, UsageComparison, compare, from_snapshot
from svet.bills.rules.lines import lines_from_snapshot
from svet.bills.rules.refusals import BillReason
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound


class BillNotFound(NotFound):
    """There is no such bill, or it belongs to an account the actor cannot see."""

    def __init__(self) -> None:
        super().__init__(BillReason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class BillSummary:
    """A bill in a list, with the sums it states; ``total`` is what its lines cost, recalculation included."""

    bill_id: int
    public_id: str
    number: str
    account_id: int
    month: Month
    version: int
    issued_at: datetime
    issued_on: date
    due_on: date
    kwh: Decimal
    total: Money
    sums: Sums

    @property
    def payable(self) -> Money:
        """What is to be paid: never negative."""
        return Money(self.sums.payable)

    @property
    def closing(self) -> Money:
        """What the account owes by this bill; negative for an overpayment."""
        return Money(self.sums.closing)

    @property
    def overdue(self) -> bool:
        """Whether the day to pay by had passed when the bill was issued."""
        return self.due_on < self.issued_on


@dataclass(frozen=True, slots=True)
class BillView:
    """A whole bill with the comparison to the month before; ``masked`` hides the holder from this reader."""

    summary: BillSummary
    account_public_id: str
    document: BillDocument
    comparison: UsageComparison
    masked: bool

    @property
    def holder(self) -> str:
        payer = self.document.payer
        return payer.masked_name if self.masked else payer.name

    @property
    def address(self) -> str:
        payer = self.document.payer
        return payer.masked_address if self.masked else payer.address


@dataclass(frozen=True, slots=True)
class StatementMonth:
    """One month of the reconciliation: closing = opening + charged + recalculated + penalty − paid."""

    public_id: str
    month: Month
    kwh: Decimal
    sums: Sums

    @property
    def charged(self) -> int:
        """Charged on the bill, with the months that had none of their own."""
        return self.sums.charged + self.sums.earlier

    @property
    def paid(self) -> int:
        """What came and stayed: what was given back is taken off."""
        return self.sums.paid - self.sums.refunded


@dataclass(frozen=True, slots=True)
class BilledMonth:
    """A month as its bill charged it: all its lines, which come to ``total``."""

    public_id: str
    month: Month
    total: Money
    lines: tuple[LineRow, ...]


_SUMMARY_FIELDS = (
    "id",
    "public_id",
    "number",
    "account_id",
    "period",
    "version",
    "issued_at",
    "issued_on",
    "due_on",
    "kwh",
    "total_kopecks",
)
#: The snapshot itself stays in the database: a list reads only its sums.
_SUMS = KeyTransform("sums", "snapshot")


def bills(
    *,
    account_ids: Sequence[int],
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> list[BillSummary]:
    """Bills issued on ``since`` ≤ day < ``until`` for these accounts, newest first, without snapshots."""
    return [_summary(bill) for bill in _feed(account_ids, since, until)[:limit]]


def accounts_of_bill(number: str) -> list[int]:
    """Keys of the accounts with a bill of this number."""
    return list(Bill.objects.filter(number=number).values_list("account_id", flat=True).distinct())


def charges_of_bill(number: str) -> list[tuple[int, Month]]:
    """The account and the month of every bill of this number; suppliers number theirs by themselves."""
    rows = Bill.objects.filter(number=number).values_list("account_id", "period").distinct()
    return [(account_id, Month.of(period)) for account_id, period in rows.order_by("account_id", "period")]


def bill_for(*, actor: Actor, public_id: str) -> BillView:
    """One bill as the actor may see it. :raises BillNotFound: none such, or a stranger's."""
    bill = (
        Bill.objects.filter(public_id=public_id, account__in=account_queries.visible_ids(actor))
        .select_related("account")
        .first()
    )
    if bill is None:
        raise BillNotFound
    return _view(bill, masked=_is_hidden(bill, actor=actor))


def latest(*, account_ids: Sequence[int]) -> dict[int, BillSummary]:
    """The newest bill of each account that has one."""
    found = (
        Bill.objects.filter(account_id__in=account_ids)
        .order_by("account_id", "-period", "-version")
        .distinct("account_id")
        .only(*_SUMMARY_FIELDS)
        .annotate(stated=_SUMS)
    )
    return {bill.account_id: _summary(bill) for bill in found}


def due_days(*, public_ids: Sequence[str]) -> dict[str, date]:
    """Until when the newest bill of each account (outer id) is to be paid; without a bill there is no day."""
    found = (
        Bill.objects.filter(account__public_id__in=public_ids)
        .order_by("account_id", "-period", "-version")
        .distinct("account_id")
    )
    return dict(found.values_list("account__public_id", "due_on"))


def statement(*, account_id: int, months: int = 12) -> list[StatementMonth]:
    """The account's sums as the last bills state them, newest first (сверка расчётов)."""
    rows = (
        Bill.objects.filter(account_id=account_id)
        .order_by("-period", "-version")
        .values_list("public_id", "period", "kwh", "snapshot__sums")[:months]
    )
    return [
        StatementMonth(public_id, Month.of(period), kwh, Sums(**sums))
        for public_id, period, kwh, sums in rows
    ]


def billed_months(*, account_id: int, months: int) -> list[BilledMonth]:
    """The lines of the account's last bills, newest first, in one query."""
    rows = (
        Bill.objects.filter(account_id=account_id)
        .order_by("-period", "-version")
        .distinct("period")
        .values_list("public_id", "period", "total_kopecks", "snapshot__lines")[:months]
    )
    return [
        BilledMonth(public_id, Month.of(period), Money(total), lines_from_snapshot(lines))
        for public_id, period, total, lines in rows
    ]


def last_bills(*, account_ids: Sequence[int], months: int = 6) -> dict[int, list[BillSummary]]:
    """The newest bills of each account, in one query."""
    rows = _last.all(account_ids) if months == 1 else _newest(account_ids, months)
    found: dict[int, list[BillSummary]] = {account_id: [] for account_id in account_ids}
    for bill in rows:
        found[bill.account_id].append(_summary(bill))
    return found


@frozen
def _last(account_ids: Collection[int]) -> QuerySet[Bill]:
    return _newest(account_ids, 1)


def _newest(account_ids: Collection[int], months: int) -> QuerySet[Bill]:
    newest = Window(RowNumber(), partition_by="account_id", order_by=["-period", "-version"])
    return (
        Bill.objects.filter(account_id__in=account_ids)
        .annotate(place=newest, stated=_SUMS)
        .filter(place__lte=months)
        .only(*_SUMMARY_FIELDS)
        .order_by("-period", "-version")
    )


def bill_by_id(bill_id: int, *, masked: bool) -> BillView:
    """One bill for a job. :raises BillNotFound: none such"""
    bill = Bill.objects.filter(pk=bill_id).select_related("account").first()
    if bill is None:
        raise BillNotFound
    return _view(bill, masked=masked)


def is_masked(*, actor: Actor, account_id: int) -> bool:
    """Whether name and flat stay hidden: a customer whose hold on the account nobody has confirmed."""
    return not account_queries.is_confirmed(actor, account_id=account_id)


def _is_hidden(bill: Bill, *, actor: Actor) -> bool:
    """A bill of the time before a hand-over names the former holder, who is nobody to the new one."""
    former = bill.account.held_since is not None and bill.issued_on < bill.account.held_since
    own = actor.kind is ActorKind.PERSON
    return (own and former) or is_masked(actor=actor, account_id=bill.account_id)


def _feed(account_ids: Iterable[int], since: date | None, until: date | None) -> QuerySet[Bill]:
    found = Bill.objects.filter(account_id__in=list(account_ids)).only(*_SUMMARY_FIELDS)
    found = found.annotate(stated=_SUMS)
    if since is not None:
        found = found.filter(issued_on__gte=since)
    if until is not None:
        found = found.filter(issued_on__lt=until)
    return found.order_by("-issued_at", "-id")


def _summary(bill: Bill) -> BillSummary:
    stated = getattr(bill, "stated", None) or bill.snapshot["sums"]
    return BillSummary(
        bill_id=bill.pk,
        public_id=bill.public_id,
        number=bill.number,
        account_id=bill.account_id,
        month=Month.of(bill.period),
        version=bill.version,
        issued_at=bill.issued_at,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        kwh=bill.kwh,
        total=Money(bill.total_kopecks),
        sums=Sums(**stated),
    )


def _view(bill: Bill, *, masked: bool) -> BillView:
    document = from_snapshot(bill.snapshot)
    public_id: str = bill.account.public_id
    return BillView(_summary(bill), public_id, document, compare(document), masked)
