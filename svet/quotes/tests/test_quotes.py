"""One price for a set of readings, whoever asks: the page while it is typed, and a program by the API."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing import operations
from svet.billing import queries as billing
from svet.billing.rules import BillingRefused
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.look import formats
from svet.metering import queries as metering
from svet.metering.operations import SetRefused
from svet.metering.queries import MeterView
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.quotes.queries import Quote, forecast, forecast_range, price, quote, quote_judged
from svet.quotes.texts import cost_lines, forecast_words

pytestmark = pytest.mark.django_db
VALUES = {Zone.DAY: Decimal(3600), Zone.NIGHT: Decimal(3550)}


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def anna() -> Person:
    return make_person()


@pytest.fixture
def meter(anna: Person) -> MeterView:
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    installed = Month.of(today()).plus(-2).first - timedelta(days=40)
    row = make_meter(account=account, initial=3489, installed_on=installed, scheme=2)
    return metering.meter_view(metering.whole_meters().get(pk=row.pk))


def quoted(meter: MeterView, values: dict[Zone, Decimal]) -> Quote:
    known = metering.dials(meters=[meter], read_on=today())[meter.meter_id]
    return quote(account=meter.account, known=known, values=values, on=today())


def test_the_page_and_a_program_are_told_one_price(anna: Person, meter: MeterView) -> None:
    load_chelyabinsk()
    found = price(meter=meter, values=VALUES, on=today())
    assert found.kwh == 172
    assert found.total == Money(sum(line.money.kopecks for line in found.lines))
    by_program = Program(anna).post(
        f"/meters/{meter.public_id}/preview", {"values": {"day": "3600", "night": "3550"}}
    )
    assert by_program.json()["total_kopecks"] == found.total.kopecks
    client = Client()
    client.force_login(anna)
    typed = {"value-day": "3600", "value-night": "3550"}
    page = client.post(f"/readings/{meter.public_id}/preview/", typed).content.decode()
    assert formats.roubles(found.total) in page
    for line in cost_lines(found):
        assert line.title in page


def test_a_page_shows_the_kilowatt_hours_where_no_price_is_known_and_a_program_is_refused(
    meter: MeterView,
) -> None:
    found = quoted(meter, VALUES)
    assert found.cost is None
    assert found.consumption == 172
    assert cost_lines(found.cost) == ()
    with pytest.raises(BillingRefused):
        price(meter=meter, values=VALUES, on=today())


def test_a_value_that_cannot_be_taken_has_no_price(meter: MeterView) -> None:
    load_chelyabinsk()
    lower = VALUES | {Zone.DAY: Decimal(1)}
    found = quoted(meter, lower)
    assert (found.cost, found.consumption, found.believable) == (None, None, False)
    with pytest.raises(SetRefused) as refused:
        price(meter=meter, values=lower, on=today())
    assert refused.value.judgement == found.judgement


def test_what_the_guard_has_judged_costs_the_same(meter: MeterView) -> None:
    load_chelyabinsk()
    found = quoted(meter, VALUES)
    again = quote_judged(
        account=meter.account, meter_id=meter.meter_id, judgement=found.judgement, on=today()
    )
    assert again == found
    assert found.cost == price(meter=meter, values=VALUES, on=today())


@pytest.mark.parametrize("silent", [1, 3])
def test_what_is_told_before_sending_is_what_the_bill_says_after_months_without_readings(silent: int) -> None:
    load_chelyabinsk()
    make_norm()
    first = Month(2026, 3)
    account, row = make_metered_account(installed_on=first.plus(-1).day(24), initial=0, residents=2)
    second = make_meter(account=account, installed_on=first.plus(-1).day(24), initial=0)
    for place in range(4):
        make_reading(row, 310 * (place + 1), read_on=first.plus(place).day(24))
        make_reading(second, 10 * (place + 1), read_on=first.plus(place).day(24))
    last = first.plus(3 + silent)
    for place in range(4 + silent):
        run(first.plus(place))
    view = metering.meter_view(metering.whole_meters().get(pk=row.pk))
    on, typed = last.plus(1).day(20), {Zone.SINGLE: Decimal(11000)}
    told = price(meter=view, values=typed, on=on)
    make_reading(row, 11000, read_on=on)
    run(last.plus(1))
    charge = billing.charge(account.pk, last.plus(1))
    assert charge is not None
    # The other meter's silence of the new month is none of this reading's.
    other = [line for line in charge.lines if line.meter_serial == second.serial]
    own = [line for line in other if line.month == last.plus(1)]
    assert told.total == charge.total - Money(sum(line.money.kopecks for line in own))
    assert any(line.kwh < 0 for line in charge.lines), "the estimates are taken back"
    assert len({line.range_no for line in told.lines}) == (2 if silent == 1 else 1)


@pytest.mark.parametrize("ratio", [1, 3])
@pytest.mark.parametrize("begins", [0, 86_000], ids=["as usual", "the dial turns over"])
def test_the_forecast_is_the_bill_of_a_month_that_goes_on_as_usual(begins: int, ratio: int) -> None:
    load_chelyabinsk()
    account = make_account()
    row = make_meter(
        account=account, installed_on=date(2026, 3, 24), initial=begins, digits=5, ratio=Decimal(ratio)
    )
    second = make_meter(account=account, installed_on=date(2026, 3, 24), initial=0)
    for place, month in enumerate((Month(2026, 4), Month(2026, 5), Month(2026, 6)), 1):
        make_reading(row, begins + 4000 * place, read_on=month.day(24))
        make_reading(second, 30 * place, read_on=month.day(24))
        run(month)
    meters = [metering.meter_view(each) for each in metering.whole_meters().filter(account=account)]
    on = date(2026, 7, 10)
    dials = list(metering.dials(meters=meters, read_on=on).values())
    told = forecast(account=meters[0].account, dials=dials, on=on)
    assert told is not None
    for known in dials:
        (dial,) = known.dials
        assert dial.expected_daily is not None
        shown = (dial.last.value + dial.expected_daily * 31 / dial.ratio) % 100_000
        make_reading(
            row if known.meter.meter_id == row.pk else second, str(round(shown)), read_on=date(2026, 7, 25)
        )
    run(Month(2026, 7))
    charge = billing.charge(account.pk, Month(2026, 7))
    assert charge is not None
    assert (told.first, told.last) == (Month(2026, 7), Month(2026, 7))
    assert told.told.bill == told.told.total == charge.total
    assert {line.range_no for line in told.told.lines} >= {1, 2}, "the pot of the month is one"


def test_the_forecast_goes_on_behind_transformers_and_over_the_turn_of_the_dial() -> None:
    load_chelyabinsk()
    account, ratio = make_account(), Decimal(20)
    row = make_meter(account=account, installed_on=date(2026, 3, 24), initial=9340, digits=4, ratio=ratio)
    for place, month in enumerate((Month(2026, 4), Month(2026, 5), Month(2026, 6)), 1):
        make_reading(row, 9340 + 180 * place, read_on=month.day(24))
        run(month)
    meters = [metering.meter_view(each) for each in metering.whole_meters().filter(account=account)]
    on = date(2026, 7, 10)
    known = metering.dials(meters=meters, read_on=on)[row.pk]
    told = forecast(account=meters[0].account, dials=[known], on=on)
    assert told is not None
    (dial,) = known.dials
    assert dial.expected_daily is not None
    shown = dial.last.value + dial.expected_daily * 31 / ratio - 10_000
    assert 0 < shown < 100, "the dial has turned"
    make_reading(row, str(round(shown)), read_on=date(2026, 7, 25))
    run(Month(2026, 7))
    charge = billing.charge(account.pk, Month(2026, 7))
    assert charge is not None
    assert told.told.bill == charge.total


def test_a_forecast_of_months_that_nobody_charged_yet_says_which() -> None:
    """Three months' worth was called «счёт за этот месяц»."""
    load_chelyabinsk()
    account = make_account()
    row = make_meter(account=account, installed_on=date(2026, 3, 24), initial=0)
    for place, month in enumerate((Month(2026, 4), Month(2026, 5)), 1):
        make_reading(row, 200 * place, read_on=month.day(24))
        run(month)
    meters = [metering.meter_view(each) for each in metering.whole_meters().filter(account=account)]
    on = date(2026, 8, 10)
    told = forecast(
        account=meters[0].account, dials=list(metering.dials(meters=meters, read_on=on).values()), on=on
    )
    assert told is not None
    assert (told.first, told.last) == (Month(2026, 6), Month(2026, 8))
    assert sum(line.kwh for line in told.told.lines) > 500
    assert "с июнь 2026" not in forecast_words(told.first, told.last)
    assert forecast_words(told.first, told.last).startswith("может получиться счёт сразу за месяцы")
    assert forecast_words(told.last, told.last) == (
        "может получиться счёт за этот месяц, если расход останется обычным"
    )


