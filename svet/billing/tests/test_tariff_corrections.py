"""A price that was loaded wrong is corrected from a day on; what was known before stays to be read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations, queries
from svet.billing.models import BillingRun, RunState
from svet.billing.rules import LineCause
from svet.billing.tests.factories import NOW
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_meter, make_reading
from svet.tariffs import queries as tariffs
from svet.tariffs.models import TariffCorrection, TariffRow
from svet.tariffs.rules.tariff_diff import differences
from svet.tariffs.rules.tariff_file import TariffFileRefused, TariffRowReason, parse
from svet.tariffs.tests.test_incomplete_tariffs import cells, table

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
NOVEMBER = Month(2026, 11)
FIVE = Decimal(5)
ORDER = "приказ № 12 от 20.11.2026"


def row(**changed: str) -> dict[str, str]:
    return cells(region=make_provider().region, **changed)


def load(*rows: dict[str, str]) -> operations.TariffReport:
    return operations.load_tariffs(file=io.BytesIO(table(*rows)), now=NOW)


def correct(*rows: dict[str, str], only_check: bool = False) -> operations.CorrectionReport:
    return operations.correct_tariffs(
        file=io.BytesIO(table(*rows)),
        document=ORDER,
        by=Actor.system("Ключева Н. П."),
        now=LATER,
        only_check=only_check,
    )


def refusals(*rows: dict[str, str]) -> list[tuple[int, TariffRowReason, str]]:
    with pytest.raises(TariffFileRefused) as refused:
        correct(*rows)
    return [(error.row, error.reason, error.value) for error in refused.value.errors]


def prices(day: date, *, known_at: datetime | None = None) -> dict[tuple[int, str, int], Decimal]:
    group = tariffs.region_tariffs(make_provider().region, known_at=known_at)["1"]
    return {
        (scheme, zone, each.range_no): each.price
        for (scheme, zone), found in group.on(day).prices.items()
        for each in found
    }


def price(day: date, *, known_at: datetime | None = None) -> Decimal:
    return prices(day, known_at=known_at)[1, "single", 1]


def charge(period: Month, *, now: datetime = NOW) -> None:
    operations.run(provider_id=make_provider().pk, period=period, now=now)


def test_a_wrong_price_in_use_is_replaced_from_a_day_and_the_months_charged_by_it_are_told() -> None:
    load(row())
    account = make_account(tariff_group="1")
    meter = make_meter(account=account, installed_on=date(2026, 9, 20), initial=0)
    make_reading(meter, 60, read_on=date(2026, 10, 20))
    make_reading(meter, 160, read_on=date(2026, 11, 20))
    charge(NOVEMBER.plus(-1))
    charge(NOVEMBER)
    right = row(valid_from="2026-11-01", price_rub_per_kwh="5,10")

    plan = correct(right, only_check=True)
    assert [(each.period, each.accounts, each.kwh) for each in plan.months] == [(NOVEMBER, 1, Decimal(100))]
    assert (plan.gone, plan.brought, TariffCorrection.objects.count()) == (1, 2, 0)
    assert price(date(2026, 11, 30)) == 5

    assert correct(right) == plan
    assert [price(day) for day in (date(2026, 10, 31), date(2026, 11, 1))] == [5, Decimal("5.10")]
    assert price(date(2026, 11, 1), known_at=NOW) == 5
    [correction] = TariffCorrection.objects.all()
    assert (correction.document, correction.made_by, correction.made_at) == (ORDER, "Ключева Н. П.", LATER)
    [entry] = Entry.objects.filter(action="tariffs.corrected")
    assert (entry.actor_name, (entry.after or {})["document"]) == ("Ключева Н. П.", ORDER)

    # What was charged stands as it was, by rows that are still there; the proof knows what was known then.
    [line] = queries.charges([account.pk], since=NOVEMBER)[0].lines
    assert line.tariff is not None
    assert (line.price, line.tariff.price, line.money) == (FIVE, FIVE, Money(50000))
    assert queries.broken() == []

    again = correct(right)
    assert (again.gone, again.brought, again.months, TariffCorrection.objects.count()) == (0, 0, (), 1)
    make_reading(meter, 260, read_on=date(2026, 12, 20))
    charge(NOVEMBER.plus(1), now=datetime(2026, 12, 26, tzinfo=UTC))
    # The next month takes November back and charges it by the right prices: 12 of its 31 days are October's.
    lines = queries.charges([account.pk], since=NOVEMBER.plus(1))[0].lines
    assert [(line.month, int(line.kwh), line.price, line.cause) for line in lines] == [
        (NOVEMBER, -100, FIVE, LineCause.TARIFF),
        (NOVEMBER, 39, FIVE, LineCause.TARIFF),
        (NOVEMBER, 61, Decimal("5.10"), LineCause.TARIFF),
        (NOVEMBER.plus(1), 100, Decimal("5.10"), LineCause.FIRST),
    ]
    assert sum(line.money.kopecks for line in lines) == 610 + 51_000
    assert queries.broken() == []


def test_a_correction_of_a_correction_tells_the_months_that_nobody_has_charged_anew_yet() -> None:
    load(row(), row(zone_scheme="2", zone="day"), row(zone_scheme="2", zone="night", price_rub_per_kwh="2"))
    meter = make_meter(account=make_account(tariff_group="1"), installed_on=date(2026, 9, 20), initial=0)
    make_reading(meter, 60, read_on=date(2026, 10, 20))
    make_reading(meter, 160, read_on=date(2026, 11, 20))
    for month in (NOVEMBER.plus(-1), NOVEMBER):
        charge(month)

    def told(price: str, since: str = "2026-11-01") -> list[tuple[Month, int, Decimal]]:
        report = correct(row(valid_from=since, price_rub_per_kwh=price))
        return [(each.period, each.accounts, each.kwh) for each in report.months]

    november = [(NOVEMBER, 1, Decimal(100))]
    assert told("6") == november
    # Its lines stand by the price of before still.
    assert told("7") == november
    assert told("7") == []
    # Another place of the table is none of theirs.
    assert correct(row(zone_scheme="2", zone="night", valid_from="2026-11-01")).months == ()
    # What is taken back before anybody was charged by it charges nobody anew.
    assert told("5") == []
    assert told("6", since="2026-10-15") == [(NOVEMBER.plus(-1), 1, Decimal(60)), *november]
    # A part of the days is right again, the others wait as they did.
    assert told("5", since="2026-11-25") == []


def test_the_rows_that_the_file_does_not_name_stay() -> None:
    load(
        row(range_upper_kwh="100"),
        row(range_no="2", price_rub_per_kwh="7"),
        row(zone_scheme="2", zone="day", range_upper_kwh="100"),
        row(zone_scheme="2", zone="night", range_upper_kwh="100", price_rub_per_kwh="3"),
    )
    kept = set(TariffRow.objects.exclude(scheme=1, range_no=2).values_list("pk", flat=True))
    report = correct(row(range_no="2", price_rub_per_kwh="8"))
    assert (report.gone, report.brought) == (1, 1)
    assert kept < set(TariffRow.objects.filter(gone_with=None).values_list("pk", flat=True))
    assert prices(date(2026, 5, 1)) == {
        (1, "single", 1): 5, (1, "single", 2): 8, (2, "day", 1): 5, (2, "night", 1): 3,
    }  # fmt: skip


def test_days_inside_a_table_are_corrected_and_those_around_stay() -> None:
    load(row())
    report = correct(row(valid_from="2026-03-01", valid_to="2026-03-31", price_rub_per_kwh="6"))
    assert (report.gone, report.brought) == (1, 3)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1), date(2030, 1, 1))
    assert [price(day) for day in days] == [5, 6, 6, 5, 5]
    # A second mistake in the same table, and a third one in the correction itself.
    correct(row(valid_from="2026-04-01", price_rub_per_kwh="7"))
    correct(row(valid_from="2026-03-01", price_rub_per_kwh="6.5"))
    assert [price(day) for day in days] == [5, Decimal("6.5"), Decimal("6.5"), 7, 7]
    assert [price(day, known_at=NOW) for day in days] == [5] * 5


def test_two_tables_of_one_file_are_corrected_at_once() -> None:
    load(row())
    march = row(valid_from="2026-03-01", valid_to="2026-03-31", price_rub_per_kwh="6")
    report = correct(march, row(valid_from="2026-06-01", valid_to="2026-06-30", price_rub_per_kwh="7"))
    assert (report.gone, report.brought) == (1, 5)
    assert [price(date(2026, n, 15)) for n in (2, 3, 4, 6, 7)] == [5, 6, 5, 7, 5]


def test_a_range_that_should_not_be_there_is_taken_away() -> None:
    load(row(range_upper_kwh="100"), row(range_no="2", price_rub_per_kwh="7"))
    report = correct(row(range_upper_kwh=""), row(range_no="2", price_rub_per_kwh="?"))
    assert (report.gone, report.brought) == (2, 1)
    assert prices(date(2026, 5, 1)) == {(1, "single", 1): 5}


def test_a_corrected_limit_concerns_the_kwh_of_every_range() -> None:
    load(row(range_upper_kwh="100"), row(range_no="2", price_rub_per_kwh="7"))
    account = make_account(tariff_group="1")
    make_reading(
        make_meter(account=account, installed_on=date(2026, 10, 20), initial=0),
        150,
        read_on=date(2026, 11, 20),
    )
    charge(NOVEMBER)
    report = correct(row(range_upper_kwh="120"))
    assert [(each.accounts, each.kwh) for each in report.months] == [(1, Decimal(150))]


def test_what_is_not_loaded_cannot_be_corrected() -> None:
    load(row(valid_to="2026-06-30"), row(valid_from="2026-07-01"))
    nothing = TariffRowReason.NOTHING_TO_CORRECT
    assert refusals(row(valid_from="2025-12-01")) == [(2, nothing, "2025-12-01")]
    assert refusals(row(group_code="9")) == [(2, nothing, "2026-01-01")]
    # A correction is written table by table.
    assert refusals(row(valid_from="2026-05-01", valid_to="2026-08-01")) == [(2, nothing, "2026-07-01")]
    assert refusals(row(), row()) == [(3, TariffRowReason.DUPLICATE, "2")]
    bad = refusals(row(price_rub_per_kwh="x"), row(group_code="9"))
    assert [(number, reason) for number, reason, _ in bad] == [(2, TariffRowReason.BAD_PRICE), (3, nothing)]
    assert TariffCorrection.objects.count() == 0


def test_limits_that_no_longer_agree_refuse_the_correction() -> None:
    load(row(range_upper_kwh="100"), row(zone_scheme="2", zone="day", range_upper_kwh="100"))
    assert refusals(row(range_upper_kwh="120")) == [(2, TariffRowReason.LIMITS_DIFFER, "single")]
    assert price(date(2026, 5, 1)) == 5


def test_prices_do_not_change_under_a_month_that_is_being_charged() -> None:
    load(row())
    BillingRun.objects.create(
        provider=make_provider(),
        period=NOVEMBER.first,
        state=RunState.RUNNING,
        started_at=NOW,
        cut_off_day=25,
    )
    wrong = refusals(row(price_rub_per_kwh="6"))
    assert wrong == [(0, TariffRowReason.MONTH_RUNNING, str(NOVEMBER))]


def test_what_corrections_took_away_is_shown_with_its_document() -> None:
    load(row())
    correct(row(price_rub_per_kwh="6"))
    [now] = tariffs.tariff_tables(group="1")
    assert (now.document, [each.price for each in now.rows]) == (ORDER, [Decimal(6)])
    gone = [each for each in tariffs.tariff_tables(group="1", replaced=True) if each.replaced_at]
    assert [(each.replaced_by, [r.price for r in each.rows]) for each in gone] == [
        (f"{ORDER}, Ключева Н. П.", [FIVE])
    ]
    # A file that was loaded before the correction is refused, not taken as a second truth.
    with pytest.raises(TariffFileRefused):
        load(row())


def test_an_open_table_gets_its_last_day_once() -> None:
    load(row(), row(zone_scheme="2", zone="day"), row(zone_scheme="2", zone="night"))

    def close(last: date, group: str = "1") -> int:
        return operations.close_table(
            region=make_provider().region, group=group, last=last, now=NOW, by=Actor.system("Ключева Н. П.")
        )

    assert close(date(2026, 9, 30)) == 3
    assert close(date(2026, 9, 30)) == 0
    assert Entry.objects.filter(action="tariffs.closed").count() == 1
    for last, group in ((date(2026, 8, 31), "1"), (date(2025, 9, 30), "1"), (date(2026, 9, 30), "2")):
        with pytest.raises(TariffFileRefused) as refused:
            close(last, group)
        assert refused.value.errors[0].reason is TariffRowReason.NOTHING_TO_CLOSE
    # The file it came from knows no end yet: nothing new in it.
    assert load(row()).unchanged == 1


def test_a_table_that_was_charged_by_is_not_closed_before_its_charges() -> None:
    load(row())
    account = make_account(tariff_group="1")
    make_reading(
        make_meter(account=account, installed_on=date(2026, 10, 20), initial=0),
        150,
        read_on=date(2026, 11, 20),
    )
    charge(NOVEMBER)
    with pytest.raises(TariffFileRefused) as refused:
        operations.close_table(
            region=make_provider().region, group="1", last=date(2026, 10, 31), now=NOW, by=Actor.system("x")
        )
    assert refused.value.errors[0].reason is TariffRowReason.ALREADY_CHARGED


def test_two_tables_differ_where_they_say_another_thing() -> None:
    before = parse(table(cells(), cells(group_code="2")))
    after = parse(table(cells(price_rub_per_kwh="5.50"), cells(group_code="3")))
    found = differences(before, after)
    assert [(each.key[1], each.before is None, each.after is None) for each in found] == [
        ("1", False, False), ("2", False, True), ("3", True, False),
    ]  # fmt: skip
    assert [each.growth for each in found] == [Decimal("10.0"), None, None]
    assert differences(before, before) == []
