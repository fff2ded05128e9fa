"""A person's links to accounts, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from svet.accounts.models import Link


def ever_held_ids(*, person_id: int) -> QuerySet[Link, int]:
    """Keys of every account the cabinet holds or held, as a subquery for ``account_id__in``."""
    return Link.objects.filter(person_id=person_id).values_list("account_id", flat=True)


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
