"""Days that no reading tells of: averages while the decree allows them, then norms (decree 354, 59–60)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from svet.billing.rules.attribution import MonthPart, attribute, closes, month_edges
from svet.billing.rules.facts import AccountFacts, Act, ActKind
from svet.billing.rules.kinds import Basis, Proration
from svet.billing.rules.lines import Evidence, MonthVolume
from svet.billing.rules.norm_needs import NormNeed, acts_borders, acts_on, half_up
from svet.billing.rules.timeline import BillingCalendar, Node, ScaleLine
from svet.kernel.periods import Month

_WHOLE = Fraction(1)
# Which act is named where several are about the same days.
_CAUSES = (ActKind.BROKEN, ActKind.LOST, ActKind.REFUSED, ActKind.SILENT)


class _Gap(NamedTuple):
    """A month's part of days without a reading; ``number``: how many months in a row it is now."""

    month: Month
    since: date
    until: date
    number: int


class _Piece(NamedTuple):
    """Days of a gap that are counted alike; ``cause``: the act that says why nothing is known of them."""

    since: date
    until: date
    averaged: bool
    cause: ActKind | None


class Found(NamedTuple):
    """What one scale gives: volumes of months, and months that need a norm."""

    volumes: list[tuple[Month, MonthVolume]]
    needs: list[tuple[Month, NormNeed]]


def scale_volumes(
    scale: ScaleLine,
    *,
    facts: AccountFacts,
    horizon: Month,
    calendar: BillingCalendar,
    earlier: Sequence[MonthPart] = (),
) -> Found:
    """All that one scale used until the horizon: by readings where there are any, estimated where not.

    ``earlier``: whole months before those of the facts, of which averages are made too.
    """
    found = Found([], [])
    base: list[MonthPart] = list(earlier)
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
    allowed = gap.number <= rules.average_periods
    mean = None
    if len(used) >= rules.average_base_least:
        mean = Fraction(sum((part.kwh for part in used), Decimal(0))) / len(used)
    months = tuple(part.month for part in used)
    for piece in _pieces(facts.acts, scale.point, gap, averaged=allowed if mean is not None else None):
        if mean is not None and piece.averaged:
            share = _share(gap.since, gap.until, gap.month, calendar)
            if piece.until - piece.since < gap.until - gap.since:
                share *= Fraction((piece.until - piece.since).days, (gap.until - gap.since).days)
            evidence = Evidence(last.meter_id, previous=last.reading, base=months, cause=piece.cause)
            volume = MonthVolume(
                scale.point, scale.scheme, scale.zone, half_up(mean * share), Basis.AVERAGE, piece.since,
                piece.until, evidence,
            )  # fmt: skip
            found.volumes.append((gap.month, volume))
        else:
            evidence = Evidence(last.meter_id, previous=last.reading, cause=piece.cause)
            need = NormNeed(piece.since, piece.until, scale.scheme, evidence)
            found.needs.append((gap.month, need))


def _pieces(acts: Sequence[Act], point: int, gap: _Gap, *, averaged: bool | None) -> Iterator[_Piece]:
    """The days of a gap divided where an act begins or ends, if that changes what is counted.

    ``averaged``: whether days without an act have averages; None: there is nothing to make one of. A meter
    that is broken or lost has averages without end (point 59).
    """
    if not acts:
        yield _Piece(gap.since, gap.until, bool(averaged), None)
        return
    found: list[_Piece] = []
    for since, until in acts_borders(acts, gap.since, gap.until):
        kinds = acts_on(acts, point, since, until)
        unlimited = ActKind.BROKEN in kinds or ActKind.LOST in kinds
        cause = next((kind for kind in _CAUSES if kind in kinds), None)
        piece = _Piece(since, until, averaged is not None and (averaged or unlimited), cause)
        if found and _same(found[-1], piece):
            found[-1] = found[-1]._replace(until=until, cause=found[-1].cause or cause)
        else:
            found.append(piece)
    yield from found


def _same(one: _Piece, other: _Piece) -> bool:
    """Whether two neighbours are counted alike, whatever is said of them."""
    refused = (one.cause is ActKind.REFUSED) == (other.cause is ActKind.REFUSED)
    return one.averaged == other.averaged and (one.averaged or refused)


def _share(since: date, until: date, month: Month, calendar: BillingCalendar) -> Fraction:
    """What of a month so many days are; days left over from the month before make it no more than whole."""
    return min(Fraction((until - since).days, calendar.days(month)), _WHOLE)
