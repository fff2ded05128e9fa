"""Publications leave out zones, limits and years: by all the rest is charged, and nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from svet.billing import operations
from svet.billing.queries import calculate
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.price_tables import price_tables
from svet.billing.tests.factories import NOW
from svet.billing.tests.facts import priced
from svet.metering.rules import Zone
from svet.tariffs.models import TariffRow
from svet.tariffs.queries import loaded_lines, region_tariffs
from svet.tariffs.rules.tariff_check import check
from svet.tariffs.rules.tariff_diff import growth
from svet.tariffs.rules.tariff_ends import closed
from svet.tariffs.rules.tariff_file import COLUMNS, TariffFileRefused, TariffLack, TariffLine, parse, read
from svet.tariffs.rules.tariffs import GroupTariffs, Price
from svet.tariffs.texts import explain_lack, lack_texts

FILE = Path(__file__).parent / "data" / "tariffs_of_eleven_regions.csv"
JANUARY = date(2026, 1, 1)


def published() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FILE.read_text("utf-8"))))


def cells(**changed: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "") | {
        "region": "Край", "group_code": "1", "group_name": "Население", "valid_from": "2026-01-01",
        "zone_scheme": "1", "zone": "single", "range_no": "1", "price_rub_per_kwh": "5",
    }  # fmt: skip
    return row | changed


def table(*rows: dict[str, str]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def tariffs(*rows: dict[str, str]) -> GroupTariffs:
    checked = check(parse(table(*rows)))
    assert not checked.errors
    return GroupTariffs.of("1", [price(number, line) for number, line in enumerate(checked.fresh, 1)])


def price(number: int, line: TariffLine) -> Price:
    assert line.price is not None
    return Price(
        number, line.scheme, line.zone, line.range_no, line.range_upper_kwh, line.price, line.valid_from,
        line.valid_to, line.demonstration, line.limit_unknown, line.per_person, line.least,
    )  # fmt: skip


def lacks(*rows: dict[str, str]) -> list[tuple[TariffLack, int]]:
    return [(lack.reason, lack.row) for lack in check(parse(table(*rows))).lacks]


def cost(group: GroupTariffs, scheme: int, on: date = JANUARY, **kwh: int) -> int:
    return sum(
        line.kopecks for line in priced(group, scheme, on, {z: Decimal(used) for z, used in kwh.items()})
    )


def refusal(group: GroupTariffs, scheme: int, on: date = JANUARY, **kwh: int) -> dict[str, object]:
    with pytest.raises(BillingRefused) as refused:
        cost(group, scheme, on, **kwh)
    assert refused.value.reason is BillingReason.NO_TARIFF
    return dict(refused.value.details)


@pytest.mark.django_db
def test_all_published_rows_of_all_regions_are_loaded_and_what_they_lack_is_told() -> None:
    report = operations.load_tariffs(file=FILE, now=NOW)
    assert (report.added, report.unchanged, len(report.regions)) == (1027, 0, 11)
    assert TariffRow.objects.count() == 1027
    assert Counter(lack.reason for lack in report.lacks) == {
        TariffLack.LIMIT: 128,
        TariffLack.ZONE: 4,
        TariffLack.DAYS: 14,
        TariffLack.ABOVE: 8,
    }
    told = [explain_lack(lack) for lack in report.lacks]
    assert all(text.startswith("Строка ") and "{" not in text for text in told)
    again = operations.load_tariffs(file=FILE, now=NOW)
    assert (again.added, again.unchanged) == (0, 1027)
    assert again.lacks == report.lacks


@pytest.mark.django_db
def test_every_published_price_is_found_again_or_nobody_is_charged_by_it() -> None:
    """Each row's own range is priced to the digit, unless the limit below or of it is unknown."""
    operations.load_tariffs(file=FILE, now=NOW)
    groups = {region: region_tariffs(region) for region in {row["region"] for row in published()}}
    reached = 0
    for row in published():
        on = groups[row["region"]][row["group_code"]].on(date.fromisoformat(row["valid_from"]))
        found = on.prices[int(row["zone_scheme"]), row["zone"]]
        number = int(row["range_no"])
        if number <= len(found):
            assert found[number - 1].price == Decimal(row["price_rub_per_kwh"])
            reached += 1
        else:
            # Krasnoyarsk and Nizhny Novgorod: the second range begins where nobody has said.
            assert on.bounds[number - 2] == on.bounds[number - 3] if number > 2 else on.bounds[0].upper == 0
    assert reached == 1027 - 120


