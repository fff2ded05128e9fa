"""What the easy accounts of a batch are to pay: the rules say which prices hold, SQL multiplies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.db import connection

from svet.billing.operations.sets import conditions
from svet.billing.rules.facts import AccountFacts, AccountTerms, PriceTable
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.pot import PriceSpan, by_ranges, price_spans
from svet.kernel.bulk import copy_table
from svet.kernel.periods import Month

_Combination = tuple[str, int, date, date]

_COMBINATIONS: Final = "SELECT DISTINCT tariff_group, residents, since, until FROM sets_window"
# A volume over a change of prices is divided by days as ``split_by_days`` does it: whole kWh by the running
# sum, the last piece takes the rest; a volume of nothing stays whole on its last day.
_PIECES: Final = """
INSERT INTO sets_piece
SELECT account_id, month, number, point, since, face, volume, scheme, zone, basis, since_on, until_on, taken,
       span_no, table_no, first_limit
FROM (
    SELECT v.account_id, v.month, p.number, v.point, v.since, v.face, v.no AS volume, v.scheme, v.zone,
           v.basis,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.since ELSE greatest(p.span_since, v.since) END
               AS since_on,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.until ELSE least(p.span_until, v.until) END AS until_on,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.kwh ELSE
               CASE WHEN p.span_until >= v.until THEN v.kwh ELSE least(
                   round(v.kwh * (p.span_until - v.since) / (v.until - v.since)), floor(v.kwh)) END
             - CASE WHEN p.span_since <= v.since THEN 0 ELSE least(
                   round(v.kwh * (p.span_since - v.since) / (v.until - v.since)), floor(v.kwh)) END
           END AS taken, p.no AS span_no, p.table_no, p.limits[1] AS first_limit, v.kwh
    FROM sets_window w
    JOIN sets_volume v ON v.account_id = w.account_id AND v.month = w.month
    JOIN sets_span p ON p.tariff_group = w.tariff_group AND p.residents = w.residents
        AND p.since = w.since AND p.until = w.until
    WHERE p.count = 1
       OR (v.kwh > 0 AND p.span_since < v.until AND p.span_until > v.since)
       OR (v.kwh = 0 AND p.span_since < v.until AND p.span_until >= v.until)) part
WHERE taken <> 0 OR kwh = 0
"""
# What shares one set of limits and takes more than the first of them.
_POTS: Final = """
INSERT INTO sets_pot
SELECT account_id, month, number, min(span_no),
       CASE WHEN min(scheme * 10 + face) = max(scheme * 10 + face) THEN 1 ELSE 2 END
FROM sets_piece GROUP BY account_id, month, number HAVING sum(kwh) > min(first_limit)
"""
_OVER_SCALES: Final = """
SELECT p.account_id, p.month, p.number, p.volume, p.scheme, p.zone, p.kwh, s.limits
FROM sets_piece p JOIN sets_pot t USING (account_id, month, number) JOIN sets_span s ON s.no = t.span_no
WHERE t.scales > 1 ORDER BY p.account_id, p.month, p.number, p.point, p.since, p.face
"""
# On one scale the first comer fills a range; over several the rule itself has said who gets what.
_LINES: Final = """
INSERT INTO sets_line
WITH ranged AS (
    SELECT p.*, 1 AS place, p.kwh AS line_kwh
    FROM sets_piece p LEFT JOIN sets_pot t USING (account_id, month, number)
    WHERE t.scales IS NULL OR (t.scales = 1 AND p.kwh = 0)
    UNION ALL
    SELECT p.account_id, p.month, p.number, p.point, p.since, p.face, p.volume, p.scheme, p.zone, p.basis,
           p.since_on, p.until_on, p.kwh, p.span_no, p.table_no, p.first_limit,
           r.place, least(p.filled, r.upper) - greatest(p.filled - p.kwh, r.lower)
    FROM (
        SELECT p.*, s.limits, sum(p.kwh) OVER (PARTITION BY p.account_id, p.month, p.number
                                               ORDER BY p.point, p.since, p.face) AS filled
        FROM sets_piece p JOIN sets_pot t USING (account_id, month, number)
        JOIN sets_span s ON s.no = t.span_no
        WHERE t.scales = 1) p
    CROSS JOIN LATERAL (
        SELECT place, coalesce(limits[place - 1], 0) AS lower, limits[place] AS upper
        FROM generate_subscripts(p.limits, 1) place) r
    WHERE p.kwh > 0 AND least(p.filled, r.upper) > greatest(p.filled - p.kwh, r.lower)
    UNION ALL
    SELECT p.*, s.place, s.kwh FROM sets_share s JOIN sets_piece p USING (volume, number)
)
SELECT p.account_id,
       row_number() OVER (PARTITION BY p.account_id
                          ORDER BY p.month, p.number, p.point, p.since, p.face, p.place),
       p.month, p.volume, p.basis, p.since_on, p.until_on,
       r.range_no, r.price, r.row_id, r.demonstration, p.line_kwh, round(p.line_kwh * r.price * 100),
       {left}
