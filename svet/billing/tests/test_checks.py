"""What ``svet verify`` says of charges: no false alarm, and a kWh charged twice is noticed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from svet.accounts.tests.factories import make_provider
from svet.billing import operations, queries
from svet.billing.models import Charge, ChargeLine
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db


def run(*periods: Month) -> None:
    for period in periods:
        operations.run(provider_id=make_provider().pk, period=period, now=NOW)


def zones(day: int, night: int) -> dict[Zone, Decimal]:
    return {Zone.DAY: Decimal(day), Zone.NIGHT: Decimal(night)}


def test_a_zone_without_consumption_over_a_change_of_prices_is_no_breach() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(
        scheme=Scheme.DAY_NIGHT, installed_on=date(2025, 12, 20), initial=100
    )
    make_reading(meter, zones(100, 160), read_on=date(2026, 1, 20))
    run(Month(2026, 1))
    found = queries.charge(account.pk, Month(2026, 1))
    assert found is not None
    assert found.kwh == 60
    assert queries.broken() == []


def test_a_first_meter_without_consumption_over_a_change_of_prices_is_no_breach() -> None:
    load_chelyabinsk()
    account, idle = make_metered_account(
        scheme=Scheme.DAY_NIGHT, installed_on=date(2025, 12, 20), initial=100
    )
    busy = make_meter(account=account, scheme=Scheme.DAY_NIGHT, installed_on=date(2025, 12, 20), initial=0)
    make_reading(idle, zones(100, 100), read_on=date(2026, 1, 20))
    # Over the first range: who comes last takes the rest of a rounding.
    make_reading(busy, zones(3333, 2222), read_on=date(2026, 1, 20))
    run(Month(2026, 1))
    assert queries.broken() == []


def charge_by_hand(*, like: Charge, period: Month) -> Charge:
    """A second charge of the same readings in another month, as no run writes it."""
    line = like.lines.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_charge DISABLE TRIGGER USER")
    like.pk, like.period = None, period.first
    like.save()
    line.pk, line.charge_id, line.period = None, like.pk, period.first
    line.save()
    return like


def test_a_kwh_charged_by_two_months_is_noticed() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    for place, month in enumerate((6, 7, 8), 1):
        make_reading(meter, 100 * place, read_on=date(2026, month, 24))
    run(Month(2026, 6), Month(2026, 7))
    assert queries.broken() == []
    july = Charge.objects.get(period=date(2026, 7, 1))
    for again in (Month(2026, 8), Month(2026, 9)):
        made = charge_by_hand(like=Charge.objects.get(pk=july.pk), period=again)
        assert [breach for breach in queries.broken() if "начислено дважды" in breach]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE billing_chargeline DISABLE TRIGGER USER")
        ChargeLine.objects.filter(charge=made).delete()
        Charge.objects.filter(pk=made.pk).delete()
    assert not [breach for breach in queries.broken() if "начислено дважды" in breach]


def test_a_control_reading_below_the_last_one_keeps_the_chain() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 8, 24), initial=0)
    make_reading(meter, 300, read_on=date(2026, 9, 24))
    run(Month(2026, 9))
    from svet.accounts.tests.factories import OFFICE
    from svet.metering.operations import take_control_reading

    take_control_reading(
        by=OFFICE,
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(250)},
        read_on=date(2026, 10, 10),
        now=datetime(2026, 10, 10, 9, tzinfo=UTC),
    )
    run(Month(2026, 10))
    make_reading(meter, 400, read_on=date(2026, 11, 20))
    run(Month(2026, 11))
    assert sum(line.kwh for line in ChargeLine.objects.all()) == 400
    assert queries.broken() == []
