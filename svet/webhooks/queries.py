"""Reads: a person's addresses, and what was posted to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.webhooks.models import Webhook, WebhookCall


@dataclass(frozen=True, slots=True)
class HookView:
    """An address as its owner sees it; what signs is not in it."""

    public_id: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    failing_since: datetime | None
    off_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallView:
    """One piece of news for an address, and what became of it."""

    public_id: str
    event: str
    state: str
    attempts: int
    status: int | None
    reason: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


def hook_view(row: Webhook) -> HookView:
    """A row as it may leave the room."""
    return HookView(row.public_id, row.url, tuple(row.events), row.created_at, row.failing_since, row.off_at)


def hooks_of(*, person_id: int) -> list[HookView]:
    """The person's addresses, oldest first."""
    return [hook_view(row) for row in Webhook.objects.filter(person_id=person_id).order_by("pk")]


def hook_of(*, person_id: int, public_id: str) -> HookView | None:
    """One of the person's addresses; None: absent or another's."""
    row = Webhook.objects.filter(person_id=person_id, public_id=public_id).first()
    return None if row is None else hook_view(row)


def calls_of(*, person_id: int, public_id: str, limit: int) -> list[CallView]:
    """What was owed to one of the person's addresses lately, newest first; nothing of another's."""
    rows = WebhookCall.objects.filter(hook__person_id=person_id, hook__public_id=public_id)
    return [
        CallView(
            row.public_id,
            row.event,
            row.state,
            row.attempts,
            row.status,
            row.reason,
            row.created_at,
            row.due_at,
            row.done_at,
        )
        for row in rows.order_by("-created_at", "-pk")[:limit]
    ]
