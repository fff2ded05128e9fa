"""I-11: a charge is what its own readings, rules and tariff rows give when computed again, once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from svet.billing.models import BillingRun, ChargeLine
from svet.billing.queries.past import LINE, priced_line
from svet.billing.queries.tariffs import region_tariffs, rules_for
from svet.billing.rules import Basis, BillingRefused, GroupTariffs, PricedLine, Rules, Volume, price_account
from svet.billing.rules.volumes import METERLESS, estimate_span
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering import queries as metering
from svet.metering.rules import zones_of

_BATCH = 5_000
_MOST = 100

_TOTALS = """
SELECT c.id, c.account_id, c.period, c.total_kopecks, c.kwh, c.transaction_id,
       coalesce(l.kopecks, 0), coalesce(l.kwh, 0)
FROM billing_charge c
LEFT JOIN LATERAL (
    SELECT sum(kopecks) AS kopecks, sum(kwh) AS kwh FROM billing_chargeline l
    WHERE l.account_id = c.account_id AND l.period = c.period AND l.charge_id = c.id
) l ON true
WHERE c.id > %s ORDER BY c.id LIMIT %s
"""
_TARIFFS = """
SELECT l.account_id, l.period, l.position
FROM billing_chargeline l JOIN billing_tariffrow t ON t.id = l.tariff_row_id
WHERE l.price <> t.price OR l.zone <> t.zone OR l.range_no <> t.range_no OR l.scheme <> t.scheme
   OR (l.basis <> 'settlement' AND l.kopecks <> round(l.kwh * l.price * 100)) LIMIT 100
"""
# Each charged reading goes on where the one charged before it ended: no kWh twice, none left out.
_CHAIN = """
SELECT account_id, meter_id, zone, period, before FROM (
    SELECT account_id, meter_id, zone, period, previous_set_id,
           lag(current_set_id) OVER scale AS reached, lag(period) OVER scale AS before
    FROM (
        SELECT DISTINCT account_id, meter_id, zone, period, previous_set_id, current_set_id
        FROM billing_chargeline WHERE basis = 'reading'
    ) charged
    WINDOW scale AS (PARTITION BY meter_id, zone, account_id ORDER BY period, previous_set_id)
) links
WHERE before IS NOT NULL AND previous_set_id IS DISTINCT FROM reached
ORDER BY account_id, period LIMIT 100
"""


def broken(*, period: Month | None = None) -> list[str]:
    """Breaches of I-11 as sentences, at most a few hundred; of one month, or of all of them."""
    breaches = list(itertools.islice(_wrong_totals(), _MOST))
    with connection.cursor() as cursor:
        cursor.execute(_TARIFFS)
        breaches += [
            f"line {position} of account {account_id} for {Month.of(month)} differs from its tariff row"
            for account_id, month, position in cursor.fetchall()
        ]
        cursor.execute(_CHAIN)
        breaches += [
            f"account {account_id}, meter {meter_id}, {zone}: {Month.of(month)} does not begin at the reading"
            f" that {Month.of(before)} ended with: kWh charged twice or left out"
            for account_id, meter_id, zone, month, before in cursor.fetchall()
        ]
    runs = BillingRun.objects.select_related("provider").order_by("period", "provider_id")
    for run in runs if period is None else runs.filter(period=period.first):
        if len(breaches) >= _MOST:
            break
        breaches += _recomputed(run)
    return breaches


def _wrong_totals() -> Iterator[str]:
    """Charges that are not the sum of their lines, or not what the ledger has of them."""
    reached = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS, [reached, _BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        reached = rows[-1][0]
        posted = ledger.receivables([row[5] for row in rows if row[5] is not None])
        for _, account_id, month, total, kwh, transaction_id, lines, volume in rows:
            in_ledger = posted.get((transaction_id, account_id), 0)
            if (total, kwh, total) != (lines, volume, in_ledger):
                yield (
                    f"charge of account {account_id} for {Month.of(month)}: {total} kopecks for {kwh} kWh,"
                    f" but its lines give {lines} for {volume} and the ledger has {in_ledger}"
                )


def _recomputed(run: BillingRun) -> list[str]:
    period = Month.of(run.period)
    tariffs = region_tariffs(run.provider.region, known_at=run.started_at)
    rules = rules_for(run.provider_id, period)
    by_row = {
        price.row_id: group
        for group in tariffs.values()
        for tariff in group.tariffs
        for rows in tariff.prices.values()
        for price in rows
    }
    breaches = []
    for account_id, stored, installed in _stored(run):
        group = by_row.get(stored[0].tariff_row_id) if stored else None
        if group is None or not _same(
            stored, group, installed, period=period, cut_off_day=run.cut_off_day, rules=rules
        ):
            breaches.append(f"charge of account {account_id} for {period} is not what its readings give now")
            if len(breaches) >= _MOST:
                break
    return breaches


def _stored(run: BillingRun) -> Iterator[tuple[int, list[PricedLine], Mapping[int, date]]]:
    """The lines of a run's charges with the days their meters came, account after account."""
    reached = 0
    while True:
        rows = list(
            ChargeLine.objects.filter(charge__run=run, account_id__gt=reached)
            .order_by("account_id", "position")
            .values_list("account_id", *LINE)[:_BATCH]
        )
        if not rows:
            return
        if len(rows) == _BATCH and rows[0][0] != rows[-1][0]:
            # The last account may be cut in two: leave it to the next batch.
            rows = [row for row in rows if row[0] != rows[-1][0]]
        reached = rows[-1][0]
        installed = metering.installed_on({row[1] for row in rows})
        for account_id, lines in itertools.groupby(rows, key=lambda row: row[0]):
            yield account_id, [priced_line(line[1:]) for line in lines], installed


