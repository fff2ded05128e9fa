"""kWh into kopecks: months, days and ranges, each part at its own price."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from svet.billing.rules.kinds import Basis, Proration
from svet.billing.rules.splitting import split_by_days, split_ranges
from svet.billing.rules.tariffs import GroupTariffs, Tariff
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.rules.calendar import period_of as reading_period_of

_ZERO = Decimal(0)


class Reading(NamedTuple):
    """A value on a scale, its date and the set it came with."""

    value: Decimal
    on: date
    set_id: int | None


class Volume(NamedTuple):
    """Consumption of one scale over ``since``…``until`` (half-open), kWh, with the readings that gave it."""

    meter_id: int
    scheme: int
    zone: str
    kwh: Decimal
    since: date
    until: date
    basis: Basis
    previous: Reading | None
    current: Reading | None


class PricedLine(NamedTuple):
    """One line of a charge: ``kwh`` × ``price`` = ``kopecks``, rounded half up."""

    meter_id: int
    scheme: int
    zone: str
    range_no: int
    kwh: Decimal
    price: Decimal
    kopecks: int
    tariff_row_id: int
    basis: Basis
    settles: date | None
    since_on: date
    until_on: date
    previous: Reading | None
    current: Reading | None
    demonstration: bool


def amount(kwh: Decimal, price: Decimal) -> int:
    """Kopecks of one line."""
    return Money.of_roubles(kwh * price).kopecks


# A run asks for the same few days again and again.
@lru_cache(maxsize=4096)
def period_of(day: date, cut_off_day: int) -> Month:
    """The month whose bill a reading of this day enters: after the cut-off day it is the next one."""
    return reading_period_of(day, window_to_day=cut_off_day)


def price_account(
    volumes: Sequence[Volume],
    tariffs: GroupTariffs,
    *,
    period: Month,
    cut_off_day: int,
    proration: Proration = Proration.BY_DAY,
) -> list[PricedLine]:
    """Price all volumes of one account charged for ``period``, in a fixed order.

    A volume that spans several billing months is divided over them by days and meets each month's own limits;
    with ``at_reading`` it is priced at once, at the prices of its last day and with the limits of one month.
    :raises BillingRefused: a price is missing
    """
    if proration is Proration.AT_READING:
        return price_month(volumes, tariffs, proration=proration)
    months: dict[Month, list[Volume]] = {}
    for volume in volumes:
        # Nearly always the two readings stand in neighbouring months: one month, nothing to divide.
        last = period_of(volume.until, cut_off_day)
        first = min(period_of(volume.since, cut_off_day).plus(1), last)
        if first == last:
            months.setdefault(last, []).append(volume)
            continue
        edges = [volume.since]
        month = first
        while month < last:
            edges.append(month.day(cut_off_day))
            month = month.plus(1)
        edges.append(volume.until)
        shares = split_by_days(volume.kwh, [(b - a).days for a, b in itertools.pairwise(edges)])
        for place, kwh in enumerate(shares):
            if not kwh and volume.kwh:
                continue
            months.setdefault(first.plus(place), []).append(
                volume._replace(kwh=kwh, since=edges[place], until=edges[place + 1])
            )
    lines: list[PricedLine] = []
    for month in sorted(months):
        lines += price_month(months[month], tariffs, proration=proration)
    return lines


def price_month(
    volumes: Sequence[Volume], tariffs: GroupTariffs, *, proration: Proration = Proration.BY_DAY
) -> list[PricedLine]:
    """Price volumes that share one month's limits; a change of prices inside divides both by days.

    :raises BillingRefused: a price is missing
    """
    if not volumes:
        return []
    start = min(volume.since for volume in volumes)
    end = max(volume.until for volume in volumes)
    if proration is Proration.AT_READING:
        return _at_one_tariff(volumes, tariffs.on(end), None)
    tariff = tariffs.on(start)
    if tariff.end is None or end <= tariff.end:
        return _at_one_tariff(volumes, tariff, None)
    edges = [start]
    tables = [tariff]
    while tariff.end is not None and tariff.end < end:
        edges.append(tariff.end)
        tariff = tariffs.on(tariff.end)
        tables.append(tariff)
    edges.append(end)
    spans = list(itertools.pairwise(edges))
    shares = [_over(volume, spans) for volume in volumes]
    days = [(b - a).days for a, b in spans]
    lines: list[PricedLine] = []
    for place, table in enumerate(tables):
        parts = [share[place] for share in shares]
        limits = [
            None if limit is None else split_by_days(Decimal(limit), days)[place] for limit in table.limits
        ]
        used = [part for part in parts if part is not None]
        if used:
            lines += _at_one_tariff(used, table, limits)
    return lines


def _over(volume: Volume, spans: Sequence[tuple[date, date]]) -> list[Volume | None]:
    """One volume cut at the edges of the spans; spans that it does not touch get nothing."""
    if volume.since >= volume.until or not volume.kwh:
        at = max(volume.until - timedelta(days=1), spans[0][0])
        return [volume if a <= at < b else None for a, b in spans]
    cuts = [(max(a, volume.since), min(b, volume.until)) for a, b in spans]
    kwh = split_by_days(volume.kwh, [max((b - a).days, 0) for a, b in cuts])
    # The rest of the rounding belongs to the last span that the volume touches.
    touched = [place for place, (a, b) in enumerate(cuts) if a < b]
    if touched[-1] != len(cuts) - 1:
        kwh[touched[-1]] += sum(kwh[touched[-1] + 1 :], _ZERO)
    return [
        volume._replace(kwh=kwh[place], since=a, until=b) if a < b and kwh[place] else None
        for place, (a, b) in enumerate(cuts)
    ]


def _at_one_tariff(
    volumes: Sequence[Volume], tariff: Tariff, limits: Sequence[Decimal | int | None] | None
) -> list[PricedLine]:
    limits = tariff.limits if limits is None else limits
    total = sum((volume.kwh for volume in volumes), _ZERO)
    if limits[0] is None or total <= limits[0]:
        return [_line(volume, volume.kwh, tariff, 0) for volume in volumes]
    parts = split_ranges({place: volume.kwh for place, volume in enumerate(volumes)}, limits)
    lines = []
    for place, volume in enumerate(volumes):
        filled = [(number, kwh) for number, kwh in enumerate(parts[place]) if kwh]
        lines += [_line(volume, kwh, tariff, number) for number, kwh in filled or [(0, _ZERO)]]
    return lines


def _line(volume: Volume, kwh: Decimal, tariff: Tariff, number: int) -> PricedLine:
    row = tariff.price(volume.scheme, volume.zone, number)
    return PricedLine(
        volume.meter_id,
        volume.scheme,
        volume.zone,
        row.range_no,
        kwh,
        row.price,
        amount(kwh, row.price),
        row.row_id,
        volume.basis,
        None,
        volume.since,
        volume.until,
        volume.previous,
        volume.current,
        row.demonstration,
    )


def reversed_line(line: PricedLine, *, period: date) -> PricedLine:
    """The line that takes back an estimate charged for ``period``."""
    return line._replace(kwh=-line.kwh, kopecks=-line.kopecks, basis=Basis.SETTLEMENT, settles=period)
