"""A month reads only what lies behind the last settled month, and all of it when something older is news."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from svet.accounts.models import Account
from svet.accounts.tests.factories import OFFICE, make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.models import Charge, ChargeLine
from svet.billing.rules import LineCause
from svet.billing.tests.factories import NOW, know, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet, ReadingTouch, ReadingValue
from svet.metering.operations import MeterRow, replace_meter, take_control_reading
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db
APRIL = Month(2026, 4)


def run(*months: int) -> None:
    for number in months:
        operations.run(provider_id=make_provider().pk, period=Month(2026, number), now=NOW)


@pytest.fixture
def settled() -> tuple[Account, Meter]:
    """100 kWh a month from 24 March on, charged until July."""
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=date(2026, 3, 24), initial=0, residents=2)
    for place in range(5):
        make_reading(meter, 100 * (place + 1), read_on=APRIL.plus(place).day(24))
    run(4, 5, 6, 7)
    return account, meter


def last_lines(account: Account) -> list[tuple[str, int, LineCause]]:
    """(month, kWh, cause) of the newest charge."""
    newest = queries.charges([account.pk])[0]
    return [(str(line.month), int(line.kwh), line.cause) for line in newest.lines]


def forge(meter: Meter, on: date) -> None:
    """A value of long ago is changed behind everybody's back: whoever reads it again finds 30 kWh more."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE metering_readingvalue DISABLE TRIGGER USER")
    ReadingValue.objects.filter(reading_set__meter=meter, reading_set__read_on=on).update(value=130)


def test_each_month_is_settled_by_its_reading_and_leaves_no_note(settled: tuple[Account, Meter]) -> None:
    account, _ = settled
    months = Charge.objects.filter(account=account).order_by("period").values_list("period", "settled")
    assert [(period, known) for period, known in months if period != known] == []
    assert not ReadingTouch.objects.exists()


def test_a_settled_past_is_not_read(settled: tuple[Account, Meter]) -> None:
    account, meter = settled
    forge(meter, date(2026, 4, 24))
    run(8)
    assert last_lines(account) == [("2026-08", 100, LineCause.FIRST)]
    # `svet verify` reads everything.
    assert [breach for breach in queries.broken() if "не то, что дают его данные" in breach]


def test_a_late_reading_of_settled_days_has_all_of_it_read(settled: tuple[Account, Meter]) -> None:
    account, meter = settled
    forge(meter, date(2026, 4, 24))
    know(meter, 205, on=date(2026, 5, 25))
    run(8)
    assert last_lines(account) == [
        ("2026-04", -100, LineCause.RECALCULATION),
        ("2026-05", -100, LineCause.READING),
        ("2026-06", -100, LineCause.READING),
        ("2026-04", 130, LineCause.RECALCULATION),
        ("2026-05", 75, LineCause.READING),
        ("2026-06", 95, LineCause.READING),
        ("2026-08", 100, LineCause.FIRST),
    ]


def test_other_terms_of_settled_days_have_them_charged_anew(settled: tuple[Account, Meter]) -> None:
    account, _ = settled
    set_terms(account, since=date(2026, 5, 24), tariff_group="1.3")
    run(8)
    months = {month for month, _, cause in last_lines(account) if cause is LineCause.TERMS}
    assert months == {"2026-06", "2026-07"}
    assert ChargeLine.objects.exclude(reverses=None).count() == 2
    assert queries.broken() == []


def test_a_control_below_the_settled_count_gives_settled_months_back(settled: tuple[Account, Meter]) -> None:
    account, meter = settled
    take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(350)}, read_on=date(2026, 8, 25), now=NOW
    )
    run(8)
    assert last_lines(account) == [
        ("2026-07", -100, LineCause.CONTROL),
        ("2026-07", 50, LineCause.CONTROL),
        ("2026-08", 0, LineCause.FIRST),
    ]
    assert queries.broken() == []


def test_a_replaced_meter_goes_on_behind_the_settled_month(settled: tuple[Account, Meter]) -> None:
    account, meter = settled
    replace_meter(
        by=OFFICE,
        meter_public_id=meter.public_id,
        final={Zone.SINGLE: Decimal(540)},
        new=MeterRow(account_id=account.pk, serial="700000", installed_on=date(2026, 9, 10)),
        reason="акт № 1",
        now=NOW,
    )
    make_reading(Meter.objects.get(serial="700000"), 25, read_on=date(2026, 9, 24))
    run(8, 9)
    assert last_lines(account) == [("2026-09", 40, LineCause.FIRST), ("2026-09", 25, LineCause.FIRST)]
    make_reading(Meter.objects.get(serial="700000"), 125, read_on=date(2026, 10, 24))
    run(10)
    assert last_lines(account) == [("2026-10", 100, LineCause.FIRST)]
    assert Charge.objects.get(account=account, period=date(2026, 10, 1)).settled == date(2026, 10, 1)
    # The point kept its name: the next look at everything finds nothing to move.
    assert list(queries.differences(provider_id=make_provider().pk)) == [None]
    assert queries.broken() == []


def test_silence_looks_back_for_its_average(settled: tuple[Account, Meter]) -> None:
    account, _ = settled
    run(8, 9)
    assert last_lines(account) == [("2026-09", 100, LineCause.FIRST)]
    assert Charge.objects.get(account=account, period=date(2026, 9, 1)).settled == date(2026, 8, 1)


def test_a_control_that_gave_settled_months_back_is_taken_back_where_another_meter_is_silent() -> None:
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=date(2026, 3, 24), initial=0, residents=2)
    silent = make_meter(account=account, installed_on=date(2026, 3, 24))
    for place in range(4):
        for each in (meter, silent):
            know(each, 100 * (place + 1), on=APRIL.plus(place).day(24))
    run(4, 5, 6, 7)
    control = know(meter, 350, on=date(2026, 8, 20), kind="control")
    run(8)
    ReadingSet.objects.filter(pk=control).update(state="withdrawn")
    for each in (meter, silent):
        know(each, 600, on=date(2026, 9, 24))
    run(9)
    assert list(queries.differences(provider_id=make_provider().pk)) == [None]
    assert queries.broken() == []


@pytest.fixture
def short_averages() -> None:
    operations.set_policy(
        provider_id=make_provider().pk, valid_from=date(2025, 1, 1), average_base_months=1,
        average_base_least=1, by=Actor.system("test"), now=NOW,
    )  # fmt: skip


def test_a_late_reading_leads_no_further_back_than_the_settled_month_before_it(
    short_averages: None, settled: tuple[Account, Meter]
) -> None:
    account, meter = settled
    forge(meter, date(2026, 4, 24))
    know(meter, 290, on=date(2026, 6, 20))
    know(meter, 330, on=date(2026, 6, 25))
    run(8)
    assert {month: kwh for month, kwh, _ in last_lines(account) if kwh > 0} == {
        "2026-06": 130,
        "2026-07": 70,
        "2026-08": 100,
    }


def test_where_a_late_reading_has_gone_again_all_is_read(
    short_averages: None, settled: tuple[Account, Meter]
) -> None:
    account, meter = settled
    forge(meter, date(2026, 4, 24))
    gone = know(meter, 330, on=date(2026, 6, 25))
    ReadingSet.objects.filter(pk=gone).update(state="withdrawn")
    run(8)
    assert {month: kwh for month, kwh, _ in last_lines(account) if kwh > 0} == {
        "2026-04": 130,
        "2026-05": 70,
        "2026-08": 100,
    }
