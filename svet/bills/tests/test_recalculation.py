"""What a bill says of months that were charged before and are charged otherwise now, through the real run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import translation
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.tests.factories import OFFICE, make_provider, set_terms
from svet.billing import operations as billing
from svet.billing import queries as charged
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.bills import operations, queries, texts
from svet.bills.drawing import draw
from svet.bills.models import Bill
from svet.bills.queries import BillView
from svet.bills.rules import LineRow
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter
from svet.metering.operations import take_control_reading
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _russian() -> object:
    load_chelyabinsk()
    make_norm(100)
    with translation.override("ru"):
        yield


def live(*values: int, since: Month) -> tuple[Account, Meter]:
    """A meter from 0 on the 24th of the month before, read on the 24th of each of these months."""
    account, meter = make_metered_account(installed_on=since.plus(-1).day(24), initial=0)
    set_terms(residents=1)
    for place, value in enumerate(values):
        make_reading(meter, value, read_on=since.plus(place).day(24))
    return account, meter


def bill(account: Account, *months: str, over_gap: bool = False) -> BillView:
    """Charge and issue these months; the bill of the last of them."""
    for name in months:
        month = Month.parse(name)
        billing.run(provider_id=make_provider().pk, period=month, now=NOW, over_gap=over_gap)
        operations.issue(provider_id=make_provider().pk, period=month, now=NOW, announce=False)
    found = Bill.objects.get(account=account, period=Month.parse(months[-1]).first)
    return queries.bill_by_id(found.pk, masked=False)


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def corrections(view: BillView) -> list[LineRow]:
    return [line for line in view.document.lines if line.corrects is not None]


def test_an_estimate_that_a_reading_ends_is_one_line_of_its_month() -> None:
    account, meter = live(100, 200, 300, since=Month(2026, 5))
    bill(account, "2026-05", "2026-06", "2026-07", "2026-08")
    make_reading(meter, 424, read_on=date(2026, 9, 24))
    view = bill(account, "2026-09")
    # 124 kWh over 62 days: 64 of August's 32 days (to the cut-off), 60 of September's 30.
    own, corrected = view.document.lines
    assert (own.kwh, own.basis, own.corrects) == (Decimal(60), "reading", None)
    assert (corrected.corrects, int(corrected.kwh), corrected.kopecks) == (date(2026, 8, 1), -36, -36 * 485)
    assert [(int(part.kwh), part.basis) for part in (*corrected.was, *corrected.now)] == [
        (100, "average"),
        (64, "reading"),
    ]
    assert plain(texts.line_formula(corrected)) == (
        "было 100 кВт·ч × 4,85 = 485,00 ₽; стало 64 кВт·ч × 4,85 = 310,40 ₽; разница −174,60 ₽"
    )
    assert plain(texts.foundation(corrected)) == "пришли показания 424 от 24.09.2026 (реестр)"
    sums = view.document.sums
    assert (sums.charged, sums.recalculated) == (60 * 485, -36 * 485)
    assert sums.closing == ledger.balance(account.pk).kopecks == 424 * 485
    # The chart and the comparison tell of months as they are known now, not of what was posted when.
    assert [int(bar.kwh) for bar in view.document.bars] == [100, 100, 100, 64, 60]
    assert plain(texts.sentence(view.comparison)).startswith(
        "В сентябре 60 кВт·ч — на 4 меньше, чем в августе; за прежние месяцы возвращено 36 кВт·ч"
    )
    (row,) = view.document.readings
    assert (row.previous_value, row.current_value, row.kwh) == (Decimal(300), Decimal(424), Decimal(124))
    page = PdfReader(BytesIO(draw(view.document, masked=False))).pages[0].extract_text()
    assert "перерасчёт за август 2026" in plain(page)
    assert "было 100, стало 64" in plain(page)
    assert queries.broken() == queries.broken_chain() == []


def test_the_chart_knows_months_of_no_kwh_and_months_that_only_a_later_charge_tells_of() -> None:
    account, _meter = live(100, 100, 300, 400, since=Month(2026, 5))
    bill(account, "2026-05", "2026-06")
    view = bill(account, "2026-08", over_gap=True)
    # June has a line of no kWh: a bar, and not one that is missing. July was charged with August.
    assert [(bar.period.month, bar.kwh, bar.kopecks) for bar in view.document.bars] == [
        (5, Decimal(100), 100 * 485),
        (6, Decimal(0), 0),
        (7, Decimal(200), 200 * 485),
        (8, Decimal(100), 100 * 485),
    ]
    assert str(view.document.bars[1].kwh) == "0.000"


def test_an_estimate_that_a_reading_confirms_says_so() -> None:
    account, meter = live(100, 200, 300, since=Month(2026, 5))
    bill(account, "2026-05", "2026-06", "2026-07", "2026-08")
    make_reading(meter, 400, read_on=date(2026, 8, 24))
    make_reading(meter, 500, read_on=date(2026, 9, 24))
    view = bill(account, "2026-09")
    (line,) = corrections(view)
    assert (int(line.kwh), line.kopecks) == (0, 0)
    assert plain(texts.line_formula(line)) == "подтверждено: 100 кВт·ч × 4,85 = 485,00 ₽"
    assert "пересчитаны" not in texts.sentence(view.comparison)


def test_a_control_below_what_was_charged_is_told_with_both_prices() -> None:
    account, meter = live(100, 200, since=Month(2025, 12))
    bill(account, "2025-12", "2026-01")
    number = take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(120)}, read_on=date(2026, 2, 24), now=NOW
    )
    view = bill(account, "2026-02")
    (line,) = corrections(view)
    # January held 26 kWh at the old price and 74 at the new one; 20 are left of it.
    assert (int(line.kwh), int(line.price), line.cause, line.cause_receipt) == (-80, 0, "control", number)
    assert [(int(p.kwh), p.price) for p in line.now] == [(5, Decimal("4.77")), (15, Decimal("4.85"))]
    assert line.kopecks == -38_632
    assert plain(texts.foundation(line)) == "контрольные показания 120 от 24.02.2026"
    assert plain(texts.line_formula(line)).startswith("было 26 кВт·ч × 4,77 + 74 кВт·ч × 4,85 = 482,92 ₽;")


def test_a_second_meter_found_later_adds_to_what_stood() -> None:
    account, _meter = live(3000, 6000, since=Month(2026, 6))
    bill(account, "2026-06")
    second = make_meter(account=account, installed_on=date(2026, 5, 24), initial=0)
    make_reading(second, 6000, read_on=date(2026, 7, 24))
    view = bill(account, "2026-07")
    (line,) = corrections(view)
    assert plain(texts.range_label(line)) == "было 3 000, стало 6 148"
    assert view.document.sums.closing == 6_853_304
    assert {line.range_no for line in view.document.lines if line.corrects is None} == {1, 2}


def test_a_month_that_failed_is_charged_later_as_a_month_and_is_no_recalculation() -> None:
    account, _meter = live(100, 200, 300, since=Month(2026, 6))
    unread = Meter.objects.create(
        account=account, serial="7", scheme=1, digits=5, installed_on=date(2026, 7, 1)
    )
    bill(account, "2026-06")
    billing.run(provider_id=make_provider().pk, period=Month(2026, 7), now=NOW)
    assert charged.charge(account.pk, Month(2026, 7)) is None
    Meter.objects.filter(pk=unread.pk).delete()
    view = bill(account, "2026-08")
    assert corrections(view) == []
    assert (view.document.sums.charged, view.document.sums.recalculated) == (97_000, 0)
    assert [(int(line.kwh), line.since_on, line.until_on) for line in view.document.lines] == [
        (100, date(2026, 6, 24), date(2026, 7, 24)),
        (100, date(2026, 7, 24), date(2026, 8, 24)),
    ]
