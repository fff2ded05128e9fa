import hashlib
import tracemalloc
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from svet.exchange.rules import accounts, payments, readings
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.rejects import reject_file
from svet.exchange.rules.streams import decode, lines_of_stream, survey
from svet.exchange.rules.tables import MAX_BYTES, MAX_FIELD
from svet.kernel.money import Money

HEADING = "id;account;meter_serial;date;value_1;value_2;value_3;source"
PAYMENT = "05-11-2026;10-20-30;8597;0112;77;S{n};{account};ПЛАТЕЛЬЩИК;;1026;{sum};{sum};0,00"


def reading(line: str) -> object:
    (row,) = readings.parse(f"{HEADING}\n{line}\n")
    return row


def refusal_of(content: bytes) -> FileReason:
    with pytest.raises(FileRefused) as caught:
        decode(content)
    return FileReason(caught.value.reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", FileReason.EMPTY),
        (b" \r\n", FileReason.EMPTY),
        (b"MZ\x90\x00", FileReason.NOT_TEXT),
        (b"PK\x03\x04rest", FileReason.NOT_TEXT),
        (b"a;b\n1;\x002\n", FileReason.NUL),
    ],
)
def test_a_file_that_is_no_text_is_refused(content: bytes, reason: FileReason) -> None:
    assert refusal_of(content) == reason


def test_a_broken_byte_in_utf8_is_named_by_line_and_byte() -> None:
    good = "номер;счёт\n".encode() * 57_320
    with pytest.raises(FileRefused) as caught:
        decode(good + b"\xd0;1\n" + "строка\n".encode())
    assert caught.value.reason == FileReason.BROKEN_BYTE
    assert caught.value.details == {"line": 57_321, "byte": len(good) + 1}


def test_utf8_with_a_mark_and_windows_1251_are_read() -> None:
    assert decode("имя;счёт\n".encode("utf-8-sig")) == "имя;счёт\n"
    assert decode("имя;счёт\n".encode("cp1251")) == "имя;счёт\n"


