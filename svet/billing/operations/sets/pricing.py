"""What the easy accounts of a batch are to pay: the rules say which prices hold, SQL multiplies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db import connection

from svet.billing.operations.sets import conditions
from svet.billing.rules.facts import AccountFacts, AccountTerms, PriceTable
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.pot import PriceSpan, price_spans
from svet.kernel.bulk import copy_table
from svet.kernel.periods import Month

_Combination = tuple[str, int, date, date]

_COMBINATIONS: Final = "SELECT DISTINCT tariff_group, residents, since, until FROM sets_window"
# A volume over a change of prices is divided by days as ``split_by_days`` does it: whole kWh by the running
# sum, the last piece takes the rest; a volume of nothing stays whole on its last day.
_LINES: Final = """
INSERT INTO sets_line
WITH part AS (
    SELECT v.*, p.number, p.table_no, p.limits,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.since ELSE greatest(p.span_since, v.since) END
               AS since_on,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.until ELSE least(p.span_until, v.until) END AS until_on,
           CASE WHEN p.count = 1 OR v.kwh = 0 THEN v.kwh ELSE
               CASE WHEN p.span_until >= v.until THEN v.kwh ELSE least(
                   round(v.kwh * (p.span_until - v.since) / (v.until - v.since)), floor(v.kwh)) END
             - CASE WHEN p.span_since <= v.since THEN 0 ELSE least(
                   round(v.kwh * (p.span_since - v.since) / (v.until - v.since)), floor(v.kwh)) END
           END AS taken
    FROM sets_window w
    JOIN sets_volume v ON v.account_id = w.account_id AND v.month = w.month
    JOIN sets_span p ON p.tariff_group = w.tariff_group AND p.residents = w.residents
        AND p.since = w.since AND p.until = w.until
    WHERE p.count = 1
       OR (v.kwh > 0 AND p.span_since < v.until AND p.span_until > v.since)
       OR (v.kwh = 0 AND p.span_since < v.until AND p.span_until >= v.until)
), pot AS (
    SELECT part.*, sum(taken) OVER pot AS total,
           sum(taken) OVER (pot ORDER BY point, since, face) AS filled,
           CASE WHEN min(scheme * 10 + face) OVER pot = max(scheme * 10 + face) OVER pot THEN 1 ELSE 2 END
               AS pools
    FROM part WHERE taken <> 0 OR kwh = 0
    WINDOW pot AS (PARTITION BY account_id, month, number)
), piece AS MATERIALIZED (
    SELECT pot.*, coalesce(total > limits[1], false) AS crossed FROM pot
), ranged AS (
    SELECT piece.*, 1 AS place, taken AS line_kwh FROM piece WHERE NOT crossed OR kwh = 0
    UNION ALL
    SELECT piece.*, r.place, least(filled, r.upper) - greatest(filled - taken, r.lower)
    FROM piece CROSS JOIN LATERAL (
        SELECT place, coalesce(limits[place - 1], 0) AS lower, limits[place] AS upper
        FROM generate_subscripts(limits, 1) place) r
    WHERE crossed AND kwh > 0 AND least(filled, r.upper) > greatest(filled - taken, r.lower)
)
SELECT p.account_id,
       row_number() OVER (PARTITION BY p.account_id
                          ORDER BY p.month, p.number, p.point, p.since, p.face, p.place),
       p.month, p.point, p.meter_id, p.scheme, p.zone, p.basis, p.since, p.until,
       p.previous_set_id, p.previous_on, p.previous_value,
       p.current_set_id, p.current_on, p.current_value, p.span_kwh, p.base, p.since_on, p.until_on,
       r.range_no, r.price, r.row_id, r.demonstration, p.line_kwh, round(p.line_kwh * r.price * 100),
       {left}
FROM ranged p LEFT JOIN sets_price r ON r.table_no = p.table_no AND r.scheme = p.scheme AND r.zone = p.zone
    AND r.place = p.place
"""


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
        left = " OR ".join(conditions.LEFT.values()) or "false"
        cursor.execute(_LINES.format(left=left))


def _span_rows(
    known: Mapping[_Combination, Sequence[PriceSpan]], prices: Prices
) -> Iterator[tuple[object, ...]]:
    for combination, spans in known.items():
        for number, span in enumerate(spans, 1):
            days = (span.since, span.until)
            yield (*combination, number, len(spans), *days, prices.number(span.table), list(span.limits))


def _price_rows(tables: Mapping[int, PriceTable]) -> Iterator[tuple[object, ...]]:
    for number, table in tables.items():
        for zone in table.zones:
            for place, row in enumerate(zone.ranges, 1):
                made_up = (row.price, row.row_id, row.demonstration)
                yield (number, zone.scheme, zone.zone, place, row.range_no, *made_up)
