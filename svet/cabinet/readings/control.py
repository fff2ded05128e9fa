"""A control reading beside the customer's own: both values and what the difference costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing import queries as billing
from svet.billing import texts as billing_texts
from svet.billing.queries import ControlDifference
from svet.kernel.money import Money
from svet.kernel.services import Service, Unit
from svet.metering import queries, texts
from svet.metering.queries import DisputeView, MeterView, SetView
from svet.metering.rules import ReadingState


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One scale in both readings; ``difference`` in the unit of the service, control minus customer."""

    title: str
    own: str
    control: str
    difference: Decimal


@dataclass(frozen=True, slots=True)
class ControlView:
    """What a control reading changes, until when one may object, and the objection if there is one.

    ``ahead``: it stands, and no bill has it yet.
    """

    rows: tuple[ControlRow, ...]
    unit: Unit
    found: ControlDifference
    until: date
    may_object: bool
    ahead: bool
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
        """About how much more, or less, the next bill is; None: nobody can tell."""
        return self.found.effect

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it means for the bill, which the supplier makes where it is not made here.

        Of a reading that stands no more, or whose bill is made, nothing is foretold.
        """
        if not self.ahead:
            return ()
        if self.unit is not Unit.KWH:
            if self.difference == 0:
                return (_("Контрольные показания совпали с вашими."),)
            return (_("Контрольные показания отличаются от ваших: разницу посчитает поставщик."),)
        said = _meaning(self.difference, self.effect)
        return (*said, billing_texts.next_bill(self.effect)) if self.effect else said


def _meaning(difference: Decimal, effect: Money | None) -> tuple[str, ...]:
    """Why the bill becomes another one. The customer's own reading is mostly older than the control.

    So more on the dials is not more to pay: the days since are charged without readings otherwise.
    """
    kopecks = effect.kopecks if effect is not None else None
    if kopecks == 0 and difference:
        return (_("Контрольные показания отличаются от ваших, но в счёте из-за них ничего не меняется."),)
    less = kopecks is not None and kopecks < 0
    if difference == 0:
        if less:
            return (_("Контрольные показания совпали с вашими: без них мы посчитали бы больше."),)
        return () if kopecks else (_("Контрольные показания совпали с вашими: в счёте ничего не изменится."),)
    if difference > 0:
        if less:
            return (_("На приборе больше, чем передали вы, но меньше, чем мы посчитали бы без показаний."),)
        return (_("На приборе больше, чем передали вы: разница войдёт в ближайший счёт."),)
    if kopecks and not less:
        return ()
    return (_("На приборе меньше, чем передали вы: разницу вернём в ближайшем счёте."),)


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
        ahead=control.state == ReadingState.ACCEPTED,
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
