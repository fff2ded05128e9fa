"""Money the bank has taken that is on its way to the accounts."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet, Sum

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import OrderLine
from svet.payments.rules.states import IN_TRANSIT, OrderState


def in_transit(account_ids: Collection[int]) -> dict[int, Money]:
    """Money the bank has taken that does not stand on the accounts yet; accounts without any are absent."""
    return {account_id: Money(int(kopecks)) for account_id, kopecks in _sums.all([*account_ids])}


def transit_kopecks(account_ids: Collection[int]) -> dict[int, int]:
    """The same as plain kopecks, for rooms that know no payments."""
    return {account_id: money.kopecks for account_id, money in in_transit(account_ids).items()}


@frozen
def _sums(account_ids: Collection[int]) -> QuerySet[OrderLine, tuple[int, int]]:
    rows = OrderLine.objects.filter(account_id__in=account_ids, order__state__in=sorted(IN_TRANSIT))
    taken = rows.filter(~Q(order__state=OrderState.REVIEW) | Q(order__taken_kopecks__isnull=False))
    return taken.values_list("account_id").annotate(sum=Sum("kopecks"))
