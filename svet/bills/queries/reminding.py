"""Bills whose due date is near."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from svet.bills.models import Bill, DueReminder
from svet.bills.rules import reminded_until


def anything_due(*, today: date) -> bool:
    """Whether any bill at all is due in the coming days."""
    return Bill.objects.filter(due_on__gte=today, due_on__lte=reminded_until(today)).exists()


def due_bills(*, account_ids: Collection[int], today: date) -> dict[int, Bill]:
    """The newest bill of each account, with the account, if it is due soon and was not issued only today."""
    newest = (
        Bill.objects.filter(account_id__in=account_ids)
        .select_related("account")
        .only("due_on", "issued_on", "payable_kopecks", "account__number")
        .order_by("account_id", "-period", "-version")
        .distinct("account_id")
    )
    return {
        bill.account_id: bill
        for bill in newest
        if today <= bill.due_on <= reminded_until(today) and bill.issued_on < today
    }


def due_told(*, person_id: int, account_ids: Collection[int]) -> set[tuple[int, date]]:
    """Of which of these accounts, and of which due dates, the person was reminded."""
    rows = DueReminder.objects.filter(person_id=person_id, account_id__in=account_ids)
    return set(rows.values_list("account_id", "due_on"))
