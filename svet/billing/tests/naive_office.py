"""What the office adds to the second calculation: interference, decisions, losses, the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svet.billing.rules.facts import AccountFacts
from svet.billing.tests.naive import (
    DAY,
    ZONES,
    Diary,
    Part,
    ask_without_meter,
    days_between,
    half_up,
    norm_parts,
    scale_parts,
)
from svet.kernel.periods import Month

ACCOUNT = (0, 1, "single")
Key = tuple[int, int, str, str, str]  # point, scheme, zone, month, basis


def volumes(facts: AccountFacts, horizon: Month) -> dict[Key, Decimal]:
    """kWh of each scale, month and basis; norms stand on point 0 of the account."""
    found: dict[Key, Fraction] = defaultdict(Fraction)
    for part in parts(facts, horizon):
        found[*part.name, str(part.month), part.basis] += part.kwh
    return {key: Decimal(kwh.numerator) / kwh.denominator for key, kwh in found.items()}


def parts(facts: AccountFacts, horizon: Month) -> list[Part]:
    """Everything that was used until the horizon, month by month."""
    diary = Diary(facts, horizon)
    found: list[Part] = []
    for point in facts.points:
        for scheme in dict.fromkeys(p.scheme for p in point.placements if p.since <= diary.stop):
            for zone in ZONES[scheme]:
                meters = [p for p in point.placements if p.scheme == scheme and p.since <= diary.stop]
                found += scale_parts(diary, meters, (point.no, scheme, zone))
    ask_without_meter(diary)
    for month, days in diary.norms.items():
        found += norm_parts(diary, month, days, diary.schemes[month])
    for month in {part.month for part in found}:
        others = [part for part in found if part.month != month]
        found = others + _interfered(diary, month, [part for part in found if part.month == month])
    found = _decided(diary, found)
    found += list(_lost(diary, found))
    found += _house(diary, found)
    return list(_freed(diary, found))


def _interfered(diary: Diary, month: Month, found: list[Part]) -> list[Part]:
    """Ten norms a day for the days of interference, in place of what these days held."""
    guilty = {
        day
        for day in diary.days(month)
        if "tampered" in diary.said(None, day)
        and diary.facts.opened_on <= day < (diary.facts.closed_on or date.max)
    }
    if not guilty:
        return found
    kept = []
    for part in found:
        own = [day for day in days_between(part.since, part.until) if day in diary.days(month)]
        inside = len([day for day in own if day in guilty])
        if not inside:
            kept.append(part)
        elif inside < len(own):
            kept.append(replace(part, kwh=part.kwh - half_up(part.kwh * inside / len(own))))
    times = {day: diary.times("tampered", day) for day in sorted(guilty)}
    return kept + list(norm_parts(diary, month, times, 1))


def _decided(diary: Diary, found: list[Part]) -> list[Part]:
    """So many kWh in place of what a scale has in a month."""
    for each in diary.facts.overrides:
        if each.kind.value != "volume" or each.kwh is None:
            continue
        for month in {part.month for part in found}:
            hit = [
                part
                for part in found
                if part.month == month
                and diary.facts.floor <= month <= diary.horizon
                and each.since <= month <= (each.until or month)
                and each.point in (None, part.name[0])
                and each.zone in (None, part.name[2])
            ]
            if hit:
                since, until = min(part.since for part in hit), max(part.until for part in hit)
                one = Part(hit[0].name, month, "override", since, until, Fraction(each.kwh))
                found = [part for part in found if part not in hit] + [one]
    return found


def _lost(diary: Diary, found: Sequence[Part]) -> Iterator[Part]:
    """So many percent of each month that has a day of the decision."""
    for loss in diary.facts.losses:
        for part in found:
            if any(loss.since <= day < (loss.until or date.max) for day in diary.days(part.month)):
                kwh = Fraction(half_up(part.kwh * Fraction(loss.percent) / 100))
                yield replace(part, basis="losses", kwh=kwh)


def _house(diary: Diary, found: Sequence[Part]) -> Iterator[Part]:
    """What the house used in common, in the months in which the contract held on some day."""
    for share in diary.facts.house:
        held = [day for day in diary.days(share.month) if diary.facts.opened_on <= day < diary.stop]
        if held and diary.facts.floor <= share.month <= diary.horizon:
            others = [part for part in found if part.month == share.month]
            since = min((part.since for part in others), default=held[0])
            until = max((part.until for part in others), default=held[-1] + DAY)
            yield Part(ACCOUNT, share.month, "house", since, until, Fraction(share.kwh))


def _freed(diary: Diary, found: Sequence[Part]) -> Iterator[Part]:
    free = [each for each in diary.facts.overrides if each.kind.value == "no_charge"]
    for part in found:
        if any(each.since <= part.month <= (each.until or part.month) for each in free):
            yield replace(part, basis="override", kwh=Fraction(0))
        else:
            yield part
