"""Pricing a batch of accounts: consumption and earlier charges are read, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from svet.accounts.queries.contracts import Contract
from svet.billing.operations.posting import Computed
from svet.billing.operations.taking_in import take_in
from svet.billing.queries.past import past_lines, settled_scales
from svet.billing.queries.standing import standings
from svet.billing.rules import (
    BillingReason,
    BillingRefused,
    GroupTariffs,
    PricedLine,
    Rules,
    ScalePast,
    Volume,
    price_account,
    scale_volumes,
    scales,
)
from svet.billing.rules.volumes import meterless_volume
from svet.kernel.periods import Month
from svet.metering import queries as metering


class _Month(NamedTuple):
    """What is common to all accounts of a batch."""

    period: Month
    cut_off_day: int
    rules: Rules


def compute(
    accounts: Sequence[Contract],
    *,
    period: Month,
    cut_off_day: int,
    tariffs: Mapping[str, GroupTariffs],
    rules: Rules,
) -> list[Computed]:
    """Price a batch of accounts: lines for each, or the reason why there are none.

    An account that has a charge of a later month is refused. Consumption of earlier months that nobody has
    charged is taken in.
    """
    where = standings([account.account_id for account in accounts], period)
    ids: list[int] = [account.account_id for account in accounts if where[account.account_id].later is None]
    usage = metering.usage(account_ids=ids, period=period)
    bare = {account_id for account_id in ids if not usage[account_id]}
    gaps: dict[int, Month] = {
        account_id: month for account_id in ids if (month := where[account_id].open_since(period))
    }
    known = _known(usage, gaps, period=period, rules=rules)
    if gaps:
        take_in(usage, known, gaps=gaps, period=period)
    totals = _totals_of_late(usage, known)
    common = _Month(period, cut_off_day, rules)
    result = []
    for account in accounts:
        later = where[account.account_id].later
        group = tariffs.get(account.tariff_group)
        try:
            if later is not None:
                raise BillingRefused(BillingReason.LATER_CHARGED, details={"later": later})
            if group is None:
                raise BillingRefused(BillingReason.NO_TARIFF, details={"group": account.tariff_group})
            if account.account_id in bare:
                lines = _without_meter(account, group, common, open_since=gaps.get(account.account_id))
            else:
                lines = charge_lines(
                    usage[account.account_id],
                    known.get(account.account_id, {}),
                    totals,
                    group=group,
                    residents=account.residents or 0,
                    period=period,
                    cut_off_day=cut_off_day,
                    rules=rules,
                )
        except BillingRefused as refusal:
            details = {key: str(value) for key, value in refusal.details.items()}
            result.append(Computed(account.account_id, [], BillingReason(refusal.reason), details))
        else:
            result.append(Computed(account.account_id, lines, None, {}))
    return result


def _known(
    usage: Mapping[int, Sequence[metering.MeterUsage]],
    gaps: Mapping[int, Month],
    *,
    period: Month,
    rules: Rules,
) -> dict[int, dict[tuple[int, str], ScalePast]]:
    """The past of the scales that need theirs: most have a reading now and had one last month."""
    last = settled_scales(list(usage), period.plus(-1))
    deep = [
        account_id
        for account_id, meters in usage.items()
        if account_id in gaps
        or any(
            scale.kwh is None
            or scale.kwh < 0
            or last.get((meter.meter_id, str(scale.zone))) != scale.previous_set_id
            for meter in meters
            for scale in meter.zones
        )
    ]
    past = past_lines(deep, before=period) if deep else {}
    return {account_id: scales(lines, rules) for account_id, lines in past.items()}


def _totals_of_late(
    usage: Mapping[int, Sequence[metering.MeterUsage]],
    known: Mapping[int, Mapping[tuple[int, str], ScalePast]],
) -> dict[tuple[int, str], Decimal]:
    """The counts of the sets between which a reading came after its month was charged; seldom any."""
    sets: set[int] = set()
    for account_id, by_scale in known.items():
        for meter in usage.get(account_id, ()):
            for scale in meter.zones:
                past = by_scale.get((meter.meter_id, str(scale.zone)))
                anchor = past.anchor.set_id if past is not None and past.anchor is not None else None
                if anchor is not None and anchor != scale.previous_set_id:
                    sets |= {anchor, scale.previous_set_id}
    return metering.dial_totals(sets) if sets else {}


def _climbed(
    scale: metering.ZoneUsage, past: ScalePast | None, totals: Mapping[tuple[int, str], Decimal]
) -> Decimal | None:
    """How far the dial went from the last charged reading to the one before this month, turns counted."""
    if past is None or past.anchor is None or past.anchor.set_id is None:
        return None
    after = totals.get((scale.previous_set_id, str(scale.zone)))
    before = totals.get((past.anchor.set_id, str(scale.zone)))
    return None if after is None or before is None else after - before


def _without_meter(
    account: Contract, group: GroupTariffs, month: _Month, *, open_since: Month | None
) -> list[PricedLine]:
    """The norm of a flat without a meter.

    :raises BillingRefused: no norm, or an earlier month is open: a norm belongs to its month, no later one
        takes it in
    """
    if open_since is not None:
        raise BillingRefused(BillingReason.EARLIER_OPEN, details={"month": open_since})
    volume = meterless_volume(
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        period=month.period,
        cut_off_day=month.cut_off_day,
        rules=month.rules,
        residents=account.residents or 0,
    )
    return price_account(
        [volume],
        group,
        period=month.period,
        cut_off_day=month.cut_off_day,
        proration=month.rules.proration,
    )


def charge_lines(
    meters: Sequence[metering.MeterUsage],
    known: Mapping[tuple[int, str], ScalePast],
    totals: Mapping[tuple[int, str], Decimal],
    *,
    group: GroupTariffs,
    residents: int,
    period: Month,
    cut_off_day: int,
    rules: Rules,
) -> list[PricedLine]:
    """All lines of one account's charge: estimates taken back first, then its volumes priced.

    ``known`` is the past of each scale, ``totals`` what the scales of late sets have counted in all.
    :raises BillingRefused: a meter was never read, a price or a norm is missing, the readings contradict
    """
    volumes: list[Volume] = []
    lines: list[PricedLine] = []
    for meter in meters:
        if not meter.zones:
            raise BillingRefused(BillingReason.NO_FIRST_READING, details={"meter": meter.serial})
        for scale in meter.zones:
            past = known.get((meter.meter_id, str(scale.zone)))
            try:
                found = scale_volumes(
                    scale,
                    past,
                    climbed=_climbed(scale, past, totals),
                    meter_id=meter.meter_id,
                    scheme=meter.scheme,
                    ratio=meter.ratio,
                    period=period,
                    cut_off_day=cut_off_day,
                    rules=rules,
                    residents=residents,
                )
            except BillingRefused as refusal:
                # People know a meter by its number.
                refusal.details["meter"] = meter.serial
                raise
            volumes += found.volumes
            lines += found.reversals
    return lines + price_account(
        volumes, group, period=period, cut_off_day=cut_off_day, proration=rules.proration
    )
