"""1CClientBankExchange, version 1.03: «Ключ=Значение» in sections, Windows-1251, cp866 («DOS») or UTF-8.

Source: https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standart-obmena-s-sistemami-klient-banka/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.rules.statements.shape import (
    BadLine,
    MovementFault,
    Statement,
    StatementLine,
    is_account,
    kopecks_of,
    short,
)
from svet.exchange.rules.streams import decode

FORM: Final = "1c"
MARK: Final = "1CClientBankExchange"
_DOS: Final = "Кодировка=DOS".encode("cp866")


@dataclass(slots=True)
class _Section:
    """An account or a document: where it begins, its fields, and a field that came twice or was none."""

    line_no: int
    fields: dict[str, str] = field(default_factory=dict)
    odd: str = ""


def parse(content: bytes) -> list[Statement]:
    """Every account of the file with its documents.

    :raises FileRefused: not this format, cut before its end, an account without its balances
    """
    text = content.decode("cp866") if _DOS in content[:1_000] else decode(content)
    lines = [line.strip() for line in text.splitlines()]
    # The mark is the same in every encoding, the keys are not.
    if next((line for line in lines if line), "") != MARK or not any(
        line.startswith("ВерсияФормата=") for line in lines[:50]
    ):
        raise FileRefused(FileReason.STATEMENT_UNKNOWN, field="file")
    accounts: list[_Section] = []
    documents: list[_Section] = []
    for kind, section in _sections(lines):
        (accounts if kind == "РасчСчет" else documents).append(section)
    return [_statement(number, sections, documents) for number, sections in _by_account(accounts).items()]


def _sections(lines: list[str]) -> Iterator[tuple[str, _Section]]:
    """Every section that is closed. :raises FileRefused: the file ends inside of one, or before its end"""
    ends = {"Документ": "КонецДокумента", "РасчСчет": "КонецРасчСчет"}
    kind, section = "", _Section(0)
    for line_no, line in enumerate(lines, start=1):
        name, equals, value = line.partition("=")
        if not kind:
            if line == "КонецФайла":
                return
            started = name.removeprefix("Секция")
            if name.startswith("Секция") and started in ends:
                kind, section = started, _Section(line_no)
        elif line == ends[kind]:
            yield kind, section
            kind = ""
        elif name.startswith("Секция") or line == "КонецФайла":
            raise FileRefused(FileReason.CUT, field="file", details={"line": section.line_no})
        elif line:
            if not equals or name in section.fields:
                section.odd = section.odd or name[:40]
            section.fields.setdefault(name, value.strip())
    raise FileRefused(FileReason.CUT, field="file", details={"line": section.line_no or len(lines)})


def _by_account(sections: list[_Section]) -> Mapping[str, list[_Section]]:
    found: dict[str, list[_Section]] = {}
    for section in sections:
        number = section.fields.get("РасчСчет", "")
        if not is_account(number):
            raise _unread(section)
        found.setdefault(number, []).append(section)
    return found


def _unread(section: _Section) -> FileRefused:
    return FileRefused(FileReason.BALANCE_UNREAD, field="file", details={"line": section.line_no})


def _statement(account: str, sections: list[_Section], documents: list[_Section]) -> Statement:
    """One account; a bank may write a section for every day."""
    try:
        days = [
            (
                _day(one.fields.get("ДатаНачала", ""), column="ДатаНачала"),
                _day(one.fields.get("ДатаКонца", "") or one.fields.get("ДатаНачала", ""), column="ДатаКонца"),
                _balance(one.fields.get("НачальныйОстаток", ""), column="НачальныйОстаток"),
                _balance(one.fields.get("КонечныйОстаток", ""), column="КонечныйОстаток"),
            )
            for one in sections
        ]
    except MovementFault:
        raise _unread(sections[0]) from None
    days.sort(key=lambda day: day[:2])
    for before, after in pairwise(days):
        if before[3] != after[2]:
            raise _unread(sections[0])
    begins_on, ends_on = days[0][0], max(day[1] for day in days)
    lines: list[StatementLine] = []
    faults: list[BadLine] = []
    for document in documents:
        for sign in _signs(document, account):
            try:
                line = _line(document, sign)
                if not begins_on <= line.booked_on <= ends_on:
                    raise MovementFault("Дата", RowReason.DATE)
                lines.append(line)
            except MovementFault as fault:
                faults.append(BadLine(document.line_no, fault.column, fault.reason, _sum(document, sign)))
    return Statement(FORM, account, begins_on, ends_on, days[0][2], days[-1][3], tuple(lines), tuple(faults))


def _signs(document: _Section, account: str) -> list[int]:
    """1 where the money came to the account, -1 where it left it; both for one to itself; none: another's."""
    signs = []
    if _own(document, "Получатель") == account:
        signs.append(1)
    if _own(document, "Плательщик") == account:
        signs.append(-1)
    return signs


def _own(document: _Section, side: str) -> str:
    return document.fields.get(f"{side}Счет", "") or document.fields.get(f"{side}РасчСчет", "")


def _sum(document: _Section, sign: int) -> int | None:
    try:
        return sign * kopecks_of(document.fields.get("Сумма", ""), column="Сумма")
    except MovementFault:
        return None


def _line(document: _Section, sign: int) -> StatementLine:
    """:raises MovementFault:"""
    if document.odd:
        raise MovementFault(document.odd, RowReason.COLUMNS)
    fields = document.fields
    side = "Плательщик" if sign > 0 else "Получатель"
    kopecks = kopecks_of(fields.get("Сумма", ""), column="Сумма")
    if not kopecks:
        raise MovementFault("Сумма", RowReason.MONEY)
    number = short(fields.get("Номер", ""), column="Номер", most=30)
    if not number:
        raise MovementFault("Номер", RowReason.REQUIRED)
    booked = fields.get("ДатаПоступило" if sign > 0 else "ДатаСписано", "") or fields.get("Дата", "")
    return StatementLine(
        line_no=document.line_no,
        number=number,
        booked_on=_day(booked, column="Дата"),
        kopecks=sign * kopecks,
        name=short(fields.get(f"{side}1", "") or fields.get(side, ""), column=side, most=300),
        inn=short(fields.get(f"{side}ИНН", ""), column=f"{side}ИНН", most=12),
        account=short(_own(document, side), column=f"{side}Счет", most=34),
        bic=short(fields.get(f"{side}БИК", ""), column=f"{side}БИК", most=11),
        purpose=short(fields.get("НазначениеПлатежа", ""), column="НазначениеПлатежа"),
    )


def _day(text: str, *, column: str) -> date:
    try:
        return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007  # a day of the bank, without a moment
    except ValueError:
        raise MovementFault(column, RowReason.DATE) from None


def _balance(text: str, *, column: str) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * kopecks_of(text.removeprefix("-"), column=column)
