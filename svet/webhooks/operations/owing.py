"""News become owed in the transaction that makes them true, as notices do. Steps only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from svet.accounts.queries import accounts_by_id
from svet.kernel.transactions import require_transaction
from svet.notices.operations import NoticeMessage
from svet.notices.rules import EventSpec
from svet.webhooks.jobs import wake_calls
from svet.webhooks.models import Webhook, WebhookCall
from svet.webhooks.rules import GIVE_UP, OF_NOTICE, HookEvent


def owe_told(
    *, event: EventSpec, tidings: Sequence[NoticeMessage], listening: Collection[int], now: datetime
) -> None:
    """Owe what these people are told to the addresses that ask for it; ``listening`` have given some."""
    kind = OF_NOTICE.get(event.code)
    if kind is None:
        return
    hooks: dict[int, list[Webhook]] = {}
    for hook in _asking(kind).filter(recipient_id__in=listening):
        hooks.setdefault(hook.recipient_id, []).append(hook)
    owe(
        [
            call_for(
                hook,
                event=kind,
                kind=tiding.place.name if tiding.place else "",
                thing=tiding.place.ids[0] if tiding.place and tiding.place.ids else "",
                now=now,
            )
            for tiding in tidings
            for hook in hooks.get(tiding.recipient_id, ())
        ]
    )


def owe_detached(*, person_id: int, account_id: int, now: datetime) -> None:
    """The person holds the account no more: the last their programs hear of it is that."""
    hooks = list(_asking(HookEvent.ACCOUNT_DETACHED).filter(person_id=person_id))
    if hooks:
        (account,) = accounts_by_id([account_id])
        event = HookEvent.ACCOUNT_DETACHED
        owe(
            [call_for(hook, event=event, kind="detached", thing=account.public_id, now=now) for hook in hooks]
        )


def call_for(hook: Webhook, *, event: str, kind: str, thing: str, now: datetime) -> WebhookCall:
    """One call as it is owed."""
    return WebhookCall(
        hook=hook,
        event=str(event),
        kind=kind,
        thing=thing,
        created_at=now,
        due_at=now,
        give_up_at=now + GIVE_UP,
    )


def owe(calls: Sequence[WebhookCall]) -> None:
    """Write the calls down and wake somebody for each."""
    require_transaction()
    wake_calls([row.pk for row in WebhookCall.objects.bulk_create(calls)])


def _asking(kind: HookEvent) -> QuerySet[Webhook]:
    return Webhook.objects.filter(off_at__isnull=True, events__contains=[kind.value]).order_by("pk")
