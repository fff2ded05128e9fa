"""Usage for billing, meters put up in bulk, and batches of readings."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction

from svet.accounts.models import LinkProof
from svet.accounts.operations import NewAccount, create_accounts
from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_provider
from svet.kernel.periods import Month
from svet.metering import operations, queries
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import BatchOutcome, BatchRow, MeterRow
from svet.metering.rules import ReadingChannel, ReadingKind, ValueReason, Zone
from svet.metering.tests.factories import make_meter, make_reading

NOVEMBER = Month(2026, 11)
OCTOBER = Month(2026, 10)


def row(meter: Meter, value: int, on: date, **kwargs: object) -> BatchRow:
    return BatchRow(meter_id=meter.pk, values={Zone.SINGLE: Decimal(value)}, read_on=on, **kwargs)  # type: ignore[arg-type]


def batch(*rows: BatchRow, confirmed: bool = False) -> list[operations.BatchResult]:
    return operations.submit_batch(
        rows=rows, channel=ReadingChannel.REGISTER, by=OFFICE, now=NOW, confirmed=confirmed
    )


@pytest.mark.django_db
def test_usage_goes_from_cut_off_to_cut_off() -> None:
    meter = make_meter(initial=100, installed_on=date(2026, 8, 1))
    make_reading(meter, 250, read_on=date(2026, 9, 20))
    make_reading(meter, 400, read_on=date(2026, 10, 25))
    make_reading(meter, 420, read_on=date(2026, 10, 26))
    make_reading(meter, 500, read_on=date(2026, 11, 20))
    october = queries.usage(account_ids=[meter.account_id], period=OCTOBER)[meter.account_id]
    november = queries.usage(account_ids=[meter.account_id], period=NOVEMBER)[meter.account_id]
    assert [zone.kwh for use in (*october, *november) for zone in use.zones] == [150, 100]
    assert november[0].zones[0].previous_on == date(2026, 10, 25)


@pytest.mark.django_db
def test_nothing_submitted_leaves_the_current_reading_open() -> None:
    meter = make_meter(initial=100, installed_on=date(2026, 8, 1))
    (use,) = queries.usage(account_ids=[meter.account_id], period=NOVEMBER)[meter.account_id]
    zone = use.zones[0]
    assert (zone.current_value, zone.kwh) == (None, None)
    assert zone.previous_value == 100


@pytest.mark.django_db
def test_replaced_meter_and_its_successor_are_both_used() -> None:
    account = make_account()
    old = make_meter(account=account, initial=100, installed_on=date(2026, 8, 1), ratio=Decimal(2))
    make_reading(old, 300, read_on=date(2026, 10, 20))
    operations.remove_meter(
        meter_id=old.pk,
        removed_on=date(2026, 11, 10),
        values={Zone.SINGLE: Decimal(350)},
        by=OFFICE,
        now=NOW,
    )
    new = make_meter(account=account, initial=5, installed_on=date(2026, 11, 10))
    make_reading(new, 45, read_on=date(2026, 11, 20))
    uses = queries.usage(account_ids=[account.pk], period=NOVEMBER)[account.pk]
    assert [use.meter_id for use in uses] == [old.pk, new.pk]
    assert [use.zones[0].kwh for use in uses] == [100, 40]
    assert set(LinkProof.objects.values_list("serial", flat=True)) == {new.serial}
    december = queries.usage(account_ids=[account.pk], period=Month(2026, 12))[account.pk]
    assert [use.meter_id for use in december] == [new.pk]


@pytest.mark.django_db
def test_turned_dial_and_low_control_reading_give_true_differences() -> None:
    meter = make_meter(initial=99_900, installed_on=date(2026, 8, 1))
    billed = make_reading(meter, 50, read_on=date(2026, 10, 20))
    assert billed.set_id is not None
    with transaction.atomic():
        operations.mark_used(set_ids=[billed.set_id], by=OFFICE, now=NOW)
    operations.take_control_reading(
        by=OFFICE,
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(20)},
        read_on=date(2026, 11, 20),
        now=NOW,
    )
    for month, kwh in ((OCTOBER, 150), (NOVEMBER, -30)):
        (use,) = queries.usage(account_ids=[meter.account_id], period=month)[meter.account_id]
        assert use.zones[0].kwh == kwh


@pytest.mark.django_db
def test_withdrawn_and_reviewed_sets_are_not_used() -> None:
    meter = make_meter(initial=100, installed_on=date(2026, 8, 1))
    (result,) = batch(row(meter, 60_000, date(2026, 11, 20)))
    assert result.outcome is BatchOutcome.UNDER_REVIEW
    (use,) = queries.usage(account_ids=[meter.account_id], period=NOVEMBER)[meter.account_id]
    assert use.zones[0].current_value is None


@pytest.mark.django_db
def test_batch_judges_rows_of_a_meter_in_order_and_one_bad_row_stops_no_other() -> None:
    meter = make_meter(initial=100, installed_on=date(2026, 8, 1))
    key = uuid4()
    results = batch(
        row(meter, 300, date(2026, 10, 20)),
        row(meter, 200, date(2026, 9, 20), key=key),
        row(meter, 150, date(2026, 11, 20)),
        row(meter, 200, date(2026, 9, 20), key=key),
        row(meter, 390, date(2026, 11, 21)),
    )
    assert [result.outcome for result in results] == [
        BatchOutcome.ACCEPTED,
        BatchOutcome.ACCEPTED,
        BatchOutcome.REFUSED,
        BatchOutcome.REPEATED,
        BatchOutcome.ACCEPTED,
    ]
    assert results[2].reason is ValueReason.LOWER
    assert results[3].receipt_number == results[1].receipt_number
    (again,) = batch(row(meter, 200, date(2026, 9, 20), key=key))
    assert again.outcome is BatchOutcome.REPEATED
    values = ReadingSet.objects.filter(meter=meter, kind=ReadingKind.CUSTOMER).values_list(
        "values__consumption", flat=True
    )
    assert sorted(values) == [90, 100, 100]


@pytest.mark.django_db
def test_batch_agrees_with_single_submission_about_every_outcome() -> None:
    meter = make_meter(initial=99_990, installed_on=date(2026, 10, 26))
    (asked,) = batch(row(meter, 10, date(2026, 11, 20)))
    assert asked.outcome is BatchOutcome.UNDER_REVIEW
    (taken,) = batch(row(meter, 10, date(2026, 11, 20)), confirmed=True)
    assert taken.outcome is BatchOutcome.ACCEPTED


@pytest.mark.django_db
def test_installing_again_keeps_the_meter() -> None:
    account = make_account()
    first = make_meter(account=account, serial="115 268 446")
    again = make_meter(account=account, serial="115268446")
    assert first.pk == again.pk
    assert ReadingSet.objects.filter(meter=first).count() == 1


@pytest.mark.django_db
def test_a_year_of_two_hundred_accounts_is_loaded_and_used_with_few_queries(
    django_assert_max_num_queries: object,
) -> None:
    provider = make_provider()
    accounts = create_accounts(
        provider_id=provider.pk,
        rows=[
            NewAccount(
                number=f"{n:010d}", holder_name="Тестова Т. Т.", city="Челябинск", opened_on=date(2020, 1, 1)
            )
            for n in range(200)
        ],
        by=OFFICE,
        now=NOW,
    )
    meters = operations.install_meters(
        rows=[
            MeterRow(account_id=key, serial=f"{n + 1:08d}", installed_on=date(2025, 9, 1))
            for n, key in enumerate(accounts)
        ],
        by=OFFICE,
        now=NOW,
    )
    months = [Month(2025, 9).plus(n) for n in range(14)]
    rows = [
        BatchRow(
            meter_id=key, values={Zone.SINGLE: Decimal(150 * (n + 1))}, read_on=month.day(20), key=uuid4()
        )
        for key in meters
        for n, month in enumerate(months)
    ]
    started = time.monotonic()
    results = batch(*rows)
    assert time.monotonic() - started < 30
    assert {result.outcome for result in results} == {BatchOutcome.ACCEPTED}
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        used = queries.usage(account_ids=accounts, period=OCTOBER)
    assert {use.zones[0].kwh for uses in used.values() for use in uses} == {150}
    assert queries.broken() == []


@pytest.mark.django_db
def test_the_meters_alone_are_those_of_the_whole_usage() -> None:
    account = make_account()
    gone = make_meter(account=account, serial="11111111", initial=100, installed_on=date(2026, 8, 1))
    never_read = make_meter(account=account, serial="22222222", initial=5, installed_on=date(2026, 11, 25))
    later = make_meter(account=account, serial="33333333", initial=5, installed_on=date(2026, 11, 28))
    Meter.objects.filter(pk=gone.pk).update(removed_on=date(2026, 11, 10))
    for month in (OCTOBER, NOVEMBER, Month(2026, 12)):
        whole = queries.usage(account_ids=[account.pk], period=month)
        alone = queries.meters_of_usage(account_ids=[account.pk], period=month)
        assert alone == {account.pk: [replace(each, zones=()) for each in whole[account.pk]]}
    assert [each.meter_id for each in alone[account.pk]] == [never_read.pk, later.pk]
