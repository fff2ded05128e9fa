"""What a run that walked from month to month charged wrongly, by the real run: sums of `test_weather.py`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import OFFICE, make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.rules import Basis
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter
from svet.metering.operations import MeterRow, replace_meter, take_control_reading
from svet.metering.rules import Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    load_chelyabinsk()
    make_norm(100)


def run(*months: str) -> None:
    for month in months:
        operations.run(provider_id=make_provider().pk, period=Month.parse(month), now=NOW)


def read(meter: Meter, **shown: int) -> None:
    for day, value in shown.items():
        make_reading(meter, value, read_on=date.fromisoformat(day.strip("_").replace("_", "-")))


def settle(persons: int = 3) -> None:
    set_terms(residents=persons)


def charged(account: Account) -> Decimal:
    return sum((charge.kwh for charge in queries.charges([account.pk])), Decimal(0))


def test_two_silent_meters_have_one_norm() -> None:
    account, _ = make_metered_account(installed_on=date(2026, 5, 25), initial=0)
    make_meter(account=account, installed_on=date(2026, 5, 25))
    settle()
    run("2026-06")
    assert ledger.balance(account.pk).kopecks == 145_500


def test_a_norm_is_divided_over_the_zones() -> None:
    account, _ = make_metered_account(scheme=Scheme.DAY_NIGHT, installed_on=date(2026, 5, 25), initial=0)
    settle()
    run("2026-06")
    assert ledger.balance(account.pk).kopecks == 140_700


def test_a_new_meter_goes_on_with_the_average_of_the_old_one() -> None:
    account, old = make_metered_account(installed_on=date(2026, 1, 24), initial=0)
    settle()
    read(old, _2026_02_24=300, _2026_03_24=600, _2026_04_24=900)
    run("2026-02", "2026-03", "2026-04")
    replace_meter(
        by=OFFICE,
        meter_public_id=old.public_id,
        final={Zone.SINGLE: Decimal(1050)},
        new=MeterRow(account_id=account.pk, serial="700000", installed_on=date(2026, 5, 10)),
        reason="акт № 1",
        now=NOW,
    )
    run("2026-05", "2026-06")
    assert {
        line.basis for charge in queries.charges([account.pk], since=Month(2026, 5)) for line in charge.lines
    } == {Basis.READING, Basis.AVERAGE}


def test_a_closed_account_is_charged_to_its_day() -> None:
    account, meter = make_metered_account(installed_on=date(2026, 1, 24), initial=0)
    settle()
    read(meter, _2026_02_24=200, _2026_03_24=400, _2026_04_24=600)
    run("2026-02", "2026-03", "2026-04")
    Account.objects.update(closed_on=date(2026, 5, 12))
    run("2026-05")
    assert charged(account) == 720


def test_a_second_control_gives_back_only_what_the_first_one_has_left() -> None:
    account, meter = make_metered_account(installed_on=date(2025, 11, 24), initial=900)
    settle()
    read(meter, _2025_12_24=1000, _2026_01_24=1100)
    run("2025-12", "2026-01")
    _control(meter, 1020, date(2026, 2, 24))
    run("2026-02")
    _control(meter, 960, date(2026, 3, 20))
    run("2026-03")
    assert ledger.balance(account.pk).kopecks == 28_620


def test_a_late_second_meter_fills_the_ranges_behind_the_first() -> None:
    account, first = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    second = make_meter(account=account, installed_on=date(2026, 5, 24))
    settle()
    read(first, _2026_06_24=3000, _2026_07_24=6000)
    run("2026-06")
    make_reading(second, 6000, read_on=date(2026, 7, 24))
    run("2026-07")
    assert ledger.balance(account.pk).kopecks == 6_853_304


def _control(meter: Meter, value: int, on: date) -> None:
    take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(value)}, read_on=on, now=NOW
    )
