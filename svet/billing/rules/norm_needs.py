"""Norms: for days without a meter, days that have no average, interference (decree 354: 42, 60, 62, 86)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from svet.billing.rules.attribution import month_edges
from svet.billing.rules.facts import AccountFacts, AccountTerms, Act, ActKind
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason, Rules
from svet.billing.rules.lines import Evidence, MonthVolume
from svet.billing.rules.timeline import BillingCalendar
from svet.kernel.periods import Month
from svet.metering.rules import Scheme
from svet.tariffs.rules.norm_tables import NormCell, NormTable

#: The scale of what belongs to the whole account and to no point.
ACCOUNT = 0
_PLAIN = Fraction(1)
# Acts for which a decree names a multiplier; without one the norm is charged once.
_MULTIPLIED = frozenset({ActKind.REFUSED, ActKind.UNMETERED, ActKind.TAMPERED})
# Hours of a day in each zone, by which a norm is divided over them: the law says no more than "by zones".
_HOURS: dict[int, tuple[tuple[str, int], ...]] = {
    Scheme.SINGLE: (("single", 24),),
    Scheme.DAY_NIGHT: (("day", 16), ("night", 8)),
    Scheme.PEAKS: (("peak", 7), ("semipeak", 9), ("night", 8)),
}


class NormNeed(NamedTuple):
    """Days of a month for which the account is charged by norm; the evidence names the act behind it."""

    since: date
    until: date
    scheme: int
    evidence: Evidence


class _Stretch(NamedTuple):
    """Days on which everything that decides a norm stays the same, each day once."""

    since: date
    until: date
    factor: Fraction

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def half_up(kwh: Fraction) -> Decimal:
    """Whole kWh of an exact fraction, half up; never negative numbers here."""
    return Decimal((2 * kwh.numerator + kwh.denominator) // (2 * kwh.denominator))


def acts_on(acts: Sequence[Act], point: int | None, since: date, until: date) -> set[ActKind]:
    """What acts say of a point, or of the whole account, on some of these days."""
    return {
        act.kind
        for act in acts
        if act.since < until
        and (act.until is None or act.until > since)
        and (act.point is None or act.point == point)
    }


def acts_borders(acts: Sequence[Act], since: date, until: date) -> Iterator[tuple[date, date]]:
    """Days divided where an act begins or ends."""
    marks = {day for act in acts for day in (act.since, act.until) if day is not None}
    yield from itertools.pairwise(_between(marks, since, until))


def _between(marks: set[date], since: date, until: date) -> list[date]:
    return [since, *sorted(day for day in marks if since < day < until), until]


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
        for start_of, end_of in acts_borders(acts, start, end):
            could_stand = ActKind.UNMETERED in acts_on(acts, None, start_of, end_of)
            evidence = Evidence(cause=ActKind.UNMETERED if could_stand else None)
            yield first.plus(place), NormNeed(start_of, end_of, Scheme.SINGLE, evidence)


def norm_volumes(
    month: Month, needs: Sequence[NormNeed], *, facts: AccountFacts, calendar: BillingCalendar
) -> list[MonthVolume]:
    """One norm for the account, however many of its scales need it, by days and over the zones by hours.

    Where several acts are about a day, it is charged by the greatest multiplier of them.
    :raises BillingProblem: no norm reaches the days, or nobody knows how many live there
    """
    bare = all(not need.evidence.meter_id for need in needs)
    rules = calendar.policy(month).rules
    if rules.norm_kwh_per_person is None and not facts.norms:
        raise _no_norm(BillingReason.NO_NORM, bare)
    stretches = list(_stretches(needs, facts, bare))
    length = sum(stretch.days for stretch in stretches)
    norm_days, cells = Fraction(0), dict[int, NormCell]()
    for stretch in stretches:
        cell, kwh_a_month = _norm(facts, rules, stretch.since, bare)
        norm_days += kwh_a_month * stretch.factor * stretch.days
        if cell is not None:
            cells[cell.row_id] = cell
    kwh = norm_days / length * min(Fraction(length, calendar.days(month)), _PLAIN)
    first = next((need for need in needs if need.evidence.cause is not None), needs[0])
    since, until = stretches[0].since, stretches[-1].until
    evidence = first.evidence._replace(
        norm_ids=tuple(cells), demonstration=any(cell.demonstration for cell in cells.values())
    )
    return [
        MonthVolume(ACCOUNT, needs[0].scheme, zone, part, Basis.NORM, since, until, evidence)
        for zone, part in _by_hours(half_up(kwh), needs[0].scheme)
    ]


def _stretches(needs: Sequence[NormNeed], facts: AccountFacts, bare: bool) -> Iterator[_Stretch]:
    marks = {day for need in needs for day in (need.since, need.until)}
    marks |= {terms.since for terms in facts.terms}
    marks |= {day for away in facts.away for day in (away.since, away.until)}
    marks |= {day for table in facts.norms for day in (table.since, table.until) if day is not None}
    marks |= {day for each in facts.multipliers for day in (each.since, each.until) if day is not None}
    borders = _between(marks, min(need.since for need in needs), max(need.until for need in needs))
    for since, until in itertools.pairwise(borders):
        factors = [
            _factor(facts, need.evidence.cause, since, bare)
            for need in needs
            if need.since <= since and until <= need.until
        ]
        if factors:
            yield _Stretch(since, until, max(factors))


def _factor(facts: AccountFacts, cause: ActKind | None, day: date, bare: bool) -> Fraction:
    """How many times the norm is charged. :raises BillingProblem: no decree that is known reaches the day"""
    if cause not in _MULTIPLIED:
        return _PLAIN
    for each in facts.multipliers:
        if each.kind is cause and each.since <= day and (each.until is None or day < each.until):
            return Fraction(each.factor)
    raise _no_norm(BillingReason.NO_NORM, bare, day)


def _norm(facts: AccountFacts, rules: Rules, day: date, bare: bool) -> tuple[NormCell | None, Fraction]:
    """The row of the region and kWh a month for whoever is at home that day.

    The row goes by those who are registered. A household that no row fits, and days before the first table,
    have the supplier's own norm; days behind the last table have none. :raises BillingProblem:
    """
    terms = terms_on(facts.terms, day)
    if not terms.residents:
        raise _no_norm(BillingReason.NO_RESIDENTS, bare)
    away = sum(each.persons for each in facts.away if each.since <= day < each.until)
    home = max(terms.residents - away, 0)
    cell = None
    if facts.norms and facts.norms[0].since <= day:
        table = next((each for each in facts.norms if each.holds(day)), None)
        if table is None:
            raise _no_norm(BillingReason.NO_NORM, bare, day)
        cell = _cell(table, terms)
    kwh = cell.kwh if cell is not None else rules.norm_kwh_per_person
    if kwh is None:
        raise _no_norm(BillingReason.NO_NORM, bare, day)
    return cell, Fraction(kwh) * home


def _cell(table: NormTable, terms: AccountTerms) -> NormCell | None:
    for cell in table.cells:
        if cell.fits(
            rooms=terms.rooms,
            persons=terms.residents,
            stove=terms.stove,
            electric_heating=terms.electric_heating,
        ):
            return cell
    return None


def _no_norm(reason: BillingReason, bare: bool, day: date | None = None) -> BillingProblem:
    details: dict[str, object] = {} if day is None else {"day": day}
    if bare:
        return BillingProblem(BillingReason.NO_METER, details={"why": str(reason), **details})
    return BillingProblem(reason, details=details)


def _by_hours(kwh: Decimal, scheme: int) -> list[tuple[str, Decimal]]:
    *others, (last, _) = _HOURS[scheme]
    parts = [(zone, half_up(Fraction(kwh) * hours / 24)) for zone, hours in others]
    return [*parts, (last, kwh - sum((part for _, part in parts), Decimal(0)))]


def tampered(
    month: Month, volumes: Sequence[MonthVolume], *, facts: AccountFacts, calendar: BillingCalendar
) -> list[MonthVolume]:
    """Ten norms, by days, in place of what the days of an act of tampering held (decree 354, point 62).

    Of the days of the contract alone: who came or went within the month did nothing on the others.
    """
    start = max(calendar.cut(month.plus(-1)), facts.opened_on)
    end = calendar.cut(month) if facts.closed_on is None else min(calendar.cut(month), facts.closed_on)
    acts = [
        (max(act.since, start), min(act.until or end, end))
        for act in facts.acts
        if act.kind is ActKind.TAMPERED and act.since < end and (act.until is None or act.until > start)
    ]
    if not acts:
        return list(volumes)
    kept = [each for each in (_outside(volume, acts, start, end) for volume in volumes) if each is not None]
    # Not of a bare account: what is missing is told as a norm that is missing.
    evidence = Evidence(meter_id=-1, cause=ActKind.TAMPERED)
    needs = [NormNeed(since, until, Scheme.SINGLE, evidence) for since, until in acts]
    return kept + [
        volume._replace(evidence=Evidence(cause=ActKind.TAMPERED))
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
