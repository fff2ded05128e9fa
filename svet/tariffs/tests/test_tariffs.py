"""Tariffs as data: shipped exactly as published, loaded whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations, queries
from svet.billing.tests.factories import NOW
from svet.kernel.periods import Month
from svet.metering.rules import ZONES, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.tariffs import queries as tariffs
from svet.tariffs.models import TariffRow
from svet.tariffs.operations.loading import SHIPPED, shipped_files
from svet.tariffs.rules.tariff_check import check
from svet.tariffs.rules.tariff_file import (
    COLUMNS,
    OPTIONAL,
    TariffFileRefused,
    TariffLack,
    TariffLine,
    TariffRowReason,
    parse,
)
from svet.tariffs.rules.tariffs import GroupTariffs, Price
from svet.tariffs.texts import explain, explain_row, row_texts

PUBLISHED = Path(__file__).parent / "data" / "published_tariffs.csv"
CHELYABINSK = "Челябинская область"
Row = dict[str, str]


def published() -> list[Row]:
    return list(csv.DictReader(io.StringIO(PUBLISHED.read_text("utf-8"))))


def shipped() -> list[TariffLine]:
    checked = [check(parse(file.read_bytes())) for file in shipped_files()]
    assert not any(each.errors for each in checked)
    return [line for each in checked for line in each.fresh]


def key(line: TariffLine) -> tuple[str, ...]:
    return (
        line.region,
        line.group_code,
        line.group_name,
        line.valid_from.isoformat(),
        line.valid_to.isoformat() if line.valid_to else "",
        str(line.scheme),
        line.zone,
        str(line.range_no),
    )


SHIPPED_BY_KEY = {key(line): line for line in shipped()}


@pytest.mark.parametrize(
    "row", published(), ids=lambda row: f"{row['group_code']}-{row['zone']}-{row['range_no']}"
)
def test_published_row_is_shipped_to_the_digit(row: Row) -> None:
    *names, limit, price, source = row.values()
    line = SHIPPED_BY_KEY[tuple(names)]
    assert line.price == Decimal(price)
    assert line.source_url == source
    if limit == "?":
        # No source tells the limit: the national one stands for it, and the row says so.
        assert line.demonstration
        assert line.range_upper_kwh == 3900
        assert "не опубликован" in line.note
    else:
        assert line.range_upper_kwh == (int(limit) if limit else None)
        assert not line.demonstration


def test_rows_that_were_not_published_are_marked_and_say_why() -> None:
    known = {tuple(row.values())[:8] for row in published()}
    for where, line in SHIPPED_BY_KEY.items():
        if where not in known:
            assert line.demonstration, where
            assert line.note, where


def test_zone_price_is_never_computed_from_a_coefficient() -> None:
    prices = {
        (line.scheme, line.zone): line.price
        for line in shipped()
        if line.group_code == "1.1" and line.range_no == 3 and line.valid_from.isoformat() == "2024-07-01"
    }
    assert prices[1, "single"] == Decimal("9.75")
    assert prices[3, "peak"] == Decimal("12.67")


def test_every_month_of_the_demonstration_has_all_prices() -> None:
    for group in ("1.1", "1.2", "1.3"):
        tariffs = GroupTariffs.of(
            group,
            [
                Price(
                    number,
                    line.scheme,
                    line.zone,
                    line.range_no,
                    line.range_upper_kwh,
                    line.price or Decimal(0),
                    line.valid_from,
                    line.valid_to,
                    line.demonstration,
                )
                for number, line in enumerate(shipped())
                if line.region == CHELYABINSK and line.group_code == group
            ],
        )
        month = Month(2025, 8)
        while month <= Month(2027, 12):
            for day in (month.first, month.day(31)):
                tariff = tariffs.on(day)
                assert len(tariff.limits) == 3
                for scheme, zones in ZONES.items():
                    for zone in zones:
                        assert len(tariff.of(scheme, zone)) == 3
            month = month.plus(1)


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    for file in shipped_files():
        first = operations.load_tariffs(file=file, now=NOW)
        again = operations.load_tariffs(file=file, now=NOW)
        assert first.added > 0
        assert (again.added, again.unchanged) == (0, first.added)
    assert TariffRow.objects.count() == len(SHIPPED_BY_KEY)


@pytest.mark.django_db
def test_rows_of_a_day_come_in_the_order_of_the_meter_with_their_bounds() -> None:
    operations.load_tariffs(file=SHIPPED / "ryazan-2025.csv", now=NOW)
    rows = tariffs.tariffs("Рязанская область", "1", Month(2025, 3).first)
    assert len(rows) == 18
    assert [row.zone for row in rows[-9::3]] == [Zone.PEAK, Zone.SEMIPEAK, Zone.NIGHT]
    assert [(row.range_lower_kwh, row.range_upper_kwh) for row in rows[:3]] == [
        (0, 3900),
        (3900, 6000),
        (6000, None),
    ]
    assert tariffs.groups("Рязанская область", on=Month(2025, 3).first)[0][0] == "1"
    assert tariffs.tariffs("Рязанская область", "1", Month(2026, 3).first) == []


def table() -> list[Row]:
    """Two tables of one group in two ranges, single and two-zone."""
    rows = []
    for start, end in (("2026-01-01", "2026-06-30"), ("2026-07-01", "")):
        for scheme, zones in ((1, ("single",)), (2, ("day", "night"))):
            for zone in zones:
                for number, limit in ((1, "3900"), (2, "")):
                    values = (
                        "Край",
                        "1",
                        "Население",
                        start,
                        end,
                        str(scheme),
                        zone,
                        str(number),
                        limit,
                        "4.24",
                    )
                    rows.append(dict(zip(COLUMNS, (*values, "https://tariffs.example"), strict=True)))
    return rows


def file_of(rows: list[Row], columns: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def change(number: int, **cells: str) -> Callable[[list[Row]], None]:
    return lambda rows: rows[number].update(cells)


def remove(*numbers: int) -> Callable[[list[Row]], None]:
    def apply(rows: list[Row]) -> None:
        for number in sorted(numbers, reverse=True):
            del rows[number]

    return apply


def all_rows(**cells: str) -> Callable[[list[Row]], None]:
    def apply(rows: list[Row]) -> None:
        for row in rows[6:]:
            row.update(cells)

    return apply


WRONG: list[tuple[str, Callable[[list[Row]], None], TariffRowReason, int]] = [
    ("thousands in a price", change(0, price_rub_per_kwh="4,240,1"), TariffRowReason.BAD_PRICE, 2),
    ("zero price", change(0, price_rub_per_kwh="0.00"), TariffRowReason.BAD_PRICE, 2),
    ("negative price", change(0, price_rub_per_kwh="-1"), TariffRowReason.BAD_PRICE, 2),
    ("exponent", change(0, price_rub_per_kwh="1e3"), TariffRowReason.BAD_PRICE, 2),
    ("not a number", change(0, price_rub_per_kwh="NaN"), TariffRowReason.BAD_PRICE, 2),
    ("arabic digits", change(0, price_rub_per_kwh="٤.٢٤"), TariffRowReason.BAD_PRICE, 2),
    ("endless price", change(0, price_rub_per_kwh="4" * 5000), TariffRowReason.BAD_PRICE, 2),
    ("bad date", change(1, valid_from="2026-02-30"), TariffRowReason.BAD_DATE, 3),
    ("american date", change(1, valid_from="01/01/2026"), TariffRowReason.BAD_DATE, 3),
    ("dates reversed", change(1, valid_to="2025-01-01"), TariffRowReason.DATES_REVERSED, 3),
    ("scheme 4", change(0, zone_scheme="4"), TariffRowReason.BAD_SCHEME, 2),
    ("zone of another scheme", change(0, zone="peak"), TariffRowReason.BAD_ZONE, 2),
    ("range 0", change(0, range_no="0"), TariffRowReason.BAD_RANGE, 2),
    ("range 100", change(0, range_no="100"), TariffRowReason.BAD_RANGE, 2),
    ("fractional limit", change(0, range_upper_kwh="3900.5"), TariffRowReason.BAD_LIMIT, 2),
    ("no region", change(0, region=""), TariffRowReason.EMPTY, 2),
    ("endless name", change(0, group_name="я" * 1001), TariffRowReason.TOO_LONG, 2),
    ("control character", change(0, group_name="На\x07селение"), TariffRowReason.CONTROL_CHARACTER, 2),
    ("NUL", change(0, group_name="На\0селение"), TariffRowReason.CONTROL_CHARACTER, 2),
    ("same row twice", lambda rows: rows.append(rows[0]), TariffRowReason.DUPLICATE, 14),
    ("limits fall", change(1, range_upper_kwh="3000"), TariffRowReason.LIMITS_NOT_RISING, 2),
    ("limits differ", change(2, range_upper_kwh="4000"), TariffRowReason.LIMITS_DIFFER, 4),
    ("limits missing", change(2, range_upper_kwh=""), TariffRowReason.LIMITS_NOT_RISING, 4),
    ("overlap", all_rows(valid_from="2026-06-30"), TariffRowReason.OVERLAP, 8),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("spoil", "reason", "row"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_wrong_file_is_refused_row_by_row_and_nothing_is_applied(
    spoil: Callable[[list[Row]], None], reason: TariffRowReason, row: int
) -> None:
    rows = table()
    spoil(rows)
    with pytest.raises(TariffFileRefused) as refused:
        operations.load_tariffs(file=io.BytesIO(file_of(rows)), now=NOW)
    assert (reason, row) in [(error.reason, error.row) for error in refused.value.errors]
    assert TariffRow.objects.count() == 0
    assert explain(refused.value)
    assert all(len(explain_row(error)) < 200 for error in refused.value.errors)


def test_all_errors_are_told_at_once() -> None:
    rows = table()
    for row in rows[:5]:
        row["price_rub_per_kwh"] = "much"
    with pytest.raises(TariffFileRefused) as refused:
        parse(file_of(rows))
    assert [error.row for error in refused.value.errors] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", TariffRowReason.MISSING_COLUMN),
        ("регион;цена\n".encode("cp1251"), TariffRowReason.MISSING_COLUMN),
        ("регион;цена\n".encode() * 9 + b"\xd0\n", TariffRowReason.NOT_UTF8),
        (b"region,price\nx,1\n", TariffRowReason.MISSING_COLUMN),
        (",".join(COLUMNS).encode() + b"\n", TariffRowReason.NO_ROWS),
        (",".join(COLUMNS).encode() + b"\na,b\n", TariffRowReason.WRONG_WIDTH),
        (b"PK\x03\x04" + bytes(range(256)), TariffRowReason.NOT_UTF8),
        (b"x" * (10 * 1024 * 1024 + 1), TariffRowReason.TOO_LARGE),
    ],
    ids=["empty", "cp1251", "broken utf-8", "other columns", "no rows", "short row", "zip", "too large"],
)
def test_file_that_is_no_tariff_file_is_refused(content: bytes, reason: TariffRowReason) -> None:
    with pytest.raises(TariffFileRefused) as refused:
        parse(content)
    assert refused.value.errors[0].reason is reason


def test_every_reason_has_its_text() -> None:
    assert set(row_texts()) == set(TariffRowReason)


@pytest.mark.django_db
def test_semicolons_and_a_byte_order_mark_are_read_too() -> None:
    content = b"\xef\xbb\xbf" + file_of(table()).replace(b",", b";")
    assert operations.load_tariffs(file=io.BytesIO(content), now=NOW).added == 12


def as_a_russian_spreadsheet(rows: list[Row]) -> list[Row]:
    """What it makes of days and prices when it saves the table."""
    return [
        row
        | {name: ".".join(reversed(row[name].split("-"))) for name in ("valid_from", "valid_to")}
        | {"price_rub_per_kwh": row["price_rub_per_kwh"].replace(".", ",")}
        for row in rows
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("above", ["", "sep={}\r\n"])
def test_what_a_spreadsheet_saves_is_read_as_what_it_says(encoding: str, delimiter: str, above: str) -> None:
    plain = parse(file_of(table()))
    written = io.StringIO(newline="")
    rows = as_a_russian_spreadsheet(table())
    writer = csv.DictWriter(written, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    content = (above.format(delimiter) + written.getvalue() + f"{delimiter * (len(rows[0]) - 1)}\r\n").encode(
        encoding
    )
    assert parse(content) == plain
    assert [line.row for line in parse(content)] == [line.row + bool(above) for line in plain]
    assert operations.load_tariffs(file=io.BytesIO(content), now=NOW).added == 12


def test_every_fault_names_its_row_and_its_column() -> None:
    rows = table()
    rows[1] |= {"valid_from": "31.02.2026", "price_rub_per_kwh": "4.85.1", "range_upper_kwh": "много"}
    rows[3] |= {"group_name": "На\u200bселение"}
    with pytest.raises(TariffFileRefused) as refused:
        parse(file_of(rows))
    said = [explain_row(error) for error in refused.value.errors]
    for row, column in (
        (3, "valid_from"),
        (3, "range_upper_kwh"),
        (3, "price_rub_per_kwh"),
        (5, "group_name"),
    ):
        assert any(line.startswith(f"Строка {row}, столбец {column}: ") for line in said), said


@pytest.mark.django_db
def test_loaded_prices_are_never_changed_by_a_file() -> None:
    operations.load_tariffs(file=io.BytesIO(file_of(table())), now=NOW)
    rows = table()
    rows[0]["price_rub_per_kwh"] = "5.00"
    with pytest.raises(TariffFileRefused) as refused:
        operations.load_tariffs(file=io.BytesIO(file_of(rows)), now=NOW)
    assert [(e.reason, e.row) for e in refused.value.errors] == [(TariffRowReason.DIFFERS_FROM_LOADED, 2)]


def open_table(start: str, *, price: str = "5.00", last: str = "") -> bytes:
    row = table()[0] | {"zone_scheme": "1", "zone": "single", "range_no": "1", "range_upper_kwh": ""}
    rows = [
        row | {"zone_scheme": str(scheme), "zone": zone, "valid_from": start, "valid_to": last}
        for scheme, zones in ZONES.items()
        for zone in zones
    ]
    return file_of([row | {"price_rub_per_kwh": price} for row in rows])


def load(content: bytes) -> operations.TariffReport:
    return operations.load_tariffs(file=io.BytesIO(content), now=NOW)


def ends() -> list[tuple[date, date | None]]:
    return sorted(set(TariffRow.objects.values_list("valid_from", "valid_to")), key=lambda span: span[0])


JANUARY, OCTOBER = date(2026, 1, 1), date(2026, 10, 1)


@pytest.mark.django_db
def test_a_table_without_an_end_is_followed_by_the_next_one() -> None:
    load(open_table("2026-01-01"))
    report = load(open_table("2026-10-01", price="6.00"))
    assert (report.added, report.unchanged) == (6, 0)
    assert ends() == [(JANUARY, date(2026, 9, 30)), (OCTOBER, None)]
    # Both files again, the first still without its end: nothing new in them.
    for again in (open_table("2026-01-01"), open_table("2026-10-01", price="6.00")):
        assert load(again).added == 0
    assert ends() == [(JANUARY, date(2026, 9, 30)), (OCTOBER, None)]


@pytest.mark.django_db
def test_a_table_without_an_end_gets_it_from_the_same_rows() -> None:
    load(open_table("2026-01-01"))
    load(open_table("2026-01-01", last="2026-09-30"))
    assert ends() == [(JANUARY, date(2026, 9, 30))]
    with pytest.raises(TariffFileRefused):
        load(open_table("2026-01-01", price="5.10"))
    # October has no prices: the publication leaves it out, and says so.
    [lack] = load(open_table("2026-11-01")).lacks
    assert (lack.reason, lack.since, lack.until) == (TariffLack.DAYS, OCTOBER, date(2026, 10, 31))


@pytest.mark.django_db
def test_a_table_that_was_charged_by_does_not_end_before_its_charges() -> None:
    load(open_table("2026-01-01").replace("Край".encode(), make_provider().region.encode()))
    account = make_account(tariff_group="1")
    meter = make_meter(account=account, installed_on=date(2026, 10, 20), initial=0)
    make_reading(meter, 100, read_on=date(2026, 11, 20))
    operations.run(provider_id=make_provider().pk, period=Month(2026, 11), now=NOW)
    for start, allowed in (("2026-10-01", False), ("2026-11-20", False), ("2026-12-01", True)):
        follower = open_table(start, price="6.00").replace("Край".encode(), make_provider().region.encode())
        if allowed:
            assert load(follower).added == 6
        else:
            with pytest.raises(TariffFileRefused) as refused:
                load(follower)
            assert refused.value.errors[0].reason is TariffRowReason.ALREADY_CHARGED
    assert ends()[0] == (JANUARY, date(2026, 11, 30))
    assert queries.broken() == []


@pytest.mark.django_db
def test_marks_and_notes_are_kept() -> None:
    rows = [{**row, "demonstration": "yes", "note": "выведено", "decree": "№ 1"} for row in table()]
    operations.load_tariffs(file=io.BytesIO(file_of(rows, COLUMNS + OPTIONAL)), now=NOW)
    row = tariffs.tariffs("Край", "1", Month(2026, 11).first)[0]
    assert (row.demonstration, row.note, row.decree) == (True, "выведено", "№ 1")
