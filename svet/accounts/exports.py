"""A person's links to accounts: their copy, and leaving."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from svet.accounts.models import Link
from svet.accounts.operations.leaving import leave_accounts
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare


def links_of(*, person_id: int) -> list[dict[str, Any]]:
    """Every account the cabinet holds or held, with what it was called there; never its holder's name."""
    rows = Link.objects.filter(person_id=person_id).select_related("account", "group").order_by("linked_at")
    return [
        {
            "account": link.account.number,
            "alias": link.alias,
            "group": link.group.name,
            "can_submit": link.can_submit,
            "can_pay": link.can_pay,
            "can_manage": link.can_manage,
            "linked_at": link.linked_at,
            "confirmed_at": link.confirmed_at,
            "removed_at": link.removed_at,
        }
        for link in rows
    ]


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="accounts",
            title=gettext_lazy("Лицевые счета в кабинете"),
            place=30,
            rows=lambda who: links_of(person_id=who.person_id)[:MOST_ROWS],
        ),
    ),
    forget=leave_accounts,
)
