"""Browsers that show notices: asked for by the person in that very browser, ended by either of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from django.conf import settings

from svet.gateways.push.endpoints import is_known
from svet.gateways.push.port import BrowserAddress
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction
from svet.notices.models import Recipient, Subscription
from svet.notices.operations.promises import enqueue, push, require_sense, words_of
from svet.notices.queries import BrowserView, browser_view
from svet.notices.rules import MOST_SUBSCRIPTIONS, EventSpec
from svet.site import queries as site


class UnusableSubscription(Exception):
    """What the browser gave is no address of a known push service, or nothing can be encrypted for it."""


def subscribe(
    *,
    recipient_id: int,
    browser: BrowserAddress,
    device_key: str,
    label: str,
    welcome: EventSpec,
    place: Place,
    now: datetime,
) -> BrowserView:
    """Show the recipient's notices in this browser from now on, and say so there at once (``welcome``).

    A device has one subscription; a browser's endpoint belongs to whoever asked last, as the browser itself
    does; of more than ten the oldest goes.

    :raises UnusableSubscription: an unknown service, or keys that are none.
    :raises Recipient.DoesNotExist: there is nobody to tell.
    """
    require_transaction()
    if not settings.PUSH_PUBLIC_KEY or not is_known(browser.endpoint, hosts=settings.PUSH_HOSTS):
        raise UnusableSubscription
    if not browser.has_keys():
        raise UnusableSubscription
    recipient = Recipient.objects.select_for_update().get(pk=recipient_id)
    mine = Subscription.objects.filter(recipient=recipient)
    terms = asdict(browser) | {"server_key": settings.PUSH_PUBLIC_KEY}
    same = mine.filter(device_key=device_key, **terms).first()
    if same is not None:
        return browser_view(same)
    Subscription.objects.filter(endpoint=browser.endpoint).delete()
    mine.filter(device_key=device_key).delete()
    for oldest in mine.order_by("-id")[MOST_SUBSCRIPTIONS - 1 :]:
        oldest.delete()
    made = Subscription.objects.create(
        recipient=recipient, device_key=device_key, label=label[:120], created_at=now, **terms
    )
    require_sense(welcome, {}, place=place)
    said = words_of(event=welcome, params={}, language=recipient.language, installation=site.installation)
    first = push(
        subscription=made,
        recipient_id=recipient_id,
        event=welcome,
        said=said,
        language=recipient.language,
        place=place,
        now=now,
    )
    enqueue([first], event=welcome)
    return browser_view(made)


def unsubscribe(*, recipient_id: int, public_id: str) -> BrowserView | None:
    """Show nothing in that browser any more; what it was, or None: it is not theirs."""
    require_transaction()
    found = Subscription.objects.filter(recipient_id=recipient_id, public_id=public_id).first()
    if found is None:
        return None
    Subscription.objects.filter(pk=found.pk).delete()
    return browser_view(found)


def forget_devices(*, recipient_id: int, device_keys: Collection[str]) -> None:
    """Show nothing any more where the person is no longer signed in."""
    require_transaction()
    Subscription.objects.filter(recipient_id=recipient_id, device_key__in=device_keys).delete()