def test_a_zone_that_was_not_published_has_no_price_and_the_others_have() -> None:
    rows = [cells(), cells(zone_scheme="2", zone="day", price_rub_per_kwh="6")]
    assert lacks(*rows) == [(TariffLack.ZONE, 3)]
    group = tariffs(*rows)
    assert cost(group, 1, single=10) == 5000
    assert refusal(group, 2, day=10, night=1) == {
        "group": "1", "scheme": 2, "zone": "night", "day": JANUARY,
    }  # fmt: skip


def test_above_a_last_range_that_ends_there_is_no_price() -> None:
    rows = [cells(range_upper_kwh="3900")]
    assert lacks(*rows) == [(TariffLack.ABOVE, 2)]
    group = tariffs(*rows)
    assert cost(group, 1, single=3900) == 1_950_000
    assert refusal(group, 1, single=3901)["zone"] == "single"


@pytest.mark.parametrize("unknown", ["?", "missing"])
def test_kwh_that_nobody_can_put_into_a_range_have_no_price(unknown: str) -> None:
    second = cells(range_no="2", price_rub_per_kwh="7", range_upper_kwh="?")
    rows = [cells(range_upper_kwh="100"), second, cells(range_no="3", price_rub_per_kwh="9")]
    if unknown == "missing":
        del rows[1]
        assert lacks(*rows) == [(TariffLack.RANGE, 2)]
    else:
        assert lacks(*rows) == [(TariffLack.LIMIT, 3)]
    group = tariffs(*rows)
    assert cost(group, 1, single=100) == 50_000
    assert refusal(group, 1, single=101)["day"] == JANUARY


def test_without_the_first_limit_only_nothing_is_charged() -> None:
    group = tariffs(cells(range_upper_kwh="?"), cells(range_no="2", price_rub_per_kwh="7"))
    assert cost(group, 1, single=0) == 0
    assert refusal(group, 1, single=1)["group"] == "1"


def test_a_price_that_was_not_published_is_told_and_is_no_price() -> None:
    rows = [cells(range_upper_kwh="100"), cells(range_no="2", price_rub_per_kwh="?")]
    assert lacks(*rows) == [(TariffLack.PRICE, 3)]
    assert cost(tariffs(*rows), 1, single=100) == 50_000
    assert refusal(tariffs(*rows), 1, single=101)


def test_days_between_two_tables_have_no_price() -> None:
    rows = [cells(valid_to="2026-01-31"), cells(valid_from="2026-03-01")]
    assert lacks(*rows) == [(TariffLack.DAYS, 3)]
    group = tariffs(*rows)
    assert refusal(group, 1, date(2026, 2, 1), single=1) == {"group": "1", "day": date(2026, 2, 1)}
    assert cost(group, 1, date(2026, 3, 1), single=1) == 500


def test_as_many_ranges_as_a_region_has() -> None:
    rows = [
        cells(range_no=str(n), range_upper_kwh=str(n * 100) if n < 12 else "", price_rub_per_kwh=str(n))
        for n in range(1, 13)
    ]
    assert lacks(*rows) == []
    assert cost(tariffs(*rows), 1, single=1200) == 100 * 100 * sum(range(1, 13))


def test_an_open_table_ends_where_the_next_of_the_same_file_begins() -> None:
    rows = [cells(), cells(valid_from="2026-10-01", price_rub_per_kwh="6")]
    loaded = closed(parse(table(*rows)), [])
    assert [line.valid_to for line in loaded] == [date(2026, 9, 30), None]
    assert check(loaded).errors == []


@pytest.mark.django_db
def test_an_earlier_open_table_ends_where_the_loaded_one_begins() -> None:
    operations.load_tariffs(file=io.BytesIO(table(cells(valid_from="2026-10-01"))), now=NOW)
    assert operations.load_tariffs(file=io.BytesIO(table(cells())), now=NOW).added == 1
    assert TariffRow.objects.get(valid_from=JANUARY).valid_to == date(2026, 9, 30)


