"""A wrong price gets a right one from a day on: which rows stop counting, and which count instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from svet.tariffs.rules.tariff_check import check
from svet.tariffs.rules.tariff_file import RowError, RowLack, TariffLine, TariffRowReason

_DAY = timedelta(days=1)
_OF_THE_FILE = (TariffRowReason.DUPLICATE, TariffRowReason.OVERLAP)
_Place = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class WrongPrice:
    """A loaded row by which something else was charged than should be, on these days (both included)."""

    row: TariffLine
    since: date
    until: date | None


@dataclass(slots=True)
class Correction:
    """What a file of right prices changes: nothing, when all of it is loaded already.

    ``after`` are all rows of its regions that count then.
    """

    gone: list[TariffLine] = field(default_factory=list)
    fresh: list[TariffLine] = field(default_factory=list)
    wrong: list[WrongPrice] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    lacks: list[RowLack] = field(default_factory=list)
    after: list[TariffLine] = field(default_factory=list)


def correct(lines: Sequence[TariffLine], loaded: Sequence[TariffLine]) -> Correction:
    """Put the prices of a file in the place of loaded ones, for the days the file gives them.

    The days of a row lie within one loaded table; without a last day they reach to the end of that table.
    Rows of the table that the file does not name stay as they are; one without a price takes the loaded away.
    """
    # Limits are looked at in the whole tables that come of it: a file may name some of their rows only.
    done = Correction(errors=[error for error in check(lines).errors if error.reason in _OF_THE_FILE])
    if done.errors:
        return done
    standing = {line.key: line for line in loaded}
    tables: dict[tuple[tuple[str, str], date, date | None], list[TariffLine]] = {}
    for line in lines:
        tables.setdefault((line.group, *line.span), []).append(line)
    for (group, since, until), given in sorted(tables.items(), key=lambda item: (item[0][0], item[0][1])):
        table = [row for row in standing.values() if row.group == group and _holds(row, since)]
        end = table[0].valid_to if table and until is None else until
        if not table or not _within(end, table[0].valid_to):
            day = since if not table else (table[0].valid_to or since) + _DAY
            reason = TariffRowReason.NOTHING_TO_CORRECT
            done.errors.append(RowError(given[0].row, "valid_from", reason, day.isoformat()))
            continue
        gone, fresh, wrong = _replaced(table, given, since, end)
        for row in gone:
            del standing[row.key]
        standing.update({row.key: row for row in fresh})
        done.gone += gone
        done.fresh += fresh
        done.wrong += [replace(each, row=_loaded(each, loaded)) for each in wrong]
    done.after = list(standing.values())
    _settle(done, done.after, {line.group for line in lines})
    return done


def wrong_before(done: Correction, row: TariffLine) -> list[tuple[date, date | None]]:
    """The days of a correction for which a row that an earlier one took away has another price than now.

    Whom nobody has charged anew since then stands charged by it still.
    """
    spans = {
        (each.since, each.until)
        for each in done.wrong
        if each.row.group == row.group and _place(each.row) == _place(row)
    }
    return [
        (max(since, row.valid_from), _sooner(until, row.valid_to))
        for since, until in sorted(spans, key=_order)
        if _meets(row, since, until)
        and not any(
            _place(now) == _place(row) and _holds(now, since) and _money(now) == _money(row)
            for now in done.after
            if now.group == row.group
        )
    ]


def _settle(done: Correction, standing: Sequence[TariffLine], groups: set[tuple[str, str]]) -> None:
    """Rows that one table of the file brought and the next took away again were never there."""
    passing = set(done.fresh) & set(done.gone)
    done.fresh = [row for row in done.fresh if row not in passing]
    done.gone = [row for row in done.gone if row not in passing]
    checked = check([row for row in standing if row.group in groups])
    # Only what the file brought has a row to name.
    done.errors += [error for error in checked.errors if error.row]
    done.lacks = checked.lacks


def _loaded(wrong: WrongPrice, loaded: Sequence[TariffLine]) -> TariffLine:
    """The row as it was loaded, also when an earlier table of the file has divided it already."""
    row = wrong.row
    return next(
        each
        for each in loaded
        if each.group == row.group and _place(each) == _place(row) and _holds(each, wrong.since)
    )


def _order(span: tuple[date, date | None]) -> tuple[date, date]:
    return span[0], span[1] or date.max


def _sooner(one: date | None, other: date | None) -> date | None:
    days = [each for each in (one, other) if each is not None]
    return min(days, default=None)


def _meets(row: TariffLine, since: date, until: date | None) -> bool:
    return (row.valid_to is None or since <= row.valid_to) and (until is None or row.valid_from <= until)


def _holds(row: TariffLine, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _within(end: date | None, last: date | None) -> bool:
    return last is None or (end is not None and end <= last)


def _place(line: TariffLine) -> _Place:
    return line.scheme, line.zone, line.range_no


def _replaced(
    table: Sequence[TariffLine], given: Sequence[TariffLine], since: date, end: date | None
) -> tuple[list[TariffLine], list[TariffLine], list[WrongPrice]]:
    """What goes, what comes and what was wrong when one loaded table gets the file's rows for these days."""
    old = {_place(row): row for row in table}
    kept = {place: replace(row, valid_from=since, valid_to=end, row=0) for place, row in old.items()}
    named = {_place(line): replace(line, valid_to=end) for line in given}
    new = {place: line for place, line in (kept | named).items() if line.price is not None}
    if new == kept:
        return [], [], []
    other = {place for place in old if place not in new or _money(new[place]) != _money(old[place])}
    moved = set(new) != set(old) or any(new[each].bound != old[each].bound for each in old)
    wrong = [WrongPrice(row, since, end) for place, row in old.items() if moved or place in other]
    if table[0].span == (since, end):
        changed = {place for place in old if new.get(place) != old[place]}
        gone = [old[place] for place in sorted(changed)]
        return gone, [line for place, line in new.items() if place in changed or place not in old], wrong
    fresh = list(new.values())
    first, last = table[0].span
    if first < since:
        fresh += [replace(row, valid_to=since - _DAY, row=0) for row in table]
    if end is not None and (last is None or end < last):
        fresh += [replace(row, valid_from=end + _DAY, row=0) for row in table]
    return list(table), fresh, wrong


def _money(line: TariffLine) -> tuple[object, ...]:
    """What decides the sums: not the name of the group, not the source."""
    return line.price, line.bound
