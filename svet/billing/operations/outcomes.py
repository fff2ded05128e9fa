"""What a run would do to each account, computed by the run's own rules; nothing is written.

The one seam between a run and its dry run: whatever computes a run's batches is called here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from svet.accounts.queries import ProviderView
from svet.billing.models import BillingRun, Charge
from svet.billing.operations.computing import compute
from svet.billing.operations.posting import Computed
from svet.billing.operations.running import next_accounts
from svet.billing.queries.tariffs import region_tariffs, rules_for
from svet.billing.rules import Basis, PricedLine
from svet.billing.rules.dry_runs import AccountOutcome, ChargePart, FormerCharge, PartSum, digest_of
from svet.kernel.periods import Month

_PARTS = {
    Basis.READING: ChargePart.READINGS,
    Basis.AVERAGE: ChargePart.AVERAGE,
    Basis.NORM: ChargePart.NORM,
    Basis.SETTLEMENT: ChargePart.RECALCULATION,
}


def outcomes(*, provider: ProviderView, period: Month, batch: int) -> Iterator[list[AccountOutcome]]:
    """Every account that a run of the month would look at now, in the order of keys, batch by batch."""
    row = BillingRun.objects.filter(provider_id=provider.provider_id, period=period.first).first()
    cut_off_day = provider.window_to_day if row is None else row.cut_off_day
    tariffs = region_tariffs(provider.region)
    rules = rules_for(provider.provider_id, period)
    reached = 0
    while True:
        accounts = next_accounts(provider.provider_id, period, cut_off_day, reached, batch)
        if not accounts:
            return
        computed = compute(accounts, period=period, cut_off_day=cut_off_day, tariffs=tariffs, rules=rules)
        yield [_outcome(each) for each in computed]
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


def _outcome(computed: Computed) -> AccountOutcome:
    if computed.problem is not None:
        reason = computed.problem.value
        words = [reason, *(f"{name}={value}" for name, value in sorted(computed.details.items()))]
        return AccountOutcome(computed.account_id, {}, digest_of(words), reason)
    parts: dict[ChargePart, PartSum] = {}
    for line in computed.lines:
        part = _PARTS.get(line.basis, ChargePart.OTHER)
        known = parts.get(part, PartSum(Decimal(0), 0))
        parts[part] = PartSum(known.kwh + line.kwh, known.kopecks + line.kopecks)
    return AccountOutcome(computed.account_id, parts, digest_of(map(_words, computed.lines)))


def _words(line: PricedLine) -> str:
    return "|".join(map(str, line))
