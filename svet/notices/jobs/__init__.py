"""Background: send what was promised, look again at what nobody finished.

The truth is the delivery's row; a job is only a wake-up call for it. So a lost, doubled or stalled job
does no harm: ``sweep`` wakes everything whose time has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connections, transaction
from django.db.models import BigIntegerField, F
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.types import JSONValue

from svet.gateways import mail, messenger, push, sms
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.mail.port import Attachment
from svet.gateways.messenger.port import GONE as SILENCED
from svet.gateways.push.port import GONE, BrowserAddress
from svet.gateways.sms.port import Incoming
from svet.kernel.locks import Lock, hold
from svet.kernel.moving import move_standing
from svet.notices.jobs import messengers as messengers
from svet.notices.models import Delivery, IncomingSms, MessengerChat, Subscription
from svet.notices.rules import (
    DELIVERY_MOVES,
    HOLD,
    LONGEST_PAUSE,
    NO_BROWSER,
    NO_CHAT,
    SKEW,
    DeliveryState,
    EventSpec,
    SendingChannel,
    pause_after,
    priority,
    registry,
)


@app.task(queue="notices", name="notices.deliver")
def deliver(delivery_id: int) -> None:
    """Send one delivery if it still waits and is due; the network is touched outside any transaction."""
    now = timezone.now()
    if not _take(delivery_id=delivery_id, now=now):
        return
    delivery = Delivery.objects.get(id=delivery_id)
    try:
        reference = _send(delivery)
    except Temporary as failure:
        asked = timedelta(seconds=failure.retry_after)
        _postpone(delivery=delivery, reason=str(failure), now=timezone.now(), asked=asked)
    except Permanent as failure:
        if delivery.subscription and failure.code == GONE:
            _forget_browser(delivery, delivery.subscription)
            return
        if delivery.channel == SendingChannel.MESSENGER and failure.code == SILENCED:
            _note_silenced(delivery)
            return
        _finish(delivery=delivery, state=DeliveryState.FAILED, reason=str(failure))
    else:
        _finish(delivery=delivery, state=DeliveryState.SENT, reference=reference)
    _note_receipts()


@app.periodic(cron="* * * * *")
@app.task(queue="notices", name="notices.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Wake every delivery that is overdue: its job was lost, or its worker died while sending."""
    overdue = Delivery.objects.filter(
        state=DeliveryState.WAITING, due_at__lt=timezone.now() - timedelta(seconds=15)
    ).order_by("due_at")
    found = dict(overdue.values_list("id", "event")[:5000])
    # After a month's bills thousands simply stand in the queue: waking them again would double it.
    named = Cast(KeyTextTransform("delivery_id", "args"), BigIntegerField())
    queued = ProcrastinateJob.objects.filter(task_name="notices.deliver", status="todo")
    queued = queued.annotate(delivery=named).filter(delivery__in=list(found))
    for delivery_id in found.keys() - set(queued.values_list("delivery", flat=True)):
        _wake(delivery_id=delivery_id, code=found[delivery_id])
    _note_receipts()


#: How long a centre that heard no answer goes on bringing a text, as far as we count it as one.
REDELIVERY: Final = timedelta(minutes=10)


def listen() -> None:
    """Hear what people send by SMS from now on, as long as this process lives."""
    sms.gateway().listen(_take_in_thread)


def _take_in_thread(incoming: Incoming) -> None:
    """The gateway calls from threads of its own: they keep no connection between two texts."""
    try:
        take_incoming(incoming, now=timezone.now())
    finally:
        connections.close_all()


def take_incoming(incoming: Incoming, *, now: datetime) -> None:
    """Keep one text and promise to read it, in one transaction; a text brought again changes nothing.

    Centres give no number to what people send, so a text is the same one when its phone and words are, within
    ``REDELIVERY``; whoever sends the same words later wants an answer again.

    :raises LookupError: nobody reads texts; the centre brings it again
    """
    readers = registry.readers()
    if not readers:
        raise LookupError("no room reads what people send by SMS")
    phone = incoming.sender[:16]
    # A NUL cannot be stored, and may not vanish: «3600» with one behind it was not written by a person.
    text = incoming.text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:1000]
    with transaction.atomic():
        hold(Lock.INCOMING_TEXT, phone)
        known = IncomingSms.objects.filter(phone=phone, text=text, received_at__gt=now - REDELIVERY)
        if not known.exists():
            row = IncomingSms.objects.create(phone=phone, text=text, received_at=now)
            for promise in readers:
                promise(row.pk)


def _priority(code: str) -> int:
    """Of a delivery whose event no room declares any more nobody waits for the news."""
    event = registry.find(code)
    return 0 if event is None else priority(event)


def _wake(*, delivery_id: int, code: str, at: datetime | None = None) -> None:
    """Have the delivery looked at, now or at a time; a code overtakes a month's bills."""
    deliver.configure(schedule_at=at, priority=_priority(code)).defer(delivery_id=delivery_id)


def wake_many(*, delivery_ids: Sequence[int], event: EventSpec) -> None:
    """Have fresh deliveries looked at, all enqueued at once."""
    if delivery_ids:
        waking: list[dict[str, JSONValue]] = [{"delivery_id": delivery_id} for delivery_id in delivery_ids]
        deliver.configure(priority=priority(event)).batch_defer(*waking)


