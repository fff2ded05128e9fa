"""A control reading beside the customer's own: both values and what the difference costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing import queries as billing
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.metering import queries, texts
from svet.metering.models import Meter
from svet.metering.queries import DisputeView, SetView
from svet.metering.rules import Zone


@dataclass(frozen=True, slots=True)
class Row:
    """One scale in both readings; ``difference`` in kWh, control minus customer."""

    title: str
    own: str
    control: str
    difference: Decimal


@dataclass(frozen=True, slots=True)
class ControlView:
    """What a control reading changes; ``effect`` is about how much more (or less) is to be paid for it."""

    rows: tuple[Row, ...]
    own: SetView | None
    effect: Money | None
    until: date
    may_object: bool
    dispute: DisputeView | None
    settled_by: SetView | None

    @property
    def difference(self) -> Decimal:
        """kWh of all scales."""
        return sum((row.difference for row in self.rows), Decimal(0))

    @property
    def sentence(self) -> str:
        """What it means for the bill."""
        if self.own is None or self.difference == 0:
            return (
                _("Контрольные показания совпали с вашими: в счёте ничего не изменится.") if self.own else ""
            )
        if self.difference < 0:
            return _("На приборе меньше, чем передали вы: разницу вернём в ближайшем счёте.")
        return _("На приборе больше, чем передали вы: разница войдёт в ближайший счёт.")


def control_view(control: SetView, *, meter: Meter, today: date, may_submit: bool) -> ControlView:
    """A control reading compared, priced by billing's own rules, with its objection."""
    found = queries.compared(control)
    dispute = queries.disputes_of([control.set_id]).get(control.set_id)
    until = queries.objection_until(control, meter.account.provider)
    settled = dispute.settled_by_id if dispute is not None else None
    own = found.customer
    return ControlView(
        rows=tuple(_rows(control, own, meter)) if own is not None else (),
        own=own,
        effect=_effect(control, own, found.base, meter=meter) if own is not None else None,
        until=until,
        may_object=may_submit
        and dispute is None
        and control.state in ("accepted", "used")
        and today <= until,
        dispute=dispute,
        settled_by=queries.sets_by_id(set_ids=[settled]).get(settled) if settled is not None else None,
    )


def _totals(view: SetView, meter: Meter) -> dict[Zone, Decimal]:
    """The values of dials that had never turned over, in kWh."""
    return {v.zone: (10**meter.digits * v.turns + v.value) * meter.ratio for v in view.values}


def _rows(control: SetView, own: SetView, meter: Meter) -> list[Row]:
    theirs, ours = _totals(own, meter), _totals(control, meter)
    shown = {v.zone: v.value for v in own.values}
    return [
        Row(
            title=str(texts.ZONE_NAMES[value.zone]),
            own=texts.number(shown[value.zone]) if value.zone in shown else "—",
            control=texts.number(value.value),
            difference=ours[value.zone] - theirs.get(value.zone, ours[value.zone]),
        )
        for value in control.values
    ]


def _effect(control: SetView, own: SetView, base: SetView | None, *, meter: Meter) -> Money | None:
    """What the control reading adds to the bill, negative when it takes off; None without prices.

    Priced as a month's volume since what both are counted from, so that ranges are felt.
    """
    theirs, ours = _totals(own, meter), _totals(control, meter)
    start = _totals(base, meter) if base is not None else theirs
    try:
        return Money(
            _cost(ours, start, meter=meter, on=control.read_on)
            - _cost(theirs, start, meter=meter, on=control.read_on)
        )
    except Refused:
        return None


def _cost(until: Mapping[Zone, Decimal], since: Mapping[Zone, Decimal], *, meter: Meter, on: date) -> int:
    """Kopecks for the volume between two readings; what runs backwards is taken off at the same prices."""
    step = {zone: value - since.get(zone, value) for zone, value in until.items()}
    forward = {zone: max(kwh, Decimal(0)) for zone, kwh in step.items()}
    backward = {zone: max(-kwh, Decimal(0)) for zone, kwh in step.items()}
    total = 0
    for sign, usage in ((1, forward), (-1, backward)):
        if any(usage.values()):
            total += sign * billing.preview(account=meter.account, usage=usage, on=on).total.kopecks
    return total
