"""A second calculation of volumes, day by day: slow, without segments, by nobody's code but its own.

Every day of every scale gets a label (which month it is billed in) and exact kWh; months add their days up.
Each day asks anew what acts say of it and who was at home. It shares nothing with the rules but the facts;
``naive_office`` goes on with what the office adds, ``naive_money`` puts prices to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from math import floor as whole_part

from svet.billing.rules.facts import AccountFacts, AccountTerms, Placement
from svet.kernel.periods import Month

DAY = timedelta(days=1)
ZONES = {1: ["single"], 2: ["day", "night"], 3: ["peak", "semipeak", "night"]}
HOURS = {1: [24], 2: [16, 8], 3: [7, 9, 8]}
Name = tuple[int, int, str]  # point, scheme, zone


@dataclass(frozen=True)
class Part:
    """kWh of a scale in a month, and the days on which they were used."""

    name: Name
    month: Month
    basis: str
    since: date
    until: date
    kwh: Fraction


def half_up(number: Fraction) -> int:
    return whole_part(number + Fraction(1, 2))


def days_between(since: date, until: date) -> list[date]:
    return [since + DAY * n for n in range((until - since).days)]


class Diary:
    """The days of one provider's account."""

    def __init__(self, facts: AccountFacts, horizon: Month):
        self.facts, self.horizon = facts, horizon
        self.policy = facts.policies[0]
        self.last = self.cut(horizon)
        self.begin = self.cut(facts.floor.plus(-1))
        self.stop = min(self.last, facts.closed_on or self.last)
        #: Days for which the account needs a norm, by month: how many times of it; and its first scheme.
        self.norms: dict[Month, dict[date, Fraction]] = defaultdict(dict)
        self.schemes: dict[Month, int] = {}

    def cut(self, month: Month) -> date:
        return date(month.year, month.month, min(self.policy.cut_off_day, month.days))

    def days(self, month: Month) -> list[date]:
        return days_between(self.cut(month.plus(-1)), self.cut(month))

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
        return not forced or self.cut(self.closing(day)) == day or day <= self.begin < until

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

    def said(self, point: int | None, day: date) -> set[str]:
        """What acts say of a point on a day."""
        return {
            act.kind.value
            for act in self.facts.acts
            if act.point in (None, point) and act.since <= day < (act.until or date.max)
        }

    def times(self, kind: str, day: date) -> Fraction:
        """How many norms an act of a kind makes of one."""
        return next(
            Fraction(each.factor)
            for each in self.facts.multipliers
            if each.kind.value == kind and each.since <= day < (each.until or date.max)
        )

    def need(self, month: Month, day: date, times: Fraction, scheme: int) -> None:
        """The greatest of what several scales ask for the same day."""
        self.norms[month][day] = max(times, self.norms[month].get(day, times))
        self.schemes.setdefault(month, scheme)


def scale_parts(diary: Diary, meters: Sequence[Placement], name: Name) -> Iterator[Part]:
    whole: list[int] = []
    quiet: set[Month] = set()
    for meter in meters:
        nodes = diary.nodes(meter, name[2])
        for (since, low, came), (until, high, went) in pairwise(nodes):
            quiet = set()
            clean = diary.begins_anew(since, came, until)
            labels = _labels(diary, since, until, clean)
            kwh, given, passed = high - low, Fraction(0), 0
            for month, days in labels.items():
                passed += len(days)
                upto = kwh
                if month != max(labels):
                    upto = Fraction(min(half_up(kwh * passed / (until - since).days), whole_part(kwh)))
                part, given = upto - given, upto
                begins = clean if month == min(labels) else True
                ends = (
                    (not went or diary.cut(diary.closing(until)) == until) if month == max(labels) else True
                )
                own = month == min(labels) and clean and month < diary.closing(since).plus(1)
                if begins and ends and not own:
                    whole.append(part)  # type: ignore[arg-type]
                if until > diary.begin and diary.policy.rules.proration.value == "by_day" and (part or days):
                    first = days[0] if days else since
                    yield Part(name, month, "reading", first, days[-1] + DAY if days else until, part)
            at_once = until > diary.begin and diary.policy.rules.proration.value == "at_reading"
            if at_once and (kwh or since < until):
                yield Part(name, diary.closing(until), "reading", since, until, kwh)
        last, _, forced = nodes[-1]
        end = min(diary.stop, meter.until or diary.stop)
        if last >= end:
            continue
        clean = diary.begins_anew(last, forced, end)
        ended = end in (meter.until, diary.facts.closed_on) or end < diary.last
        if clean and diary.closing(end) < diary.closing(last).plus(1) and not ended:
            continue
        for month, days in _labels(diary, last, end, clean).items():
            quiet.add(month)
            if month >= diary.facts.floor:
                yield from _silent(diary, name, month, days, whole, len(quiet))


