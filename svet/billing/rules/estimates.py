"""Days that no reading tells of: averages, norms, and the acts that decide which (decree 354, 59–62)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from svet.billing.rules.attribution import MonthPart, attribute, closes, month_edges
from svet.billing.rules.facts import AccountFacts, AccountTerms, Act, ActKind
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason, Proration
from svet.billing.rules.lines import Evidence, MonthVolume
from svet.billing.rules.timeline import BillingCalendar, Node, ScaleLine
from svet.kernel.periods import Month
from svet.metering.rules import Scheme

#: The scale of what belongs to the whole account and to no point.
ACCOUNT = 0
_DAY = timedelta(days=1)
_PLAIN, _HALF_MORE, _TENFOLD = Fraction(1), Fraction(3, 2), Fraction(10)
# Hours of a day in each zone, by which a norm is divided over them: the law says no more than "by zones".
_HOURS: dict[int, tuple[tuple[str, int], ...]] = {
    Scheme.SINGLE: (("single", 24),),
    Scheme.DAY_NIGHT: (("day", 16), ("night", 8)),
    Scheme.PEAKS: (("peak", 7), ("semipeak", 9), ("night", 8)),
}


class NormNeed(NamedTuple):
    """Days of a month for which the account is charged by norm, and why more than once the norm."""

    since: date
    until: date
    multiplier: Fraction
    scheme: int
    evidence: Evidence


class _Gap(NamedTuple):
    """A month's part of days without a reading; ``number``: how many months in a row it is now."""

    month: Month
    since: date
    until: date
    number: int


class Found(NamedTuple):
    """What one scale gives: volumes of months, and months that need a norm."""

    volumes: list[tuple[Month, MonthVolume]]
    needs: list[tuple[Month, NormNeed]]