@pytest.mark.django_db
def test_limits_by_persons_reach_the_facts_and_refuse_whoever_cannot_know_the_persons() -> None:
    # The published social norm of Krasnoyarsk: 75 kWh each, 110 an account, nothing for nobody.
    rows = [
        cells(range_upper_per_person="75", range_upper_least="110"),
        cells(range_no="2", price_rub_per_kwh="7"),
    ]
    operations.load_tariffs(file=io.BytesIO(table(*rows)), now=NOW)
    [facts] = price_tables(region_tariffs("Край")["1"])
    assert [facts.limits[0].upper(persons) for persons in (0, 1, 2, 3)] == [0, 110, 150, 225]
    with pytest.raises(BillingRefused) as refused:
        calculate(region="Край", group="1", usage={Zone.SINGLE: Decimal(1)}, on=JANUARY)
    assert dict(refused.value.details) == {"group": "1", "day": JANUARY}
    costs = [
        calculate(region="Край", group="1", usage={Zone.SINGLE: Decimal(120)}, on=JANUARY, residents=persons)
        for persons in (0, 1, 2)
    ]
    assert [each.total.kopecks for each in costs] == [120 * 700, 110 * 500 + 10 * 700, 120 * 500]
    assert operations.load_tariffs(file=io.BytesIO(table(*rows)), now=NOW).unchanged == 2


@pytest.mark.django_db
def test_every_fault_is_told_also_those_of_rows_beside_unreadable_ones() -> None:
    rows = [
        cells(price_rub_per_kwh="дорого"),
        cells(group_code="2"),
        cells(group_code="2", valid_from="2026-02-01", valid_to="2026-03-31"),
        cells(group_code="2", valid_from="2026-03-01"),
        cells(group_code="3"),
        cells(group_code="3"),
        cells(group_code="4", range_upper_kwh="50", range_upper_per_person="75"),
        cells(group_code="5", range_upper_least="75"),
    ]
    with pytest.raises(TariffFileRefused) as refused:
        operations.load_tariffs(file=io.BytesIO(table(*rows)), now=NOW)
    assert [(error.row, error.reason.value) for error in refused.value.errors] == [
        (2, "bad_price"), (5, "overlap"), (7, "duplicate"), (8, "two_limits"), (9, "two_limits"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        ";".join(COLUMNS)
        + "\r\nОбласть;7.7;Проба;01.01.2028;31.12.2028;1;single;1;;4,85;https://example.org",
        ",".join(COLUMNS)
        + '\r\nОбласть,7.7,Проба,2028-01-01,2028-12-31,1,single,1,,"4,85",https://example.org',
    ],
    ids=["as Excel in Russia", "decimal comma"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_prices_as_russian_spreadsheets_save_them(content: str, encoding: str) -> None:
    [line] = parse(content.encode(encoding))
    assert (line.region, line.group_code, line.price) == ("Область", "7.7", Decimal("4.85"))
    assert line.span == (date(2028, 1, 1), date(2028, 12, 31))


def test_every_lack_has_its_words() -> None:
    assert set(lack_texts()) == set(TariffLack)


@pytest.mark.parametrize(
    ("region", "group", "before", "after", "percent"),
    [
        ("Челябинская область", "1.1", "2024-07-01", "2025-07-01", "12.5"),
        ("Москва", "2", "2024-07-01", "2025-07-01", "16.4"),
    ],
)
def test_growth_that_newspapers_printed_is_the_growth_of_the_rows(
    region: str, group: str, before: str, after: str, percent: str
) -> None:
    prices = {
        row["valid_from"]: Decimal(row["price_rub_per_kwh"])
        for row in published()
        if (row["region"], row["group_code"], row["zone"], row["range_no"]) == (region, group, "single", "1")
    }
    assert growth(before=prices[before], after=prices[after]) == Decimal(percent)


@pytest.mark.django_db
def test_a_loaded_file_reads_back_as_it_was() -> None:
    operations.load_tariffs(file=FILE, now=NOW)
    lines, errors = read(FILE.read_bytes())
    assert errors == []
    back: Sequence[TariffLine] = loaded_lines(sorted({line.region for line in lines}))
    assert {replace(line, row=0) for line in back} == set(lines)
