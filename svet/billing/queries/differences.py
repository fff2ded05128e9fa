"""What stands charged beside what the facts give now: the two should be one, or the next run says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.db import connection

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries import providers
from svet.accounts.queries.contracts import Contract
from svet.billing.queries.facts import ProviderFacts, account_facts, provider_facts
from svet.billing.rules import Basis, BillingReason, BillingRefused
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.kernel.periods import Month

BATCH = 1_000
_MEASURED = (Basis.READING, Basis.LOSSES, Basis.HOUSE)

_CHARGED = """
SELECT c.account_id, least(min(c.period), (
           SELECT min(r.period) FROM billing_problem p JOIN billing_billingrun r ON r.id = p.run_id
           WHERE p.account_id = c.account_id)),
       max(c.period), sum(c.kwh), sum(c.total_kopecks)
FROM billing_charge c WHERE c.account_id = ANY(%s) GROUP BY c.account_id
"""


class DifferenceCause(StrEnum):
    """Where a difference lies."""

    ESTIMATES = "estimates"  # months without readings are estimated otherwise
    READINGS = "readings"  # other kWh are read
    PRICES = "prices"  # the same kWh cost another sum
    PROBLEM = "problem"  # the facts give no answer


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """An account whose charges, from its first to its last month, are not what its facts give.

    ``kwh`` and ``kopecks`` are what the facts give, None when they give nothing for ``reason``.
    """

    account_number: str
    since: Month
    until: Month
    charged_kwh: Decimal
    charged_kopecks: int
    kwh: Decimal | None
    kopecks: int | None
    cause: DifferenceCause
    reason: BillingReason | None = None

    @property
    def more_kopecks(self) -> int:
        """What the facts give beyond what is charged; nothing where they give no answer."""
        return 0 if self.kopecks is None else self.kopecks - self.charged_kopecks


class _Charged(NamedTuple):
    since: Month
    until: Month
    kwh: Decimal
    kopecks: int


def differences(*, provider_id: int) -> Iterator[DifferenceView | None]:
    """Every charged account of a provider in the order of keys: its difference, or None where there is none.

    :raises BillingRefused: no such provider
    """
    supplier = next((each for each in providers() if each.provider_id == provider_id), None)
    if supplier is None:
        raise BillingRefused(BillingReason.UNKNOWN_PROVIDER, field="provider")
    provider = provider_facts(supplier)
    reached = 0
    while True:
        batch = accounts.contracts(
            provider_id=provider_id, opened_before=Month(2199, 12).first, after=reached, limit=BATCH
        )
        if not batch:
            return
        reached = batch[-1].account_id
        yield from _of_batch(batch, provider)


def _of_batch(batch: Sequence[Contract], provider: ProviderFacts) -> Iterator[DifferenceView | None]:
    charged = _charged([contract.account_id for contract in batch])
    if not charged:
        return
    known = [contract for contract in batch if contract.account_id in charged]
    facts = account_facts(
        known,
        provider=provider,
        horizon=max(each.until for each in charged.values()),
        floors={account_id: each.since for account_id, each in charged.items()},
    )
    for contract in known:
        yield _compared(contract, charged[contract.account_id], facts[contract.account_id])


def _charged(account_ids: Sequence[int]) -> Mapping[int, _Charged]:
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [list(account_ids)])
        return {
            account_id: _Charged(Month.of(since), Month.of(until), kwh, int(kopecks))
            for account_id, since, until, kwh, kopecks in cursor.fetchall()
        }


def _compared(contract: Contract, stands: _Charged, facts: AccountFacts) -> DifferenceView | None:
    try:
        lines = should(facts, horizon=stands.until)
    except BillingProblem as problem:
        reason = BillingReason(problem.reason)
        return DifferenceView(
            contract.number, *stands, kwh=None, kopecks=None, cause=DifferenceCause.PROBLEM, reason=reason
        )
    kwh = sum((line.kwh for line in lines), Decimal(0))
    kopecks = sum(line.kopecks for line in lines)
    if (kwh, kopecks) == (stands.kwh, stands.kopecks):
        return None
    return DifferenceView(
        contract.number, *stands, kwh=kwh, kopecks=kopecks, cause=_cause(lines, stands, kwh)
    )


def _cause(lines: Sequence[Line], stands: _Charged, kwh: Decimal) -> DifferenceCause:
    if kwh == stands.kwh:
        return DifferenceCause.PRICES
    if any(line.basis not in _MEASURED for line in lines):
        return DifferenceCause.ESTIMATES
    return DifferenceCause.READINGS
