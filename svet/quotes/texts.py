"""The lines of a price in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing.queries import Preview
from svet.kernel.periods import Month
from svet.look.formats import month
from svet.metering import texts


@dataclass(frozen=True, slots=True)
class CostLine:
    """A zone and range of the price."""

    title: str
    kwh: Decimal
    kopecks: int


def forecast_words(first: Month, last: Month) -> str:
    """What the sum of a forecast is of: the open month, or all months that nobody has charged yet."""
    if first >= last:
        return _("может получиться счёт за этот месяц, если расход останется обычным")
    return _(
        "может получиться счёт сразу за месяцы %(first)s – %(last)s: раньше их не начисляли. "
        "Считаем, что расход останется обычным"
    ) % {"first": month(first), "last": month(last)}


def cost_lines(cost: Preview | None) -> tuple[CostLine, ...]:
    """The lines behind the sum: one per zone and range that has a volume."""
    if cost is None:
        return ()
    ranges = len({line.range_no for line in cost.lines}) > 1
    return tuple(
        CostLine(
            title=(
                _("%(zone)s, диапазон %(range)d, %(price)s\u00a0₽ за кВт·ч")
                if ranges
                else _("%(zone)s, %(price)s\u00a0₽ за кВт·ч")
            )
            % {
                "zone": texts.ZONE_NAMES[line.zone],
                "range": line.range_no,
                "price": texts.number(line.price, least=2),
            },
            kwh=line.kwh,
            kopecks=line.money.kopecks,
        )
        for line in cost.lines
        if line.kwh
    )
