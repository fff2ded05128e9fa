"""Bills for tests: a document of any shape without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from svet.bills.rules import (
    BillDocument,
    BillPayee,
    BillPayer,
    BillReading,
    LineRow,
    Movement,
    Sums,
    Usage,
    UsageBar,
    last_prices,
)
from svet.kernel.periods import Month

PAYEE = BillPayee(
    name="Уралэнергосбыт",
    legal_name="ООО «Уралэнергосбыт»",
    service="electricity",
    inn="7453000000",
    kpp="745301001",
    settlement_account="40702810000000012345",
    bank_name="Банк «Пример», г. Челябинск",
    bic="047501000",
    correspondent_account="30101810000000000000",
    hotline="8-351-2222-500",
    color="#1f5fa8",
)
PAYER = BillPayer(
    account_number="0356067000",
    name="Иванова Анна Петровна",
    masked_name="А*** П. И******",
    address="г. Челябинск, ул. Цветная, д. 15, кв. 27",
    masked_address="г. Челябинск, ул. Цветная, д. 15, кв. **",
)
NOVEMBER = Month(2026, 11)


def make_line(
    *,
    zone: str = "single",
    kwh: Decimal = Decimal(212),
    price: Decimal = Decimal("4.77"),
    range_no: int = 1,
    over: Decimal | None = None,
    upper: Decimal | None = None,
    basis: str = "reading",
    demonstration: bool = False,
) -> LineRow:
    """A line whose kopecks are its kWh × price."""
    kopecks = int((kwh * price * 100).quantize(Decimal(1)))
    return LineRow(
        meter_serial="115268446",
        zone=zone,
        basis=basis,
        since_on=date(2026, 10, 24),
        until_on=date(2026, 11, 23),
        range_no=range_no,
        range_over_kwh=over,
        range_upper_kwh=upper,
        kwh=kwh,
        price=price,
        kopecks=kopecks,
        previous_value=Decimal(3377),
        previous_on=date(2026, 10, 24),
        previous_receipt="П-7K3M-Q2X9",
        previous_source="web",
        current_value=Decimal(3377) + kwh,
        current_on=date(2026, 11, 23),
        current_receipt="П-8AAA-BBBB",
        current_source="web",
        ratio=Decimal(1),
        tariff_group="1.2",
        tariff_from=date(2026, 10, 1),
        tariff_to=None,
        decree="Постановление № 96/2 от 20.11.2023",
        source_url="https://tariff.example/96-2",
        demonstration=demonstration,
    )


def make_reading(
    *, zone: str = "single", kwh: Decimal = Decimal(212), serial: str = "115268446"
) -> BillReading:
    """A reading row of one scale."""
    return BillReading(
        meter_serial=serial,
        scheme=1,
        zone=zone,
        ratio=Decimal(1),
        previous_value=Decimal(3377),
        previous_on=date(2026, 10, 24),
        previous_source="web",
        previous_receipt="П-7K3M-Q2X9",
        current_value=Decimal(3377) + kwh,
        current_on=date(2026, 11, 23),
        current_source="web",
        current_receipt="П-8AAA-BBBB",
        kwh=kwh,
    )


def make_document(
    *,
    lines: tuple[LineRow, ...] | None = None,
    readings: tuple[BillReading, ...] | None = None,
    opening: int = 0,
    paid: int = 0,
    previous_kwh: Decimal | None = Decimal(174),
) -> BillDocument:
    """A November bill of one zone; the month before had 174 kWh at the same price."""
    shown = (make_line(),) if lines is None else lines
    charged = sum(line.kopecks for line in shown if line.basis != "recalculation")
    recalculated = sum(line.kopecks for line in shown if line.basis == "recalculation")
    closing = opening + charged + recalculated - paid
    kwh = sum((line.kwh for line in shown), Decimal(0))
    bars = tuple(
        UsageBar(NOVEMBER.plus(-back).first, kwh if back == 0 else Decimal(150 + 17 * (back % 5)), 70_000)
        for back in range(11, -1, -1)
    )
    document = BillDocument(
        number="2611-0356067000",
        version=1,
        period=NOVEMBER.first,
        issued_on=date(2026, 12, 1),
        due_on=date(2026, 12, 15),
        payee=PAYEE,
        payer=PAYER,
        readings=(make_reading(),) if readings is None else readings,
        lines=shown,
        sums=Sums(opening, charged, recalculated, paid, closing),
        bars=bars,
        previous_prices={},
        movements=(Movement("payment", date(2026, 11, 18), -paid),) if paid else (),
    )
    if previous_kwh is None:
        return document
    before = Usage(previous_kwh, 82_998, date(2026, 9, 24), date(2026, 10, 24), plain=True)
    return replace(document, previous_prices=last_prices(shown), previous_usage=before)


def make_large_document() -> BillDocument:
    """Three zones, three ranges, and names longer than the page."""
    limits = ((None, Decimal(3900)), (Decimal(3900), Decimal(6000)), (Decimal(6000), None))
    lines = tuple(
        make_line(
            zone=zone,
            kwh=Decimal(1300 - 100 * number),
            price=Decimal("4.77") + number,
            range_no=number + 1,
            over=over,
            upper=upper,
            demonstration=number == 2,
        )
        for zone in ("peak", "semipeak", "night")
        for number, (over, upper) in enumerate(limits)
    )
    readings = tuple(make_reading(zone=zone, kwh=Decimal(3600)) for zone in ("peak", "semipeak", "night"))
    document = make_document(lines=lines, readings=readings, opening=123_456, paid=100_000)
    long_name = "Константинопольская-Преображенская " * 4
    payee = replace(
        PAYEE,
        legal_name=f"Общество с ограниченной ответственностью «{long_name * 2}»",
        bank_name="Банк " * 30,
    )
    payer = replace(PAYER, name=long_name.strip(), address="г. Новоуральск-на-Самой-Длинной-Реке, " * 5)
    return replace(document, payee=payee, payer=payer)


def make_varied_document(number: int) -> BillDocument:
    """One of any number of documents that differ in their letters, sums and lengths."""
    letters = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяÄÖÜßÑéØЌўґѓљњџ№§°"
    start = number * 7 % len(letters)
    name = (letters[start:] + letters[:start])[: 6 + number % 30]
    document = make_document(
        lines=(make_line(kwh=Decimal(number % 997), price=Decimal(477 + number % 300) / 100),),
        opening=number * 13 % 90_000,
        paid=number % 3 * 5_000,
    )
    payer = replace(PAYER, name=name.title(), account_number=f"{number:010d}")
    payee = replace(PAYEE, legal_name=f"ООО «{name[::-1]}»")
    return replace(document, number=f"2611-{number:010d}", payer=payer, payee=payee)
