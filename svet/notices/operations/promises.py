"""Rows of promised messages: what is written down of an SMS, a letter, a notice in a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from svet.gateways.mail.port import Attachment
from svet.notices import jobs
from svet.notices.models import Delivery, Subscription
from svet.notices.rules import SENSITIVE, Event, SendingChannel, give_up_at, missing_params, shortened
from svet.notices.texts import words
from svet.notices.words import Words
from svet.site import queries as site


def require_values(event: Event, params: Mapping[str, str]) -> None:
    """Even a person who wants no word of it finds the caller's mistake."""
    missing = missing_params(event, params)
    if missing:
        raise ValueError(f"the text of {event} needs {', '.join(missing)}")


def words_of(
    *, event: Event, params: Mapping[str, str], language: str, installation: site.InstallationView
) -> Words:
    """The words of an event in a language. :raises ValueError: a value of the text is missing."""
    require_values(event, params)
    with translation.override(language):
        return words(event=event, params=params, brand=installation.brand, hotline=installation.hotline)


def enqueue(deliveries: Sequence[Delivery], *, event: Event) -> list[int]:
    """Write the promises down and wake somebody for each."""
    keys = [delivery.id for delivery in Delivery.objects.bulk_create(deliveries)]
    jobs.wake_many(delivery_ids=keys, event=event)
    return keys


def sms(*, recipient_id: int | None, phone: str, event: Event, said: Words, now: datetime) -> Delivery:
    """A short message to a number in E.164."""
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


def letter(
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
    """A letter with both of its bodies."""
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


def push(
    *,
    subscription: Subscription,
    recipient_id: int,
    event: Event,
    said: Words,
    language: str,
    url: str,
    now: datetime,
) -> Delivery:
    """A notice in a browser; ``url`` is a path of the cabinet, opened by a touch."""
    shown = {"title": said.title, "text": shortened(said.text), "url": url or "/notices/", "lang": language}
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.PUSH,
        address=subscription.label,
        subscription=subscription,
        event=event,
        body=json.dumps(shown, ensure_ascii=False),
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )
