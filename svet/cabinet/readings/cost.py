"""What typed readings would cost, and what is usual: metering's kWh joined with billing's prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing.queries import Preview
from svet.billing.queries.tariffs import calculate
from svet.kernel.refusals import Refused
from svet.metering import rules, texts
from svet.metering.queries import MeterDials
from svet.metering.rules import Judgement, Zone

_USUAL_SPREAD = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class CostLine:
    """A zone and range of the preview."""

    title: str
    kwh: Decimal
    kopecks: int


def cost_of(judgement: Judgement, *, region: str, group: str, today: date) -> Preview | None:
    """The cost by the very rules of billing, or nothing when the group has no prices there."""
    try:
        return calculate(region=region, group=group, usage=judgement.consumption, on=today)
    except Refused:
        return None


def cost_lines_of(cost: Preview | None) -> tuple[CostLine, ...]:
    """The lines behind the sum: one per zone and range that has a volume."""
    if cost is None:
        return ()
    ranges = len({line.range_no for line in cost.lines}) > 1
    return tuple(
        CostLine(
            title=(
                _("%(zone)s, диапазон %(range)d × %(price)s\u00a0₽")
                if ranges
                else _("%(zone)s × %(price)s\u00a0₽")
            )
            % {
                "zone": texts.ZONE_NAMES[Zone(line.zone)],
                "range": line.range_no,
                "price": texts.number(line.price),
            },
            kwh=line.kwh,
            kopecks=line.money.kopecks,
        )
        for line in cost.lines
        if line.kwh
    )


def usual_range(known: MeterDials, *, today: date) -> str:
    """«обычно 120–160», for all scales together and the days since the last fixed reading."""
    parts = [rules.usual_for(dial, read_on=today) for dial in known.dials]
    if any(part is None for part in parts):
        return ""
    total = sum((part for part in parts if part is not None), Decimal(0))
    low, high = round(total * (1 - _USUAL_SPREAD)), round(total * (1 + _USUAL_SPREAD))
    return "" if high == 0 else f"{low}–{high}"
