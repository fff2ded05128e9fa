"""The register of opening balances: what each account owed in the system before this one.

A heading, a row an account (a sum below zero is an advance), and under the rows a control line for every
supplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from svet.exchange.rules import values
from svet.exchange.rules.control_lines import SUMS, Register, needed_sum, read_register
from svet.exchange.rules.tables import RegisterColumn, RegisterLine
from svet.kernel.money import Money

COLUMNS = (
    RegisterColumn("provider", ("поставщик",)),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("sum", ("сумма", "долг", "остаток", "сальдо")),
    RegisterColumn("date", ("дата", "на дату", "дата остатка")),
)


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """What one account owed on the morning of ``on``; below zero: an advance."""

    line_no: int
    raw: str
    provider: str
    account: str
    sum: Money
    on: date

    @property
    def external_id(self) -> str:
        return f"{self.provider}:{self.account}"


def parse(text: str) -> Register[OpeningRow]:
    """Read the register and hold each supplier's rows against its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    return read_register(text, COLUMNS, SUMS, _row)


def _row(line: RegisterLine) -> OpeningRow:
    fields = line.fields
    return OpeningRow(
        line_no=line.number,
        raw=line.raw,
        provider=values.text(fields, "provider", longest=40),
        account=values.text(fields, "account", longest=20),
        sum=needed_sum(fields),
        on=values.needed_day(fields, "date"),
    )