def half_up(kwh: Fraction) -> Decimal:
    """Whole kWh of an exact fraction, half up; never negative numbers here."""
    return Decimal((2 * kwh.numerator + kwh.denominator) // (2 * kwh.denominator))


def scale_volumes(
    scale: ScaleLine, *, facts: AccountFacts, horizon: Month, calendar: BillingCalendar
) -> Found:
    """All that one scale used until the horizon: by readings where there are any, estimated where not."""
    found = Found([], [])
    base: list[MonthPart] = []
    silent: Month | None = None
    stop = calendar.cut(horizon)
    account_end = stop if facts.closed_on is None else min(stop, facts.closed_on)
    begin = calendar.cut(facts.floor.plus(-1))
    for stretch in scale.stretches:
        for before, after in itertools.pairwise(stretch.nodes):
            silent = None
            parts = attribute(before, after, floor=facts.floor, calendar=calendar)
            base += [part for part in parts if part.whole]
            if after.on > begin:
                found.volumes.extend(_read(scale, before, after, parts, calendar))
        last = stretch.nodes[-1]
        end = account_end if stretch.until is None else min(account_end, stretch.until)
        if last.on < end:
            ended = end < stop or end in (stretch.until, facts.closed_on)
            gaps = _gaps(last, end, ended=ended, silent=silent, facts=facts, calendar=calendar)
            for gap in gaps:
                silent = silent or gap.month
                if gap.month >= facts.floor:
                    _estimate(scale, last, gap, base, found, facts=facts, calendar=calendar)
    return found


def _read(
    scale: ScaleLine, before: Node, after: Node, parts: Sequence[MonthPart], calendar: BillingCalendar
) -> Iterator[tuple[Month, MonthVolume]]:
    kwh = after.kwh - before.kwh
    month = calendar.month_of(after.on)
    if calendar.policy(month).rules.proration is Proration.AT_READING:
        parts = [MonthPart(month, before.on, after.on, kwh, False)]
    evidence = Evidence(meter_id=after.meter_id, previous=before.reading, current=after.reading, span_kwh=kwh)
    for part in parts:
        if part.kwh or part.since < part.until:
            yield (
                part.month,
                MonthVolume(
                    scale.point, scale.scheme, scale.zone, part.kwh, Basis.READING, part.since, part.until,
                    evidence,
                ),
            )  # fmt: skip


def _gaps(
    last: Node,
    end: date,
    *,
    ended: bool,
    silent: Month | None,
    facts: AccountFacts,
    calendar: BillingCalendar,
) -> Iterator[_Gap]:
    """The months of the days after a node. The open month after the last closed one is not yet due."""
    clean = closes(last, until=end, floor=facts.floor, calendar=calendar)
    first = calendar.month_of(last.on).plus(1 if clean else 0)
    until = calendar.month_of(end)
    if first > until:
        if not ended:
            return
        first = until
    edges = month_edges(first, last.on, end, last=until, calendar=calendar)
    for place, (since, upto) in enumerate(itertools.pairwise(edges)):
        month = first.plus(place)
        yield _Gap(month, since, upto, month - (silent or first) + 1)


def _estimate(
    scale: ScaleLine,
    last: Node,
    gap: _Gap,
    base: Sequence[MonthPart],
    found: Found,
    *,
    facts: AccountFacts,
    calendar: BillingCalendar,
) -> None:
    """The monthly mean while the law allows it, then the account's norm (decree 354, points 59 and 60)."""
    rules = calendar.policy(gap.month).rules
    used = base[-rules.average_base_months :]
    acts = _acts(facts.acts, scale.point, gap.since, gap.until)
    unlimited = ActKind.BROKEN in acts or ActKind.LOST in acts
    if len(used) >= rules.average_base_least and (unlimited or gap.number <= rules.average_periods):
        share = _share(gap.since, gap.until, gap.month, calendar)
        mean = Fraction(sum((part.kwh for part in used), Decimal(0))) / len(used)
        evidence = Evidence(
            meter_id=last.meter_id, previous=last.reading, base=tuple(part.month for part in used)
        )
        volume = MonthVolume(
            scale.point, scale.scheme, scale.zone, half_up(mean * share), Basis.AVERAGE, gap.since, gap.until,
            evidence,
        )  # fmt: skip
        found.volumes.append((gap.month, volume))
        return
    multiplier = _HALF_MORE if ActKind.REFUSED in acts and not unlimited else _PLAIN
    evidence = Evidence(meter_id=last.meter_id, previous=last.reading)
    found.needs.append((gap.month, NormNeed(gap.since, gap.until, multiplier, scale.scheme, evidence)))


def _share(since: date, until: date, month: Month, calendar: BillingCalendar) -> Fraction:
    """What of a month so many days are; days left over from the month before make it no more than whole."""
    return min(Fraction((until - since).days, calendar.days(month)), _PLAIN)


def _acts(acts: Sequence[Act], point: int | None, since: date, until: date) -> set[ActKind]:
    return {
        act.kind
        for act in acts
        if act.since < until
        and (act.until is None or act.until > since)
        and (act.point is None or act.point == point)
    }


def meterless_needs(
    *, facts: AccountFacts, horizon: Month, calendar: BillingCalendar
) -> list[tuple[Month, NormNeed]]:
    """Months of the days on which the account had no meter at all.

    Where the book begins with a meter, what was before it is not ours.
    """
    begin = calendar.cut(facts.floor.plus(-1))
    stop = calendar.cut(horizon)
    end = stop if facts.closed_on is None else min(stop, facts.closed_on)
    since = max(facts.opened_on, begin)
    stands = sorted(
        ((placement.since, placement.until) for point in facts.points for placement in point.placements),
        key=lambda days: (days[0], days[1] or date.max),
    )
    if stands and stands[0][0] <= calendar.cut(facts.floor):
        since = max(since, stands[0][0])
    needs: list[tuple[Month, NormNeed]] = []
    for came, went in [*stands, (end, None)]:
        if since < min(came, end):
            needs += _meterless(since, min(came, end), facts.acts, calendar)
        if went is None:
            break
        since = max(since, went)
    return needs


def _meterless(
    since: date, until: date, acts: Sequence[Act], calendar: BillingCalendar
) -> Iterator[tuple[Month, NormNeed]]:
    first = calendar.month_of(since).plus(1 if calendar.is_cut(since) else 0)
    edges = month_edges(first, since, until, last=calendar.month_of(until), calendar=calendar)
    for place, (start, end) in enumerate(itertools.pairwise(edges)):
        could_stand = ActKind.UNMETERED in _acts(acts, None, start, end)
        multiplier = _HALF_MORE if could_stand else _PLAIN
        yield first.plus(place), NormNeed(start, end, multiplier, Scheme.SINGLE, Evidence())


def norm_volumes(
    month: Month, needs: Sequence[NormNeed], *, facts: AccountFacts, calendar: BillingCalendar
) -> list[MonthVolume]:
    """One norm for the account, however many of its scales need it, by days and over the zones by hours.

    :raises BillingProblem: nobody has set a norm, or nobody knows how many live there
    """
    bare = all(not need.evidence.meter_id for need in needs)
    per_person = calendar.policy(month).rules.norm_kwh_per_person
    if per_person is None:
        raise _no_norm(BillingReason.NO_NORM, bare)
    days = _union([(need.since, need.until) for need in needs])
    length = sum((until - since).days for since, until in days)
    persons = sum((_persons(facts, since, until, bare) for since, until in days), Fraction(0))
    share = min(Fraction(length, calendar.days(month)), _PLAIN)
    kwh = Fraction(per_person) * persons / length * share * max(need.multiplier for need in needs)
    first = needs[0]
    since, until = days[0][0], days[-1][1]
    return [
        MonthVolume(ACCOUNT, first.scheme, zone, part, Basis.NORM, since, until, first.evidence)
        for zone, part in _by_hours(half_up(kwh), first.scheme)
    ]


def _union(spans: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The days of several spans, each day once."""
    found: list[tuple[date, date]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _persons(facts: AccountFacts, since: date, until: date, bare: bool) -> Fraction:
    """Persons at home × days. :raises BillingProblem: nobody knows how many live there"""
    if len(facts.terms) == 1 and not facts.away:
        living = facts.terms[0].residents
        if not living:
            raise _no_norm(BillingReason.NO_RESIDENTS, bare)
        return Fraction(living * (until - since).days)
    persons = 0
    for place in range((until - since).days):
        day = since + place * _DAY
        living = terms_on(facts.terms, day).residents
        if not living:
            raise _no_norm(BillingReason.NO_RESIDENTS, bare)
        away = sum(each.persons for each in facts.away if each.since <= day < each.until)
        persons += max(living - away, 0)
    return Fraction(persons)


def _no_norm(reason: BillingReason, bare: bool) -> BillingProblem:
    return (
        BillingProblem(BillingReason.NO_METER, details={"why": str(reason)})
        if bare
        else BillingProblem(reason)
    )


def _by_hours(kwh: Decimal, scheme: int) -> list[tuple[str, Decimal]]:
    *others, (last, _) = _HOURS[scheme]
    parts = [(zone, half_up(Fraction(kwh) * hours / 24)) for zone, hours in others]
    return [*parts, (last, kwh - sum((part for _, part in parts), Decimal(0)))]


def tampered(
    month: Month, volumes: Sequence[MonthVolume], *, facts: AccountFacts, calendar: BillingCalendar
) -> list[MonthVolume]:
    """Ten norms, by days, in place of what the days of an act of tampering held (decree 354, point 62)."""
    start, end = calendar.cut(month.plus(-1)), calendar.cut(month)
    acts = [
        (max(act.since, start), min(act.until or end, end))
        for act in facts.acts
        if act.kind is ActKind.TAMPERED and act.since < end and (act.until is None or act.until > start)
    ]
    if not acts:
        return list(volumes)
    kept = [each for each in (_outside(volume, acts, start, end) for volume in volumes) if each is not None]
    needs = [NormNeed(since, until, _TENFOLD, Scheme.SINGLE, Evidence(meter_id=-1)) for since, until in acts]
    return kept + [
        volume._replace(evidence=Evidence())
        for volume in norm_volumes(month, needs, facts=facts, calendar=calendar)
    ]


def _outside(
    volume: MonthVolume, acts: Sequence[tuple[date, date]], start: date, end: date
) -> MonthVolume | None:
    """What of a volume no act replaces; days left over from the month before share the fate of the others."""
    since, until = max(volume.since, start), min(volume.until, end)
    days = (until - since).days
    inside = sum(max((min(last, until) - max(first, since)).days, 0) for first, last in acts)
    if not inside:
        return volume
    if inside >= days:
        return None
    return volume._replace(kwh=volume.kwh - half_up(Fraction(volume.kwh) * inside / days))


def terms_on(terms: Sequence[AccountTerms], day: date) -> AccountTerms:
    """What held for the contract on a day; the first terms also before they are known."""
    return next((each for each in reversed(terms) if each.since <= day), terms[0])
