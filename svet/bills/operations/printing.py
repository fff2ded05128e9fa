"""Paper: bills in batches for the print house, in the order of the route.

A batch is chosen in one transaction and drawn in the next, so a run that was killed leaves either nothing or
a batch that the next run draws whole, the same to the byte. Two runs at once take turns at choosing and skip
what the other is drawing.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import groupby

from django.utils import translation

from svet.bills import queries
from svet.bills.drawing import Control, draw_batch, draw_control
from svet.bills.models import PrintBatch, PrintedBill
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows
from svet.kernel.locks import Lock, hold
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case

#: How many bills a batch holds if nothing is said, and at most: it is drawn in one transaction.
BATCH_SIZE, BATCH_MOST = 500, 2_000
_HEADINGS = ("№", "Лицевой счёт", "Адрес", "Счёт", "К оплате, ₽", "Страниц", "Файл")


@dataclass(frozen=True, slots=True)
class PrintFiles:
    """The files of a batch: bills, register, control sheet, each with its name."""

    label: str
    bills: int
    pdf: bytes
    register: bytes
    control: bytes

    @property
    def named(self) -> dict[str, bytes]:
        """The files by the names they are saved under."""
        return {
            f"{self.label}.pdf": self.pdf,
            f"{self.label}.csv": self.register,
            f"{self.label}-control.pdf": self.control,
        }

    @property
    def pdf_sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def register_sha256(self) -> str:
        return hashlib.sha256(self.register).hexdigest()


def print_month(
    *,
    provider_id: int,
    period: Month,
    keep: Callable[[PrintFiles], None],
    by: Actor,
    now: datetime,
    size: int = BATCH_SIZE,
) -> Iterator[PrintFiles]:
    """Print what the month has on paper and no batch holds yet; yields each batch when it is kept and marked.

    ``keep`` puts the files where they are wanted before the batch is marked as printed. A batch that an
    earlier run chose but did not finish comes first.
    """
    size = max(1, min(size, BATCH_MOST))
    yield from _finish(provider_id, period, keep=keep, by=by, now=now)
    order = queries.to_print(provider_id=provider_id, period=period)
    for start in range(0, len(order), size):
        _choose(provider_id, period, order[start : start + size], by=by, now=now)
        yield from _finish(provider_id, period, keep=keep, by=by, now=now)


def print_again(*, batch: queries.PrintedBatch, by: Actor, now: datetime) -> tuple[PrintFiles, bool]:
    """Draw the files of a batch once more; tells whether they are the very ones that were printed."""
    files = files_of(batch)
    same = not batch.pdf_sha256 or (files.pdf_sha256, files.register_sha256) == (
        batch.pdf_sha256,
        batch.register_sha256,
    )
    with use_case():
        _record("bills.printed_again", batch, files, by=by, now=now)
    return files, same


def files_of(batch: queries.PrintedBatch) -> PrintFiles:
    """The files of a batch, drawn from the bills as they were issued: the same bytes every time."""
    label = batch.label
    sheets = list(queries.sheets(batch.batch_id))
    # Paper is Russian whatever language the caller speaks.
    with translation.override("ru"):
        pdf = draw_batch(
            (sheet.document for sheet in sheets),
            title=f"Партия {label}",
            author=sheets[0].document.payee.legal_name,
        )
        register = _register(sheets, file=f"{label}.pdf")
        control = draw_control(
            Control(
                label=label,
                provider=batch.provider,
                period=batch.period,
                made_at=batch.made_at,
                made_by=batch.made_by,
                bills=len(sheets),
                pages=len(sheets),
                kopecks=sum(sheet.document.sums.payable for sheet in sheets),
                first=sheets[0].document.payer.address,
                last=sheets[-1].document.payer.address,
                streets=[
                    (street, len(list(each))) for street, each in groupby(sheets, key=lambda one: one.street)
                ],
                sha256=hashlib.sha256(pdf).hexdigest(),
                register_sha256=hashlib.sha256(register).hexdigest(),
            )
        )
    return PrintFiles(label, len(sheets), pdf, register, control)


def _choose(
    provider_id: int, period: Month, order: Sequence[tuple[int, str]], *, by: Actor, now: datetime
) -> None:
    """Make a batch of those bills that are in none yet; nothing where another run has taken them all."""
    with use_case():
        hold(Lock.BILL_PRINT, provider_id)
        taken = set(
            PrintedBill.objects.filter(bill_id__in=[bill_id for bill_id, _street in order]).values_list(
                "bill_id", flat=True
            )
        )
        left = [(bill_id, street) for bill_id, street in order if bill_id not in taken]
        if not left:
            return
        last = PrintBatch.objects.filter(provider_id=provider_id, period=period.first).order_by("-number")
        number = last.values_list("number", flat=True).first() or 0
        batch = PrintBatch.objects.create(
            provider_id=provider_id,
            period=period.first,
            number=number + 1,
            made_at=now,
            made_by=_named(by),
            bills=len(left),
        )
        copy_rows(
            model=PrintedBill,
            columns=("batch_id", "bill_id", "position", "street"),
            rows=[
                (batch.pk, bill_id, position, street) for position, (bill_id, street) in enumerate(left, 1)
            ],
        )


def _finish(
    provider_id: int, period: Month, *, keep: Callable[[PrintFiles], None], by: Actor, now: datetime
) -> Iterator[PrintFiles]:
    """Draw, keep and mark every chosen batch that nobody else is drawing."""
    while True:
        with use_case():
            row = (
                PrintBatch.objects.select_related("provider")
                .select_for_update(skip_locked=True, of=("self",))
                .filter(provider_id=provider_id, period=period.first, drawn_at__isnull=True)
                .order_by("number")
                .first()
            )
            if row is None:
                return
            batch = queries.printed_batch(row)
            files = files_of(batch)
            keep(files)
            PrintBatch.objects.filter(pk=batch.batch_id).update(
                drawn_at=now, pdf_sha256=files.pdf_sha256, register_sha256=files.register_sha256
            )
            PrintedBill.objects.filter(batch_id=batch.batch_id).update(printed_at=now)
            _record("bills.printed", batch, files, by=by, now=now)
        yield files


def _record(action: str, batch: queries.PrintedBatch, files: PrintFiles, *, by: Actor, now: datetime) -> None:
    journal.record(
        by=by,
        action=action,
        subject="print_batch",
        subject_id=files.label,
        now=now,
        after={"bills": batch.bills, "pdf_sha256": files.pdf_sha256},
    )


def _register(sheets: Sequence[queries.Sheet], *, file: str) -> bytes:
    """The register: a row for every bill of the pile, for spreadsheets that speak Russian."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for sheet in sheets:
        payer = sheet.document.payer
        writer.writerow(
            (
                sheet.position,
                _plain(payer.account_number),
                _plain(payer.address),
                _plain(sheet.document.number),
                f"{sheet.document.sums.payable // 100},{sheet.document.sums.payable % 100:02d}",
                1,
                file,
            )
        )
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def _plain(text: str) -> str:
    """A cell with plain spaces that no spreadsheet takes for a formula."""
    text = text.replace("\xa0", " ")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _named(by: Actor) -> str:
    return by.name[:100] or by.kind.value