def test_who_has_no_usual_use_has_no_forecast(meter: MeterView) -> None:
    load_chelyabinsk()
    known = metering.dials(meters=[meter], read_on=today())[meter.meter_id]
    assert forecast(account=meter.account, dials=[known], on=today()) is None
    run(Month(2026, 10))
    assert forecast(account=meter.account, dials=[known], on=today()) is None


def run(month: Month) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=NOW)


def test_the_range_is_between_two_bills_and_knows_where_the_dearer_price_begins() -> None:
    """The month goes on slower and faster than usual: a bound is the bill of such a month, to the kopeck."""
    load_chelyabinsk()
    account = make_account()
    row = make_meter(account=account, installed_on=date(2026, 3, 25), initial=0)
    for place, month in enumerate((Month(2026, 4), Month(2026, 5), Month(2026, 6)), 1):
        make_reading(row, 3900 * place, read_on=month.day(25))
        run(month)
    meters = [metering.meter_view(each) for each in metering.whole_meters().filter(account=account)]
    on = date(2026, 7, 10)
    dials = list(metering.dials(meters=meters, read_on=on).values())
    told = forecast_range(account=meters[0].account, dials=dials, on=on, daily=(Decimal(100), Decimal(200)))
    assert told is not None
    assert (told.month, told.ends_on, told.day, told.days) == (Month(2026, 7), date(2026, 7, 25), 15, 30)
    assert (told.low.kwh, told.high.kwh) == (Decimal(3_000), Decimal(6_000))
    assert {line.range_no for line in told.low.lines} == {1}
    assert {line.range_no for line in told.high.lines} >= {1, 2}
    assert told.first_kwh is not None
    assert told.first_price is not None
    assert told.next_price is not None
    assert told.next_price > told.first_price
    make_reading(row, 3900 * 3 + 6_000, read_on=date(2026, 7, 25))
    run(Month(2026, 7))
    charge = billing.charge(account.pk, Month(2026, 7))
    assert charge is not None
    assert told.high.bill == charge.total
    unused = forecast_range(account=meters[0].account, dials=[], on=on, daily=(Decimal(1), Decimal(2)))
    assert unused is None
