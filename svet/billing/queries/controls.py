"""What a control reading changes for the account: the customer's own beside it, kWh by zone, kopecks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from svet.billing.queries.tariffs import preview
from svet.billing.queries.what_if import control_effect
from svet.billing.rules import BillingRefused
from svet.kernel.money import Money
from svet.metering import queries as metering
from svet.metering.queries import MeterView, SetView
from svet.metering.rules import Zone


@dataclass(frozen=True, slots=True)
class ControlDifference:
    """``by_zone``: control minus customer, kWh; ``effect``: what it adds to the bill, None without prices."""

    own: SetView | None
    by_zone: Mapping[Zone, Decimal]
    effect: Money | None

    @property
    def kwh(self) -> Decimal:
        """kWh of all zones."""
        return sum(self.by_zone.values(), Decimal(0))


def control_difference(control: SetView, *, meter: MeterView) -> ControlDifference:
    """What the next run makes of it. An account without any charge is told the price of the kWh alone."""
    found = metering.compared(control)
    if found.customer is None:
        return ControlDifference(None, {}, None)
    theirs, ours = _totals(found.customer, meter), _totals(control, meter)
    kopecks = control_effect(control, customer=found.customer, account=meter.account, meter_id=meter.meter_id)
    if kopecks is None:
        start = _totals(found.base, meter) if found.base is not None else theirs
        try:
            more = _cost(ours, start, meter=meter, on=control.read_on)
            kopecks = more - _cost(theirs, start, meter=meter, on=control.read_on)
        except BillingRefused:
            kopecks = None
    return ControlDifference(
        found.customer,
        {zone: kwh - theirs.get(zone, kwh) for zone, kwh in ours.items()},
        None if kopecks is None else Money(kopecks),
    )


def _totals(view: SetView, meter: MeterView) -> dict[Zone, Decimal]:
    """kWh by zone as of dials that had never turned over."""
    return {v.zone: (10**meter.digits * v.turns + v.value) * meter.ratio for v in view.values}


def _cost(until: Mapping[Zone, Decimal], since: Mapping[Zone, Decimal], *, meter: MeterView, on: date) -> int:
    """Kopecks for the volume between two readings; what runs backwards is taken off at the same prices."""
    step = {zone: value - since.get(zone, value) for zone, value in until.items()}
    total = 0
    for sign in (1, -1):
        usage = {zone: max(sign * kwh, Decimal(0)) for zone, kwh in step.items()}
        if any(usage.values()):
            total += sign * preview(account=meter.account, usage=usage, on=on).total.kopecks
    return total
