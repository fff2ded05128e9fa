"""«Скачать»: the filtered feed as CSV for any spreadsheet and as XLSX. No cell is ever a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils.translation import gettext as _

from svet.cabinet.history.cards import state, title
from svet.history.queries import HistoryCard
from svet.kernel.money import Money
from svet.kernel.services import Unit
from svet.kernel.writing import plain_number, safe_cell
from svet.look import formats
from svet.metering.texts import scale_name


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One row of the table: a zone of a reading, an account of a payment, a bill."""

    day: date
    operation: str
    provider: str
    account: str
    meter: str = ""
    zone: str = ""
    value: Decimal | None = None
    used: Decimal | None = None
    unit: str = ""
    money: Money | None = None
    state: str = ""
    number: str = ""


def heads(*, mixed: bool) -> list[str]:
    """The titles of the columns; where there is more than electricity the unit has its own, the last one."""
    return [
        _("Дата"),
        _("Операция"),
        _("Поставщик услуг"),
        _("Абонент"),
        _("Прибор учёта"),
        _("Зона"),
        _("Показание"),
        _("Расход") if mixed else _("Расход, кВт·ч"),
        _("Сумма, ₽"),
        _("Состояние"),
        _("Номер"),
        *([_("Единица")] if mixed else []),
    ]


def _is_mixed(cards: Sequence[HistoryCard]) -> bool:
    return any(card.account.provider.service.unit is not Unit.KWH for card in cards)


def to_csv(cards: Sequence[HistoryCard]) -> bytes:
    """Semicolons, decimal commas and a byte order mark: what a Russian spreadsheet opens by itself."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    mixed = _is_mixed(cards)
    writer.writerow(heads(mixed=mixed))
    for line in lines(cards):
        writer.writerow([_plain(value) for value in _cells(line, mixed=mixed)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(cards: Sequence[HistoryCard]) -> bytes:
    """A workbook with real dates and numbers; texts are written as texts."""
    # Read where it is used: it would take a twentieth of the time of every start, of each command's too.
    import xlsxwriter

    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("История"))
    bold = book.add_format({"bold": True, "bottom": 1})
    days = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
    sums = book.add_format({"num_format": "#,##0.00"})
    mixed = _is_mixed(cards)
    named = heads(mixed=mixed)
    for column, (head, width) in enumerate(
        zip(named, (12, 34, 22, 16, 16, 16, 12, 14, 14, 18, 22, 10)[: len(named)], strict=True)
    ):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    count = 0
    for count, line in enumerate(lines(cards), start=1):
        for column, value in enumerate(_cells(line, mixed=mixed)):
            if isinstance(value, date):
                sheet.write_datetime(count, column, value, days)
            elif isinstance(value, Money):
                sheet.write_number(count, column, float(value.roubles), sums)
            elif isinstance(value, Decimal):
                sheet.write_number(count, column, float(value))
            elif value:
                sheet.write_string(count, column, safe_cell(value))
    sheet.autofilter(0, 0, max(count, 1), len(named) - 1)
    book.close()
    return buffer.getvalue()


def lines(cards: Iterable[HistoryCard]) -> Iterable[ExportLine]:
    """The cards taken apart."""
    for card in cards:
        base = ExportLine(
            day=card.day,
            operation=title(card).rsplit(" ", 2)[0],
            provider=card.account.provider.name,
            account=card.account.number,
            state=state(card),
        )
        yield from _parts(card, base)


def _parts(card: HistoryCard, base: ExportLine) -> Sequence[ExportLine]:
    same = (base.day, base.operation)
    if card.reading is not None:
        reading = card.reading
        return [
            ExportLine(
                *same,
                base.provider,
                base.account,
                meter=reading.serial,
                zone=scale_name(value.zone, card.account.provider.service),
                value=value.value,
                used=value.consumption,
                unit=formats.unit_name(card.account.provider.service.unit),
                state=base.state,
                number=reading.receipt_number,
            )
            for value in reading.values
        ]
    if card.order is not None:
        return [
            ExportLine(
                *same,
                line.provider_name,
                line.account_number,
                money=line.money,
                state=base.state,
                number=card.order.number,
            )
            for line in card.order.lines
        ]
    used = card.bill.kwh if card.bill is not None else None
    unit = formats.unit_name(card.account.provider.service.unit) if card.bill is not None else ""
    number = card.bill.number if card.bill is not None else ""
    if card.register is not None:
        number = card.register.external_id
    return [
        ExportLine(
            *same,
            base.provider,
            base.account,
            used=used,
            unit=unit,
            money=card.money,
            state=base.state,
            number=number,
        )
    ]


def _cells(line: ExportLine, *, mixed: bool) -> list[date | str | Decimal | Money | None]:
    return [
        line.day,
        line.operation,
        line.provider,
        line.account,
        line.meter,
        line.zone,
        line.value,
        line.used,
        line.money,
        line.state,
        line.number,
        *([line.unit] if mixed else []),
    ]


def _plain(value: date | str | Decimal | Money | None) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Money):
        return f"{value.roubles}".replace(".", ",")
    if isinstance(value, Decimal):
        return plain_number(value).replace(".", ",")
    return safe_cell(value)
