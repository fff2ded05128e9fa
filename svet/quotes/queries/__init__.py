"""From values on a dial to kopecks: metering judges them, billing prices what they consume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from svet.accounts.queries import AccountView
from svet.billing import queries as billing
from svet.billing.queries import Preview
from svet.billing.queries.what_if import PreviewFacts, ground_of, preview_end
from svet.billing.rules import BillingRefused
from svet.billing.rules.services import ServiceReason
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.operations import SetRefused
from svet.metering.queries import MeterDials, MeterView
from svet.metering.rules import Judgement, Zone, judge
from svet.quotes.queries.own_months import (
    EmptyMonth,
    Load,
    LoadedYear,
    SchemeChoice,
    WhatIf,
    WhatIfAsked,
    WhatIfTold,
    what_if,
)
from svet.tariffs.queries import TariffRowView, rows_with_bounds, tariffs

__all__ = [
    "BillForecast",
    "EmptyMonth",
    "ForecastRange",
    "Load",
    "LoadedYear",
    "Quote",
    "SchemeChoice",
    "WhatIf",
    "WhatIfAsked",
    "WhatIfTold",
    "forecast",
    "forecast_range",
    "price",
    "quote",
    "quote_judged",
    "what_if",
]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a whole set comes to.

    ``cost`` is nothing when a value cannot be taken, no price is known, or the supplier charges by itself.
    """

    judgement: Judgement
    cost: Preview | None

    @property
    def believable(self) -> bool:
        """Whether every value may be taken, be it after a question."""
        return not self.judgement.refusals

    @property
    def consumption(self) -> Decimal | None:
        """The volume over all zones; nothing while a value cannot be taken."""
        return sum(self.judgement.consumption.values(), Decimal(0)) if self.believable else None


def quote(*, account: AccountView, known: MeterDials, values: Mapping[Zone, Decimal], on: date) -> Quote:
    """Judge a set against dials at hand and price it; never refuses, because a page shows what there is."""
    judgement = judge(dials=known.dials, values=values, read_on=on)
    return quote_judged(account=account, meter_id=known.meter.meter_id, judgement=judgement, on=on)


def quote_judged(*, account: AccountView, meter_id: int, judgement: Judgement, on: date) -> Quote:
    """The same for a set that the guard has judged already."""
    if judgement.refusals or not account.provider.service.charged_here:
        return Quote(judgement, None)
    try:
        return Quote(judgement, _price(account=account, meter_id=meter_id, judgement=judgement, on=on))
    except BillingRefused:
        return Quote(judgement, None)


def price(*, meter: MeterView, values: Mapping[Zone, Decimal], on: date) -> Preview:
    """The price of a set, or the reason why there is none.

    :raises SetRefused: a value cannot be taken
    :raises BillingRefused: no prices on that day, or the supplier charges by itself
    """
    if not meter.service.charged_here:
        raise BillingRefused(ServiceReason.CHARGES_ITSELF)
    known = metering.dials(meters=[meter], read_on=on)[meter.meter_id]
    judgement = judge(dials=known.dials, values=values, read_on=on)
    if judgement.refusals:
        raise SetRefused(judgement)
    return _price(account=meter.account, meter_id=meter.meter_id, judgement=judgement, on=on)


@dataclass(frozen=True, slots=True)
class BillForecast:
    """What the next bill is likely to say of the months from ``first`` to ``last``, mostly one."""

    told: Preview
    first: Month
    last: Month


def forecast(*, account: AccountView, dials: Sequence[MeterDials], on: date) -> BillForecast | None:
    """What the next bill is likely to say, every meter going on as usual until the last day of readings.

    It is of the open month, and of those before it that nobody has charged yet. None: nothing can be told
    yet, or a meter has no usual use.
    """
    ground = ground_of(account, on)
    told = None if ground is None else _at_end(ground, dials, times=Decimal(1))
    if ground is None or told is None:
        return None
    return BillForecast(told, min(ground.last.plus(1), ground.month), ground.month)


