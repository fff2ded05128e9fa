"""Reads: the bell, the switches, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from svet.kernel.frozen import frozen
from svet.notices.models import Delivery, IncomingSms, Notice, Recipient, Subscription
from svet.notices.queries.messengers import chat
from svet.notices.rules import (
    CHOSEN,
    STUCK_AFTER,
    DeliveryState,
    EventSpec,
    NoticeChannel,
    SendingChannel,
    is_locked,
    registry,
    wants,
)


@dataclass(frozen=True, slots=True)
class Switch:
    """One cell of the switch matrix; a locked one is always on."""

    on: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Switches:
    """«Настройки уведомлений»: the two plain switches and the matrix event × channel behind them."""

    email_on: bool
    sms_on: bool
    matrix: Mapping[EventSpec, Mapping[NoticeChannel, Switch]]

    @property
    def channels(self) -> Sequence[NoticeChannel]:
        """The columns: pushes only where this installation can push, the messenger for its readers."""
        return tuple(next(iter(self.matrix.values())))


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One line under the bell."""

    notice_id: int
    public_id: str
    event: str
    title: str
    text: str
    url: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrowserView:
    """A browser or a program that shows a person's notices; ``device_key`` is what people know it by."""

    public_id: str
    endpoint: str
    device_key: str
    label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A promised SMS, letter or push without its words; ``reason`` says why it failed."""

    public_id: str
    channel: str
    address: str
    event: str
    state: str
    reason: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncomingText:
    """What somebody sent to the retailer's number."""

    incoming_id: int
    phone: str
    text: str
    received_at: datetime


def _notice(row: Notice) -> NoticeView:
    return NoticeView(
        notice_id=row.pk,
        public_id=row.public_id,
        event=row.event,
        title=row.title,
        text=row.text,
        url=row.url,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def browser_view(row: Subscription) -> BrowserView:
    """A row as it may leave the room."""
    return BrowserView(
        public_id=row.public_id,
        endpoint=row.endpoint,
        device_key=row.device_key,
        label=row.label,
        created_at=row.created_at,
    )


_DELIVERY = (
    "public_id", "channel", "address", "event", "state", "reason", "attempts", "created_at", "due_at",
    "sent_at", "delivered_at",
)  # fmt: skip


def _deliveries(rows: QuerySet[Delivery]) -> list[DeliveryView]:
    """Views of these rows in their order; bodies and attachments are not even read."""
    return [DeliveryView(*row) for row in rows.values_list(*_DELIVERY)]


def incoming_text(incoming_id: int) -> IncomingText:
    """One text by its key. :raises IncomingSms.DoesNotExist:"""
    row = IncomingSms.objects.get(pk=incoming_id)
    return IncomingText(row.pk, row.phone, row.text, row.received_at)


def bell(recipient_id: int, *, before: int | None = None, limit: int = 50) -> list[NoticeView]:
    """The newest notices; ``before`` is the key of the last one already seen."""
    notices = Notice.objects.filter(recipient_id=recipient_id)
    if before is not None:
        notices = notices.filter(id__lt=before)
    return [_notice(row) for row in notices.order_by("-id")[:limit]]


@dataclass(frozen=True, slots=True)
class BellPage:
    """One page of the bell, in the shape the pager understands; a page holds ``PAGE`` notices."""

    notices: Sequence[NoticeView]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


PAGE = 30


def bell_page(recipient_id: int, *, number: int) -> BellPage:
    """Page ``number`` (from 1) of the notices, newest first."""
    start = (max(number, 1) - 1) * PAGE
    notices = Notice.objects.filter(recipient_id=recipient_id).order_by("-id")
    found = [_notice(row) for row in notices[start : start + PAGE + 1]]
    return BellPage(found[:PAGE], max(number, 1), has_next=len(found) > PAGE)


def notice(recipient_id: int, *, public_id: str) -> NoticeView | None:
    """One notice of this recipient, or nothing: somebody else's is the same as none."""
    row = Notice.objects.filter(recipient_id=recipient_id, public_id=public_id).first()
    return None if row is None else _notice(row)


def unread_count(recipient_id: int) -> int:
    """How many notices the person has not read yet."""
    return Notice.objects.filter(recipient_id=recipient_id, read_at__isnull=True).count()


def preferences(recipient_id: int) -> Switches:
    """Every switch with its present state. :raises Recipient.DoesNotExist:"""
    recipient = Recipient.objects.get(id=recipient_id)
    reads = chat(recipient_id) is not None
    matrix = {
        event: {
            channel: Switch(
                on=wants(
                    event,
                    channel,
                    preferences=recipient.preferences,
                    email_on=True,
                    sms_on=True,
                ),
                locked=is_locked(event, channel),
            )
            for channel in NoticeChannel
            if (channel is not NoticeChannel.PUSH or push_key())
            and (channel is not NoticeChannel.MESSENGER or reads)
        }
        for event in registry.switchable()
    }
    return Switches(email_on=recipient.email_on, sms_on=recipient.sms_on, matrix=matrix)


def push_key() -> str:
    """The public key with which browsers subscribe; empty where notices in browsers are off."""
    return str(settings.PUSH_PUBLIC_KEY)


def browsers(recipient_id: int) -> list[BrowserView]:
    """Where the person's notices are shown, oldest first; those of an older key have ended by themselves."""
    rows = Subscription.objects.filter(recipient_id=recipient_id, server_key=push_key())
    return [browser_view(row) for row in rows.order_by("id")] if push_key() else []


def deliveries_to(
    *, recipient_ids: Collection[int], addresses: Collection[str], limit: int
) -> list[DeliveryView]:
    """The newest SMS, letters and pushes to these people and addresses, without their bodies."""
    rows = Delivery.objects.filter(Q(recipient_id__in=recipient_ids) | Q(address__in=addresses))
    return _deliveries(rows.order_by("-id")[:limit])


def deliveries(*, address: str, state: DeliveryState | None, limit: int) -> list[DeliveryView]:
    """The newest SMS and letters, to one address and in one state where these are given, without bodies."""
    rows = Delivery.objects.all()
    if address:
        rows = rows.filter(address=address)
    if state is not None:
        rows = rows.filter(state=state)
    return _deliveries(rows.order_by("-id")[:limit])


def troubled_count(*, now: datetime, since: datetime) -> int:
    """How many messages failed since then, and how many nobody has looked at for too long."""
    return _troubled.count(since, now - STUCK_AFTER)


@frozen
def _troubled(since: datetime, due_before: datetime) -> QuerySet[Delivery, int]:
    failed = Q(state=DeliveryState.FAILED, created_at__gte=since) & ~Q(reason__in=CHOSEN)
    stuck = Q(state=DeliveryState.WAITING, due_at__lt=due_before)
    return Delivery.objects.filter(failed | stuck).values_list("pk", flat=True)


def stuck(*, now: datetime) -> Sequence[DeliveryView]:
    """Deliveries nobody has looked at for longer than promised (I-8): an alert when not empty."""
    late = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lt=now - STUCK_AFTER)
    return _deliveries(late.order_by("due_at")[:1000])


