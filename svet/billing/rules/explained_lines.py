"""Lines of charges as they stand in the file of an explanation, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from svet.billing.rules.facts import ActKind
from svet.billing.rules.kinds import Basis
from svet.billing.rules.lines import Evidence, Line
from svet.billing.rules.pricing import Reading
from svet.kernel.periods import Month
from svet.kernel.writing import plain_number

_DAYS = ("part_since", "part_until", "since", "until")


class FileFault(StrEnum):
    """Why a file is none that can be recomputed."""

    TOO_LONG = "too_long"
    NOT_JSON = "not_json"
    OTHER_FORMAT = "other_format"
    OTHER_RULES = "other_rules"
    DAMAGED = "damaged"


class ExplanationUnreadable(ValueError):
    """The file cannot be recomputed. ``where`` names the part that is wrong."""

    def __init__(self, fault: FileFault, where: str = "") -> None:
        super().__init__(f"{fault.value}: {where}" if where else fault.value)
        self.fault = fault
        self.where = where


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line of a charge; ``reverses`` is the number, among those that stood, of the line it takes back."""

    line: Line
    cause: str = ""
    reverses: int | None = None


def line_text(line: Line) -> dict[str, Any]:
    evidence = line.evidence
    return {
        "month": str(line.month),
        "service": line.service,
        "point": line.point,
        "scheme": line.scheme,
        "zone": str(line.zone),
        "basis": line.basis.value,
        **{name: getattr(line, name).isoformat() for name in _DAYS},
        "range": line.range_no,
        "price": plain_number(line.price),
        "kwh": plain_number(line.kwh),
        "kopecks": line.kopecks,
        "meter": evidence.meter_id,
        "tariff_row": evidence.row_id,
        "demonstration": evidence.demonstration,
        "from": reading_text(evidence.previous),
        "to": reading_text(evidence.current),
        "span_kwh": None if evidence.span_kwh is None else plain_number(evidence.span_kwh),
        "base": [str(month) for month in evidence.base],
        "act": None if evidence.cause is None else evidence.cause.value,
        **({"decision": evidence.decision} if evidence.decision else {}),
        **({"house": evidence.house} if evidence.house else {}),
    }


def reading_text(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {"value": plain_number(reading.value), "on": reading.on.isoformat(), "set": reading.set_id}


def posted_line(row: Mapping[str, Any]) -> PostedLine:
    reverses = row["reverses"]
    return PostedLine(line_of(row), str(row["cause"]), None if reverses is None else whole_in(reverses))


def line_of(row: Mapping[str, Any]) -> Line:
    span = row["span_kwh"]
    return Line(
        month=Month.parse(row["month"]),
        service=str(row["service"]),
        point=whole_in(row["point"]),
        scheme=whole_in(row["scheme"]),
        zone=str(row["zone"]),
        basis=Basis(row["basis"]),
        part_since=date.fromisoformat(row["part_since"]),
        part_until=date.fromisoformat(row["part_until"]),
        since=date.fromisoformat(row["since"]),
        until=date.fromisoformat(row["until"]),
        range_no=whole_in(row["range"]),
        price=number_in(row["price"]),
        kwh=number_in(row["kwh"]),
        kopecks=whole_in(row["kopecks"]),
        evidence=Evidence(
            meter_id=whole_in(row["meter"]),
            row_id=whole_in(row["tariff_row"]),
            demonstration=row["demonstration"] is True,
            previous=reading_of(row["from"]),
            current=reading_of(row["to"]),
            span_kwh=None if span is None else number_in(span),
            base=tuple(Month.parse(month) for month in row["base"]),
            cause=None if row["act"] is None else ActKind(row["act"]),
            decision=whole_in(row.get("decision", 0)),
            house=whole_in(row.get("house", 0)),
        ),
    )


def reading_of(row: Mapping[str, Any] | None) -> Reading | None:
    if row is None:
        return None
    set_id = row["set"]
    return Reading(
        number_in(row["value"]), date.fromisoformat(row["on"]), None if set_id is None else whole_in(set_id)
    )


def list_in(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"a list is wanted, got {value!r}"[:80])
    return value


def whole_in(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"a whole number is wanted, got {value!r}")
    return value


def number_in(value: Any) -> Decimal:
    number = Decimal(value) if isinstance(value, str) else None
    if number is None or not number.is_finite():
        raise TypeError(f"a decimal number as text is wanted, got {value!r}")
    return number
