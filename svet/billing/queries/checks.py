"""I-11: what stands charged is what the facts it was charged by give again, once; no kWh is charged twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from django.db import connection
from django.db.models import Exists, OuterRef

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries import provider_by_id
from svet.accounts.queries.terms import dated_terms
from svet.billing.models import BillingRun, Charge, Problem, RunState
from svet.billing.queries.explaining import charged_facts
from svet.billing.queries.facts import provider_facts
from svet.billing.queries.standing import Standing, standing_lines
from svet.billing.rules.due import due
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.kernel.periods import Month
from svet.ledger import queries as ledger

_BATCH = 5_000
_ACCOUNTS = 1_000
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
FROM billing_chargeline l JOIN tariffs_tariffrow_door t USING (tariff_row_id)
WHERE l.price <> t.price OR l.zone <> t.zone OR l.range_no <> t.range_no OR l.scheme <> t.scheme
   OR l.kopecks <> round(l.kwh * l.price * 100) LIMIT 100
"""
# A line that is taken back is taken back whole, once, in a later month.
_REVERSALS = """
SELECT r.account_id, r.period, r.position
FROM billing_chargeline r LEFT JOIN billing_chargeline l ON l.id = r.reverses_id
WHERE r.reverses_id IS NOT NULL
  AND (l.id IS NULL OR l.reverses_id IS NOT NULL OR l.period >= r.period OR l.account_id <> r.account_id
       OR (l.month, l.kwh, l.kopecks) IS DISTINCT FROM (r.month, -r.kwh, -r.kopecks)
       OR EXISTS (SELECT FROM billing_chargeline o WHERE o.reverses_id = l.id AND o.id <> r.id))
ORDER BY r.account_id, r.period LIMIT 100
"""
# The days of what was read or averaged on a scale: each in one volume, and each of its pieces once.
_TWICE = """
WITH standing AS (
    SELECT l.account_id, l.point, l.scheme, l.zone, l.basis, l.month, l.part_since, l.part_until, l.since_on,
           l.range_no, l.price
    FROM billing_chargeline l
    WHERE l.reverses_id IS NULL AND l.basis IN ('reading', 'average')
      AND NOT EXISTS (SELECT FROM billing_chargeline r WHERE r.reverses_id = l.id)
), parts AS (
    SELECT account_id, point, zone, month, part_since,
           lag(part_until) OVER (PARTITION BY account_id, point, scheme, zone ORDER BY part_since, part_until)
               AS before
    FROM (SELECT DISTINCT account_id, point, scheme, zone, basis, month, part_since, part_until
          FROM standing) parts
)
SELECT account_id, point, zone, month FROM parts WHERE before > part_since
UNION
SELECT account_id, point, zone, month FROM standing
GROUP BY account_id, point, scheme, zone, basis, month, part_since, part_until, since_on, range_no, price
HAVING count(*) > 1
ORDER BY account_id, month LIMIT 100
"""


def broken(*, period: Month | None = None) -> list[str]:
    """Breaches of I-11 as sentences, at most a few hundred; what stands is recomputed by one month or by all.

    It is recomputed by what was known when it was charged: news since then are no breach, the next charge
    posts their difference (``queries.differences`` tells of it). Facts changed without a trace are one.
    """
    breaches = list(itertools.islice(_wrong_totals(), _MOST))
    with connection.cursor() as cursor:
        cursor.execute(_TARIFFS)
        breaches += [
            f"line {position} of account {account_id} for {Month.of(month)} differs from its tariff row"
            for account_id, month, position in cursor.fetchall()
        ]
        cursor.execute(_REVERSALS)
        breaches += [
            f"line {position} of account {account_id} in {Month.of(month)} takes back what does not stand, or"
            " a part of a line, or what another line takes back"
            for account_id, month, position in cursor.fetchall()
        ]
        cursor.execute(_TWICE)
        breaches += [
            f"account {account_id}, point {point}, {zone}, {Month.of(month)}: days or kWh charged twice"
            for account_id, point, zone, month in cursor.fetchall()
        ]
    runs = BillingRun.objects.order_by("period", "provider_id")
    for run in runs if period is None else runs.filter(period=period.first):
        if len(breaches) >= _MOST:
            break
        breaches += itertools.islice(_recomputed(run), _MOST)
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


def _recomputed(run: BillingRun) -> Iterator[str]:
    """Accounts last charged by a run: what was known of each is still told so, and gives what stands."""
    period = Month.of(run.period)
    provider = provider_facts(provider_by_id(run.provider_id), known_at=run.started_at)
    for charges in _last_charges(run):
        stands = standing_lines([charge.account_id for charge in charges])
        known = charged_facts(
            charges,
            provider=provider,
            provider_id=run.provider_id,
            fits=partial(_gives_what_stands, stands),
        )
        for account_id in stands:
            if account_id not in known or not known[account_id].exact:
                yield f"what stands of account {account_id} until {period} is not what its facts give"


def _gives_what_stands(stands: Mapping[int, Sequence[Standing]], charge: Charge, facts: AccountFacts) -> bool:
    try:
        return not due(facts, stands[charge.account_id], horizon=Month.of(charge.period))
    except BillingProblem:
        return False


def _last_charges(run: BillingRun) -> Iterator[list[Charge]]:
    """The charges of a run after which their accounts were not charged again, a thousand at a time."""
    later = Charge.objects.filter(account_id=OuterRef("account_id"), period__gt=OuterRef("period"))
    reached = 0
    while True:
        rows = Charge.objects.filter(run=run, account_id__gt=reached).exclude(Exists(later))
        batch = list(rows.order_by("account_id")[:_ACCOUNTS])
        if not batch:
            return
        reached = batch[-1].account_id
        yield batch


def uncharged(*, period: Month | None = None) -> list[str]:
    """Breaches of I-22: accounts that were open in a month that is done, and have neither charge nor problem.

    A later charge has taken the month in, a later problem will; who came to the registry after the run had
    no place in it.
    """
    breaches: list[str] = []
    runs = BillingRun.objects.filter(state=RunState.DONE.value).order_by("period", "provider_id")
    for run in runs if period is None else runs.filter(period=period.first):
        breaches += itertools.islice(_uncharged(run), _MOST - len(breaches))
    return breaches


def _uncharged(run: BillingRun) -> Iterator[str]:
    month = Month.of(run.period)
    provider = provider_facts(provider_by_id(run.provider_id))
    reached = 0
    while True:
        contracts = accounts.contracts(
            provider_id=run.provider_id,
            opened_before=provider.cut(month),
            closed_after=provider.cut(month.plus(-1)),
            after=reached,
            limit=_ACCOUNTS,
        )
        if not contracts:
            return
        reached = contracts[-1].account_id
        ids = [contract.account_id for contract in contracts]
        told = set(
            Charge.objects.filter(account_id__in=ids, period__gte=run.period).values_list(
                "account_id", flat=True
            )
        )
        told.update(
            Problem.objects.filter(account_id__in=ids, run__period__gte=run.period).values_list(
                "account_id", flat=True
            )
        )
        left = [account_id for account_id in ids if account_id not in told]
        known = dated_terms(left, known_at=run.started_at) if left else {}
        for account_id in left:
            if known[account_id]:
                yield f"account {account_id} has neither a charge nor a problem in {month}"
