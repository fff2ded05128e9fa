"""Rows of promised messages: what is written down of an SMS, a letter, a message, a notice in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from svet.gateways.mail.port import Attachment
from svet.kernel.places import Place, path_of
from svet.notices import jobs
from svet.notices.models import Delivery, Subscription
from svet.notices.rules import (
    EventSpec,
    SendingChannel,
    Words,
    give_up_at,
    missing_params,
    registry,
    shortened,
)
from svet.site import queries as site

# A row has two dozen values, and a statement holds 65,535.
_AT_ONCE: Final = 2_000
#: Asks for the retailer's settings, once for as many texts as one wants.
AskRetailer = Callable[[], site.InstallationView]
#: Where a person switches what they are told, and where they find what has no page of its own.
_PROFILE, _BELL = Place("profile"), Place("bell")


def require_sense(event: EventSpec, params: Mapping[str, str], *, place: Place | None) -> None:
    """Even of a person who wants no word of it the caller's mistake is found.

    :raises ValueError: no room has declared the event, a value of its text is missing, or it leads elsewhere
    """
    if not registry.is_declared(event):
        raise ValueError(f"no room has declared {event.code}")
    if place is not None and place.name not in event.places:
        raise ValueError(f"{event.code} does not lead to {place.name}")
    missing = missing_params(event, params)
    if missing:
        raise ValueError(f"the text of {event.code} needs {', '.join(missing)}")


def link_to(place: Place) -> str:
    """The whole address of a place, as it stands outside the cabinet."""
    return urljoin(settings.BASE_URL, path_of(place))


class _Values(Mapping[str, str]):
    """Values of a text; the retailer's name and hotline are asked for only when the text names them.

    A mapping and no ``dict``: a text that copies its values (``{**p, …}``) copies the two with them.
    """

    _RETAILERS = ("brand", "hotline")

    def __init__(self, params: Mapping[str, str], installation: AskRetailer) -> None:
        self._params, self._installation = params, installation

    def __getitem__(self, name: str) -> str:
        if name in self._params:
            return self._params[name]
        if name in self._RETAILERS:
            return str(getattr(self._installation(), name))
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._params
        yield from (name for name in self._RETAILERS if name not in self._params)

    def __len__(self) -> int:
        return len(set(self._params) | set(self._RETAILERS))


def words_of(
    *, event: EventSpec, params: Mapping[str, str], language: str, installation: AskRetailer
) -> Words:
    """The words of an event in a language."""
    with translation.override(language):
        return event.words(_Values(params, installation))


def enqueue(deliveries: Sequence[Delivery], *, event: EventSpec) -> list[int]:
    """Write the promises down and wake somebody for each."""
    made = Delivery.objects.bulk_create(deliveries, batch_size=_AT_ONCE)
    keys = [delivery.id for delivery in made]
    jobs.wake_many(delivery_ids=keys, event=event)
    return keys


def sms(*, recipient_id: int | None, phone: str, event: EventSpec, said: Words, now: datetime) -> Delivery:
    """A short message to a number in E.164."""
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.SMS,
        address=phone,
        event=event.code,
        body=said.sms or said.title,
        sensitive=event.secret,
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Where a letter goes and in which language; ``recipient_id`` None: to nobody that is known here."""

    recipient_id: int | None
    address: str
    language: str


def letter(
    *,
    to: Addressee,
    event: EventSpec,
    said: Words,
    place: Place | None,
    attachment: Attachment | None,
    installation: AskRetailer,
    now: datetime,
) -> Delivery:
    """A letter with both of its bodies."""
    context = {
        "said": said,
        "installation": installation(),
        "url": "" if place is None else link_to(place),
        "preferences_url": "" if to.recipient_id is None else link_to(_PROFILE),
        "language": to.language,
        "attachment_name": attachment.name if attachment else "",
    }
    with translation.override(to.language):
        body = render_to_string("notices/letter.txt", context)
        html = render_to_string("notices/letter.html", context)
    return Delivery(
        recipient_id=to.recipient_id,
        channel=SendingChannel.EMAIL,
        address=to.address,
        event=event.code,
        subject=said.title[:200],
        body=body,
        html=html,
        attachment_name=attachment.name if attachment else "",
        attachment_type=attachment.media_type if attachment else "",
        attachment=attachment.content if attachment else None,
        sensitive=event.secret,
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )


def message(*, recipient_id: int | None, reader: str, event: EventSpec, text: str, now: datetime) -> Delivery:
    """Plain words to somebody's account of the messenger."""
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.MESSENGER,
        address=reader,
        event=event.code,
        body=text,
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )


def push(
    *,
    subscription: Subscription,
    recipient_id: int,
    event: EventSpec,
    said: Words,
    language: str,
    place: Place | None,
    now: datetime,
) -> Delivery:
    """A notice in a browser; a touch opens the place it leads to."""
    shown = {
        "title": said.title,
        "text": shortened(said.text),
        "url": path_of(place or _BELL),
        "lang": language,
    }
    return Delivery(
        recipient_id=recipient_id,
        channel=SendingChannel.PUSH,
        address=subscription.label,
        subscription=subscription,
        event=event.code,
        body=json.dumps(shown, ensure_ascii=False),
        created_at=now,
        due_at=now,
        give_up_at=give_up_at(event, now),
    )
