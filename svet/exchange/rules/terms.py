"""The register of terms: group, residents, area, rooms, stove and heating of accounts, each from a day on.

A heading, a row an account and day, and under the rows a control line for every supplier:
``итого;CODE;count`` (or ``total;…``). Rows that cannot be read are counted in it too. An empty cell
says nothing of its value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.accounts.rules.terms import TermsField
from svet.exchange.rules import values
from svet.exchange.rules.accounts import STOVES
from svet.exchange.rules.control_lines import COUNTS, Register, read_register
from svet.exchange.rules.refusals import RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine
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


def parse(text: str) -> Register[TermsRow]:
    """Read the register and hold each supplier's rows against its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    return read_register(text, COLUMNS, COUNTS, _row)


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