def lines_of(content: bytes) -> str:
    """The text of a register as it is read: by lines of a stream."""
    stream = BytesIO(content)
    with lines_of_stream(stream, survey(stream).encoding) as lines:
        read = "".join(lines)
    assert not stream.closed
    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_a_stream_is_the_same_text_as_the_whole(encoding: str) -> None:
    # Longer than a piece, with letters of two bytes across its border.
    text = f"имя;{'ы' * 70_000};счёт\r\n" + "1;ж\n" * 3 + "конец"
    content = text.encode(encoding)
    known = survey(BytesIO(content))
    assert (known.size, known.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert lines_of(content) == text == decode(content)


@pytest.mark.parametrize(
    ("content", "named", "line", "byte"),
    [
        ("ж\n".encode() * 3 + b"\xd0\n" + "ж\n".encode(), "", 4, 10),
        ("ж\n".encode() * 3 + b"\xd0", "", 4, 10),
        (b"a\xd0\xb6" * 40_000 + b"\xff\n" + "ж\n".encode(), "", 1, 120_001),
        (b"a\n\x98b\n\x98\n\xd6\n", "", 2, 3),
        ("ж\n".encode("cp1251"), "utf-8", 1, 1),
    ],
)
def test_a_broken_byte_of_a_stream_is_named_wherever_it_stands(
    content: bytes, named: str, line: int, byte: int
) -> None:
    with pytest.raises(FileRefused) as caught:
        survey(BytesIO(content), named)
    assert (caught.value.reason, caught.value.details) == (
        FileReason.BROKEN_BYTE,
        {"line": line, "byte": byte},
    )


def test_a_register_too_large_is_refused_before_it_is_read_to_its_end() -> None:
    class Endless(BytesIO):
        given = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.given += 64 * 1024
            return b"1" * (64 * 1024)

    stream = Endless(b"1")
    with pytest.raises(FileRefused) as caught:
        survey(stream)
    assert (caught.value.reason, caught.value.details) == (FileReason.TOO_LARGE, {"megabytes": 100})
    assert stream.given <= MAX_BYTES + 64 * 1024


def test_a_large_register_is_never_held_whole(tmp_path: Path) -> None:
    row = "20-11-2026;10-15-00;8597;0123;K1;{};0300639860;Крапивина;Ветровск;1026;1,00;1,00;0,00\r\n"
    with (tmp_path / "r.txt").open("w", encoding="cp1251", newline="") as out:
        out.writelines(row.format(number) for number in range(60_000))
        out.write("=60000;60000,00;60000,00;0,00;1;20-11-2026\r\n")
    with (tmp_path / "r.txt").open("rb") as stream:
        tracemalloc.start()
        known = survey(stream)
        mended = reject_file(profile="payments", content=stream, lines={7, 59_999})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert mended.decode("cp1251").splitlines()[-1] == "=2;2,00;2,00;0,00;1;20-11-2026"
    assert peak < known.size / 8


def test_an_unknown_heading_is_shown_not_guessed() -> None:
    text = decode("лицевой счет;дата;показание 1".encode("cp866"))
    with pytest.raises(FileRefused) as caught:
        list(readings.parse(text))
    assert caught.value.reason == FileReason.HEADER_UNKNOWN


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found_by_the_heading(separator: str) -> None:
    text = f"{HEADING}\n1;0356067000;115268446;2026-11-20;3600;;;\n".replace(";", separator)
    (row,) = readings.parse(text)
    assert isinstance(row, readings.ReadingRow)
    assert row.values == (Decimal(3600),)


def test_a_missing_column_is_named_with_the_names_it_may_have() -> None:
    with pytest.raises(FileRefused) as caught:
        list(readings.parse("id;account;date;value_1\n"))
    assert caught.value.details["column"] == "meter_serial"
    assert "номер пу" in str(caught.value.details["aliases"])


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        list(readings.parse("id;account;лс;meter_serial;date;value_1\n"))
    assert caught.value.reason == FileReason.COLUMN_TWICE


def test_a_heading_alone_is_an_empty_register() -> None:
    assert list(readings.parse(HEADING + "\n")) == []


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("1;0356067000;115;31.02.2026;3600;;;", "date", RowReason.DATE),
        ("1;0356067000;115;00.00.0000;3600;;;", "date", RowReason.DATE),
        ("1;0356067000;115;0001-01-01;3600;;;", "date", RowReason.DATE),
        ("1;0356067000;115;9999-01-01;3600;;;", "date", RowReason.DATE),
        ("1;0356067000;115;2026-11-20;=3600+1;;;", "value_1", RowReason.FORMULA),
        ("1;0356067000;115;2026-11-20;३६००;;;", "value_1", RowReason.NUMBER),
        ("1;0356067000;115;2026-11-20;NaN;;;", "value_1", RowReason.NUMBER),
        ("1;0356067000;115;2026-11-20;-1;;;", "value_1", RowReason.NUMBER),
        ("1;;115;2026-11-20;1;;;", "account", RowReason.REQUIRED),
        ("1;0356067000;115;2026-11-20;1;;2;", "value_2", RowReason.ZONES),
        ("1;0356067000;115;2026-11-20;1;;;pigeon", "source", RowReason.CHOICE),
        ("1;0356067000", "", RowReason.COLUMNS),
        ("1;" + "9" * (MAX_FIELD + 1) + ";115;2026-11-20;1;;;", "", RowReason.COLUMNS),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_column(line: str, column: str, reason: RowReason) -> None:
    row = reading(line)
    assert isinstance(row, tuple)
    fault = row[1]
    assert (fault.line_no, fault.column, fault.reason) == (2, column, reason)


def test_an_id_repeated_in_one_file_is_a_fault_of_the_second_row() -> None:
    row = "7;0356067000;115;2026-11-20;1;;;"
    first, second = readings.parse(f"{HEADING}\n{row}\n{row}\n")
    assert isinstance(first, readings.ReadingRow)
    assert isinstance(second, tuple)
    assert second[1].reason == RowReason.REPEATED_IN_FILE


def test_an_account_row_needs_as_many_first_values_as_zones() -> None:
    heading = ";".join(column.name for column in accounts.COLUMNS)
    fields = {
        "provider": "ues", "account": "0356067000", "holder": "<script>alert(1)</script>", "city": "Город",
        "street": "ул. Ясная", "house": "1", "tariff_group": "1.1", "opened_on": "2020-01-01",
        "meter_serial": "115268446", "meter_type": "Луч", "scheme": "2", "digits": "5",
        "installed_on": "2020-01-01", "initial_1": "10", "initial_2": "20",
    }  # fmt: skip

    def parse(**changed: str) -> object:
        values = fields | changed
        line = ";".join(values.get(column.name, "") for column in accounts.COLUMNS)
        (row,) = accounts.parse(f"{heading}\n{line}\n")
        return row

    row = parse()
    assert isinstance(row, accounts.AccountRow)
    assert row.initials == (Decimal(10), Decimal(20))
    assert row.holder == "<script>alert(1)</script>"
    for changed in (
        {"initial_2": ""},
        {"initial_3": "5"},
        {"scheme": "4"},
        {"digits": "20"},
        {"decimals": "9"},
    ):
        assert isinstance(parse(**changed), tuple), changed


def register(*sums: str, trailer: str | None = None) -> str:
    rows = [PAYMENT.format(n=n, account="0356067000", sum=one) for n, one in enumerate(sums)]
    total = sum((Decimal(one.replace(",", ".")) for one in sums), Decimal(0))
    text = f"{total:.2f}".replace(".", ",")
    return "\r\n".join([*rows, trailer or f"={len(sums)};{text};{text};0,00;17;28-11-2026"])


def test_a_payment_register_adds_up() -> None:
    found = payments.parse(register("300,00", "35,38"))
    assert found.total == Money(33_538)
    assert [row.external_id for row in found.rows] == ["S0", "S1"]
    assert found.rows[0].paid_on == date(2026, 11, 5)
    assert found.order_number == "17"


@pytest.mark.parametrize(
    "trailer", ["=3;335,38;335,38;0,00;1;28-11-2026", "=2;335,39;335,39;0,00;1;28-11-2026"]
)
def test_a_control_line_that_differs_refuses_the_whole_register(trailer: str) -> None:
    with pytest.raises(FileRefused) as caught:
        payments.parse(register("300,00", "35,38", trailer=trailer))
    assert caught.value.reason == FileReason.TRAILER_DIFFERS


def test_a_register_without_its_control_line_is_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        payments.parse(PAYMENT.format(n=1, account="0356067000", sum="1,00"))
    assert caught.value.reason == FileReason.TRAILER_MISSING


def test_a_formula_instead_of_a_sum_is_a_fault_of_its_row() -> None:
    text = register("300,00", trailer="=2;300,00;300,00;0,00;1;28-11-2026")
    bad = PAYMENT.format(n=9, account="0356067000", sum="=1+1")
    found = payments.parse(bad + "\r\n" + text)
    assert [fault.reason for _, fault in found.faults] == [RowReason.FORMULA]
    assert found.total == Money(30_000)
