"""Which volumes a month charges: readings, estimates where there are none, settlement of estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from svet.billing.rules.kinds import Basis, BillingReason, BillingRefused, Rules
from svet.billing.rules.norms import norm_volume
from svet.billing.rules.pricing import PricedLine, Reading, Volume, amount, reversed_line
from svet.billing.rules.splitting import whole
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone, zones_of

#: Stands in the place of a meter's key in the lines of a flat without one.
METERLESS = 0
_ZERO = Decimal(0)
_DAYS_OF_MONTH = 30


class ScaleUsage(Protocol):
    """What metering says about one scale in one month."""

    @property
    def zone(self) -> str: ...
    @property
    def previous_value(self) -> Decimal | None: ...
    @property
    def previous_on(self) -> date | None: ...
    @property
    def previous_set_id(self) -> int | None: ...
    @property
    def current_value(self) -> Decimal | None: ...
    @property
    def current_on(self) -> date | None: ...
    @property
    def current_set_id(self) -> int | None: ...
    @property
    def kwh(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line charged in an earlier month, as the settlement and the average need it."""

    period: Month
    line: PricedLine


@dataclass(slots=True)
class ScalePast:
    """One scale's past: the last real reading charged, and the estimates that stand after it."""

    anchor: Reading | None = None
    open_estimates: list[PastLine] = field(default_factory=list)
    real: list[PastLine] = field(default_factory=list)
    estimated_periods: int = 0
    base_kwh: Decimal = _ZERO
    base_days: int = 0


@dataclass(slots=True)
class Volumes:
    """What to price for an account, and the lines that take earlier estimates back."""

    volumes: list[Volume] = field(default_factory=list)
    reversals: list[PricedLine] = field(default_factory=list)


def scales(past: Sequence[PastLine], rules: Rules) -> dict[tuple[int, str], ScalePast]:
    """Read an account's past lines (any order) into the state of each of its scales."""
    groups: dict[tuple[int, str], dict[Month, list[PastLine]]] = {}
    for entry in past:
        if entry.line.basis is not Basis.SETTLEMENT:
            key = (entry.line.meter_id, entry.line.zone)
            groups.setdefault(key, {}).setdefault(entry.period, []).append(entry)
    return {key: _scale(periods, rules) for key, periods in groups.items()}


def _scale(periods: Mapping[Month, list[PastLine]], rules: Rules) -> ScalePast:
    scale = ScalePast()
    needed = rules.average_base_months * _DAYS_OF_MONTH
    spans: set[tuple[date, date]] = set()
    for period in sorted(periods, reverse=True):
        estimates = [e for e in periods[period] if e.line.basis is not Basis.READING]
        real = [e for e in periods[period] if e.line.basis is Basis.READING]
        if estimates and scale.anchor is None:
            scale.open_estimates += estimates
            scale.estimated_periods += 1
        if real and scale.anchor is None:
            scale.anchor = max(
                (e.line.current for e in real if e.line.current is not None), key=lambda r: r.on
            )
        scale.real += reversed(real)
        if scale.base_days >= needed:
            continue
        for entry in real:
            scale.base_kwh += entry.line.kwh
            spans.add((entry.line.since_on, entry.line.until_on))
        scale.base_days = sum((until - since).days for since, until in spans)
    if scale.anchor is None and scale.open_estimates:
        scale.anchor = scale.open_estimates[-1].line.previous
    return scale


def scale_volumes(
    usage: ScaleUsage,
    scale: ScalePast | None,
    *,
    meter_id: int,
    scheme: int,
    ratio: Decimal,
    period: Month,
    cut_off_day: int,
    rules: Rules,
    residents: int,
    climbed: Decimal | None = None,
) -> Volumes:
    """Volumes of one scale in one month, kWh.

    ``climbed`` is how far the dial went from the last charged reading to a later one that came late, full
    turns counted, without the ratio; without it the dial is believed not to have turned over.

    With a reading: everything since the last real reading charged, estimates in between taken back. Without:
    the daily average of the last ``average_base_months`` months of real readings (at least
    ``average_base_least`` months of them) for at most ``average_periods`` months, then the norm, which the
    first scale of the meter carries (decree 354, points 59 and 60). A reading below what has been charged
    gives the difference back, newest lines first, at their own prices.
    :raises BillingRefused: the readings contradict what has been charged, or nobody has set the norm
    """
    scale = scale or ScalePast()
    result = Volumes()
    before = _reading(usage.previous_value, usage.previous_on, usage.previous_set_id)
    now = _reading(usage.current_value, usage.current_on, usage.current_set_id)
    if now is not None and scale.anchor is not None and now.set_id == scale.anchor.set_id is not None:
        # Charged before: the days of readings were moved, so the old one fell into a second month. Silence.
        before, now = now, None
    start = before
    late = _ZERO
    if scale.anchor is not None and before is not None and scale.anchor.set_id != before.set_id:
        start = scale.anchor
        late = (before.value - scale.anchor.value if climbed is None else climbed) * ratio
    target = now or (before if start is not before else None)
    if target is not None:
        kwh = late + (usage.kwh or _ZERO if now is not None else _ZERO)
        result.reversals = [
            reversed_line(entry.line, period=entry.period.first) for entry in reversed(scale.open_estimates)
        ]
        if kwh < 0:
            result.reversals += _given_back(-kwh, scale, meter_id=meter_id, zone=usage.zone)
            kwh = _ZERO
        since = start.on if start is not None else target.on
        result.volumes.append(
            Volume(
                meter_id, scheme, usage.zone, kwh, since, max(since, target.on), Basis.READING, start, target
            )
        )
    if now is None:
        estimated = 0 if target is not None else scale.estimated_periods
        result.volumes.append(
            _estimate(
                usage.zone,
                scale,
                target or start,
                estimated,
                meter_id,
                scheme,
                period,
                cut_off_day,
                rules,
                residents,
            )
        )
    return result


