"""Statements of a bank: one shape of both forms, and what is hostile, cut or wrong is refused in words."""

from __future__ import annotations

from datetime import date

import pytest

from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.statements import parse
from svet.exchange.tests.statement_files import OWN, PAYER, camt, document, entry, one_c

DAY = date(2026, 11, 24)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_a_statement_of_1c_in_every_encoding(encoding: str) -> None:
    text = one_c(document(), document("18", "40.50", payer=OWN, receiver=PAYER))
    (found,) = parse(text.encode(encoding))
    first, second = found.lines
    assert (found.account, found.opening, found.closing) == (OWN, 1000_00, 1259_50)
    assert (first.number, first.kopecks, first.booked_on, first.account) == ("17", 300_00, DAY, PAYER)
    assert (first.name, first.bic, first.purpose) == (
        "Крапивина Зоя Павловна",
        "047500001",
        "За электроэнергию",
    )
    assert (second.kopecks, second.account) == (-40_50, PAYER)
    assert found.faults == ()


def test_dos_is_read_where_the_file_says_so() -> None:
    text = one_c(document()).replace("Кодировка=Windows", "Кодировка=DOS").replace("«", '"').replace("»", '"')
    assert parse(text.encode("cp866"))[0].lines[0].name == "Крапивина Зоя Павловна"


def test_camt_says_the_same_as_1c() -> None:
    (one,) = parse(one_c(document(inn="745000000012")).encode())
    (other,) = parse(camt([entry()], closing="1300.00").encode())
    from dataclasses import replace

    assert [replace(line, line_no=0) for line in one.lines] == [
        replace(line, line_no=0) for line in other.lines
    ]
    assert (one.account, one.begins_on, one.ends_on, one.closing) == (
        other.account,
        other.begins_on,
        other.ends_on,
        other.closing,
    )


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"roubles": "1e3"}, "Сумма", RowReason.MONEY),
        ({"roubles": "-5.00"}, "Сумма", RowReason.MONEY),
        ({"roubles": "0.00"}, "Сумма", RowReason.MONEY),
        ({"roubles": "1.005"}, "Сумма", RowReason.MONEY),
        ({"day": "31.02.2026"}, "Дата", RowReason.DATE),
        ({"day": "24.12.2026"}, "Дата", RowReason.DATE),
        ({"number": ""}, "Номер", RowReason.REQUIRED),
        ({"number": "7" * 31}, "Номер", RowReason.TOO_LONG),
        ({"purpose": "о" * 2000}, "НазначениеПлатежа", RowReason.TOO_LONG),
        ({"purpose": "x\nНомер=18"}, "Номер", RowReason.COLUMNS),
        ({"purpose": "x\nстрока без знака"}, "строка без знака", RowReason.COLUMNS),
    ],
)
def test_a_bad_document_is_one_bad_document(changed: dict[str, str], column: str, reason: RowReason) -> None:
    text = one_c(document("1", "5.00"), document(**changed), document("3", "6.00"))
    if reason is RowReason.MONEY:
        # Whatever cannot be read as a sum is not in the balance either.
        text = one_c(document("1", "5.00"), document("3", "6.00"), tail="").replace(
            "СекцияДокумент", "СекцияДокумент", 1
        )
        bad = one_c(document(**changed)).partition("КонецРасчСчет\n")[2]
        text += bad
    (found,) = parse(text.encode())
    assert [line.number for line in found.lines] == ["1", "3"]
    (fault,) = found.faults
    assert (fault.column, fault.reason) == (column, reason)
    assert text.split("\n")[fault.line_no - 1] == "СекцияДокумент=Платежное поручение"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", FileReason.EMPTY),
        (b"\x89PNG\r\n", FileReason.STATEMENT_UNKNOWN),
        (one_c(document()).replace("«", "").replace("»", "").encode("koi8-r"), FileReason.STATEMENT_UNKNOWN),
        (one_c(document()).encode()[:-30], FileReason.CUT),
        (one_c(document(), tail="").encode(), FileReason.CUT),
        (one_c(document()).replace("КонецДокумента\n", "").encode(), FileReason.CUT),
        (one_c(document(), closing="1300.01").encode(), FileReason.BALANCE),
        (one_c(document(), closing="много").encode(), FileReason.BALANCE_UNREAD),
        (one_c(document()).replace(f"РасчСчет={OWN}", "РасчСчет=17").encode(), FileReason.BALANCE_UNREAD),
        (one_c(document()).encode().replace(b"17", b"\0\0", 1), FileReason.NUL),
        (camt([entry()], closing="1300.01").encode(), FileReason.BALANCE),
        (camt([entry()], closing="1300.00").encode()[:-40], FileReason.XML),
        (camt([entry()], closing="1300.00", space="02").encode(), FileReason.STATEMENT_UNKNOWN),
        (camt([entry()], closing="1300.00").replace("CLBD", "XXXX").encode(), FileReason.BALANCE_UNREAD),
        (camt([entry()], closing="1300.00").encode("cp1251"), FileReason.XML),
        (b"<" * 100_000, FileReason.XML),
    ],
)
def test_what_is_no_whole_statement_is_refused(content: bytes, reason: FileReason) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(content)
    assert refused.value.reason == reason


