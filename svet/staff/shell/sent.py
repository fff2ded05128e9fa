"""SMS and letters as the desks show them: never their text, always what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from svet.notices.queries import DeliveryView
from svet.notices.rules import DeliveryState, registry

STATES: dict[DeliveryState, tuple[str | Promise, str]] = {
    DeliveryState.WAITING: (pgettext_lazy("delivery", "Ждёт отправки"), "warning"),
    DeliveryState.SENT: (pgettext_lazy("delivery", "Отправлено"), "info"),
    DeliveryState.DELIVERED: (pgettext_lazy("delivery", "Доставлено"), "success"),
    DeliveryState.FAILED: (pgettext_lazy("delivery", "Не отправлено"), "error"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One promised message; ``reason`` says why it failed, in the gateway's words."""

    at: datetime
    channel: str
    address: str
    what: str | Promise
    state: str | Promise
    kind: str
    reason: str
    attempts: int
    ended_at: datetime | None


def shown_delivery(row: DeliveryView) -> Sent:
    """A delivery without its body."""
    event = registry.find(row.event)
    state, kind = STATES[DeliveryState(row.state)]
    return Sent(
        at=row.created_at,
        channel=row.channel,
        address=row.address,
        what=row.event if event is None else str(event.name),
        state=state,
        kind=kind,
        reason=row.reason,
        attempts=row.attempts,
        ended_at=row.delivered_at or row.sent_at,
    )