def broken(*, now: datetime) -> list[str]:
    """Breaches of I-8 in words, for ``svet verify``."""
    return [
        f"delivery {delivery.public_id} ({delivery.channel}, {delivery.event}) "
        f"waits since {delivery.due_at:%Y-%m-%d %H:%M} UTC"
        for delivery in stuck(now=now)
    ]


def told_to(*, recipient_id: int, limit: int) -> list[dict[str, Any]]:
    """What lay under a person's bell, newest first, as plain values."""
    rows = Notice.objects.filter(recipient_id=recipient_id).order_by("-id")
    return [dict(row) for row in rows.values("event", "title", "text", "created_at", "read_at")[:limit]]


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """How one channel stands: messages that wait, seconds the oldest is late, failed within the day."""

    channel: SendingChannel
    waiting: int
    late: float
    failed: int


def sending(*, now: datetime) -> list[ChannelStanding]:
    """How each channel stands, from the indexes of what waits and of what failed."""
    standing = Delivery.objects.filter(state=DeliveryState.WAITING).values("channel")
    oldest = standing.annotate(count=Count("pk"), due=Min("due_at"))
    waits = {row["channel"]: (row["count"], row["due"]) for row in oldest}
    failed = Delivery.objects.filter(state=DeliveryState.FAILED, created_at__gte=now - timedelta(days=1))
    counts = failed.exclude(reason__in=CHOSEN).values("channel").annotate(count=Count("pk"))
    fails = {row["channel"]: row["count"] for row in counts}
    found = []
    for channel in SendingChannel:
        waiting, due = waits.get(channel.value, (0, now))
        late = max((now - due).total_seconds(), 0.0)
        found.append(ChannelStanding(channel, waiting, late, fails.get(channel.value, 0)))
    return found
