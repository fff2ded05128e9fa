"""From values on a dial to kopecks: metering judges them, billing prices what they consume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from svet.accounts.queries import AccountView
from svet.billing import queries as billing
from svet.billing.queries import Preview
from svet.billing.queries.what_if import ground_of, preview_end
from svet.billing.rules import BillingRefused
from svet.metering import queries as metering
from svet.metering.operations import SetRefused
from svet.metering.queries import MeterDials, MeterView
from svet.metering.rules import Judgement, Zone, judge


@dataclass(frozen=True, slots=True)
class Quote:
    """What a whole set comes to; ``cost`` is nothing when a value cannot be taken or no price is known."""

    judgement: Judgement
    cost: Preview | None

    @property
    def believable(self) -> bool:
        """Whether every value may be taken, be it after a question."""
        return not self.judgement.refusals

    @property
    def consumption(self) -> Decimal | None:
        """kWh over all zones; nothing while a value cannot be taken."""
        return sum(self.judgement.consumption.values(), Decimal(0)) if self.believable else None


def quote(*, account: AccountView, known: MeterDials, values: Mapping[Zone, Decimal], on: date) -> Quote:
    """Judge a set against dials at hand and price it; never refuses, because a page shows what there is."""
    judgement = judge(dials=known.dials, values=values, read_on=on)
    return quote_judged(account=account, meter_id=known.meter.meter_id, judgement=judgement, on=on)


def quote_judged(*, account: AccountView, meter_id: int, judgement: Judgement, on: date) -> Quote:
    """The same for a set that the guard has judged already."""
    if judgement.refusals:
        return Quote(judgement, None)
    try:
        return Quote(judgement, _price(account=account, meter_id=meter_id, judgement=judgement, on=on))
    except BillingRefused:
        return Quote(judgement, None)


def price(*, meter: MeterView, values: Mapping[Zone, Decimal], on: date) -> Preview:
    """The price of a set, or the reason why there is none.

    :raises SetRefused: a value cannot be taken. :raises BillingRefused: no prices on that day
    """
    known = metering.dials(meters=[meter], read_on=on)[meter.meter_id]
    judgement = judge(dials=known.dials, values=values, read_on=on)
    if judgement.refusals:
        raise SetRefused(judgement)
    return _price(account=meter.account, meter_id=meter.meter_id, judgement=judgement, on=on)


def forecast(*, account: AccountView, dials: Sequence[MeterDials], on: date) -> Preview | None:
    """What the month's bill is likely to say, every meter going on as usual until the last day of readings.

    None: nothing can be told yet, or a meter has no usual use.
    """
    ground = ground_of(account, on)
    if ground is None:
        return None
    last = ground.provider.cut(ground.month)
    ends: dict[int, dict[Zone, tuple[Decimal, int]] | None] = {
        known.meter.meter_id: _shown_on(known, last) for known in dials
    }
    told = {meter_id: values for meter_id, values in ends.items() if values is not None}
    return preview_end(ground=ground, ends=told) if len(told) == len(dials) else None


def _shown_on(known: MeterDials, on: date) -> dict[Zone, tuple[Decimal, int]] | None:
    """What each dial will show on a day, with its full turns."""
    shown = {}
    for dial in known.dials:
        if dial.expected_daily is None:
            return None
        days = max(0, (on - dial.last.on).days)
        total = dial.total(dial.last.value, dial.last.turns) + dial.expected_daily * days / dial.ratio
        turns = int(total // dial.capacity)
        step = Decimal(1).scaleb(-dial.decimals)
        shown[dial.zone] = ((total - turns * dial.capacity).quantize(step, ROUND_HALF_UP), turns)
    return shown


def _price(*, account: AccountView, meter_id: int, judgement: Judgement, on: date) -> Preview:
    values = {zone: (verdict.value, verdict.turns) for zone, verdict in judgement.verdicts.items()}
    return billing.preview_reading(
        account=account, meter_id=meter_id, values=values, usage=judgement.consumption, on=on
    )
