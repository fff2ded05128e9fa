"""Prices for the second calculation of volumes: the table of each day is looked up for that day alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import floor as whole_part

from svet.billing.rules.facts import AccountFacts
from svet.billing.tests.naive import DAY, ZONES, Part, days_between, half_up, terms_on
from svet.billing.tests.naive_office import parts
from svet.kernel.periods import Month

Limits = tuple[Fraction | None, ...]
Prices = Mapping[tuple[int, str], Sequence[Fraction]]
LATER = {"losses": 1, "norm": 2, "house": 3}


def kopecks(facts: AccountFacts, horizon: Month) -> dict[str, int]:
    """What each month costs."""
    found: dict[str, int] = defaultdict(int)
    months: dict[Month, list[Part]] = defaultdict(list)
    for part in parts(facts, horizon):
        months[part.month].append(part)
    for month, of_month in months.items():
        apart = [part for part in of_month if part.basis == "house" and not _summed(facts, month)]
        for pot in ([part for part in of_month if part not in apart], apart):
            if pot:
                found[str(month)] += _pot(facts, _together(pot))
    for each in facts.overrides:
        if each.kind.value == "credit" and facts.floor <= each.since <= horizon:
            found[str(each.since)] += each.kopecks
    return dict(found)


def _summed(facts: AccountFacts, month: Month) -> bool:
    """A house whose owners manage it themselves fills the ranges of its flats."""
    ways = [share.volume.way.value for share in facts.house if share.month == month and share.volume]
    return all(way == "direct" for way in ways)


def _together(pot: Sequence[Part]) -> list[Part]:
    """One line for the same scale and days; then in the order in which they fill the ranges."""
    found: dict[tuple[object, ...], Part] = {}
    for part in pot:
        key = (part.name, part.basis, part.since, part.until)
        kwh = part.kwh + (found[key].kwh if key in found else 0)
        found[key] = Part(part.name, part.month, part.basis, part.since, part.until, kwh)
    return sorted(
        found.values(),
        key=lambda part: (
            LATER.get(part.basis, 0),
            part.name[0],
            part.since,
            ZONES[part.name[1]].index(part.name[2]),
        ),
    )


def _on(facts: AccountFacts, day: date) -> tuple[Limits, dict[tuple[int, str], tuple[Fraction, ...]]]:
    """The limits and prices of a day."""
    terms = terms_on(facts, day)
    (table,) = [
        each
        for each in facts.tables
        if each.group == terms.group and each.since <= day < (each.until or date.max)
    ]
    limits: list[Fraction | None] = []
    for limit in table.limits:
        if limit.per_person is not None:
            persons = terms.residents or 0
            limits.append(Fraction(max(limit.least, limit.per_person * persons) if persons else 0))
        else:
            limits.append(None if limit.kwh is None else Fraction(limit.kwh))
    prices = {(z.scheme, z.zone): tuple(Fraction(each.price) for each in z.ranges) for z in table.zones}
    return tuple(limits), prices


def _pot(facts: AccountFacts, pot: Sequence[Part]) -> int:
    since, until = min(part.since for part in pot), max(part.until for part in pot)
    if facts.policies[0].rules.proration.value == "at_reading":
        limits, prices = _on(facts, until)
        return _filled([(part, part.kwh) for part in pot], limits, prices)
    alike = [list(run) for _, run in groupby(days_between(since, until), lambda day: _on(facts, day))]
    if len(alike) < 2:
        limits, prices = _on(facts, since)
        return _filled([(part, part.kwh) for part in pot], limits, prices)
    total = 0
    for place, run in enumerate(alike):
        limits, prices = _on(facts, run[0])
        here = tuple(
            limit if limit is None else _share(limit, [len(each) for each in alike], place)
            for limit in limits
        )
        pieces = []
        for part in pot:
            own = [[day for day in each if part.since <= day < part.until] for each in alike]
            touched = [number for number, each in enumerate(own) if each]
            if not part.kwh or not touched:
                if max(part.until - DAY, since) in run:
                    pieces.append((part, part.kwh))
            elif place in touched:
                kwh = _share(part.kwh, [len(own[number]) for number in touched], touched.index(place))
                pieces.append((part, kwh))
        total += _filled(pieces, here, prices)
    return total


def _share(kwh: Fraction, days: Sequence[int], place: int) -> Fraction:
    """What of kWh some days have: whole ones by the sum so far, the last days have the rest."""

    def upto(number: int) -> Fraction:
        if number == len(days):
            return kwh
        return Fraction(min(half_up(kwh * sum(days[:number]) / sum(days)), whole_part(kwh)))

    return upto(place + 1) - upto(place)


def _filled(pieces: Sequence[tuple[Part, Fraction]], limits: Limits, prices: Prices) -> int:
    """Kopecks of what shares one set of limits; what a house used in common comes behind all else."""
    total, used = 0, Fraction(0)
    for behind in (False, True):
        own = [(part, kwh) for part, kwh in pieces if (part.basis == "house") is behind]
        left = tuple(None if limit is None else max(limit - used, Fraction(0)) for limit in limits)
        room = _rooms(own, left)
        for part, kwh in own:
            for number, width in enumerate(room[part.name[1:]]):
                taken = min(kwh, width)
                kwh -= taken
                room[part.name[1:]][number] -= taken
                if taken:
                    total += half_up(taken * prices[part.name[1:]][number] * 100)
            assert not kwh
        used += sum((kwh for _, kwh in own), Fraction(0))
    return total


def _rooms(pieces: Sequence[tuple[Part, Fraction]], limits: Limits) -> dict[tuple[int, str], list[Fraction]]:
    """How much of each range each scale has: range after range, in proportion to what is left of them."""
    names = sorted({part.name[1:] for part, _ in pieces}, key=lambda n: (n[0], ZONES[n[0]].index(n[1])))
    left = {n: sum((kwh for part, kwh in pieces if part.name[1:] == n), Fraction(0)) for n in names}
    found: dict[tuple[int, str], list[Fraction]] = {n: [] for n in names}
    lower = Fraction(0)
    for number, limit in enumerate(limits, 1):
        whole = sum(left.values(), Fraction(0))
        if limit is None or number == len(limits) or whole <= limit - lower:
            taken = dict(left)
        else:
            taken = {n: min(Fraction(half_up((limit - lower) * left[n] / whole)), left[n]) for n in names}
            taken[names[-1]] = limit - lower - sum((taken[n] for n in names[:-1]), Fraction(0))
            # The last scale has the rest; the first ones even out what it cannot have or give.
            over = taken[names[-1]] - min(max(taken[names[-1]], Fraction(0)), left[names[-1]])
            taken[names[-1]] -= over
            for n in names[:-1]:
                step = min(max(over, -taken[n]), left[n] - taken[n])
                taken[n] += step
                over -= step
        for n in names:
            found[n].append(taken[n])
            left[n] -= taken[n]
        lower = lower if limit is None else limit
    return found