BOMB = (
    '<!DOCTYPE Document [<!ENTITY a "ха">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        '<!DOCTYPE Document [<!ENTITY m SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE Document>",
    ],
    ids=["bomb", "file", "network", "bare"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_opened(doctype: str, encoding: str) -> None:
    text = camt(
        [entry(purpose="&m;")] if "m SYSTEM" in doctype else [entry()], closing="1300.00", doctype=doctype
    )
    with pytest.raises(FileRefused) as refused:
        parse(text.replace("UTF-8", encoding.upper()).encode(encoding))
    assert refused.value.reason == FileReason.XML


def test_entries_that_are_not_booked_or_not_roubles() -> None:
    pending = entry("20", "9.00").replace("BOOK", "PDNG")
    (found,) = parse(
        camt([entry(), pending, entry("21", "5.00", currency="USD")], closing="1300.00").encode()
    )
    assert [line.number for line in found.lines] == ["17"]
    assert [(fault.column, fault.reason) for fault in found.faults] == [("Amt", RowReason.CURRENCY)]


def test_a_batch_is_taken_apart_when_its_sums_add_up() -> None:
    part = (
        "<TxDtls><Refs><EndToEndId>{n}</EndToEndId></Refs>"
        '<Amt Ccy="RUB">{r}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'
    )
    whole = entry(roubles="30.00")
    head, tail = whole.partition("<TxDtls>")[0], "</NtryDtls></Ntry>"
    (found,) = parse(
        camt(
            [head + part.format(n="a", r="10.00") + part.format(n="b", r="20.00") + tail], closing="1030.00"
        ).encode()
    )
    assert [(line.number, line.kopecks) for line in found.lines] == [("a", 10_00), ("b", 20_00)]
    (found,) = parse(
        camt(
            [head + part.format(n="a", r="10.00") + part.format(n="b", r="19.00") + tail], closing="1030.00"
        ).encode()
    )
    assert [line.kopecks for line in found.lines] == [30_00]


def test_a_section_for_each_day_is_one_statement_and_a_gap_between_them_is_none() -> None:
    text = one_c(document())
    section = text[text.index("СекцияРасчСчет") : text.index("СекцияДокумент")]
    first = section.replace("ДатаКонца=24.11.2026", "ДатаКонца=23.11.2026").replace("1300.00", "1000.00")
    second = section.replace("ДатаНачала=23.11.2026", "ДатаНачала=24.11.2026")
    (found,) = parse(text.replace(section, first + second).encode())
    assert (found.opening, found.closing, len(found.lines)) == (1000_00, 1300_00, 1)
    with pytest.raises(FileRefused):
        parse(text.replace(section, first.replace("1000.00", "999.00") + second).encode())
