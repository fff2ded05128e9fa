"""Writes: recipients, their switches, and promises to tell.

Everything but ``mark_read`` is a step: the caller's transaction makes the promise and the business change
one thing, so that neither exists without the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from svet.gateways.mail.port import Attachment
from svet.kernel.transactions import require_transaction
from svet.notices import jobs
from svet.notices.models import Delivery, Notice, Recipient
from svet.notices.rules import (
    SENSITIVE,
    Channel,
    Event,
    Preferences,
    SendingChannel,
    differences,
    give_up_at,
    missing_params,
    wants,
)
from svet.notices.texts import words
from svet.notices.words import Words
from svet.site import queries as site

__all__ = [
    "Attachment",
    "Tiding",
    "add_recipient",
    "mark_read",
    "send_email",
    "send_sms",
    "set_addresses",
    "set_preferences",
    "tell",
    "tell_many",
]


def add_recipient(*, phone: str, email: str = "", language: str = "ru") -> int:
    """Make somebody tellable; the key goes to the caller's own row."""
    require_transaction()
    return Recipient.objects.create(phone=phone, email=email, language=language).id


def set_addresses(
    *,
    recipient_id: int,
    phone: str | None = None,
    email: str | None = None,
    email_confirmed: bool | None = None,
    language: str | None = None,
) -> None:
    """Change the given addresses; what is None stays."""
    require_transaction()
    given = {"phone": phone, "email": email, "email_confirmed": email_confirmed, "language": language}
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        Recipient.objects.filter(id=recipient_id).update(**changes)


def set_preferences(
    *,
    recipient_id: int,
    preferences: Preferences | None = None,
    email_on: bool | None = None,
    sms_on: bool | None = None,
) -> None:
    """Move the switches; locked ones stay on whatever is asked."""
    require_transaction()
    changes: dict[str, object] = {}
    if preferences is not None:
        changes["preferences"] = differences(preferences)
    if email_on is not None:
        changes["email_on"] = email_on
    if sms_on is not None:
        changes["sms_on"] = sms_on
    if changes:
        Recipient.objects.filter(id=recipient_id).update(**changes)


@dataclass(frozen=True, slots=True)
class Tiding:
    """What one person is told; ``url`` is a path inside the cabinet.

    ``already`` names the channels by which the caller tells the same in its own way (a letter with a file).
    """

    recipient_id: int
    params: Mapping[str, str]
    url: str = ""
    already: Collection[Channel] = ()


def tell(
    *,
    recipient_id: int,
    event: Event,
    params: Mapping[str, str],
    now: datetime,
    url: str = "",
    already: Collection[Channel] = (),
) -> None:
    """Tell one person of ``event`` by every channel they want.

    :raises Recipient.DoesNotExist: there is nobody to tell.
    """
    tell_many(event=event, tidings=[Tiding(recipient_id, params, url, already)], now=now)


def tell_many(*, event: Event, tidings: Sequence[Tiding], now: datetime) -> None:
    """Tell many people of the same kind of event, each in their own words, in a few statements.

    :raises Recipient.DoesNotExist: there is nobody to tell.
    """
    require_transaction()
    recipients = Recipient.objects.in_bulk({tiding.recipient_id for tiding in tidings})
    installation = site.installation()
    notices: list[Notice] = []
    deliveries: list[Delivery] = []
    for tiding in tidings:
        recipient = recipients.get(tiding.recipient_id)
        if recipient is None:
            raise Recipient.DoesNotExist
        _require_values(event, tiding.params)
        channels = _channels(recipient, event=event) - set(tiding.already)
        if not channels:
            continue
        said = _words(
            event=event, params=tiding.params, language=recipient.language, installation=installation
        )
        if Channel.BELL in channels:
            notices.append(
                Notice(
                    recipient=recipient,
                    event=event,
                    title=said.title,
                    text=said.text,
                    url=tiding.url,
                    created_at=now,
                )
            )
        if Channel.SMS in channels:
            deliveries.append(
                _sms(recipient_id=recipient.id, phone=recipient.phone, event=event, said=said, now=now)
            )
        if Channel.EMAIL in channels:
            deliveries.append(
                _letter(
                    recipient_id=recipient.id,
                    address=recipient.email,
                    event=event,
                    said=said,
                    language=recipient.language,
                    url=tiding.url,
                    attachment=None,
                    installation=installation,
                    now=now,
                )
            )
    Notice.objects.bulk_create(notices)
    _promise(deliveries, event=event)


