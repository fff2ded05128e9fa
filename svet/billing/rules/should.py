"""What should stand charged to an account: a pure function of its facts and of the last month to charge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svet.billing.rules.attribution import MonthPart
from svet.billing.rules.decided import credits_of, decided_volumes, uncharged_volumes
from svet.billing.rules.estimates import scale_volumes
from svet.billing.rules.facts import AccountFacts, LossShare
from svet.billing.rules.house_volumes import house_volumes
from svet.billing.rules.kinds import Basis
from svet.billing.rules.lines import Line, MonthVolume
from svet.billing.rules.norm_needs import NormNeed, meterless_needs, norm_volumes, tampered
from svet.billing.rules.pot import price_pot
from svet.billing.rules.splitting import whole
from svet.billing.rules.timeline import BillingCalendar, calendar_of, scale_lines
from svet.kernel.periods import Month

Volumes = dict[Month, list[MonthVolume]]
#: By point, scheme and zone the whole months of before, of which averages are made.
Bases = Mapping[tuple[int, int, str], Sequence[MonthPart]]


def should(facts: AccountFacts, *, horizon: Month, bases: Bases | None = None) -> list[Line]:
    """The lines that should stand for all months until ``horizon``, which only moves forward.

    It depends on nothing but the facts: not on the order in which they came, nor on what has been charged.
    Facts after the horizon's cut-off are not looked at. ``bases``: of months before those of the facts.
    :raises BillingProblem: something of it cannot be told; then nothing of the account may be charged
    """
    calendar = calendar_of(facts.policies)
    if horizon < facts.floor or facts.opened_on >= calendar.cut(horizon):
        return []
    volumes = _volumes(facts, horizon=horizon, calendar=calendar, bases=bases or {})
    lines: list[Line] = []
    for month in sorted(volumes):
        if volumes[month]:
            proration = calendar.policy(month).rules.proration
            lines += price_pot(month, _merged(volumes[month]), facts=facts, proration=proration)
    if facts.overrides:
        lines += credits_of(facts, horizon=horizon, calendar=calendar)
    assert len({line.key for line in lines}) == len(lines), "two lines of one key"
    return lines


def _volumes(facts: AccountFacts, *, horizon: Month, calendar: BillingCalendar, bases: Bases) -> Volumes:
    volumes: Volumes = {}
    needs: dict[Month, list[NormNeed]] = {}
    last = calendar.cut(horizon)
    if facts.closed_on is not None:
        last = min(last, facts.closed_on)
    for point in facts.points:
        for scale in scale_lines(point, last=last, calendar=calendar):
            earlier = bases.get(scale[:3], ())
            found = scale_volumes(scale, facts=facts, horizon=horizon, calendar=calendar, earlier=earlier)
            for month, volume in found.volumes:
                volumes.setdefault(month, []).append(volume)
            for month, need in found.needs:
                needs.setdefault(month, []).append(need)
    for month, need in meterless_needs(facts=facts, horizon=horizon, calendar=calendar):
        if month >= facts.floor:
            needs.setdefault(month, []).append(need)
    for month in sorted(needs):
        found_norms = norm_volumes(month, needs[month], facts=facts, calendar=calendar)
        volumes.setdefault(month, []).extend(found_norms)
    if facts.acts:
        volumes = {
            month: tampered(month, of_month, facts=facts, calendar=calendar)
            for month, of_month in volumes.items()
        }
    if facts.overrides:
        volumes = decided_volumes(volumes, facts=facts, horizon=horizon)
    if facts.losses:
        for month, of_month in volumes.items():
            of_month += _losses(of_month, _losses_of(month, facts.losses, calendar))
    if facts.house or facts.stays:
        for month, volume in house_volumes(volumes, facts=facts, horizon=horizon, calendar=calendar):
            volumes.setdefault(month, []).append(volume)
    if facts.overrides:
        volumes = uncharged_volumes(volumes, facts.overrides)
    return volumes


def _losses_of(month: Month, losses: tuple[LossShare, ...], calendar: BillingCalendar) -> list[LossShare]:
    """The losses of a month. Its own days tell: a volume begins with the reading, days before them."""
    start, end = calendar.cut(month.plus(-1)), calendar.cut(month)
    return [each for each in losses if each.since < end and (each.until is None or each.until > start)]


def _losses(volumes: list[MonthVolume], losses: list[LossShare]) -> list[MonthVolume]:
    """Each scale's share of what is lost before the border of the grid, whole kWh."""
    found = []
    for loss in losses:
        for volume in volumes:
            kwh = whole(volume.kwh * loss.percent / 100)
            evidence = volume.evidence._replace(decision=loss.no)
            found.append(volume._replace(kwh=kwh, basis=Basis.LOSSES, evidence=evidence))
    return found


def _merged(volumes: list[MonthVolume]) -> list[MonthVolume]:
    """Volumes of the same scale, days and basis are one: two meters that came and went within a day."""
    if len(volumes) == 1:
        return volumes
    found: dict[tuple[object, ...], MonthVolume] = {}
    for volume in volumes:
        key = (volume.point, volume.scheme, volume.zone, volume.basis, volume.since, volume.until)
        known = found.get(key)
        found[key] = volume if known is None else volume._replace(kwh=known.kwh + volume.kwh)
    return list(found.values())
