"""The bills of one month over many accounts: how many there are, and what each asks for."""

from __future__ import annotations

from collections.abc import Collection

from svet.bills.models import Bill
from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.kernel.periods import Month


def billed_count(*, period: Month) -> int:
    """How many accounts have a bill of the month, counted by first versions."""
    return Bill.objects.filter(period=period.first, version=1).count()


def asked_for(*, account_ids: Collection[int], period: Month) -> dict[AccountId, Money]:
    """What the newest bill of the month asks of each account that has one."""
    rows = Bill.objects.filter(account__in=account_ids, period=period.first).order_by("version")
    found = rows.values_list("account_id", "payable_kopecks")
    return {AccountId(account_id): Money(kopecks) for account_id, kopecks in found}
