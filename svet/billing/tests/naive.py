"""A second calculation of volumes, day by day: slow, without segments, by nobody's code but its own.

Every day of every scale gets a label (which month it is billed in) and exact kWh; months add their days up.
It shares nothing with the rules but the facts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor as whole_part
from typing import Any

from svet.billing.rules.facts import AccountFacts, Placement
from svet.kernel.periods import Month

DAY = timedelta(days=1)
ZONES = {1: ["single"], 2: ["day", "night"], 3: ["peak", "semipeak", "night"]}
Key = tuple[int, int, str, str, str]  # point, scheme, zone, month, basis


def half_up(number: Fraction) -> int:
    return whole_part(number + Fraction(1, 2))


class Diary:
    """The days of one provider's account."""

    def __init__(self, facts: AccountFacts, horizon: Month):
        self.facts, self.horizon = facts, horizon
        self.policy = facts.policies[0]
        self.last = self.cut(horizon)
        self.stop = min(self.last, facts.closed_on or self.last)

    def cut(self, month: Month) -> date:
        return date(month.year, month.month, min(self.policy.cut_off_day, month.days))

    def window(self, day: date) -> Month:
        """The month among whose days this day is: from one cut on until before the next one."""
        month = Month.of(day)
        while not self.cut(month.plus(-1)) <= day < self.cut(month):
            month = month.plus(1)
        return month

    def closing(self, day: date) -> Month:
        """The month that a reading of this day would close."""
        return self.window(day - DAY)

    def begins_anew(self, day: date, forced: bool, until: date) -> bool:
        begin = self.cut(self.facts.floor.plus(-1))
        return not forced or self.cut(self.closing(day)) == day or day <= begin < until

    def nodes(self, placement: Placement, zone: str) -> list[tuple[date, Fraction, bool]]:
        """(day, kWh of this meter, whether it came or went) of the days that close something."""
        seen: dict[tuple[bool, date], tuple[int, Fraction]] = {}
        for reading in placement.readings:
            value = next(v for v in reading.values if v.zone == zone)
            shown = Fraction(value.value) + 10**placement.digits * value.turns
            inside = placement.since <= reading.on <= min(self.stop, placement.until or self.stop)
            spot = (reading.authority != 3, reading.on)
            if inside and seen.get(spot, (0, shown))[0] <= reading.authority:
                seen[spot] = (int(reading.authority), shown)
        days = sorted(seen)
        lowered = {
            d: min(
                [seen[d][1]]
                + [seen[later][1] for later in days if later > d and seen[later][0] >= seen[d][0]]
            )
            for d in days
        }
        if any(lowered[a] > lowered[b] for a, b in pairwise(days)):
            raise ArithmeticError("contradiction")
        found = []
        for place, key in enumerate(days):
            day = key[1]
            gone = place == len(days) - 1 and day == placement.until
            forced = place == 0 or gone
            later_in_month = any(self.closing(other[1]) == self.closing(day) for other in days[place + 1 :])
            if forced or not later_in_month:
                found.append((day, (lowered[key] - lowered[days[0]]) * Fraction(placement.ratio), forced))
        return found


def volumes(facts: AccountFacts, horizon: Month) -> dict[Key, Decimal]:
    """kWh of each scale, month and basis; norms stand on point 0 of the account."""
    diary = Diary(facts, horizon)
    found: dict[Key, Fraction] = defaultdict(Fraction)
    norm_days: dict[Month, set[date]] = defaultdict(set)
    schemes: dict[Month, int] = {}
    for point in facts.points:
        for scheme in dict.fromkeys(p.scheme for p in point.placements if p.since <= diary.stop):
            for zone in ZONES[scheme]:
                meters = [p for p in point.placements if p.scheme == scheme and p.since <= diary.stop]
                _scale(diary, meters, (point.no, scheme, zone), found, norm_days, schemes)
    for month, days in norm_days.items():
        _norm(diary, month, days, schemes[month], found)
    return {key: Decimal(kwh.numerator) / kwh.denominator for key, kwh in found.items()}


