"""The register of readings: one line is a set of values of one meter on one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from svet.exchange.rules import values
from svet.exchange.rules.refusals import RowFault, RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault

COLUMNS = (
    RegisterColumn("id", ("номер записи", "external_id")),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("meter_serial", ("номер пу", "номер счетчика", "device_number")),
    RegisterColumn("date", ("дата", "дата показаний")),
    RegisterColumn("value_1", ("показание 1", "dp1")),
    RegisterColumn("value_2", ("показание 2", "dp2"), required=False),
    RegisterColumn("value_3", ("показание 3", "dp3"), required=False),
    RegisterColumn("source", ("источник",), required=False),
)
CHANNELS = ("register", "automatic", "office", "web", "sms", "control")


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One set of readings of the register; ``values`` stand in the order of the meter's zones."""

    line_no: int
    raw: str
    external_id: str
    account: str
    meter_serial: str
    read_on: date
    values: tuple[Decimal, ...]
    channel: str


def parse(text: str) -> Iterator[ReadingRow | tuple[RegisterLine, RowFault]]:
    """Yield typed rows, or the line and its fault. :raises FileRefused: the heading cannot be used."""
    seen: set[str] = set()
    for line in read_table(text, COLUMNS):
        if not line.fields:
            yield line, RowFault(line.number, "", unreadable(line))
            continue
        try:
            row = _row(line)
        except FieldFault as fault:
            yield line, RowFault(line.number, fault.column, fault.reason)
            continue
        if row.external_id in seen:
            yield line, RowFault(line.number, "id", RowReason.REPEATED_IN_FILE)
            continue
        seen.add(row.external_id)
        yield row


def _row(line: RegisterLine) -> ReadingRow:
    fields = line.fields
    found = [values.number(fields, f"value_{zone}", required=zone == 1) for zone in (1, 2, 3)]
    if found[1] is None and found[2] is not None:
        raise FieldFault("value_2", RowReason.ZONES)
    channel = values.text(fields, "source", longest=20, required=False) or "register"
    if channel not in CHANNELS:
        raise FieldFault("source", RowReason.CHOICE)
    return ReadingRow(
        line_no=line.number,
        raw=line.raw,
        external_id=values.text(fields, "id", longest=64),
        account=values.text(fields, "account", longest=20),
        meter_serial=values.text(fields, "meter_serial", longest=20),
        read_on=values.needed_day(fields, "date"),
        values=tuple(value for value in found if value is not None),
        channel=channel,
    )