def _take(*, delivery_id: int, now: datetime) -> bool:
    """Hold the delivery for this worker; somebody else may take it when the hold has run out."""
    taken = Delivery.objects.filter(
        id=delivery_id, state=DeliveryState.WAITING, due_at__lte=now + SKEW
    ).update(due_at=now + HOLD, attempts=F("attempts") + 1)
    return taken == 1


def _send(delivery: Delivery) -> str:
    if timezone.now() >= delivery.give_up_at and delivery.attempts > 1:
        raise Permanent(f"gave up after {delivery.attempts - 1} attempts: {delivery.reason or 'no answer'}")
    if delivery.channel == SendingChannel.SMS:
        return sms.gateway().send(to=delivery.address, text=delivery.body, message_id=delivery.public_id)
    if delivery.channel == SendingChannel.PUSH:
        return _push(delivery)
    if delivery.channel == SendingChannel.MESSENGER:
        return _write(delivery)
    attachments: list[Attachment] = []
    if delivery.attachment is not None:
        attachments.append(
            Attachment(
                name=delivery.attachment_name,
                media_type=delivery.attachment_type,
                content=bytes(delivery.attachment),
            )
        )
    return mail.gateway().send(
        to=delivery.address,
        subject=delivery.subject,
        text=delivery.body,
        html=delivery.html,
        attachments=attachments,
        message_id=delivery.public_id,
    )


def _push(delivery: Delivery) -> str:
    browser = delivery.subscription
    if browser is None:
        raise Permanent(NO_BROWSER)
    return push.gateway().send(
        to=BrowserAddress(browser.endpoint, browser.p256dh, browser.auth),
        payload=delivery.body,
        lives=delivery.give_up_at - timezone.now(),
        urgent=_priority(delivery.event) > 0,
    )


def _write(delivery: Delivery) -> str:
    """To whom it was promised and nobody else: who disconnected meanwhile is written nothing any more."""
    reads = MessengerChat.objects.filter(reader=delivery.address, stopped_at__isnull=True)
    theirs = delivery.recipient_id is None or reads.filter(recipient_id=delivery.recipient_id).exists()
    if not theirs:
        raise Permanent(NO_CHAT, code=SILENCED)
    return messenger.gateway().send(to=delivery.address, text=delivery.body)


def _note_silenced(delivery: Delivery) -> None:
    """The person stopped the bot: the channel is off until they start it again, and their page says so."""
    with transaction.atomic():
        _finish(delivery=delivery, state=DeliveryState.FAILED, reason=NO_CHAT)
        reads = MessengerChat.objects.filter(reader=delivery.address, stopped_at__isnull=True)
        reads.filter(connected_at__lte=delivery.created_at).update(stopped_at=timezone.now())


def _forget_browser(delivery: Delivery, browser: Subscription) -> None:
    """The browser takes no notices any more, or the person took the leave back in its settings."""
    with transaction.atomic():
        _finish(delivery=delivery, state=DeliveryState.FAILED, reason=NO_BROWSER)
        Subscription.objects.filter(pk=browser.pk).delete()


def _postpone(*, delivery: Delivery, reason: str, now: datetime, asked: timedelta) -> None:
    # Whoever asks for a longer pause is given it, up to our longest.
    due_at = now + max(pause_after(delivery.attempts), min(asked, LONGEST_PAUSE))
    if due_at >= delivery.give_up_at:
        _finish(delivery=delivery, state=DeliveryState.FAILED, reason=f"gave up: {reason}")
        return
    with transaction.atomic():
        Delivery.objects.filter(id=delivery.id, state=DeliveryState.WAITING).update(
            due_at=due_at, reason=reason[:200]
        )
        _wake(delivery_id=delivery.id, code=delivery.event, at=due_at)


def _finish(*, delivery: Delivery, state: DeliveryState, reference: str = "", reason: str = "") -> None:
    changes: dict[str, object] = {"reason": reason[:200], "reference": reference[:80]}
    if state is DeliveryState.SENT:
        changes["sent_at"] = timezone.now()
    if delivery.sensitive:
        changes |= {"body": "", "html": ""}
    event = registry.find(delivery.event)
    if event is not None and event.forgotten:
        # The cabinet is deleted: where its last word went is nobody's business any more.
        changes |= {"address": "", "body": "", "html": ""}
    # The room that made the attachment keeps it; here it has done its work.
    changes["attachment"] = None
    move_standing(
        Delivery.objects.filter(id=delivery.id),
        moves=DELIVERY_MOVES,
        before=DeliveryState.WAITING,
        to=state,
        changes=changes,
    )


def _note_receipts() -> None:
    """Write down what the SMS centre has reported meanwhile about messages this process sent."""
    for receipt in sms.gateway().receipts():
        state = DeliveryState.DELIVERED if receipt.delivered else DeliveryState.FAILED
        changes: dict[str, object] = {"reason": receipt.reason[:200] or "not delivered"}
        if receipt.delivered:
            changes = {"delivered_at": timezone.now()}
        move_standing(
            Delivery.objects.filter(channel=SendingChannel.SMS, reference__in=receipt.spellings),
            moves=DELIVERY_MOVES,
            before=DeliveryState.SENT,
            to=state,
            changes=changes,
        )