def _scale(
    diary: Diary,
    meters: list[Placement],
    name: tuple[int, int, str],
    found: dict[Key, Fraction],
    norm_days: dict[Month, set[date]],
    schemes: dict[Month, int],
) -> None:
    begin = diary.cut(diary.facts.floor.plus(-1))
    rules = diary.policy.rules
    whole: list[tuple[Month, int]] = []
    quiet: set[Month] = set()
    for meter in meters:
        nodes = diary.nodes(meter, name[2])
        for (since, low, came), (until, high, went) in pairwise(nodes):
            quiet = set()
            clean = diary.begins_anew(since, came, until)
            labels = _labels(diary, since, until, clean)
            sums: dict[Month, int] = {}
            kwh, given, passed = high - low, 0, 0
            for month, days in labels.items():
                passed += days
                exact = kwh * passed / (until - since).days if until > since else kwh
                upto = half_up(exact) if month != max(labels) else kwh
                upto = min(upto, whole_part(kwh)) if month != max(labels) else upto
                sums[month] = upto - given  # type: ignore[assignment]
                given = upto  # type: ignore[assignment]
            for month, part in sums.items():
                begins = clean if month == min(labels) else True
                ends = (
                    (not went or diary.cut(diary.closing(until)) == until) if month == max(labels) else True
                )
                own = month == min(labels) and clean and month < diary.closing(since).plus(1)
                if begins and ends and not own:
                    whole.append((month, part))
                if until > begin:
                    found[*name, str(month), "reading"] += part
        last, _, forced = nodes[-1]
        end = min(diary.stop, meter.until or diary.stop)
        if last < end:
            clean = diary.begins_anew(last, forced, end)
            ended = end in (meter.until, diary.facts.closed_on) or end < diary.last
            if clean and diary.closing(end) < diary.closing(last).plus(1) and not ended:
                continue
            for month, days in _labels(diary, last, end, clean).items():
                quiet.add(month)
                if month < diary.facts.floor:
                    continue
                used = whole[-rules.average_base_months :]
                if len(quiet) <= rules.average_periods and len(used) >= rules.average_base_least:
                    mean = Fraction(sum(part for _, part in used)) / len(used)
                    length = (diary.cut(month) - diary.cut(month.plus(-1))).days
                    share = min(Fraction(days, length), Fraction(1))
                    found[*name, str(month), "average"] += half_up(mean * share)
                else:
                    run = last
                    while run < end:
                        if _label(diary, run, last, end, clean) == month:
                            norm_days[month].add(run)
                        run += DAY
                    schemes.setdefault(month, name[1])


def _label(diary: Diary, day: date, since: date, until: date, clean: bool) -> Month:
    first = diary.closing(since).plus(1 if clean else 0)
    return min(max(diary.window(day), first), diary.closing(until))


def _labels(diary: Diary, since: date, until: date, clean: bool) -> dict[Month, int]:
    """How many of the days are billed in which month."""
    days: Counter[Month] = Counter()
    run = since
    while run < until:
        days[_label(diary, run, since, until, clean)] += 1
        run += DAY
    return dict(days) or {diary.closing(until): 0}


def _norm(diary: Diary, month: Month, days: set[date], scheme: int, found: dict[Key, Fraction]) -> None:
    per_person: Any = diary.policy.rules.norm_kwh_per_person
    length = (diary.cut(month) - diary.cut(month.plus(-1))).days
    share = min(Fraction(len(days), length), Fraction(1))
    kwh = half_up(Fraction(per_person) * (diary.facts.terms[0].residents or 0) * share)
    hours = {1: [24], 2: [16, 8], 3: [7, 9, 8]}[scheme]
    left = kwh
    for place, zone in enumerate(ZONES[scheme]):
        part = left if place == len(hours) - 1 else half_up(Fraction(kwh * hours[place], 24))
        found[0, scheme, zone, str(month), "norm"] += part
        left -= part