FROM ranged p LEFT JOIN sets_price r ON r.table_no = p.table_no AND r.scheme = p.scheme AND r.zone = p.zone
    AND r.place = p.place
"""


class _Piece(NamedTuple):
    volume: int
    scheme: int
    zone: str
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a run: which of them hold on which days is asked of the rules once for all accounts."""

    tables: Mapping[str, tuple[PriceTable, ...]]
    _numbers: dict[int, int] = field(default_factory=dict)
    _spans: dict[_Combination, list[PriceSpan]] = field(default_factory=dict)

    def by_persons(self, group: str) -> bool:
        """Whether any limit of a group depends on who lives there."""
        return any(limit.per_person is not None for table in self.tables[group] for limit in table.limits)

    def spans(self, combination: _Combination) -> list[PriceSpan]:
        """The prices of one account's days; empty: they cannot be told, or SQL cannot divide by them."""
        found = self._spans.get(combination)
        if found is None:
            found = self._spans[combination] = self._told(*combination)
        return found

    def _told(self, group: str, residents: int, since: date, until: date) -> list[PriceSpan]:
        terms = AccountTerms(group, None if residents < 0 else residents)
        facts = AccountFacts(
            floor=Month.of(since), opened_on=since, terms=(terms,), policies=(), tables=self.tables[group]
        )
        try:
            spans = price_spans(facts, since, until)
        except BillingProblem:
            return []
        return spans if all(_rising(span) for span in spans) else []

    def number(self, table: PriceTable) -> int:
        """A short name of a table."""
        return self._numbers.setdefault(id(table), len(self._numbers))


def _rising(span: PriceSpan) -> bool:
    """Whether the limits are what they should be: each above the one before, none missing but the last."""
    *inner, _ = span.limits
    return all(limit is not None for limit in inner) and inner == sorted(inner, key=lambda each: each or 0)


def price(prices: Prices) -> None:
    """Leave the lines of the months in ``sets_window`` in ``sets_line`` (a step)."""
    with connection.cursor() as cursor:
        cursor.execute(_COMBINATIONS)
        known = {each: prices.spans(each) for each in cursor.fetchall()}
        copy_table(table="sets_span", rows=_span_rows(known, prices))
        used = {prices.number(span.table): span.table for spans in known.values() for span in spans}
        copy_table(table="sets_price", rows=_price_rows(used))
        cursor.execute(_PIECES)
        cursor.execute(_POTS)
        cursor.execute(_OVER_SCALES)
        copy_table(table="sets_share", rows=_share_rows(cursor.fetchall()))
        left = " OR ".join(conditions.LEFT.values()) or "false"
        cursor.execute(_LINES.format(left=left))


def _span_rows(
    known: Mapping[_Combination, Sequence[PriceSpan]], prices: Prices
) -> Iterator[tuple[object, ...]]:
    no = 0
    for combination, spans in known.items():
        for number, span in enumerate(spans, 1):
            no += 1
            days = (span.since, span.until)
            yield (no, *combination, number, len(spans), *days, prices.number(span.table), list(span.limits))


def _share_rows(pieces: Iterable[tuple[Any, ...]]) -> Iterator[tuple[object, ...]]:
    """What each piece of a pot over several scales has of each range, as the rule says."""
    for (*_, number), rows in groupby(pieces, key=itemgetter(0, 1, 2)):
        of_pot = list(rows)
        shared = [_Piece(*row[3:7]) for row in of_pot]
        for piece, parts in zip(shared, by_ranges(shared, of_pot[0][7]), strict=True):
            for place, kwh in parts:
                yield (piece.volume, number, place + 1, kwh)


def _price_rows(tables: Mapping[int, PriceTable]) -> Iterator[tuple[object, ...]]:
    for number, table in tables.items():
        for zone in table.zones:
            for place, row in enumerate(zone.ranges, 1):
                made_up = (row.price, row.row_id, row.demonstration)
                yield (number, zone.scheme, zone.zone, place, row.range_no, *made_up)
