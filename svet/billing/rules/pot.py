"""The pot of a month: all its volumes, whichever meter and whenever charged, fill the ranges once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from svet.billing.rules.facts import AccountFacts, AccountTerms, PriceTable, RangePrice
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason, Proration
from svet.billing.rules.lines import Line, MonthVolume
from svet.billing.rules.norm_needs import terms_on
from svet.billing.rules.pricing import amount
from svet.billing.rules.splitting import split_by_days, split_ranges
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, zones_of

_ZERO = Decimal(0)
# Who fills the ranges first: what was measured, then what was not, then what others used.
_ORDER = {Basis.LOSSES: 1, Basis.NORM: 2, Basis.HOUSE: 3}
# The place of each zone on the face of a meter.
_FACE = {(int(scheme), str(zone)): place for scheme in Scheme for place, zone in enumerate(zones_of(scheme))}


class PriceSpan(NamedTuple):
    """Days with one price table and one set of limits."""

    since: date
    until: date
    table: PriceTable
    limits: tuple[Decimal | None, ...]


def price_pot(
    month: Month, volumes: Sequence[MonthVolume], *, facts: AccountFacts, proration: Proration
) -> list[Line]:
    """Price the volumes of one month, in a fixed order.

    Where prices, limits or the contract change inside, volumes and limits are divided by days.
    :raises BillingProblem: a price is missing
    """
    apart = [volume for volume in volumes if volume.basis is Basis.HOUSE] if _apart(month, facts) else []
    if apart and len(apart) < len(volumes):
        # They are no part of what the flat used: its ranges are not theirs.
        own = [volume for volume in volumes if volume.basis is not Basis.HOUSE]
        lines = price_pot(month, own, facts=facts, proration=proration)
        return lines + price_pot(month, apart, facts=facts, proration=proration)
    start = min(volume.since for volume in volumes)
    end = max(volume.until for volume in volumes)
    ordered = volumes if len(volumes) == 1 else sorted(volumes, key=_place)
    if proration is Proration.AT_READING:
        span = _span(facts, terms_on(facts.terms, end), end, end)
        return _filled(month, [(volume, volume) for volume in ordered], span, span.limits, facts.service)
    spans = price_spans(facts, start, end)
    if len(spans) == 1:
        pieces = [(volume, volume) for volume in ordered]
        return _filled(month, pieces, spans[0], spans[0].limits, facts.service)
    cuts = [_over(volume, spans) for volume in ordered]
    lines = []
    for place, span in enumerate(spans):
        pieces = [
            (volume, piece)
            for volume, of_volume in zip(ordered, cuts, strict=True)
            if (piece := of_volume[place]) is not None
        ]
        lines += _filled(month, pieces, span, span.limits, facts.service)
    return lines


def _apart(month: Month, facts: AccountFacts) -> bool:
    return any(share.month == month and not share.summed for share in facts.house)


def price_spans(facts: AccountFacts, start: date, end: date) -> list[PriceSpan]:
    """The days ``start``…``end`` divided where money changes, each part with its share of the limits by days.

    :raises BillingProblem: some of these days have no prices
    """
    spans = _spans(facts, start, end)
    if len(spans) == 1:
        return spans
    days = [(span.until - span.since).days for span in spans]
    return [
        span._replace(
            limits=tuple(
                None if limit is None else split_by_days(limit, days)[place] for limit in span.limits
            )
        )
        for place, span in enumerate(spans)
    ]


def _place(volume: MonthVolume) -> tuple[int, int, date, int]:
    return (_ORDER.get(volume.basis, 0), volume.point, volume.since, _FACE[volume.scheme, volume.zone])


def _spans(facts: AccountFacts, start: date, end: date) -> list[PriceSpan]:
    """The days ``start``…``end`` divided where money changes: equal neighbours are one."""
    if len(facts.terms) == 1:
        # Nearly always one contract and one table hold for the whole month.
        table = _table(facts.tables, facts.terms[0].group, start)
        if table.until is None or end <= table.until:
            return [_span_of(table, facts.terms[0], start, end)]
    spans: list[PriceSpan] = []
    since = start
    while True:
        terms = terms_on(facts.terms, since)
        table = _table(facts.tables, terms.group, since)
        changes = [each.since for each in facts.terms if each.since > since]
        until = min([end, *changes, *([table.until] if table.until is not None else [])])
        span = _span(facts, terms, since, max(until, since))
        if spans and (spans[-1].limits, _money(spans[-1].table)) == (span.limits, _money(table)):
            spans[-1] = spans[-1]._replace(until=span.until)
        else:
            spans.append(span)
        if until >= end:
            return spans
        since = until


def _span(facts: AccountFacts, terms: AccountTerms, since: date, until: date) -> PriceSpan:
    return _span_of(_table(facts.tables, terms.group, since), terms, since, until)


def _span_of(table: PriceTable, terms: AccountTerms, since: date, until: date) -> PriceSpan:
    return PriceSpan(since, until, table, tuple(limit.upper(terms.residents) for limit in table.limits))


def _money(table: PriceTable) -> Mapping[tuple[int, str], tuple[Decimal, ...]]:
    return {(zone.scheme, zone.zone): tuple(each.price for each in zone.ranges) for zone in table.zones}


def _table(tables: Sequence[PriceTable], group: str, day: date) -> PriceTable:
    known = False
    for table in tables:
        if table.group == group:
            known = True
            if table.since <= day and (table.until is None or day < table.until):
                return table
    details: dict[str, object] = {"group": group, "day": day} if known else {"group": group}
    raise BillingProblem(BillingReason.NO_TARIFF, details=details)


def _over(volume: MonthVolume, spans: Sequence[PriceSpan]) -> list[MonthVolume | None]:
    """One volume cut at the borders of the spans; a span of which it has nothing gets nothing."""
    if volume.since >= volume.until or not volume.kwh:
        at = max(volume.until - timedelta(days=1), spans[0].since)
        return [volume if span.since <= at < span.until else None for span in spans]
    cuts = [(max(span.since, volume.since), min(span.until, volume.until)) for span in spans]
    kwh = split_by_days(volume.kwh, [max((until - since).days, 0) for since, until in cuts])
    # The rest of the rounding belongs to the last span that the volume touches.
    last = max(place for place, (since, until) in enumerate(cuts) if since < until)
    kwh[last] = sum(kwh[last:], _ZERO)
    return [
        volume._replace(kwh=kwh[place], since=since, until=until) if since < until and kwh[place] else None
        for place, (since, until) in enumerate(cuts)
    ]


def _filled(
    month: Month,
    pieces: Sequence[tuple[MonthVolume, MonthVolume]],
    span: PriceSpan,
    limits: Sequence[Decimal | None],
    service: str,
) -> list[Line]:
    """Lines of what shares one set of limits; what a house used in common comes after everything else."""
    shared = [pair for pair in pieces if pair[0].basis is Basis.HOUSE]
    own = [pair for pair in pieces if pair[0].basis is not Basis.HOUSE] if shared else pieces
    lines = []
    for pairs in (own, shared) if shared else (own,):
        for (volume, piece), parts in zip(
            pairs, by_ranges([piece for _, piece in pairs], limits), strict=True
        ):
            for number, kwh in parts:
                lines.append(_line(month, volume, piece, kwh, _price(span, volume, number), service))
        used = sum((piece.kwh for _, piece in pairs), _ZERO)
        limits = [None if limit is None else max(limit - used, _ZERO) for limit in limits]
    return lines


class Measured(Protocol):
    """kWh of a scale."""

    @property
    def scheme(self) -> int: ...
    @property
    def zone(self) -> str: ...
    @property
    def kwh(self) -> Decimal: ...


def by_ranges(
    pieces: Sequence[Measured], limits: Sequence[Decimal | None]
) -> Iterator[list[tuple[int, Decimal]]]:
    """Each piece's kWh by range: scales share a range in proportion, on one the first comer fills it."""
    first = limits[0]
    if first is None or sum((piece.kwh for piece in pieces), _ZERO) <= first:
        for piece in pieces:
            yield [(0, piece.kwh)]
        return
    scales: dict[tuple[int, str], Decimal] = {}
    for piece in sorted(pieces, key=lambda each: (each.scheme, _FACE[each.scheme, each.zone])):
        key = (piece.scheme, piece.zone)
        scales[key] = scales.get(key, _ZERO) + piece.kwh
    room = split_ranges(scales, limits)
    for piece in pieces:
        left = piece.kwh
        parts: list[tuple[int, Decimal]] = []
        free = room[piece.scheme, piece.zone]
        for number, width in enumerate(free):
            taken = min(left, width)
            if taken:
                parts.append((number, taken))
                free[number] -= taken
                left -= taken
        yield parts or [(0, _ZERO)]


def _price(span: PriceSpan, volume: MonthVolume, number: int) -> RangePrice:
    for zone in span.table.zones:
        if (zone.scheme, zone.zone) == (volume.scheme, volume.zone) and number < len(zone.ranges):
            return zone.ranges[number]
    raise BillingProblem(
        BillingReason.NO_TARIFF,
        details={"group": span.table.group, "scheme": volume.scheme, "zone": volume.zone, "day": span.since},
    )


def _line(
    month: Month, volume: MonthVolume, piece: MonthVolume, kwh: Decimal, price: RangePrice, service: str
) -> Line:
    return Line(
        month,
        service,
        volume.point,
        volume.scheme,
        volume.zone,
        volume.basis,
        volume.since,
        volume.until,
        piece.since,
        piece.until,
        price.range_no,
        price.price,
        kwh,
        amount(kwh, price.price),
        volume.evidence._replace(
            row_id=price.row_id, demonstration=volume.evidence.demonstration or price.demonstration
        ),
    )
