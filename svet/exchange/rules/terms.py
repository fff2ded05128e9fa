"""The register of terms: group, residents, area, rooms, stove and heating of accounts, each from a day on.

A heading, a row an account and day, and under the rows a control line for every supplier:
``итого;CODE;count`` (or ``total;…``). Rows that cannot be read are counted in it too. An empty cell
says nothing of its value.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.accounts.rules.terms import TermsField
from svet.exchange.rules import values
from svet.exchange.rules.accounts import STOVES
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault, RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault

COLUMNS = (
    RegisterColumn("provider", ("поставщик",)),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("since", ("с", "с даты", "действует с", "дата")),
    RegisterColumn("tariff_group", ("группа тарифа", "тарифная группа"), required=False),
    RegisterColumn("residents", ("проживает", "зарегистрировано"), required=False),
    RegisterColumn("area", ("площадь",), required=False),
    RegisterColumn("rooms", ("комнат",), required=False),
    RegisterColumn("stove", ("плита",), required=False),
    RegisterColumn("electric_heating", ("электроотопление",), required=False),
    RegisterColumn("ground", ("основание", "документ")),
)
#: The word a control line begins with.
CONTROL: Final = "итого"
_CONTROL_LINE: Final = re.compile(r'\s*"?(?:итого|total)"?\s*([;\t,])(.*)', re.IGNORECASE)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_LONGEST_GROUND: Final = 200


@dataclass(frozen=True, slots=True)
class TermsRow:
    """What holds for one account from ``since`` on: ``said`` are the cells that say something."""

    line_no: int
    raw: str
    provider: str
    account: str
    since: date
    said: Mapping[str, str]
    ground: str

    @property
    def external_id(self) -> str:
        """One for the same words of the same account and day: other words are another row."""
        said = "|".join(f"{name}={text}" for name, text in sorted(self.said.items()))
        words = hashlib.sha256(said.encode()).hexdigest()[:16]
        return f"{self.provider}:{self.account}:{self.since}:{words}"


@dataclass(frozen=True, slots=True)
class TermsRegister:
    """A whole register whose control lines agree with its rows."""

    rows: Sequence[TermsRow]
    faults: Sequence[tuple[RegisterLine, RowFault]]


def parse(text: str) -> TermsRegister:
    """Read the register and hold each supplier's rows against its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    table, said = split_counts(text)
    rows: list[TermsRow] = []
    faults: list[tuple[RegisterLine, RowFault]] = []
    counted: Counter[str] = Counter()
    for line in read_table(table, COLUMNS):
        if not line.fields:
            faults.append((line, RowFault(line.number, "", unreadable(line))))
            continue
        counted.update([line.fields["provider"]])
        try:
            rows.append(_row(line))
        except FieldFault as fault:
            faults.append((line, RowFault(line.number, fault.column, fault.reason)))
    _hold(counted, said, unread=[line.number for line, _ in faults])
    return TermsRegister(rows, faults)


def split_counts(text: str) -> tuple[str, dict[str, int]]:
    """The table with its control lines emptied, and what they say by supplier. :raises FileRefused:"""
    kept: list[str] = []
    said: dict[str, int] = {}
    for number, raw in enumerate(io.StringIO(text, newline=""), start=1):
        match = _CONTROL_LINE.fullmatch(raw.rstrip("\r\n"))
        if match is None:
            kept.append(raw)
            continue
        kept.append("\n")
        cells = [part.strip().strip('"') for part in match[2].split(match[1])]
        if len(cells) < 2 or not cells[0] or not _COUNT.fullmatch(cells[1]):
            raise FileRefused(FileReason.COUNT_UNREAD, field="file", details={"line": number})
        if cells[0] in said:
            raise FileRefused(FileReason.CONTROL_TWICE, field="file", details={"provider": cells[0][:40]})
        said[cells[0]] = int(cells[1])
    return "".join(kept), said


def _hold(counted: Mapping[str, int], said: Mapping[str, int], *, unread: Iterable[int]) -> None:
    """Each supplier has as many rows as its control line says. :raises FileRefused:"""
    listed = ", ".join(str(number) for number in list(unread)[:10])
    details: dict[str, object] = {"unread": listed} if listed else {}
    for provider in sorted({*counted, *said}):
        told, found = said.get(provider), counted.get(provider, 0)
        details["provider"] = provider[:40]
        if told is None:
            raise FileRefused(FileReason.COUNT_MISSING, field="file", details=details)
        if told != found:
            details |= {"rows": told, "found": found}
            raise FileRefused(FileReason.COUNT_DIFFERS, field="file", details=details)


def _row(line: RegisterLine) -> TermsRow:
    fields = line.fields
    cells = {
        field.value: values.text(fields, field.value, longest=40, required=False) for field in TermsField
    }
    said = {name: cell for name, cell in cells.items() if cell}
    if not said:
        raise FieldFault("", RowReason.NO_TERMS)
    stove = STOVES.get(said.get(TermsField.STOVE.value, "").lower())
    if stove is not None:
        said[TermsField.STOVE.value] = stove.value
    return TermsRow(
        line_no=line.number,
        raw=line.raw,
        provider=values.text(fields, "provider", longest=40),
        account=values.text(fields, "account", longest=20),
        since=values.needed_day(fields, "since"),
        said=said,
        ground=values.text(fields, "ground", longest=_LONGEST_GROUND),
    )
