"""The register of charges: what a supplier's own billing has charged each account for a month.

A heading, a row a charge (below zero: what is taken back), and under the rows a control line for every
supplier, as in the register of opening balances. Several charges of one account and month tell themselves
apart by ``id``.
"""

from __future__ import annotations

from dataclasses import dataclass

from svet.exchange.rules import values
from svet.exchange.rules.control_lines import SUMS, Register, needed_sum, read_register
from svet.exchange.rules.refusals import RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money
from svet.kernel.periods import Month

COLUMNS = (
    RegisterColumn("provider", ("поставщик",)),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("month", ("месяц", "период", "расчетный период", "расчётный период")),
    RegisterColumn("sum", ("сумма", "начислено")),
    RegisterColumn("id", ("номер записи", "external_id"), required=False),
)
#: With supplier, account and month it is kept as one name of at most 100 signs.
LONGEST_ID = 30


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What one account was charged for ``month``; below zero: what is taken back of it."""

    line_no: int
    raw: str
    provider: str
    account: str
    month: Month
    sum: Money
    record: str

    @property
    def external_id(self) -> str:
        return f"{self.provider}:{self.account}:{self.month}:{self.record}"


def parse(text: str) -> Register[ChargeRow]:
    """Read the register and hold each supplier's rows against its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    seen: set[str] = set()

    def read(line: RegisterLine) -> ChargeRow:
        row = _row(line)
        if row.external_id in seen:
            raise FieldFault("account", RowReason.REPEATED_IN_FILE)
        seen.add(row.external_id)
        return row

    return read_register(text, COLUMNS, SUMS, read)


def _row(line: RegisterLine) -> ChargeRow:
    fields = line.fields
    return ChargeRow(
        line_no=line.number,
        raw=line.raw,
        provider=values.text(fields, "provider", longest=40),
        account=values.text(fields, "account", longest=20),
        month=_month(fields),
        sum=needed_sum(fields),
        record=values.text(fields, "id", longest=LONGEST_ID, required=False),
    )


def _month(fields: dict[str, str]) -> Month:
    """«2026-11», «11.2026» or any day of the month. :raises FieldFault:"""
    said = values.text(fields, "month", longest=20)
    first, dot, second = said.partition(".")
    try:
        return Month.parse(f"{second}-{first}" if dot and second.isdigit() else said)
    except ValueError:
        return Month.of(values.needed_day(fields, "month"))
