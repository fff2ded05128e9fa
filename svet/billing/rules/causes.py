"""Why a month that was charged is charged otherwise: read off the lines and the facts, never off amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from svet.billing.rules.difference import Difference
from svet.billing.rules.facts import AccountFacts, Authority, Placement, ReadingFact
from svet.billing.rules.kinds import Basis, LineCause
from svet.billing.rules.lines import Evidence, Line
from svet.kernel.periods import Month


class Why(NamedTuple):
    """The cause of a month's difference, and the reading that made it where there is one."""

    cause: LineCause
    set_id: int | None = None


_UNKNOWN = Why(LineCause.RECALCULATION)
_RANK = (LineCause.CONTROL, LineCause.REPLACEMENT, LineCause.READING)


def causes(
    found: Difference[int],
    stands: Sequence[Line],
    *,
    facts: AccountFacts,
    group_of: Callable[[int], str | None],
) -> Mapping[Month, Why]:
    """The cause of each month in which something is taken back or posted.

    ``group_of`` names the price group of a tariff row. What the lines and the facts do not tell truly is a
    plain recalculation.
    """
    charged = {line.month for line in stands}
    known = {set_id for line in stands for set_id in _sets(line.evidence)}
    result: dict[Month, Why] = {}
    for month in {line.month for line in found.post} | {line.month for _, line in found.reverse}:
        taken = [line for _, line in found.reverse if line.month == month and not _is_sum(line)]
        posted = [line for line in found.post if line.month == month and not _is_sum(line)]
        if month not in charged:
            result[month] = Why(LineCause.FIRST)
        elif not taken and not posted:
            result[month] = Why(LineCause.DECISION)
        elif all(line.basis is Basis.HOUSE for line in (*taken, *posted)):
            result[month] = Why(LineCause.HOUSE)
        else:
            result[month] = (
                _by_decisions(taken, posted)
                or _by_readings(taken, posted, known, facts)
                or _by_acts(taken, posted)
                or _by_prices(taken, posted, group_of)
            )
    return result


def _sets(evidence: Evidence) -> Iterator[int]:
    for reading in (evidence.previous, evidence.current):
        if reading is not None and reading.set_id is not None:
            yield reading.set_id


def _by_readings(
    taken: Sequence[Line], posted: Sequence[Line], known: set[int], facts: AccountFacts
) -> Why | None:
    """The weightiest reading behind the posted lines on which no line stood before."""
    readings = {
        each.set_id: (each, placement)
        for point in facts.points
        for placement in point.placements
        for each in placement.readings
    }
    news: list[Why] = []
    for line in posted:
        if line.basis is not Basis.READING:
            continue
        news += [
            Why(_kind(*readings[set_id]), set_id)
            for set_id in _sets(line.evidence)
            if set_id not in known and set_id in readings
        ]
        lower = _lowered_by(line, readings)
        if lower is not None:
            news.append(Why(_kind(*lower), lower[0].set_id))
    if news:
        return min(news, key=lambda why: _RANK.index(why.cause))
    gone = {set_id for line in taken for set_id in _sets(line.evidence)} - set(readings)
    return Why(LineCause.WITHDRAWN, min(gone)) if gone else None


def _kind(reading: ReadingFact, placement: Placement) -> LineCause:
    if reading.authority is Authority.INITIAL or reading.on == placement.until:
        return LineCause.REPLACEMENT
    return LineCause.CONTROL if reading.authority is Authority.OFFICE else LineCause.READING


def _lowered_by(
    line: Line, readings: Mapping[int | None, tuple[ReadingFact, Placement]]
) -> tuple[ReadingFact, Placement] | None:
    """The later reading that shows less than one on which the line stands: that one is refuted."""
    for set_id in _sets(line.evidence):
        if set_id not in readings:
            continue
        refuted, placement = readings[set_id]
        shown = _count(refuted, placement, line.zone)
        for each in placement.readings:
            counted = _count(each, placement, line.zone)
            if each.on > refuted.on and shown is not None and counted is not None and counted < shown:
                return each, placement
    return None


def _count(reading: ReadingFact, placement: Placement, zone: str) -> Decimal | None:
    value = reading.of(zone)
    return None if value is None else value.value + 10**placement.digits * value.turns


def _is_sum(line: Line) -> bool:
    """Whether a line is a decided sum: it says nothing of why the kWh of its month are others."""
    return line.basis is Basis.ADJUSTMENT


def _by_decisions(taken: Sequence[Line], posted: Sequence[Line]) -> Why | None:
    """kWh that a person has decided, or what the facts give again since the decision is gone."""
    before, after = ({line.evidence.decision for line in lines} - {0} for lines in (taken, posted))
    return Why(LineCause.DECISION) if before != after else None


def why_of(line: Line, why: Why) -> Why:
    """The cause of one line of a month: a decision's own lines are never for another reason."""
    decided = line.evidence.decision and line.basis is not Basis.LOSSES
    if decided and why.cause is not LineCause.FIRST:
        return Why(LineCause.DECISION)
    return why


def _by_acts(taken: Sequence[Line], posted: Sequence[Line]) -> Why | None:
    """Days without readings that an act speaks of now, or no more."""
    before, after = ({line.evidence.cause for line in lines} for lines in (taken, posted))
    return Why(LineCause.ACT) if before != after else None


def _by_prices(taken: Sequence[Line], posted: Sequence[Line], group_of: Callable[[int], str | None]) -> Why:
    """Other prices for the same kWh: another group of the contract, or other rows of the same group."""
    if not taken or _used(taken) != _used(posted):
        return _UNKNOWN
    before, after = _rows(taken), _rows(posted)
    old, new = {group_of(row) for row in before}, {group_of(row) for row in after}
    if None in old | new:
        return _UNKNOWN
    if old != new:
        return Why(LineCause.TERMS)
    return Why(LineCause.TARIFF) if before != after else _UNKNOWN


def _rows(lines: Sequence[Line]) -> set[int]:
    return {line.evidence.row_id for line in lines}


def _used(lines: Sequence[Line]) -> Mapping[tuple[int, str], Decimal]:
    found: dict[tuple[int, str], Decimal] = {}
    for line in lines:
        key = (line.point, str(line.zone))
        found[key] = found.get(key, Decimal(0)) + line.kwh
    return found