def _channels(recipient: Recipient, *, event: Event) -> set[Channel]:
    """By which channels the person wants the event and can be reached."""
    reachable = {Channel.BELL}
    if recipient.phone:
        reachable.add(Channel.SMS)
    # An unconfirmed address may belong to a stranger: it gets nothing but the code that confirms it.
    if recipient.email and recipient.email_confirmed:
        reachable.add(Channel.EMAIL)
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


def send_sms(
    *,
    phone: str,
    event: Event,
    params: Mapping[str, str],
    now: datetime,
    language: str = "ru",
    recipient_id: int | None = None,
) -> int:
    """Promise an SMS to a number that need not belong to any recipient; returns the delivery's key.

    ``recipient_id`` says whose message it is all the same, so that it goes when their cabinet goes.
    """
    require_transaction()
    said = _words(event=event, params=params, language=language, installation=site.installation())
    delivery = _sms(recipient_id=recipient_id, phone=phone, event=event, said=said, now=now)
    return _promise([delivery], event=event)[0]


def send_email(
    *,
    address: str,
    event: Event,
    params: Mapping[str, str],
    now: datetime,
    attachment: Attachment | None = None,
    url: str = "",
    language: str = "ru",
    recipient_id: int | None = None,
) -> int:
    """Promise a letter to an address that need not belong to any recipient; returns the delivery's key.

    ``recipient_id`` says whose message it is all the same, so that it goes when their cabinet goes.
    """
    require_transaction()
    installation = site.installation()
    said = _words(event=event, params=params, language=language, installation=installation)
    delivery = _letter(
        recipient_id=recipient_id,
        address=address,
        event=event,
        said=said,
        language=language,
        url=url,
        attachment=attachment,
        installation=installation,
        now=now,
    )
    return _promise([delivery], event=event)[0]


def mark_read(*, recipient_id: int, now: datetime, notice_ids: Sequence[str] | None = None) -> int:
    """Mark notices read by their public ids, or all of them when None; says how many were unread."""
    unread = Notice.objects.filter(recipient_id=recipient_id, read_at__isnull=True)
    if notice_ids is not None:
        unread = unread.filter(public_id__in=notice_ids)
    return unread.update(read_at=now)


def _require_values(event: Event, params: Mapping[str, str]) -> None:
    """Even a person who wants no word of it finds the caller's mistake."""
    missing = missing_params(event, params)
    if missing:
        raise ValueError(f"the text of {event} needs {', '.join(missing)}")


def _words(
    *, event: Event, params: Mapping[str, str], language: str, installation: site.InstallationView
) -> Words:
    _require_values(event, params)
    with translation.override(language):
        return words(event=event, params=params, brand=installation.brand, hotline=installation.hotline)


def _promise(deliveries: Sequence[Delivery], *, event: Event) -> list[int]:
    """Write the promises down and wake somebody for each."""
    keys = [delivery.id for delivery in Delivery.objects.bulk_create(deliveries)]
    jobs.wake_many(delivery_ids=keys, event=event)
    return keys


def _sms(*, recipient_id: int | None, phone: str, event: Event, said: Words, now: datetime) -> Delivery:
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.SMS,
        address=phone,
        event=event,
        body=said.sms or said.title,
        sensitive=event in SENSITIVE,
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )


def _letter(
    *,
    recipient_id: int | None,
    address: str,
    event: Event,
    said: Words,
    language: str,
    url: str,
    attachment: Attachment | None,
    installation: site.InstallationView,
    now: datetime,
) -> Delivery:
    context = {
        "said": said,
        "installation": installation,
        "url": urljoin(settings.BASE_URL, url) if url else "",
        "preferences_url": "" if recipient_id is None else urljoin(settings.BASE_URL, "/profile/"),
        "language": language,
        "attachment_name": attachment.name if attachment else "",
    }
    with translation.override(language):
        body = render_to_string("notices/letter.txt", context)
        html = render_to_string("notices/letter.html", context)
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.EMAIL,
        address=address,
        event=event,
        subject=said.title[:200],
        body=body,
        html=html,
        attachment_name=attachment.name if attachment else "",
        attachment_type=attachment.media_type if attachment else "",
        attachment=attachment.content if attachment else None,
        sensitive=event in SENSITIVE,
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )
