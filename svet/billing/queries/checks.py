"""I-11: what stands charged is what the facts it was charged by give again; I-18: no kWh is charged twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from svet.billing.models import BillingRun, Charge
from svet.billing.queries.explaining import ChargedFacts, charged_facts
from svet.billing.queries.proofs import (
    LongestAgo,
    Newest,
    Proof,
    RunPrices,
    Unmoved,
    newest,
    proofs,
    unmoved,
)
from svet.billing.queries.standing import Standing, standing_lines
from svet.billing.rules.due import due
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.kernel.periods import Month

_ACCOUNTS = 1_000
_MOST = 100

# The ledger's transaction bears the charge's own key: a transaction of the same sum will not do.
_TOTALS = """
SELECT coalesce(c.account_id, l.account_id), coalesce(c.period, l.period), c.total_kopecks, c.kwh,
       coalesce(l.kopecks, 0), coalesce(l.kwh, 0), coalesce(p.kopecks, 0)
FROM (SELECT * FROM billing_charge WHERE account_id = ANY(%(accounts)s)) c
FULL JOIN (
    SELECT charge_id, account_id, period, sum(kopecks) AS kopecks, sum(kwh) AS kwh
    FROM billing_chargeline WHERE account_id = ANY(%(accounts)s) GROUP BY charge_id, account_id, period
) l ON l.charge_id = c.id AND l.account_id = c.account_id AND l.period = c.period
LEFT JOIN LATERAL (
    SELECT sum(p.kopecks) AS kopecks
    FROM ledger_posting_door p JOIN ledger_transaction_door t ON t.transaction_id = p.transaction_id
    WHERE p.transaction_id = c.transaction_id AND p.account_id = c.account_id AND p.book = 'receivable'
      AND t.key = 'charge:' || c.account_id || ':' || to_char(c.period, 'YYYY-MM')
) p ON true
WHERE (c.total_kopecks, c.kwh, c.total_kopecks)
      IS DISTINCT FROM (coalesce(l.kopecks, 0), coalesce(l.kwh, 0), coalesce(p.kopecks, 0))
ORDER BY 1, 2
"""
_TARIFFS = """
SELECT l.account_id, l.period, l.position
FROM billing_chargeline l JOIN tariffs_tariffrow_door t USING (tariff_row_id)
WHERE l.account_id = ANY(%(accounts)s)
  AND (l.price <> t.price OR l.zone <> t.zone OR l.range_no <> t.range_no OR l.scheme <> t.scheme
       OR l.kopecks <> round(l.kwh * l.price * 100))
ORDER BY l.account_id, l.period, l.position
"""
# A line that is taken back is taken back whole, once, in a later month.
_REVERSALS = """
SELECT r.account_id, r.period, r.position
FROM billing_chargeline r LEFT JOIN billing_chargeline l ON l.id = r.reverses_id
WHERE r.reverses_id IS NOT NULL AND r.account_id = ANY(%(accounts)s)
  AND (l.id IS NULL OR l.reverses_id IS NOT NULL OR l.period >= r.period OR l.account_id <> r.account_id
       OR (l.month, l.kwh, l.kopecks) IS DISTINCT FROM (r.month, -r.kwh, -r.kopecks)
       OR EXISTS (SELECT FROM billing_chargeline o WHERE o.reverses_id = l.id AND o.id <> r.id))
