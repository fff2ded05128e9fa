"""Outages of the caller's accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from svet.accounts import queries as account_queries
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.shapes import Shape
from svet.outages.queries import nearest, outages_of
from svet.people.rules import Scope

router = Router(tags=["Accounts"], auth=AUTH)


class OutageOut(Shape):
    """``kind``: ``planned`` or ``emergency``; ``state``: ``planned``, ``begun``, ``over``, ``cancelled``.

    ``ends_at`` null: nobody knows yet. ``moved``: other hours than were announced first.
    """

    id: str
    kind: str
    state: str
    begins_at: datetime
    ends_at: datetime | None
    moved: bool
    reason: str
    account_ids: list[str]


class OutagesOut(Shape):
    """``coming``: now and later, the nearest first; ``past``: of half a year, the newest first."""

    coming: list[OutageOut]
    past: list[OutageOut]


@router.get("/outages", response={200: OutagesOut}, summary="Outages and planned works")
def outages(request: HttpRequest) -> dict[str, Any]:
    """What takes the light of the caller's accounts away and took it, by their addresses."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    groups = account_queries.cabinet(caller.person.person_id)
    ids = {card.account_id: card.public_id for group in groups for card in group.cards}
    now = timezone.now()

    def listed(past: bool) -> list[dict[str, Any]]:
        return [
            {
                "id": view.public_id,
                "kind": view.kind.value,
                "state": view.state.value,
                "begins_at": view.local_begins,
                "ends_at": view.local_ends,
                "moved": view.moved,
                "reason": view.why,
                "account_ids": [ids[key] for key in keys],
            }
            for view, keys in nearest(outages_of(ids, now=now, past=past))
        ]

    return {"coming": listed(False), "past": listed(True)[::-1]}
