"""Promises to tell.

Everything but ``mark_read`` is a step: the caller's transaction makes the promise and the business change
one thing, so that neither exists without the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from svet.gateways.mail.port import Attachment
from svet.kernel.bulk import copy_rows
from svet.kernel.frozen import frozen
from svet.kernel.ids import new_public_id
from svet.kernel.places import Place, path_of
from svet.kernel.transactions import require_transaction
from svet.notices.models import Delivery, MessengerChat, Notice, Recipient, Subscription
from svet.notices.operations.listening import hear
from svet.notices.operations.messages import NoticeMessage as NoticeMessage
from svet.notices.operations.promises import (
    Addressee,
    AskRetailer,
    enqueue,
    letter,
    link_to,
    message,
    push,
    require_sense,
    sms,
    words_of,
)
from svet.notices.rules import (
    MOST_OBLIGATORY_SMS,
    EventSpec,
    NoticeChannel,
    SendingChannel,
    Words,
    for_messenger,
    wants,
    without_numbers,
)
from svet.site import queries as site


def notify(
    *,
    recipient_id: int,
    event: EventSpec,
    params: Mapping[str, str],
    now: datetime,
    place: Place | None = None,
    already: Collection[NoticeChannel] = (),
    renews: bool = False,
) -> None:
    """Tell one person of ``event`` by every channel they want.

    :raises Recipient.DoesNotExist: there is nobody to tell.
    """
    notify_many(event=event, tidings=[NoticeMessage(recipient_id, params, place, already, renews)], now=now)


def notify_many(*, event: EventSpec, tidings: Sequence[NoticeMessage], now: datetime) -> None:
    """Tell many people of the same kind of event, each in their own words, in a few statements.

    :raises Recipient.DoesNotExist: there is nobody to tell.
    """
    require_transaction()
    wanted = {tiding.recipient_id for tiding in tidings}
    found: list[Any] = _recipients.all(list(wanted), settings.PUSH_PUBLIC_KEY)
    recipients = {recipient.id: recipient for recipient in found}
    browsers = _browsers_of([recipient.id for recipient in found if recipient.has_browsers])
    installation = cache(site.installation)
    notices: list[tuple[object, ...]] = []
    deliveries: list[Delivery] = []
    for tiding in tidings:
        recipient = recipients.get(tiding.recipient_id)
        if recipient is None:
            raise Recipient.DoesNotExist
        require_sense(event, tiding.params, place=tiding.place)
        channels = _channels(recipient, event=event) - set(tiding.already)
        if not browsers[recipient.id]:
            channels.discard(NoticeChannel.PUSH)
        if not (recipient.reader and settings.MESSENGER_URL):
            channels.discard(NoticeChannel.MESSENGER)
        if not channels:
            continue
        said = words_of(
            event=event, params=tiding.params, language=recipient.language, installation=installation
        )
        if NoticeChannel.SMS in channels and _often(recipient, event=event, said=said, now=now):
            channels.discard(NoticeChannel.SMS)
        url = "" if tiding.place is None else path_of(tiding.place)
        if tiding.renews:
            unread = Notice.objects.filter(recipient=recipient, read_at__isnull=True)
            unread.filter(event=event.code, url=url).delete()
        if NoticeChannel.BELL in channels:
            notices.append((new_public_id(), recipient.id, event.code, said.title, said.text, url, now))
        told = _Told(recipient, event=event, said=said, place=tiding.place, now=now)
        deliveries.extend(told.by(channels, browsers=browsers[recipient.id], installation=installation))
        if NoticeChannel.MESSENGER in channels:
            deliveries.append(told.in_messenger(tiding.params, installation=installation))
    listening = [recipient.id for recipient in found if recipient.listened]
    hear(event=event, tidings=tidings, listening=listening, now=now)
    columns = ("public_id", "recipient_id", "event", "title", "text", "url", "created_at")
    copy_rows(model=Notice, columns=columns, rows=notices)
    enqueue(deliveries, event=event)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one person is told outside the house."""

    recipient: Recipient
    _: KW_ONLY
    event: EventSpec
    said: Words
    place: Place | None
    now: datetime

    def by(
        self,
        channels: Collection[NoticeChannel],
        *,
        browsers: Sequence[Subscription],
        installation: AskRetailer,
    ) -> Iterator[Delivery]:
        """A delivery for each way that leaves the house; one for each browser."""
        key, event, said, now = self.recipient.id, self.event, self.said, self.now
        if NoticeChannel.SMS in channels:
            yield sms(recipient_id=key, phone=self.recipient.phone, event=event, said=said, now=now)
        if NoticeChannel.EMAIL in channels:
            yield letter(
                to=Addressee(
                    recipient_id=key, address=self.recipient.email, language=self.recipient.language
                ),
                event=event,
                said=said,
                place=self.place,
                attachment=None,
                installation=installation,
                now=now,
            )
        for browser in browsers if NoticeChannel.PUSH in channels else ():
            yield push(
                subscription=browser,
                recipient_id=key,
                event=event,
                said=said,
                language=self.recipient.language,
                place=self.place,
                now=now,
            )

    def in_messenger(self, params: Mapping[str, str], *, installation: AskRetailer) -> Delivery:
        """The same words without numbers of accounts: the messenger's servers keep what they carry."""
        shown = without_numbers(params)
        said = self.said
        if shown is not params:
            language = self.recipient.language
            said = words_of(event=self.event, params=shown, language=language, installation=installation)
        url = "" if self.place is None else link_to(self.place)
        return message(
            recipient_id=self.recipient.id,
            reader=self.recipient.reader,  # type: ignore[attr-defined]
            event=self.event,
            text=for_messenger(said, url=url),
            now=self.now,
        )