def _silent(
    diary: Diary, name: Name, month: Month, days: list[date], whole: list[int], number: int
) -> Iterator[Part]:
    """Each day without a reading has an average or a norm, as its acts say."""
    rules = diary.policy.rules
    used = whole[-rules.average_base_months :]
    based = len(used) >= rules.average_base_least

    def told(day: date) -> tuple[bool, bool]:
        said = diary.said(name[0], day)
        broken = bool(said & {"broken", "lost"})
        averaged = based and (number <= rules.average_periods or broken)
        return averaged, not averaged and "refused" in said and not broken

    share = min(Fraction(len(days), len(diary.days(month))), Fraction(1))
    for (averaged, refused), run in groupby(days, told):
        together = list(run)
        if averaged:
            mean = Fraction(sum(used)) / len(used) * share * len(together) / len(days)
            kwh = Fraction(half_up(mean))
            yield Part(name, month, "average", together[0], together[-1] + DAY, kwh)
        else:
            for day in together:
                diary.need(month, day, diary.times("refused", day) if refused else Fraction(1), name[1])


def _label(diary: Diary, day: date, since: date, until: date, clean: bool) -> Month:
    first = diary.closing(since).plus(1 if clean else 0)
    return min(max(diary.window(day), first), diary.closing(until))


def _labels(diary: Diary, since: date, until: date, clean: bool) -> dict[Month, list[date]]:
    """Which of the days are billed in which month."""
    days: dict[Month, list[date]] = defaultdict(list)
    for day in days_between(since, until):
        days[_label(diary, day, since, until, clean)].append(day)
    return dict(days) or {diary.closing(until): []}


def ask_without_meter(diary: Diary) -> None:
    """Days on which no meter stood at all; where our book begins with one, those before it are not ours."""
    stood = [(p.since, p.until or date.max) for point in diary.facts.points for p in point.placements]
    since = max(diary.facts.opened_on, diary.begin)
    if stood and min(stood)[0] <= diary.cut(diary.facts.floor):
        since = max(since, min(stood)[0])
    for day in days_between(since, diary.stop):
        if not any(came <= day < went for came, went in stood):
            could = "unmetered" in diary.said(None, day)
            times = diary.times("unmetered", day) if could else Fraction(1)
            diary.need(diary.window(day), day, times, 1)


def terms_on(facts: AccountFacts, day: date) -> AccountTerms:
    return [facts.terms[0], *(terms for terms in facts.terms if terms.since <= day)][-1]


def norm_parts(diary: Diary, month: Month, days: dict[date, Fraction], scheme: int) -> Iterator[Part]:
    total = Fraction(0)
    for day, times in days.items():
        residents = terms_on(diary.facts, day).residents or 0
        away = sum(each.persons for each in diary.facts.away if each.since <= day < each.until)
        total += _per_person(diary, day, residents) * max(residents - away, 0) * times
    kwh = half_up(total / max(len(days), len(diary.days(month))))
    left = kwh
    for place, zone in enumerate(ZONES[scheme]):
        hours = HOURS[scheme]
        part = left if place == len(hours) - 1 else half_up(Fraction(kwh * hours[place], 24))
        left -= part
        yield Part((0, scheme, zone), month, "norm", min(days), max(days) + DAY, Fraction(part))


def _per_person(diary: Diary, day: date, residents: int) -> Fraction:
    """kWh a month for a person by the region's row of the day, else by the supplier's own norm."""
    for table in diary.facts.norms:
        for cell in table.cells if table.since <= day < (table.until or date.max) else ():
            if (cell.persons_from or 0) <= residents <= (cell.persons_to or residents):
                return Fraction(cell.kwh)
    own = diary.policy.rules.norm_kwh_per_person
    assert own is not None
    return Fraction(own)
