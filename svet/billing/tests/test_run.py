"""The billing run on a real database: lines, ledger, repeats, resumption, problems."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from svet.accounts.models import Provider
from svet.accounts.queries.views import account_view
from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations, queries
from svet.billing.models import BillingRun, Charge, ChargeLine, Policy, Problem
from svet.billing.operations import batches, posting
from svet.billing.rules import Basis, BillingReason, BillingRefused, LineCause, Proration
from svet.billing.tests.factories import (
    NOVEMBER,
    NOW,
    charge_november,
    load_chelyabinsk,
    make_metered_account,
    make_norm,
)
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import ReadingSet, ReadingValue
from svet.metering.rules import ReadingState, Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading

pytestmark = pytest.mark.django_db
DECEMBER = NOVEMBER.plus(1)
LATER = datetime(2026, 12, 26, 4, 0, tzinfo=UTC)
COLUMNS = [
    str(field.column) for field in ChargeLine._meta.concrete_fields if field.column not in ("id", "charge_id")
]


def run(period: Month = NOVEMBER, now: datetime = NOW, **how: Any) -> operations.RunReport:
    return operations.run(provider_id=make_provider().pk, period=period, now=now, **how)


def written() -> list[tuple[Any, ...]]:
    return list(ChargeLine.objects.order_by("account_id", "period", "position").values_list(*COLUMNS))


def test_reading_becomes_a_charge_with_everything_that_explains_it() -> None:
    account, meter = charge_november(values=1137)
    charge = queries.charge(account.pk, NOVEMBER)
    assert charge is not None
    (line,) = charge.lines
    assert (line.kwh, line.price, line.money) == (Decimal(137), Decimal("4.85"), Money(66_445))
    assert charge.total == Money(66_445)
    assert line.meter_serial == meter.serial
    assert line.previous is not None
    assert line.current is not None
    assert (line.previous.value, line.previous.on) == (Decimal(1000), date(2026, 10, 20))
    assert (line.current.value, line.current.on) == (Decimal(1137), date(2026, 11, 20))
    assert line.current.set_id != line.previous.set_id
    assert line.tariff is not None
    assert (line.tariff.price, line.tariff.range_no) == (Decimal("4.85"), 1)
    assert line.tariff.demonstration
    assert charge.demonstration
    assert not charge.estimated
    assert ledger.balance(account.pk) == Money(66_445)
    assert [entry.money for entry in ledger.entries(account.pk)] == [Money(66_445)]
    assert queries.broken() == []


def test_a_dial_that_turned_over_before_a_late_reading_is_billed_for_what_it_counted() -> None:
    load_chelyabinsk()
    make_norm()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20), initial=99_700, residents=2)
    make_reading(meter, 99_900, read_on=date(2026, 10, 20))
    run(NOVEMBER.plus(-1))
    run(NOVEMBER)  # nothing came: an estimate
    # The reading of November comes after its month was charged, and the dial has passed zero before it.
    make_reading(meter, 80, read_on=date(2026, 11, 20))
    late = ReadingSet.objects.filter(meter=meter, read_on=date(2026, 11, 20))
    late.update(state=ReadingState.ACCEPTED)
    assert ReadingValue.objects.get(reading_set=late.get()).turns == 1
    run(DECEMBER, now=LATER)
    found = queries.charge(account.pk, DECEMBER)
    assert found is not None
    assert sum(line.kwh for line in found.lines if line.basis is Basis.READING) == 180
    assert all(line.kwh >= 0 for line in found.lines if line.basis is Basis.READING)


def test_moving_the_days_of_readings_makes_no_month_of_zero_for_a_silent_meter() -> None:
    load_chelyabinsk()
    make_norm()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20), residents=2)
    make_reading(meter, 1100, read_on=date(2026, 10, 20))
    make_reading(meter, 1200, read_on=date(2026, 11, 20))
    run(NOVEMBER.plus(-1))
    run(NOVEMBER)
    Provider.objects.update(window_from_day=5, window_to_day=15)
    run(DECEMBER, now=LATER)
    found = queries.charge(account.pk, DECEMBER)
    assert found is not None
    assert {line.basis for line in found.lines} == {Basis.NORM}
    assert found.kwh > 0


def test_two_and_three_zones_have_their_own_prices() -> None:
    load_chelyabinsk()
    two, day_night = make_metered_account(scheme=Scheme.DAY_NIGHT, installed_on=date(2026, 10, 20))
    three, peaks = make_metered_account(scheme=Scheme.PEAKS, installed_on=date(2026, 10, 20))
    make_reading(day_night, {Zone.DAY: Decimal(1100), Zone.NIGHT: Decimal(1050)}, read_on=date(2026, 11, 20))
    make_reading(
        peaks,
        {Zone.PEAK: Decimal(1010), Zone.SEMIPEAK: Decimal(1020), Zone.NIGHT: Decimal(1030)},
        read_on=date(2026, 11, 20),
    )
    run()
    found = queries.charge(two.pk, NOVEMBER)
    assert found is not None
    assert found.total == Money(10_000 * 558 // 100 + 50 * 291)
    found = queries.charge(three.pk, NOVEMBER)
    assert found is not None
    assert [line.zone for line in found.lines] == [Zone.PEAK, Zone.SEMIPEAK, Zone.NIGHT]
    assert found.kwh == 60


def test_preview_says_exactly_what_the_run_charges() -> None:
    values = {Zone.DAY: Decimal(4160), Zone.NIGHT: Decimal(4060)}
    account, _ = charge_november(values=values, scheme=Scheme.DAY_NIGHT)
    found = queries.charge(account.pk, NOVEMBER)
    assert found is not None
    usage = {zone: value - 1000 for zone, value in values.items()}
    preview = queries.preview(account=account_view(account), usage=usage, on=date(2026, 11, 20))
    assert preview.total == found.total
    assert [(line.zone, line.range_no, line.kwh, line.money) for line in preview.lines] == [
        (line.zone, line.range_no, line.kwh, line.money) for line in found.lines
    ]
    assert preview.demonstration
    assert max(line.range_no for line in preview.lines) == 3


def test_running_twice_changes_nothing() -> None:
    account, _ = charge_november()
    before, balance = written(), ledger.balance(account.pk)
    report = run(now=LATER)
    assert written() == before
    assert ledger.balance(account.pk) == balance
    assert (report.charges, report.problems) == (1, 0)
    assert BillingRun.objects.get().state == "done"


def make_street(count: int = 7) -> None:
    make_norm()
    for number in range(count):
        _, meter = make_metered_account(installed_on=date(2026, 10, 20), residents=2)
        if number % 3:
            make_reading(meter, 1000 + 97 * number, read_on=date(2026, 11, 15 + number))


def test_killed_and_resumed_run_leaves_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    load_chelyabinsk()
    make_street()
    mark = transaction.savepoint()
    run(batch=2)
    whole = written()
    transaction.savepoint_rollback(mark)
    assert written() == []

    calls = []
    write = posting.write_charges

    def dying(*args: Any, **kwargs: Any) -> None:
        write(*args, **kwargs)
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(batches, "write_charges", dying)
    with pytest.raises(KeyboardInterrupt):
        run(batch=2)
    monkeypatch.undo()
    assert 0 < len(written()) < len(whole)
    report = run(batch=3)
    assert written() == whole
    assert report.charges == 7
    assert queries.broken() == []
    assert ledger.broken() == []


def test_progress_is_told_after_each_batch() -> None:
    load_chelyabinsk()
    make_street(5)
    told: list[tuple[int, int]] = []
    run(batch=2, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_missing_reading_is_estimated_and_the_next_one_settles_it() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 3, 25))
    value = 1000
    for month in range(4, 9):
        value += 310
        make_reading(meter, value, read_on=date(2026, month, 25))
        run(Month(2026, month))
    september, october = Month(2026, 9), Month(2026, 10)
    run(september)
    estimate = queries.charge(account.pk, september)
    assert estimate is not None
    assert estimate.estimated
    assert [line.basis for line in estimate.lines] == [Basis.AVERAGE]
    # The mean of five months of 310.
    assert estimate.kwh == 310
    make_reading(meter, value + 500, read_on=date(2026, 10, 20))
    run(october)
    settled = queries.charge(account.pk, october)
    assert settled is not None
    # September is taken back whole and posted by the readings beside October; 500 kWh over 56 days.
    assert [(line.month, line.basis, int(line.kwh), line.cause) for line in settled.lines] == [
        (september, Basis.AVERAGE, -310, LineCause.READING),
        (september, Basis.READING, 277, LineCause.READING),
        (october, Basis.READING, 223, LineCause.FIRST),
    ]
    assert settled.lines[0].reverses == estimate.lines[0].id
    assert estimate.kwh + settled.kwh == 500
    assert queries.broken() == []
    assert ledger.balance(account.pk) == Money.total(charge.total for charge in queries.charges([account.pk]))


def test_change_of_prices_is_shown_line_by_line() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2025, 12, 22))
    make_reading(meter, 1300, read_on=date(2026, 1, 21))
    run(Month(2026, 1))
    found = queries.charge(account.pk, Month(2026, 1))
    assert found is not None
    assert [(line.kwh, line.price) for line in found.lines] == [
        (Decimal(100), Decimal("4.77")),
        (Decimal(200), Decimal("4.85")),
    ]
    assert found.lines[0].until_on == date(2026, 1, 1)
    assert queries.broken() == []


def test_policy_of_the_provider_is_obeyed() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2025, 12, 22))
    make_reading(meter, 1300, read_on=date(2026, 1, 21))
    Policy.objects.create(
        provider=make_provider(), since=date(2026, 1, 1), proration=Proration.AT_READING.value
    )
    run(Month(2026, 1))
    found = queries.charge(account.pk, Month(2026, 1))
    assert found is not None
    assert [(line.kwh, line.price) for line in found.lines] == [(Decimal(300), Decimal("4.85"))]
    assert queries.broken() == []


def test_account_without_prices_becomes_a_problem_and_is_charged_when_they_come() -> None:
    account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    good, other = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1137, read_on=date(2026, 11, 20))
    make_reading(other, 1137, read_on=date(2026, 11, 20))
    assert run().problems == 2
    assert set(Problem.objects.values_list("reason", flat=True)) == {BillingReason.NO_TARIFF.value}
    load_chelyabinsk()
    report = run()
    assert (report.problems, report.charges) == (0, 2)
    assert queries.charge(account.pk, NOVEMBER) is not None
    assert queries.charge(good.pk, NOVEMBER) is not None


def test_closed_and_future_accounts_are_not_charged() -> None:
    load_chelyabinsk()
    make_account(opened_on=date(2026, 12, 1))
    closed = make_account()
    closed.closed_on = date(2026, 10, 31)
    closed.save()
    assert run().charges == 0


def test_final_reading_after_the_cut_off_is_billed_though_the_account_closed_in_that_month() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20))
    make_reading(meter, 1100, read_on=date(2026, 10, 20))
    run(period=Month(2026, 10), now=datetime(2026, 10, 26, 4, 0, tzinfo=UTC))
    make_reading(meter, 1137, read_on=date(2026, 10, 31))
    account.closed_on = date(2026, 10, 31)
    account.save()
    run()
    found = queries.charge(account.pk, NOVEMBER)
    assert found is not None
    assert found.kwh == 37
    assert run(period=DECEMBER, now=LATER).charges == 0


def test_reading_that_a_charge_used_says_so() -> None:
    _, meter = charge_november()
    charged = ReadingSet.objects.get(meter=meter, read_on=date(2026, 11, 20))
    assert charged.state == ReadingState.USED.value


def test_two_meters_share_one_month_of_cheap_kwh() -> None:
    load_chelyabinsk()
    account, first = make_metered_account(installed_on=date(2026, 10, 20))
    second = make_meter(account=account, installed_on=date(2026, 10, 20), initial=0)
    make_reading(first, 1000 + 3000, read_on=date(2026, 11, 20))
    make_reading(second, 1000, read_on=date(2026, 11, 20))
    run()
    found = queries.charge(account.pk, NOVEMBER)
    assert found is not None
    cheap = sum(line.kwh for line in found.lines if line.range_no == 1)
    assert cheap == 3900
    assert found.kwh == 4000


def test_month_that_has_not_begun_is_refused() -> None:
    with pytest.raises(BillingRefused) as refused:
        run(DECEMBER)
    assert refused.value.reason is BillingReason.PERIOD_NOT_STARTED
    with pytest.raises(BillingRefused) as refused:
        operations.run(provider_id=0, period=NOVEMBER, now=NOW)
    assert refused.value.reason is BillingReason.UNKNOWN_PROVIDER


def test_charges_cannot_be_changed() -> None:
    charge_november()
    for statement in (
        "UPDATE billing_chargeline SET kwh = 0",
        "DELETE FROM billing_chargeline",
        "UPDATE billing_charge SET total_kopecks = 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_line_of_another_account_is_refused() -> None:
    account, _ = charge_november()
    other = make_account()
    line = ChargeLine.objects.get(account=account)
    line.pk, line.account_id = None, other.pk
    with pytest.raises(DatabaseError), transaction.atomic():
        line.save()


def test_tampered_line_is_found() -> None:
    charge_november()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_chargeline DISABLE TRIGGER billing_chargeline_append_only")
        cursor.execute("UPDATE billing_chargeline SET kwh = kwh + 1")
    assert len(queries.broken()) >= 2


def test_charge_of_another_price_is_found() -> None:
    charge_november()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tariffs_tariffrow SET price = price + 1")
    assert queries.broken() != []


def test_every_charge_is_posted_once() -> None:
    charge_november()
    charge = Charge.objects.get()
    (entry,) = ledger.entries(charge.account_id)
    assert entry.key == f"charge:{charge.account_id}:2026-11"
    assert entry.transaction_id == charge.transaction_id
    assert entry.effective_on == date(2026, 11, 30)
