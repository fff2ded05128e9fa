"""The file of what was not taken: the same form, to be mended and loaded again."""

from __future__ import annotations

import pytest

from svet.exchange.reporting import sentences, to_mend
from svet.exchange.rules.rejects import reject_file
from svet.exchange.tests.test_taking import (  # noqa: F401
    NUMBERS,
    SERIALS,
    account_lines,
    payment_lines,
    reading_lines,
    take,
    town,
)

pytestmark = pytest.mark.django_db
GOOD = f"a;{NUMBERS[0]};{SERIALS[0]};2026-10-20;150;90;;"
BAD = f"b;{NUMBERS[1]};{SERIALS[1]};2026-13-20;150;90;;"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.usefixtures("town")
def test_rows_stand_as_they_stood_and_can_be_loaded_again(encoding: str, ending: str) -> None:
    heading = "номер записи;лс;номер пу;дата;показание 1;показание 2;показание 3;источник"
    content = ending.join([heading, GOOD, BAD, ""]).encode(encoding)
    report = take("readings", content)
    assert (report.applied, report.rejected) == (1, 1)
    rejected = to_mend(report, profile="readings", content=content)
    assert rejected == ending.join([heading, BAD, ""]).encode(encoding)
    mended = rejected.decode(encoding).replace("2026-13-20", "2026-10-20").encode(encoding)
    assert take("readings", mended).applied == 1


@pytest.mark.usefixtures("town")
def test_nothing_is_written_when_everything_was_taken() -> None:
    content = reading_lines(GOOD).encode()
    assert to_mend(take("readings", content), profile="readings", content=content) == b""


def test_a_row_of_two_lines_keeps_both_and_the_separator_line_stays() -> None:
    heading = "id;account;meter_serial;date;value_1"
    content = f'sep=;\n{heading}\n1;2;3;4;5\n"2\n2";2;3;x;5\n3;2;3;4;5\n'.encode()
    kept = reject_file(profile="readings", content=content, lines={4})
    assert kept.decode() == f'sep=;\n{heading}\n"2\n2";2;3;x;5\n'


@pytest.mark.usefixtures("town")
def test_the_control_line_of_rejected_payments_agrees_with_them() -> None:
    rows = [("S1", NUMBERS[0], "300,00"), ("S2", NUMBERS[1], "12,50"), ("S3", NUMBERS[1], "7,25")]
    content = payment_lines(*rows).replace(
        b"05-11-2026;10-20-30;8597;0112;77;S1", b"31-02-2026;10-20-30;8597;0112;77;S1"
    )
    content = content.replace(b"05-11-2026;10-20-30;8597;0112;77;S3", b"31-02-2026;10-20-30;8597;0112;77;S3")
    report = take("payments", content)
    assert (report.applied, report.rejected) == (1, 2)
    assert [said[:8] for said in sentences(report)] == ["Строка 1", "Строка 3"]
    rejected = to_mend(report, profile="payments", content=content)
    lines = rejected.decode("cp1251").split("\r\n")
    assert lines[-1] == "=2;307,25;307,25;0,00;17;28-11-2026"
    assert lines[:-1] == [content.decode("cp1251").split("\r\n")[n] for n in (0, 2)]
    again = take("payments", rejected.replace(b"31-02-2026", b"05-11-2026"))
    assert (again.applied, again.sum_kopecks) == (2, 30_725)


@pytest.mark.usefixtures("town")
def test_money_in_suspense_is_said_but_not_sent_again() -> None:
    content = payment_lines(("S1", "0399999999", "1300,00"))
    report = take("payments", content)
    assert sentences(report) == [
        "Строка 1: Нет лицевого счёта 0399999999: 1\u00a0300,00\u00a0₽ в невыясненных платежах."
    ]
    assert to_mend(report, profile="payments", content=content) == b""
