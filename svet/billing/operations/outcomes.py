"""What a run would do to each account, computed by the run's own rules; nothing is written.

The one seam between a run and its dry run: whatever computes a run's batches is called here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from svet.accounts.queries import ProviderView
from svet.billing.models import Charge
from svet.billing.operations.batches import next_accounts
from svet.billing.operations.computing import Computed, compute
from svet.billing.queries.facts import provider_facts
from svet.billing.queries.standing import books
from svet.billing.rules import Basis, Line
from svet.billing.rules.difference import reversal
from svet.billing.rules.dry_runs import AccountOutcome, ChargePart, FormerCharge, PartSum, digest_of
from svet.kernel.periods import Month

_PARTS = {
    Basis.READING: ChargePart.READINGS,
    Basis.AVERAGE: ChargePart.AVERAGE,
    Basis.NORM: ChargePart.NORM,
}


def outcomes(*, provider: ProviderView, period: Month, batch: int) -> Iterator[list[AccountOutcome]]:
    """Every account that a run of the month would post to now, in the order of keys, batch by batch."""
    facts = provider_facts(provider)
    reached = 0
    while True:
        accounts = next_accounts(provider.provider_id, period, facts, reached, batch)
        if not accounts:
            return
        known = books([each.account_id for each in accounts])
        computed = compute(accounts, period=period, provider=facts, known=known)
        # A contract that is over and for which nothing moves gets no charge.
        concerned = [each for each in computed if each.problem is not None or each.due or each.found]
        if concerned:
            yield [_outcome(each, period) for each in concerned]
        reached = accounts[-1].account_id


def former_charges(account_ids: Sequence[int], period: Month) -> dict[int, FormerCharge]:
    """What these accounts were charged the month before; those that were not are not there."""
    rows = Charge.objects.filter(account_id__in=list(account_ids), period=period.plus(-1).first)
    return {
        account_id: FormerCharge(kwh, kopecks, estimated)
        for account_id, kwh, kopecks, estimated in rows.values_list(
            "account_id", "kwh", "total_kopecks", "estimated"
        )
    }


def _outcome(computed: Computed, period: Month) -> AccountOutcome:
    if computed.problem is not None:
        reason = computed.problem.value
        words = [reason, *(f"{name}={value}" for name, value in sorted(computed.details.items()))]
        return AccountOutcome(computed.account_id, {}, digest_of(words), reason)
    taken = [(f"-{name}", reversal(line)) for name, line in computed.found.reverse]
    posted = [("+", line) for line in computed.found.post]
    parts: dict[ChargePart, PartSum] = {}
    for _, line in (*taken, *posted):
        part = _part(line, period)
        known = parts.get(part, PartSum(Decimal(0), 0))
        parts[part] = PartSum(known.kwh + line.kwh, known.kopecks + line.kopecks)
    words = [f"{name}|{'|'.join(map(str, line.content))}" for name, line in (*taken, *posted)]
    return AccountOutcome(computed.account_id, parts, digest_of(words))


def _part(line: Line, period: Month) -> ChargePart:
    if line.month != period:
        return ChargePart.RECALCULATION
    return _PARTS.get(line.basis, ChargePart.OTHER)
