"""What stands charged beside what the facts give now: the difference is what the next run will post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries import providers
from svet.accounts.queries.contracts import Contract
from svet.billing.queries.facts import ProviderFacts, account_facts, provider_facts
from svet.billing.queries.standing import Standing, books, standing_lines
from svet.billing.rules import ESTIMATES, BillingReason, BillingRefused
from svet.billing.rules.differing import DifferenceCause
from svet.billing.rules.due import due, refuse_held
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.kernel.periods import Month

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """An account whose charges, from its first to its last month, are not what its facts give.

    Nobody has charged it since they are known: the run of a later month posts the difference. ``kwh`` and
    ``kopecks`` are what the facts give, None when they give nothing for ``reason``.
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
    known = books([contract.account_id for contract in batch])
    last = {account_id: book.last for account_id, book in known.items() if book.last is not None}
    charged = [contract for contract in batch if contract.account_id in last]
    if not charged:
        return
    facts = account_facts(
        charged,
        provider=provider,
        # Nobody's months are looked at behind the last one of its own.
        horizon=max(last.values()),
        floors={key: known[key].begins(until) for key, until in last.items()},
    )
    stands = standing_lines(list(last))
    for contract in charged:
        key = contract.account_id
        yield _compared(contract, last[key], stands[key], facts[key])


def _compared(
    contract: Contract, until: Month, stands: Sequence[Standing], facts: AccountFacts
) -> DifferenceView | None:
    charged_kwh = sum((line.kwh for _, line in stands), Decimal(0))
    charged_kopecks = sum(line.kopecks for _, line in stands)
    view = DifferenceView(
        contract.number,
        facts.floor,
        until,
        charged_kwh,
        charged_kopecks,
        kwh=None,
        kopecks=None,
        cause=DifferenceCause.PROBLEM,
    )
    try:
        refuse_held(facts, horizon=until)
        lines = should(facts, horizon=until)
    except BillingProblem as problem:
        return replace(view, reason=BillingReason(problem.reason))
    if not due(facts, stands, horizon=until, lines=lines):
        return None
    kwh = sum((line.kwh for line in lines), Decimal(0))
    kopecks = sum(line.kopecks for line in lines)
    return replace(view, kwh=kwh, kopecks=kopecks, cause=_cause(lines, stands))


def _cause(lines: Sequence[Line], stands: Sequence[Standing]) -> DifferenceCause:
    if _used(lines) == _used([line for _, line in stands]):
        return DifferenceCause.PRICES
    if any(line.basis in ESTIMATES for line in lines):
        return DifferenceCause.ESTIMATES
    return DifferenceCause.READINGS


def _used(lines: Sequence[Line]) -> Mapping[tuple[Month, int, str], Decimal]:
    found: dict[tuple[Month, int, str], Decimal] = {}
    for line in lines:
        key = (line.month, line.point, str(line.zone))
        found[key] = found.get(key, Decimal(0)) + line.kwh
    return found
