"""Consumption of earlier months that nobody has charged: where it begins, and the meters that are gone."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from svet.billing.rules import Reading, ScalePast
from svet.kernel.periods import Month
from svet.metering import queries as metering


def take_in(
    usage: MutableMapping[int, list[metering.MeterUsage]],
    known: MutableMapping[int, dict[tuple[int, str], ScalePast]],
    *,
    gaps: Mapping[int, Month],
    period: Month,
) -> None:
    """Let a month see what it has to take in of the months from ``gaps`` (by account) until ``period``.

    A scale that was never charged begins where the first of those months found it. A meter that was taken
    down in one of them is added with its last readings.
    """
    gone: dict[int, dict[int, metering.MeterUsage]] = {}
    month = min(gaps.values())
    while month < period:
        ids = [account_id for account_id, since in gaps.items() if since <= month]
        for account_id, meters in metering.usage(account_ids=ids, period=month).items():
            standing = {meter.meter_id for meter in usage[account_id]}
            scales = known.setdefault(account_id, {})
            for meter in meters:
                _begin(scales, meter)
                if meter.meter_id not in standing:
                    gone.setdefault(account_id, {})[meter.meter_id] = meter
        month = month.plus(1)
    for account_id, found in gone.items():
        # Whoever was taken down without a last reading left nothing to count.
        read = [m for m in found.values() if m.zones and all(z.kwh is not None for z in m.zones)]
        usage[account_id] = sorted([*usage[account_id], *read], key=lambda m: (m.installed_on, m.meter_id))


def _begin(scales: MutableMapping[tuple[int, str], ScalePast], meter: metering.MeterUsage) -> None:
    for scale in meter.zones:
        found = scales.setdefault((meter.meter_id, str(scale.zone)), ScalePast())
        if found.anchor is None:
            found.anchor = Reading(scale.previous_value, scale.previous_on, scale.previous_set_id)
