"""The register of disputes: what a bank's list tells of payments that their payers dispute.

A heading, then a row a dispute: the payment by our number or the bank's, the bank's name of the dispute, the
sum withheld and its day, and where it stands. Banks give such lists in forms of their own: columns are
found by their names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.exchange.rules import values
from svet.exchange.rules.refusals import RowFault, RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money
from svet.payments.rules.chargebacks import LONGEST_REFERENCE, ChargebackState

COLUMNS = (
    RegisterColumn("payment", ("платёж", "платеж", "номер платежа")),
    RegisterColumn("dispute", ("спор", "номер спора")),
    RegisterColumn("round", ("раз", "круг"), required=False),
    RegisterColumn("sum", ("сумма",)),
    RegisterColumn("told_on", ("удержано", "день", "дата")),
    RegisterColumn("due_on", ("ответить до",), required=False),
    RegisterColumn("state", ("состояние", "итог"), required=False),
    RegisterColumn("ended_on", ("решён", "решен"), required=False),
    RegisterColumn("shop", ("магазин",), required=False),
)
_STATES: Final[Mapping[str, ChargebackState]] = {
    "": ChargebackState.TOLD,
    "told": ChargebackState.TOLD,
    "удержан": ChargebackState.TOLD,
    "открыт": ChargebackState.TOLD,
    "won": ChargebackState.WON,
    "выигран": ChargebackState.WON,
    "lost": ChargebackState.LOST,
    "проигран": ChargebackState.LOST,
}
_MOST_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """One dispute as a register tells it; ``sum`` is what the bank withholds."""

    line_no: int
    raw: str
    payment: str
    reference: str
    no: int
    sum: Money
    told_on: date
    due_on: date | None
    state: ChargebackState
    ended_on: date | None
    shop: str

    @property
    def external_id(self) -> str:
        """What the row is told from others by: of one dispute, its beginning and its end are two."""
        said = f"{self.shop}|{self.payment}|{self.reference.lower()}|{self.no}|{self.state}"
        return f"{self.payment[:40]}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class DisputeRegister:
    """Rows that could be read, and the others."""

    rows: Sequence[DisputeTold]
    faults: Sequence[tuple[RegisterLine, RowFault]]


def parse(text: str) -> DisputeRegister:
    """Read the register. :raises FileRefused: the heading cannot be used"""
    rows: list[DisputeTold] = []
    faults: list[tuple[RegisterLine, RowFault]] = []
    for line in read_table(text, COLUMNS):
        if not line.fields:
            faults.append((line, RowFault(line.number, "", unreadable(line))))
            continue
        try:
            rows.append(_row(line))
        except FieldFault as fault:
            faults.append((line, RowFault(line.number, fault.column, fault.reason)))
    return DisputeRegister(rows, faults)


def _row(line: RegisterLine) -> DisputeTold:
    fields = line.fields
    state = _STATES.get(values.text(fields, "state", longest=20, required=False).lower())
    if state is None:
        raise FieldFault("state", RowReason.CHOICE)
    ended_on = values.day(fields, "ended_on", required=state is not ChargebackState.TOLD)
    no = values.whole(fields, "round", default=1)
    if not 1 <= no <= _MOST_ROUNDS:
        raise FieldFault("round", RowReason.NUMBER)
    withheld = values.money(fields, "sum")
    if withheld.kopecks <= 0:
        raise FieldFault("sum", RowReason.MONEY)
    return DisputeTold(
        line_no=line.number,
        raw=line.raw,
        payment=values.text(fields, "payment", longest=64),
        reference=values.text(fields, "dispute", longest=LONGEST_REFERENCE),
        no=no,
        sum=withheld,
        told_on=values.needed_day(fields, "told_on"),
        due_on=values.day(fields, "due_on", required=False),
        state=state,
        ended_on=ended_on if state is not ChargebackState.TOLD else None,
        shop=values.text(fields, "shop", longest=20, required=False),
    )
