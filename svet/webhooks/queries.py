"""Reads: a person's addresses, what was posted to them, and whether a thing may be told of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from svet.accounts.queries import account_for, visible_accounts
from svet.bills.queries import bill_for
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.metering.queries import set_for
from svet.metering.queries.meters import meter_for
from svet.payments.queries import order_for
from svet.people import queries as people
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


def ids_seen(*, person_id: int, kind: str, thing: str) -> Mapping[str, object] | None:
    """The outside ids of what the news is about, if the person sees it at this moment; else None.

    The rooms' own guards say so, as for a page: a link that is over, a blocked or deleted person see nothing.
    """
    if not people.recipients_of([person_id]):
        return None
    by = Actor.person(person_id)
    try:
        match kind:
            case "bill":
                bill = bill_for(actor=by, public_id=thing)
                return {"bill_id": thing, "account_id": bill.account_public_id}
            case "reading-receipt":
                found = set_for(by, public_id=thing)
                meter = meter_for(by, public_id=found.meter_public_id)
                return {
                    "reading_id": thing,
                    "meter_id": found.meter_public_id,
                    "account_id": meter.account.public_id,
                }
            case "payment-order":
                paid = [line.account_public_id for line in order_for(by, public_id=thing).lines]
                seen = [view.public_id for view in visible_accounts(by, public_ids=paid)]
                # The payer's own payment, but of accounts that are no longer theirs nothing is said.
                return {"payment_id": thing, "account_ids": seen} if seen else None
            case "account":
                return {"account_id": account_for(by, public_id=thing).public_id}
            case "detached":
                return {"account_id": thing}
            case _:
                return {}
    except NotFound:
        return None
