"""The guard's whole answer in the register of readings: zones, days, controls, quotes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from svet.exchange.reporting import sentences
from svet.exchange.rules import readings as register
from svet.exchange.tests.test_taking import NUMBERS, SERIALS, reading_lines, take, town  # noqa: F401
from svet.metering.models import ReadingSet
from svet.metering.rules import Zone
from svet.notices.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
PAIR = f"{NUMBERS[0]};{SERIALS[0]}"


def values(kind: str) -> list[dict[str, Decimal]]:
    sets = ReadingSet.objects.filter(kind=kind).order_by("read_on")
    return [{value.zone: value.value for value in each.values.all()} for each in sets]


def test_exchanged_zones_are_not_taken_and_the_other_order_is_given() -> None:
    take("readings", reading_lines(f"a;{PAIR};2026-10-20;5200;2100;;"))
    report = take("readings", reading_lines(f"b;{PAIR};2026-11-18;2160;5310;;"))
    assert (report.applied, report.rejected) == (0, 1)
    (said,) = sentences(report)
    assert "перепутаны" in said
    assert "День 5\u00a0310, Ночь 2\u00a0160" in said
    assert len(values("customer")) == 1


def test_a_control_reading_below_the_last_one_is_kept_as_the_desk_keeps_it() -> None:
    take("readings", reading_lines(f"a;{PAIR};2026-10-20;150;90;;"))
    report = take("readings", reading_lines(f"c;{PAIR};2026-11-18;140;90;;control"))
    assert (report.applied, report.rejected) == (1, 0)
    assert values("control") == [{Zone.DAY: Decimal(140), Zone.NIGHT: Decimal(90)}]
    assert ReadingSet.objects.get(kind="customer").state == "superseded"
    again = take("readings", reading_lines(f"c;{PAIR};2026-11-18;140;90;;control", ""))
    assert (again.repeated, len(values("control"))) == (1, 1)
    assert not Notice.objects.exists()  # nobody holds the account: nobody to tell


def test_a_control_reading_that_cannot_be_is_refused_by_its_line() -> None:
    report = take("readings", reading_lines(f"c;{PAIR};2026-11-30;140;90;;control"))
    assert sentences(report) == [
        "Строка 2: Дата показаний 30.11.2026 ещё не наступила. Передайте их в тот день, когда сняли."
    ]


def test_a_refused_day_is_named() -> None:
    take("readings", reading_lines(f"a;{PAIR};2026-10-20;150;90;;"))
    rows = (f"b;{PAIR};30.11.2026;160;95;;", f"c;{PAIR};01.10.2026;120;80;;")
    later, earlier = sentences(take("readings", reading_lines(*rows)))
    assert "30.11.2026" in later
    assert "01.10.2026" in earlier
    assert "20.10.2026" in earlier


def test_a_set_that_waits_says_why_in_words() -> None:
    take("readings", reading_lines(f"a;{PAIR};2026-10-20;150;90;;"))
    report = take("readings", reading_lines(f"b;{PAIR};2026-11-18;40000;120;;"))
    assert report.applied == 1
    (said,) = sentences(report)
    assert "на проверке" in said
    assert "_" not in said


def rows_of(text: str) -> list[object]:
    return [row if isinstance(row, register.ReadingRow) else row[1].reason for row in register.parse(text)]


HEADING = "id;account;meter_serial;date;value_1;value_2;value_3;source"


def test_a_quote_in_one_row_touches_no_other() -> None:
    rows = ['1;"0356067000;115;2026-11-20;1;;', "2;0356067000;115;2026-11-20;1;;;"]
    first, second = rows_of("\n".join([HEADING, *rows]) + "\n")
    assert first == "open_quote"
    assert isinstance(second, register.ReadingRow)


def test_a_quoted_value_may_run_over_two_lines_and_lines_are_counted_on() -> None:
    rows = ['1;0356067000;115;2026-11-20;1;;;"reg\nister"', "2;0356067000;115;x;1;;;"]
    found = [row if isinstance(row, register.ReadingRow) else row[1] for row in
             register.parse("\n".join([HEADING, *rows]) + "\n")]  # fmt: skip
    assert [row.line_no for row in found] == [2, 4]


def test_one_cell_too_many_is_no_value_of_its_neighbour() -> None:
    assert rows_of(f"{HEADING}\n1;03560;67000;115;2026-11-20;1;;;office\n") == ["columns"]
    (row,) = rows_of(f"{HEADING}\n1;0356067000;115;2026-11-20;1;;;;;\n")
    assert isinstance(row, register.ReadingRow)


def test_the_line_of_a_spreadsheet_that_names_its_separator_is_no_heading() -> None:
    (row,) = rows_of(f"sep=;\r\n{HEADING}\r\n1;0356067000;115;2026-11-20;1 500,5;;;\r\n")
    assert isinstance(row, register.ReadingRow)
    assert (row.line_no, row.values) == (3, (Decimal("1500.5"),))
