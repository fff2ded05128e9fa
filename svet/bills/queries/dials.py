"""What a month's bills show of meters: a row for each scale, from which reading to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from svet.billing.queries import ChargeLineView, ReadingRef
from svet.billing.rules import Basis
from svet.bills.rules import BillReading
from svet.kernel.making import quickly
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries import MeterUsage, SetOrigin, ZoneUsage
from svet.metering.rules import zones_of

_ZERO = Decimal(0)
_INITIAL = ("initial", "")
_Read = tuple[Decimal | None, date | None, str, str]
_NOT_READ: _Read = (None, None, "", "")
_ON_NO_DIAL = frozenset((Basis.LOSSES, Basis.HOUSE))
_bill_reading = quickly(BillReading)
#: Lines by meter and zone, in the order of their first ones.
Scales = dict[tuple[int, str], list[ChargeLineView]]


def by_scale(own: Iterable[ChargeLineView]) -> Scales:
    """The lines of each scale of a meter: those that its dial shows."""
    used: Scales = {}
    for line in own:
        if line.basis not in _ON_NO_DIAL:
            used.setdefault((line.meter_id, line.zone), []).append(line)
    return used


def meters_shown(
    charges: Mapping[int, Sequence[ChargeLineView]], scales: Mapping[int, Scales], *, period: Month
) -> dict[int, list[MeterUsage]]:
    """The meters of a month's bills, by account, with those that only a late line knows.

    Readings are looked for only where lines do not tell of every scale: they name those they were made of.
    """
    found = metering.meters_of_usage(account_ids=[*charges], period=period)
    untold = [account_id for account_id, meters in found.items() if not _are_told(meters, scales[account_id])]
    if untold:
        found |= metering.usage(account_ids=untold, period=period)
    _add_gone(found, charges)
    return found


def _are_told(meters: Sequence[MeterUsage], scales: Scales) -> bool:
    """Whether lines tell of all scales of all meters, in the order of their faces."""
    if len(meters) == 1:
        (meter,) = meters
        return list(scales) == [(meter.meter_id, zone) for zone in zones_of(meter.scheme)]
    told: dict[int, list[str]] = {}
    for meter_id, zone in scales:
        told.setdefault(meter_id, []).append(zone)
    return all(told.get(meter.meter_id) == [*zones_of(meter.scheme)] for meter in meters)


def _add_gone(used: Mapping[int, list[MeterUsage]], charges: Mapping[int, Sequence[ChargeLineView]]) -> None:
    """Add the meters that were taken down earlier and are charged now: a late month took them in."""
    missing = {
        account_id: {line.meter_id for line in lines if line.meter_serial}
        - {meter.meter_id for meter in used[account_id]}
        for account_id, lines in charges.items()
    }
    late = [account_id for account_id, meters in missing.items() if meters]
    for meter in metering.meters_of(account_ids=late, standing_only=False) if late else ():
        if meter.meter_id in missing[meter.account_id]:
            gone = MeterUsage(
                meter.meter_id,
                meter.serial,
                meter.scheme,
                meter.ratio,
                (),
                meter.installed_on,
                meter.removed_on,
            )
            used[meter.account_id].append(gone)
    for account_id in late:
        used[account_id].sort(key=lambda meter: (meter.installed_on, meter.meter_id))


def set_ids(
    charges: Iterable[Sequence[ChargeLineView]], used: Mapping[int, Sequence[MeterUsage]]
) -> set[int]:
    ids: set[int | None] = set()
    for lines in charges:
        for line in lines:
            if line.previous is not None:
                ids.add(line.previous.set_id)
            if line.current is not None:
                ids.add(line.current.set_id)
    for meters in used.values():
        for meter in meters:
            for scale in meter.zones:
                ids.add(scale.previous_set_id)
                ids.add(scale.current_set_id)
    return {each for each in ids if each is not None}


def readings(
    used: Scales, meters: Sequence[MeterUsage], origins: Mapping[int, SetOrigin]
) -> tuple[BillReading, ...]:
    """One row per scale: the readings of its own lines; a scale without a line shows the month's own."""
    rows = []
    for meter in meters:
        scales: dict[str, ZoneUsage] = {scale.zone.value: scale for scale in meter.zones}
        # Where lines tell of all its scales, or of a meter that is gone, these lines are all there is.
        for zone in scales or [zone for meter_id, zone in used if meter_id == meter.meter_id]:
            lines = used.get((meter.meter_id, zone))
            previous: ReadingRef | None
            current: ReadingRef | None
            if lines:
                previous, current = lines[0].previous, lines[-1].current
                kwh = _shown(lines)
            else:
                scale = scales[zone]
                previous = ReadingRef(scale.previous_value, scale.previous_on, scale.previous_set_id)
                current = None
                if scale.current_value is not None and scale.current_on is not None:
                    current = ReadingRef(scale.current_value, scale.current_on, scale.current_set_id)
                kwh = scale.kwh or _ZERO
            now = as_read(current, origins)
            if lines and current is None:
                now = (None, None, lines[-1].basis.value, "")
            rows.append(
                _bill_reading(
                    meter.serial, meter.scheme, zone, meter.ratio, *as_read(previous, origins), *now, kwh
                )
            )
    return tuple(rows)


def _shown(lines: Sequence[ChargeLineView]) -> Decimal:
    """What the readings of a scale's lines show together, and what is estimated where there are none."""
    if len(lines) == 1:
        (line,) = lines
        return (line.span_kwh or _ZERO) if line.basis is Basis.READING else line.kwh
    spans = {(line.previous, line.current): line.span_kwh for line in lines if line.basis is Basis.READING}
    read = sum((span or _ZERO for span in spans.values()), _ZERO)
    return read + sum((line.kwh for line in lines if line.basis is not Basis.READING), _ZERO)


def as_read(ref: ReadingRef | None, origins: Mapping[int, SetOrigin]) -> _Read:
    """A reading as a bill says it: value, day, whence it came, its receipt."""
    if ref is None:
        return _NOT_READ
    value, on, set_id = ref
    source, receipt = _INITIAL if set_id is None else origins.get(set_id, _INITIAL)
    return value, on, source, receipt