def _given_back(kwh: Decimal, scale: ScalePast, *, meter_id: int, zone: str) -> list[PricedLine]:
    """Lines that return so many kWh at the prices they were charged at, the newest and dearest first."""
    lines: list[PricedLine] = []
    left = kwh
    for entry in scale.real:
        part = min(left, entry.line.kwh)
        if part > 0:
            share = entry.line._replace(kwh=part, kopecks=amount(part, entry.line.price))
            lines.append(reversed_line(share, period=entry.period.first))
            left -= part
        if not left:
            return lines
    raise BillingRefused(
        BillingReason.READING_BELOW_BILLED, details={"meter": meter_id, "zone": str(zone), "kwh": -kwh}
    )


def _reading(value: Decimal | None, on: date | None, set_id: int | None) -> Reading | None:
    return None if value is None or on is None else Reading(value, on, set_id)


@lru_cache(maxsize=4096)
def estimate_span(period: Month, cut_off_day: int, last: date | None) -> tuple[date, date]:
    """The days an estimate stands for: from the last cut-off (or a later reading) to this month's cut-off."""
    until = period.day(cut_off_day)
    since = period.plus(-1).day(cut_off_day)
    if last is not None:
        since = min(max(since, last), until)
    return since, until


def _estimate(
    zone: str,
    scale: ScalePast,
    last: Reading | None,
    estimated: int,
    meter_id: int,
    scheme: int,
    period: Month,
    cut_off_day: int,
    rules: Rules,
    residents: int,
) -> Volume:
    since, until = estimate_span(period, cut_off_day, last.on if last else None)
    days = (until - since).days
    if estimated < rules.average_periods and scale.base_days >= rules.average_base_least * (
        _DAYS_OF_MONTH - 2
    ):
        kwh = whole(scale.base_kwh * days / scale.base_days)
        basis = Basis.AVERAGE
    else:
        basis = Basis.NORM
        first, end = estimate_span(period, cut_off_day, None)
        carries = days > 0 and zones_of(scheme)[0] == zone
        kwh = whole(norm_of(rules, residents) * days / (end - first).days) if carries else _ZERO
    return Volume(meter_id, scheme, zone, kwh, since, until, basis, last, None)


def norm_of(rules: Rules, residents: int) -> Decimal:
    """kWh a month by norm. :raises BillingRefused: no norm is set, or nobody knows how many live there"""
    if rules.norm_kwh_per_person is None:
        raise BillingRefused(BillingReason.NO_NORM)
    if residents <= 0:
        raise BillingRefused(BillingReason.NO_RESIDENTS)
    return norm_volume(per_person=rules.norm_kwh_per_person, persons=residents)


def meterless_volume(
    *,
    opened_on: date,
    closed_on: date | None,
    period: Month,
    cut_off_day: int,
    rules: Rules,
    residents: int,
) -> Volume:
    """The month of a flat without a meter: the plain norm by days, at the price of a single-rate meter.

    :raises BillingRefused: nothing to count from: no norm is set, or nobody knows how many live there
    """
    try:
        norm = norm_of(rules, residents)
    except BillingRefused as refusal:
        raise BillingRefused(BillingReason.NO_METER, details={"why": str(refusal.reason)}) from None
    first, last = estimate_span(period, cut_off_day, None)
    since = min(max(first, opened_on), last)
    until = last if closed_on is None else max(since, min(last, closed_on))
    kwh = whole(norm * (until - since).days / (last - first).days)
    return Volume(METERLESS, Scheme.SINGLE, Zone.SINGLE, kwh, since, until, Basis.NORM, None, None)
