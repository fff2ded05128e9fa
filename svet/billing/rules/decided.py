"""What people have decided against the facts, put into the months: volumes, months without charge, sums.

A decision is a fact like others (ADR 104): it changes what should stand, never a line. Volumes decided are
no readings: no estimate is made of them, and the count of a meter goes on as its readings say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from svet.billing.rules.facts import AccountFacts, Override, OverrideKind
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason
from svet.billing.rules.lines import Evidence, Line, MonthVolume
from svet.billing.rules.timeline import BillingCalendar
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone

_ZERO = Decimal(0)
Volumes = dict[Month, list[MonthVolume]]


def decided_volumes(
    volumes: Mapping[Month, list[MonthVolume]], *, facts: AccountFacts, horizon: Month
) -> Volumes:
    """The months with decided volumes in place of those they are about.

    :raises BillingProblem: a decision is about a scale that has nothing in that month
    """
    found = dict(volumes)
    for each in facts.overrides:
        if each.kind is not OverrideKind.VOLUME or each.kwh is None:
            continue
        for month in _months(each, facts.floor, horizon):
            of_month = found.get(month, [])
            hit = [volume for volume in of_month if _concerns(each, volume)]
            if not hit:
                raise BillingProblem(
                    BillingReason.DECISION_MISSES, details={"month": month, "decision": each.no}
                )
            one = hit[0]._replace(
                kwh=each.kwh,
                basis=Basis.OVERRIDE,
                since=min(volume.since for volume in hit),
                until=max(volume.until for volume in hit),
                evidence=Evidence(hit[0].evidence.meter_id, decision=each.no),
            )
            found[month] = [*(volume for volume in of_month if volume not in hit), one]
    return found


def uncharged_volumes(volumes: Mapping[Month, list[MonthVolume]], overrides: tuple[Override, ...]) -> Volumes:
    """The months with zeros, one a scale, where nothing is to be charged: a zero has its cause."""
    return {month: _uncharged(month, of_month, overrides) for month, of_month in volumes.items()}


def _uncharged(
    month: Month, volumes: list[MonthVolume], overrides: tuple[Override, ...]
) -> list[MonthVolume]:
    free = next((each for each in overrides if _frees(each, month)), None)
    if free is None:
        return volumes
    found: dict[tuple[int, int, str], MonthVolume] = {}
    for volume in volumes:
        key = (volume.point, volume.scheme, volume.zone)
        known = found.get(key, volume)
        found[key] = volume._replace(
            kwh=_ZERO,
            basis=Basis.OVERRIDE,
            since=min(known.since, volume.since),
            until=max(known.until, volume.until),
            evidence=Evidence(volume.evidence.meter_id, decision=free.no),
        )
    return list(found.values())


def _frees(override: Override, month: Month) -> bool:
    return override.kind is OverrideKind.NO_CHARGE and override.covers(month)


def credits_of(facts: AccountFacts, *, horizon: Month, calendar: BillingCalendar) -> Iterator[Line]:
    """A line of kopecks for each decision about a sum, also where the month has no volume.

    The decision stands where other lines have their point, so that each of several has a line of its own.
    """
    for each in facts.overrides:
        if each.kind is not OverrideKind.CREDIT or not facts.floor <= each.since <= horizon:
            continue
        start, end = calendar.cut(each.since.plus(-1)), calendar.cut(each.since)
        evidence = Evidence(decision=each.no)
        yield Line(
            each.since, facts.service, each.no, Scheme.SINGLE, Zone.SINGLE.value, Basis.ADJUSTMENT, start,
            end, start, end, 1, _ZERO, _ZERO, each.kopecks, evidence,
        )  # fmt: skip


def _months(override: Override, floor: Month, horizon: Month) -> Iterator[Month]:
    """The months of consumption that a decision is about, as far as they are ours and due."""
    month = max(override.since, floor)
    last = horizon if override.until is None else min(override.until, horizon)
    while month <= last:
        yield month
        month = month.plus(1)


def _concerns(override: Override, volume: MonthVolume) -> bool:
    return override.point in (None, volume.point) and override.zone in (None, volume.zone)
