"""A control reading beside the customer's own: both values and what the difference costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing import queries as billing
from svet.billing.queries import ControlDifference
from svet.kernel.money import Money
from svet.kernel.services import Service, Unit
from svet.metering import queries, texts
from svet.metering.queries import DisputeView, MeterView, SetView


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One scale in both readings; ``difference`` in the unit of the service, control minus customer."""

    title: str
    own: str
    control: str
    difference: Decimal


@dataclass(frozen=True, slots=True)
class ControlView:
    """What a control reading changes, until when one may object, and the objection if there is one."""

    rows: tuple[ControlRow, ...]
    unit: Unit
    found: ControlDifference
    until: date
    may_object: bool
    dispute: DisputeView | None
    settled_by: SetView | None

    @property
    def own(self) -> SetView | None:
        """What the customer had last said."""
        return self.found.own

    @property
    def difference(self) -> Decimal:
        """The volume of all scales."""
        return self.found.kwh

    @property
    def effect(self) -> Money | None:
        """About how much more, or less, is to be paid."""
        return self.found.effect

    @property
    def sentence(self) -> str:
        """What it means for the bill, which the supplier makes where it is not made here."""
        if self.unit is not Unit.KWH:
            if self.difference == 0:
                return _("Контрольные показания совпали с вашими.")
            return _("Контрольные показания отличаются от ваших: разницу посчитает поставщик.")
        if self.difference == 0:
            return _("Контрольные показания совпали с вашими: в счёте ничего не изменится.")
        if self.difference < 0:
            return _("На приборе меньше, чем передали вы: разницу вернём в ближайшем счёте.")
        return _("На приборе больше, чем передали вы: разница войдёт в ближайший счёт.")


def control_view(control: SetView, *, meter: MeterView, today: date, may_submit: bool) -> ControlView:
    """A control reading compared, priced by billing's own rules, with its objection."""
    found = billing.control_difference(control, meter=meter)
    dispute = queries.disputes_of([control.set_id]).get(control.set_id)
    provider = meter.account.provider
    until = queries.objection_until(control, time_zone=provider.time_zone, days=provider.dispute_days)
    settled = dispute.settled_by_id if dispute is not None else None
    stands = control.state in ("accepted", "used")
    return ControlView(
        rows=tuple(_rows(control, found, meter.service)),
        unit=meter.unit,
        found=found,
        until=until,
        may_object=may_submit and dispute is None and stands and today <= until,
        dispute=dispute,
        settled_by=queries.sets_by_id(set_ids=[settled]).get(settled) if settled is not None else None,
    )


def _rows(control: SetView, found: ControlDifference, service: Service) -> list[ControlRow]:
    shown = {v.zone: texts.number(v.value) for v in found.own.values} if found.own is not None else {}
    return [
        ControlRow(
            title=texts.scale_name(value.zone, service),
            own=shown.get(value.zone, "—"),
            control=texts.number(value.value),
            difference=found.by_zone.get(value.zone, Decimal(0)),
        )
        for value in control.values
    ]