def _same(
    stored: Sequence[PricedLine],
    group: GroupTariffs,
    installed: Mapping[int, date],
    *,
    period: Month,
    cut_off_day: int,
    rules: Rules,
) -> bool:
    """Whether the readings of the stored lines give these lines again.

    The run prices meter by meter in the order they came, each in the order of its face: who comes last takes
    the rest of a rounding. In the stored lines an empty scale may stand elsewhere.
    """
    charged = [line for line in stored if line.basis is not Basis.SETTLEMENT]
    days: dict[tuple[int, str], tuple[date, date]] = {}
    volumes: dict[tuple[Any, ...], Decimal] = {}
    for line in charged:
        key = (line.meter_id, line.scheme, line.zone, line.basis, line.previous, line.current)
        volumes[key] = volumes.get(key, Decimal(0)) + line.kwh
        days[line.meter_id, line.zone] = (line.since_on, line.until_on)

    def place(key: tuple[Any, ...]) -> tuple[date, int, int, bool]:
        meter_id, scheme, zone, basis, *_ = key
        return (
            installed.get(meter_id, date.min),
            meter_id,
            zones_of(scheme).index(zone),
            basis is not Basis.READING,
        )

    again = []
    for meter_id, scheme, zone, basis, previous, current in sorted(volumes, key=place):
        if meter_id == METERLESS:
            since, until = days[meter_id, zone]
        elif current is None:
            since, until = estimate_span(period, cut_off_day, previous.on if previous else None)
        else:
            since = previous.on if previous else current.on
            until = max(since, current.on)
        kwh = volumes[meter_id, scheme, zone, basis, previous, current]
        again.append(Volume(meter_id, scheme, zone, kwh, since, until, basis, previous, current))
    try:
        lines = price_account(again, group, period=period, cut_off_day=cut_off_day, proration=rules.proration)
    except BillingRefused:
        return False
    return [line._replace(demonstration=False) for line in lines] == [
        line._replace(demonstration=False) for line in charged
    ]