def _browsers_of(recipient_ids: Collection[int]) -> Mapping[int, Sequence[Subscription]]:
    """Which browsers take notices for whom, under the key of today."""
    found: defaultdict[int, list[Subscription]] = defaultdict(list)
    for row in _subscriptions.all(list(recipient_ids), settings.PUSH_PUBLIC_KEY):
        found[row.recipient_id].append(row)
    return found


@frozen
def _recipients(recipient_ids: Collection[int], server_key: str) -> QuerySet[Recipient]:
    browsers = Subscription.objects.filter(recipient=OuterRef("pk"), server_key=server_key)
    reads = MessengerChat.objects.filter(recipient=OuterRef("pk"), stopped_at__isnull=True)
    return Recipient.objects.filter(pk__in=recipient_ids).annotate(
        has_browsers=Exists(browsers), reader=Subquery(reads.values("reader")[:1])
    )


@frozen
def _subscriptions(recipient_ids: Collection[int], server_key: str) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(recipient_id__in=recipient_ids, server_key=server_key)
    return rows.order_by("id")


def _channels(recipient: Recipient, *, event: EventSpec) -> set[NoticeChannel]:
    """By which channels the person wants the event and can be reached."""
    reachable = {NoticeChannel.BELL, NoticeChannel.PUSH, NoticeChannel.MESSENGER}
    if recipient.phone:
        reachable.add(NoticeChannel.SMS)
    # An unconfirmed address may belong to a stranger: it gets nothing but the code that confirms it.
    if recipient.email and recipient.email_confirmed:
        reachable.add(NoticeChannel.EMAIL)
    return {
        channel
        for channel in reachable
        if wants(
            event,
            channel,
            preferences=recipient.preferences,
            email_on=recipient.email_on,
            sms_on=recipient.sms_on,
        )
    }


def _often(recipient: Recipient, *, event: EventSpec, said: Words, now: datetime) -> bool:
    """Whether an obligatory SMS said the same so often within 24 hours that it is said no more.

    Other words go: ten harmless ones of a kind must not hide what a thief does then.
    """
    if NoticeChannel.SMS not in event.obligatory:
        return False
    texts = Delivery.objects.filter(
        recipient_id=recipient.id, channel=SendingChannel.SMS, event=event.code, body=said.sms or said.title
    )
    return texts.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_OBLIGATORY_SMS


def send_sms(
    *,
    phone: str,
    event: EventSpec,
    params: Mapping[str, str],
    now: datetime,
    place: Place | None = None,
    language: str = "ru",
    recipient_id: int | None = None,
) -> int:
    """Promise an SMS to a number that need not belong to any recipient; returns the delivery's key.

    The address of ``place`` is the value ``link`` of its text. ``recipient_id`` says whose message it is all
    the same, so that it goes when their cabinet goes.
    """
    require_transaction()
    if place is not None:
        params = {**params, "link": link_to(place)}
    require_sense(event, params, place=place)
    # Asked whether the text names it or not: the work must not tell a phone that has a cabinet from another.
    retailer = site.installation()
    said = words_of(event=event, params=params, language=language, installation=lambda: retailer)
    delivery = sms(recipient_id=recipient_id, phone=phone, event=event, said=said, now=now)
    return enqueue([delivery], event=event)[0]


def send_email(
    *,
    address: str,
    event: EventSpec,
    params: Mapping[str, str],
    now: datetime,
    attachment: Attachment | None = None,
    place: Place | None = None,
    language: str = "ru",
    recipient_id: int | None = None,
) -> int:
    """Promise a letter to an address that need not belong to any recipient; returns the delivery's key.

    ``recipient_id`` says whose message it is all the same, so that it goes when their cabinet goes.
    """
    require_transaction()
    require_sense(event, params, place=place)
    installation = cache(site.installation)
    said = words_of(event=event, params=params, language=language, installation=installation)
    delivery = letter(
        to=Addressee(recipient_id=recipient_id, address=address, language=language),
        event=event,
        said=said,
        place=place,
        attachment=attachment,
        installation=installation,
        now=now,
    )
    return enqueue([delivery], event=event)[0]


def mark_read(*, recipient_id: int, now: datetime, notice_public_ids: Sequence[str] | None = None) -> int:
    """Mark notices read by their public ids, or all of them when None; says how many were unread."""
    unread = Notice.objects.filter(recipient_id=recipient_id, read_at__isnull=True)
    if notice_public_ids is not None:
        unread = unread.filter(public_id__in=notice_public_ids)
    return unread.update(read_at=now)
