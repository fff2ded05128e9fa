"""How many contracts a supplier charges, and what is known of them: counts for whoever prepares a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from svet.accounts.models import Account
from svet.accounts.models.terms import Terms


@dataclass(frozen=True, slots=True)
class ContractCounts:
    """Contracts by price group; ``without_residents``: of how many nobody knows who lives there."""

    by_group: Mapping[str, int]
    without_residents: int

    @property
    def accounts(self) -> int:
        return sum(self.by_group.values())


def contract_counts(*, provider_id: int, opened_before: date, closed_after: date) -> ContractCounts:
    """The contracts of a supplier opened before a day and not closed on another day or earlier.

    Terms are those of the day before ``opened_before``.
    """
    accounts = Account.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=closed_after),
        provider_id=provider_id,
        opened_on__lt=opened_before,
    )
    rows = Terms.objects.filter(account__in=accounts, gone_at__isnull=True, since__lt=opened_before)
    newest = rows.order_by("account_id", "-since").distinct("account_id")
    counted = (
        Terms.objects.filter(pk__in=newest.values("pk"))
        .values("tariff_group")
        .annotate(accounts=Count("pk"), unknown=Count("pk", filter=Q(residents__isnull=True)))
    )
    groups = list(counted.order_by("tariff_group").values_list("tariff_group", "accounts", "unknown"))
    return ContractCounts(
        by_group={group: count for group, count, _ in groups},
        without_residents=sum(unknown for _, _, unknown in groups),
    )