ORDER BY r.account_id, r.period, r.position
"""
# The days of what was read or averaged on a scale: each in one volume, and each of its pieces once.
_TWICE = """
WITH standing AS (
    SELECT l.account_id, l.point, l.scheme, l.zone, l.basis, l.month, l.part_since, l.part_until, l.since_on,
           l.range_no, l.price
    FROM billing_chargeline l
    WHERE l.account_id = ANY(%(accounts)s) AND l.reverses_id IS NULL AND l.basis IN ('reading', 'average')
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
ORDER BY account_id, month
"""
_LAST = 2**63 - 1


class CheckedAccounts(NamedTuple):
    """What came of some accounts: breaches of I-11 and of I-18 as sentences, and the proofs of the others.

    ``compared``: of those ``unmoved`` the ones whose rows were counted again; ``unproved``: who was computed
    and has no proof.
    """

    books: list[str]
    twice: list[str]
    proofs: list[Proof]
    looked: int
    unmoved: int
    compared: list[int]
    unproved: list[int]

    @property
    def breaches(self) -> list[str]:
        return self.books + self.twice


def broken() -> list[str]:
    """Breaches of I-11 and I-18 as sentences, some hundreds at most; every account is recomputed.

    It is recomputed by what was known when it was charged: news since then are no breach, the next charge
    posts their difference (``queries.differences`` tells of it). Facts changed without a trace are one.
    """
    breaches: list[str] = []
    prices = RunPrices()
    for accounts in newest_charges():
        breaches += checked(accounts, prices=prices).breaches
        if len(breaches) >= _MOST:
            break
    return breaches


def charged_twice() -> list[str]:
    """Breaches of I-18: days or kWh of a scale in two lines that stand."""
    breaches: list[str] = []
    for accounts in newest_charges():
        breaches += _charged_twice([each.account_id for each in accounts]).values()
        if len(breaches) >= _MOST:
            break
    return breaches


def newest_charges(*, after: int = 0, until: int | None = None) -> Iterator[list[Newest]]:
    """The newest charge of each account behind ``after``, up to ``until``, a thousand at a time."""
    reached = after
    while found := newest(after=reached, until=_LAST if until is None else until, limit=_ACCOUNTS):
        reached = found[-1].account_id
        yield found


def checked(
    accounts: Sequence[Newest], *, prices: RunPrices, since: bool = False, until: LongestAgo | None = None
) -> CheckedAccounts:
    """Recompute the accounts with these newest charges; ``since``: those that are not proved, or moved.

    Whether they moved is counted of all, or of those whose proofs were looked at longest ago, ``until`` one.
    """
    same = unmoved(accounts, prices=prices, until=until) if since else Unmoved(set(), [])
    keys = [each.charge_id for each in accounts if each.account_id not in same.accounts]
    left = (
        list(Charge.objects.filter(pk__in=keys).select_related("run").order_by("account_id")) if keys else []
    )
    ids = [charge.account_id for charge in left]
    found = list(_wrong_rows(ids)) if left else []
    known: dict[int, ChargedFacts] = {}
    for run, of_run in _by_run(left).items():
        period = Month.of(run.period)
        known |= _recomputed(run, of_run, prices)
        found += [
            (
                key,
                _("у лицевого счёта {account} начислено по {month} не то, что дают его данные").format(
                    account=key, month=period
                ),
            )
            for key in (charge.account_id for charge in of_run)
            if key not in known or not known[key].exact
        ]
    twice = _charged_twice(ids) if left else {}
    wrong = {key for key, _ in found} | twice.keys()
    made = proofs(left, known, wrong=wrong, prices=prices)
    return CheckedAccounts(
        books=[sentence for _, sentence in found],
        twice=list(twice.values()),
        proofs=made,
        looked=len(accounts),
        unmoved=len(same.accounts),
        compared=same.compared,
        unproved=sorted(set(ids) - {proof.account_id for proof in made}),
    )


def _by_run(charges: Sequence[Charge]) -> dict[BillingRun, list[Charge]]:
    found: dict[BillingRun, list[Charge]] = {}
    for charge in charges:
        found.setdefault(charge.run, []).append(charge)
    return found


def _wrong_rows(account_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Charges that are not their lines or not in the ledger, and lines that are wrong by themselves."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"accounts": list(account_ids)})
        for key, month, total, kwh, lines, volume, posted in cursor.fetchall():
            yield key, _wrong_total(key, month, (total, kwh), (lines, volume), posted)
        cursor.execute(_TARIFFS, {"accounts": list(account_ids)})
        for key, month, position in cursor.fetchall():
            yield (
                key,
                _("строка {line} лицевого счёта {account} за {month} не та, что её цена в тарифе").format(
                    line=position, account=key, month=Month.of(month)
                ),
            )
        cursor.execute(_REVERSALS, {"accounts": list(account_ids)})
        for key, month, position in cursor.fetchall():
            yield (
                key,
                _(
                    "строка {line} лицевого счёта {account} в {month} снимает то, чего нет, часть строки или"
                    " снятое другой строкой"
                ).format(line=position, account=key, month=Month.of(month)),
            )


def _wrong_total(
    key: int, month: date, charged: tuple[object, object], lines: tuple[object, object], posted: object
) -> str:
    if charged[0] is None:
        return _("строки лицевого счёта {account} за {month} не относятся ни к какому начислению").format(
            account=key, month=Month.of(month)
        )
    return _(
        "начисление лицевого счёта {account} за {month}: {kopecks} коп. за {kwh} кВт·ч, а его строки дают"
        " {line_kopecks} коп. за {line_kwh} кВт·ч, в книге счетов {posted} коп."
    ).format(
        account=key,
        month=Month.of(month),
        kopecks=charged[0],
        kwh=charged[1],
        line_kopecks=lines[0],
        line_kwh=lines[1],
        posted=posted,
    )


def _charged_twice(account_ids: Sequence[int]) -> dict[int, str]:
    """A sentence for each account."""
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, {"accounts": list(account_ids)})
        return {
            key: _("лицевой счёт {account}, точка {point}, {zone}, {month}: начислено дважды").format(
                account=key, point=point, zone=zone, month=Month.of(month)
            )
            for key, point, zone, month in reversed(cursor.fetchall())
        }


def _recomputed(run: BillingRun, charges: list[Charge], prices: RunPrices) -> Mapping[int, ChargedFacts]:
    """Accounts last charged by a run: what was known of each is still told so, and gives what stands."""
    return charged_facts(
        charges,
        provider=prices.then(run),
        today=partial(prices.today, run.provider_id),
        provider_id=run.provider_id,
        fits=partial(_gives_what_stands, standing_lines([charge.account_id for charge in charges])),
    )


def _gives_what_stands(stands: Mapping[int, Sequence[Standing]], charge: Charge, facts: AccountFacts) -> bool:
    try:
        return not due(facts, stands[charge.account_id], horizon=Month.of(charge.period))
    except BillingProblem:
        return False