@dataclass(frozen=True, slots=True)
class ForecastRange:
    """The bill of the open month, as its bounds: the days that are gone are counted, the rest is a range.

    Day ``day`` of ``days``; ``ends_on`` is the last one. ``since`` is the last month charged: later ones that
    had no bill yet are in the bounds too. Where the first range of prices has a known end,
    ``first_kwh`` is it, ``first_price`` and ``next_price`` what a kWh costs within it and beyond it.
    """

    month: Month
    since: Month
    ends_on: date
    day: int
    days: int
    low: Preview
    high: Preview
    first_kwh: int | None
    first_price: Decimal | None
    next_price: Decimal | None


def forecast_range(
    *, account: AccountView, dials: Sequence[MeterDials], on: date, daily: tuple[Decimal, Decimal]
) -> ForecastRange | None:
    """The open month if from now on between ``daily`` kWh are used a day, by the rules of billing itself.

    None: nothing can be told yet, or a meter has no usual use.
    """
    usual = [dial.expected_daily for known in dials for dial in known.dials]
    total = sum((each for each in usual if each is not None), Decimal(0))
    ground = ground_of(account, on) if dials and total > 0 and None not in usual else None
    if ground is None:
        return None
    low, high = (_at_end(ground, dials, times=each / total) for each in daily)
    if low is None or high is None or low.bill is None or high.bill is None:
        return None
    ends_on, before = ground.provider.cut(ground.month), ground.provider.cut(ground.month.plus(-1))
    first, second = _ranges(high)
    return ForecastRange(
        month=ground.month,
        since=ground.last,
        ends_on=ends_on,
        day=(on - before).days,
        days=(ends_on - before).days,
        low=low,
        high=high,
        first_kwh=None if first is None else first.range_upper_kwh,
        first_price=None if first is None else first.price,
        next_price=None if second is None else second.price,
    )


def _ranges(told: Preview) -> tuple[TariffRowView | None, TariffRowView | None]:
    """The first range of the dearest zone and the one after it; nothing where its end depends on more."""
    own = [line for line in told.lines if line.range_no == 1 and line.tariff_row_id]
    if not own:
        return None, None
    line = max(own, key=lambda each: each.price)
    first = rows_with_bounds([line.tariff_row_id]).get(line.tariff_row_id)
    if first is None or first.range_upper_kwh is None or first.per_person or first.limit_unknown:
        return None, None
    rows = tariffs(first.region, first.group_code, first.valid_from)
    beyond = [
        row
        for row in rows
        if (row.scheme, row.zone, row.range_no) == (first.scheme, first.zone, first.range_no + 1)
    ]
    return (first, beyond[0]) if beyond else (None, None)


def _at_end(ground: PreviewFacts, dials: Sequence[MeterDials], *, times: Decimal) -> Preview | None:
    last = ground.provider.cut(ground.month)
    ends: dict[int, dict[Zone, tuple[Decimal, int]] | None] = {
        known.meter.meter_id: _shown_on(known, last, times) for known in dials
    }
    told = {meter_id: values for meter_id, values in ends.items() if values is not None}
    return preview_end(ground=ground, ends=told) if len(told) == len(dials) else None


def _shown_on(known: MeterDials, on: date, times: Decimal) -> dict[Zone, tuple[Decimal, int]] | None:
    """What each dial will show on a day when it goes on ``times`` as fast as usual, with its full turns."""
    shown = {}
    for dial in known.dials:
        if dial.expected_daily is None:
            return None
        days = max(0, (on - dial.last.on).days)
        total = dial.total(dial.last.value, dial.last.turns) + dial.expected_daily * times * days / dial.ratio
        turns = int(total // dial.capacity)
        step = Decimal(1).scaleb(-dial.decimals)
        shown[dial.zone] = ((total - turns * dial.capacity).quantize(step, ROUND_HALF_UP), turns)
    return shown


def _price(*, account: AccountView, meter_id: int, judgement: Judgement, on: date) -> Preview:
    values = {zone: (verdict.value, verdict.turns) for zone, verdict in judgement.verdicts.items()}
    return billing.preview_reading(
        account=account, meter_id=meter_id, values=values, usage=judgement.consumption, on=on
    )
