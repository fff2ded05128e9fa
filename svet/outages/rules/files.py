"""Outages as a file says them, one street with its houses a row; faults by row and column. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.rules.places import spoken
from svet.kernel.refusals import Refused
from svet.kernel.writing import plain
from svet.outages.rules import OutageKind, OutageWords, PlaceLine, checked_places
from svet.outages.rules.refusals import OutageReason, OutageRefused

#: The columns: our name, the headings they may carry, whether the file must have them.
FILE_COLUMNS: Final = (
    ("number", ("номер",), True),
    ("kind", ("вид",), True),
    ("begins", ("начало",), True),
    ("ends", ("конец", "окончание"), True),
    ("city", ("город", "населённый пункт", "населенный пункт"), True),
    ("street", ("улица",), True),
    ("houses", ("дома",), True),
    ("why", ("причина",), True),
    ("state", ("состояние",), False),
)
_MOMENT = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}),?\s+(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2})?", re.ASCII)
_KINDS: Final = {
    **dict.fromkeys(("planned", "плановое", "плановая", "плановые работы", "план"), OutageKind.PLANNED),
    **dict.fromkeys(("emergency", "аварийное", "аварийная", "авария"), OutageKind.EMERGENCY),
}
#: The words of a state: whether the outage is called off. A word of none of them is a fault, never «stands».
_STATES: Final = {
    **dict.fromkeys(("", "active", "действует", "действующее", "запланировано"), False),
    **dict.fromkeys(("cancelled", "canceled", "отмена", "отменен", "отменена", "отменено", "отменены"), True),
}
#: What a street is where the whole settlement is meant: an empty cell may be a joined one of a spreadsheet.
_WHOLE: Final = frozenset({"весь", "вся", "все", "all"})


@dataclass(frozen=True, slots=True)
class FileOutage:
    """What all rows of one number say together; ``row`` is the first of them."""

    row: int
    words: OutageWords
    cancelled: bool


@dataclass(frozen=True, slots=True)
class OutageFault:
    """Why a number of the file is passed over: the row and the column at fault."""

    row: int
    column: str
    refusal: Refused


def read_moment(text: str, *, zone: ZoneInfo, field: str) -> datetime:
    """A local moment of a supplier: «29.11.2026 10:00» or «2026-11-29T10:00».

    :raises OutageRefused: it is neither, or no such moment is in the calendar
    """
    said = plain(text)
    russian, iso = _MOMENT.fullmatch(said), _ISO.fullmatch(said)
    try:
        if russian is not None:
            day, month, year, hour, minute = map(int, russian.groups())
        elif iso is not None:
            year, month, day, hour, minute = map(int, iso.groups())
        else:
            raise OutageRefused(OutageReason.MOMENT, field=field)
        return datetime(year, month, day, hour, minute, tzinfo=zone)
    except ValueError as wrong:
        raise OutageRefused(OutageReason.MOMENT, field=field) from wrong


def read_lines(
    lines: Iterable[tuple[int, Mapping[str, str]]], *, zone: ZoneInfo
) -> tuple[list[FileOutage], list[OutageFault]]:
    """The outages of a file in its order, and its faults; nothing of a number with a fault is taken."""
    found: dict[str, list[FileOutage]] = {}
    faults: list[OutageFault] = []
    spoiled: set[str] = set()
    for row, cells in lines:
        # Signs that nobody sees (soft hyphens of a printed notice) part words: such a street meets nobody.
        fields = {name: plain(cell) for name, cell in cells.items()}
        number = " ".join(fields.get("number", "").split())
        try:
            one = _line(row, number, fields, zone=zone)
            before = found.setdefault(number, [])
            if before and not _agree(before[0], one):
                raise OutageRefused(OutageReason.ROWS_DIFFER, field="number")
        except OutageRefused as refused:
            faults.append(OutageFault(row, refused.field, refused))
            spoiled.add(number)
        else:
            before.append(one)
    return [_joined(rows) for number, rows in found.items() if rows and number not in spoiled], faults


def _line(row: int, number: str, fields: Mapping[str, str], *, zone: ZoneInfo) -> FileOutage:
    if not number or len(number) > 40:
        raise OutageRefused(OutageReason.NUMBER, field="number")
    kind = _KINDS.get(" ".join(fields.get("kind", "").casefold().split()))
    if kind is None:
        raise OutageRefused(OutageReason.KIND, field="kind")
    begins_at = read_moment(fields.get("begins", ""), zone=zone, field="begins")
    ends = fields.get("ends", "")
    ends_at = read_moment(ends, zone=zone, field="ends") if ends.strip() else None
    why = " ".join(fields.get("why", "").split())
    state = _STATES.get(" ".join(spoken(fields.get("state", "")).split()))
    if state is None:
        raise OutageRefused(OutageReason.STATE, field="state")
    street = fields.get("street", "")
    if not street.strip():
        raise OutageRefused(OutageReason.STREET_EMPTY, field="street")
    if spoken(street).strip() in _WHOLE:
        street = ""
    place = PlaceLine(fields.get("city", ""), street, fields.get("houses", ""))
    words = OutageWords(kind, begins_at, ends_at, why, checked_places([place]), number)
    return FileOutage(row, words, state)


def _agree(one: FileOutage, other: FileOutage) -> bool:
    def said(each: FileOutage) -> tuple[object, ...]:
        return (
            each.words.kind,
            each.words.begins_at,
            each.words.ends_at,
            each.words.why,
            each.cancelled,
        )

    return said(one) == said(other)


def _joined(rows: list[FileOutage]) -> FileOutage:
    first = rows[0]
    places = tuple(place for each in rows for place in each.words.places)
    words = OutageWords(
        first.words.kind,
        first.words.begins_at,
        first.words.ends_at,
        first.words.why,
        places,
        first.words.number,
    )
    return FileOutage(first.row, words, first.cancelled)
