"""I-22: whoever is open in a month that is done is charged in it or later, or is a problem."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries import provider_by_id
from svet.accounts.queries.contracts import Contract
from svet.accounts.queries.terms import dated_terms
from svet.billing.models import BillingRun, RunState
from svet.billing.queries.facts import ProviderFacts, provider_facts
from svet.kernel.periods import Month

_ACCOUNTS = 5_000
_MOST = 100
_TOLD = """
SELECT w.id, greatest(
    (SELECT max(c.period) FROM billing_charge c WHERE c.account_id = w.id),
    (SELECT max(r.period) FROM billing_problem p JOIN billing_billingrun r ON r.id = p.run_id
     WHERE p.account_id = w.id))
FROM unnest(%s::bigint[]) w (id)
"""
# Nearly everybody is charged for the newest month: those need not be asked about any other.
_LACKING = """
SELECT a.account_id FROM accounts_account_door a
WHERE a.provider_id = %(provider)s AND a.opened_on < %(before)s AND a.account_id > %(after)s
    AND NOT EXISTS (SELECT FROM billing_charge c
        WHERE c.account_id = a.account_id AND c.period >= %(period)s)
ORDER BY a.account_id LIMIT %(limit)s
"""


def uncharged() -> list[str]:
    """Breaches as sentences, some hundreds at most.

    A later charge has taken a month in, a later problem will. Who came to the registry behind a run had no
    place in it: the run keeps how far it has looked.
    """
    runs: dict[int, list[BillingRun]] = {}
    for run in BillingRun.objects.filter(state=RunState.DONE.value).order_by("-period"):
        runs.setdefault(run.provider_id, []).append(run)
    breaches: list[str] = []
    for provider_id in sorted(runs):
        breaches += itertools.islice(_uncharged(provider_id, runs[provider_id]), _MOST - len(breaches))
    return breaches


def _uncharged(provider_id: int, runs: Sequence[BillingRun]) -> Iterator[str]:
    """Of one provider; ``runs``: those that are done, the newest first."""
    provider = provider_facts(provider_by_id(provider_id))
    before, reached = provider.cut(Month.of(runs[0].period)), 0
    while lacking := _lacking(provider_id, runs[0], before=before, after=reached):
        reached = lacking[-1]
        found = accounts.contracts(provider_id=provider_id, opened_before=before, account_ids=lacking)
        with connection.cursor() as cursor:
            cursor.execute(_TOLD, [[contract.account_id for contract in found]])
            told = {key: None if day is None else Month.of(day) for key, day in cursor.fetchall()}
        for contract in found:
            yield from _missing(contract, told[contract.account_id], runs, provider)


def _lacking(provider_id: int, newest: BillingRun, *, before: date, after: int) -> list[int]:
    """Keys behind ``after`` of accounts opened before a day that have no charge of the newest month."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LACKING,
            {
                "provider": provider_id,
                "before": before,
                "after": after,
                "period": newest.period,
                "limit": _ACCOUNTS,
            },
        )
        return [key for (key,) in cursor.fetchall()]


def _missing(
    contract: Contract, told: Month | None, runs: Sequence[BillingRun], provider: ProviderFacts
) -> Iterator[str]:
    key = contract.account_id
    for run in runs:
        month = Month.of(run.period)
        if told is not None and month <= told:
            return
        closed = contract.closed_on is not None and contract.closed_on <= provider.cut(month.plus(-1))
        later = run.reached is not None and key > run.reached
        if closed or later or contract.opened_on >= provider.cut(month):
            continue
        if dated_terms([key], known_at=run.started_at)[key] and not _had_ended(contract, run, provider):
            yield _("у лицевого счёта {account} за {month} нет ни начисления, ни ошибки").format(
                account=key, month=month
            )


def _had_ended(contract: Contract, run: BillingRun, provider: ProviderFacts) -> bool:
    """Whether the contract was over when its month ran, by an end that was corrected or taken back since."""
    month = Month.of(run.period)
    (then,) = accounts.contracts(
        provider_id=run.provider_id,
        opened_before=provider.cut(month),
        account_ids=[contract.account_id],
        known_at=run.started_at,
    )
    return then.closed_on is not None and then.closed_on <= provider.cut(month.plus(-1))
