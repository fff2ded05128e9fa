"""What is to be printed, and the batches that were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from svet.accounts.rules import BillDelivery
from svet.bills.models import Bill, PrintBatch, PrintedBill
from svet.bills.rules import BillDocument, batch_label, from_snapshot, route_key
from svet.bills.rules.refusals import PrintReason
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound

#: How many months back the desk looks for bills that were never printed.
MONTHS_SHOWN = 3


class BatchNotFound(NotFound):
    """There is no such batch."""

    def __init__(self) -> None:
        super().__init__(PrintReason.NO_BATCH)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The bills of a provider's month that go on paper: how many are printed, how many are not yet."""

    provider: str
    month: Month
    printed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch in the list of the desk; ``first`` and ``last`` are the addresses at both ends of its pile."""

    public_id: str
    label: str
    provider: str
    month: Month
    bills: int
    made_at: datetime
    made_by: str
    drawn_at: datetime | None
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class PrintedBatch:
    """A batch as its files tell of it; the digests are of the first printing, empty before it."""

    batch_id: int
    label: str
    provider: str
    period: date
    bills: int
    made_at: datetime
    made_by: str
    pdf_sha256: str
    register_sha256: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A bill at its place in a batch."""

    position: int
    street: str
    document: BillDocument


def on_paper() -> Q:
    """Bills of accounts that get paper: who asked for e-mail but has no address gets no letter otherwise."""
    return Q(account__delivery__in=[BillDelivery.PAPER.value, BillDelivery.BOTH.value]) | Q(
        account__delivery_email=""
    )


def to_print(*, provider_id: int, period: Month) -> list[tuple[int, str]]:
    """Bills of the month that are in no batch yet, in the order of the route: key and street."""
    rows = _of_month(period).filter(
        ~Exists(PrintedBill.objects.filter(bill_id=OuterRef("pk"))), account__provider_id=provider_id
    )
    found = rows.filter(on_paper()).values_list(
        "pk",
        "number",
        "account__premises__city",
        "account__premises__street",
        "account__premises__house",
        "account__premises__flat",
    )
    keyed = [
        (route_key(city=city, street=street, house=house, flat=flat), number, pk, _street(city, street))
        for pk, number, city, street, house, flat in found.iterator(chunk_size=5000)
    ]
    return [(pk, street) for _key, _number, pk, street in sorted(keyed)]


def sheets(batch_id: int) -> Iterator[Sheet]:
    """The bills of a batch in their order."""
    rows = PrintedBill.objects.filter(batch_id=batch_id).order_by("position")
    for position, street, snapshot in rows.values_list("position", "street", "bill__snapshot").iterator(
        chunk_size=200
    ):
        yield Sheet(position, street, from_snapshot(snapshot))


def waiting(*, today: date) -> list[Waiting]:
    """The last months' paper by provider, newest first."""
    oldest = Month.of(today).plus(1 - MONTHS_SHOWN)
    rows = (
        Bill.objects.filter(on_paper(), due_on__gte=oldest.first, version=1)
        .values("account__provider_id", "account__provider__name", "period")
        .annotate(done=Count("printed"), all=Count("pk"))
        .order_by("-period", "account__provider__name")
    )
    return [
        Waiting(
            provider=row["account__provider__name"],
            month=Month.of(row["period"]),
            printed=row["done"],
            waiting=row["all"] - row["done"],
        )
        for row in rows
    ]


def batches(*, limit: int) -> list[BatchView]:
    """The newest batches."""
    found = PrintBatch.objects.select_related("provider").order_by("-made_at", "-id")[:limit]
    ends = _ends([batch.pk for batch in found])
    return [
        BatchView(
            public_id=batch.public_id,
            label=_label_of(batch),
            provider=batch.provider.name,
            month=Month.of(batch.period),
            bills=batch.bills,
            made_at=batch.made_at,
            made_by=batch.made_by,
            drawn_at=batch.drawn_at,
            first=ends[batch.pk, 1],
            last=ends[batch.pk, batch.bills],
        )
        for batch in found
    ]


def batch_by_public_id(public_id: str) -> PrintedBatch:
    """A batch for the desk. :raises BatchNotFound:"""
    found = PrintBatch.objects.select_related("provider").filter(public_id=public_id).first()
    if found is None:
        raise BatchNotFound
    return printed_batch(found)


def batch_by_label(label: str) -> PrintedBatch:
    """A batch by the name of its files. :raises BatchNotFound:"""
    # The code may have hyphens of its own: the month and the number are the last three parts.
    parts = label.rsplit("-", 3)
    if len(parts) != 4:
        raise BatchNotFound
    code, period, number = parts[0], "-".join(parts[1:3]), parts[3]
    try:
        month, place = Month.parse(period), int(number[:6])
    except ValueError:
        raise BatchNotFound from None
    found = PrintBatch.objects.select_related("provider").filter(
        provider__code=code, period=month.first, number=place
    )
    batch = found.first()
    if batch is None:
        raise BatchNotFound
    return printed_batch(batch)


def printed_batch(row: PrintBatch) -> PrintedBatch:
    """The value of a row that was read with its provider; for this room."""
    return PrintedBatch(
        batch_id=row.pk,
        label=_label_of(row),
        provider=row.provider.name,
        period=row.period,
        bills=row.bills,
        made_at=row.made_at,
        made_by=row.made_by,
        pdf_sha256=row.pdf_sha256,
        register_sha256=row.register_sha256,
    )


def _label_of(batch: PrintBatch) -> str:
    """The name of a batch and of its files."""
    return batch_label(
        provider_code=batch.provider.code, month=str(Month.of(batch.period)), number=batch.number
    )


def _of_month(period: Month) -> QuerySet[Bill]:
    """The newest version of the month's bills; the due day, which has an index, lies in the next month."""
    later = Bill.objects.filter(
        account_id=OuterRef("account_id"), period=OuterRef("period"), version__gt=OuterRef("version")
    )
    following = period.plus(1)
    return Bill.objects.filter(
        ~Exists(later), period=period.first, due_on__gte=following.first, due_on__lt=following.end
    )


def _street(city: str, street: str) -> str:
    return f"{city}, {street}" if street else city


def _ends(batch_ids: list[int]) -> dict[tuple[int, int], str]:
    ends = Q(position=1) | Q(position=F("batch__bills"))
    rows = PrintedBill.objects.filter(ends, batch_id__in=batch_ids)
    return {
        (batch_id, position): address
        for batch_id, position, address in rows.values_list(
            "batch_id", "position", "bill__snapshot__payer__address"
        )
    }
