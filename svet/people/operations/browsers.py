"""Notices in browsers: asked for where the person is signed in, ended with that sign-in."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.notices.queries import BrowserView
from svet.people import events
from svet.people.models import Device, Person
from svet.people.rules.agents import name_of_agent
from svet.people.rules.names import ProfileReason, ProfileRefused


def show_notices_here(
    *,
    person_id: int,
    session_key: str,
    endpoint: str,
    p256dh: str,
    auth: str,
    address: str,
    now: datetime,
) -> BrowserView:
    """Show notices in the browser of this session; asked again, nothing changes.

    :raises ProfileRefused: no known push service, unusable keys, or the person signed out there meanwhile.
    :raises LimitReached:
    """
    device = Device.objects.filter(person_id=person_id, session_key=session_key).first()
    if device is None or not session_key:
        raise ProfileRefused(ProfileReason.NO_SUCH)
    return _subscribe(
        person_id=person_id,
        device_key=device.public_id,
        label=name_of_agent(device.agent),
        browser=(endpoint, p256dh, auth),
        address=address,
        now=now,
    )


def show_notices_to_program(
    *,
    person_id: int,
    token_public_id: str,
    label: str,
    endpoint: str,
    p256dh: str,
    auth: str,
    address: str,
    now: datetime,
) -> BrowserView:
    """Push notices to a program that holds a key of the person's, until the key is revoked.

    :raises ProfileRefused: no known push service, or unusable keys. :raises LimitReached:
    """
    return _subscribe(
        person_id=person_id,
        device_key=token_public_id,
        label=label,
        browser=(endpoint, p256dh, auth),
        address=address,
        now=now,
    )


def hide_notices(*, person_id: int, subscription_public_id: str, address: str, now: datetime) -> None:
    """Show no more notices in that browser. :raises NotFound: it shows none of this person's."""
    with use_case():
        person = Person.objects.get(pk=person_id)
        gone = notices.unsubscribe(recipient_id=person.recipient_id, public_id=subscription_public_id)
        if gone is None:
            raise NotFound(ProfileReason.NO_SUCH)
        journal.record_security(
            by=Actor.person(person_id, address=address),
            action="browser.hidden",
            subject="browser",
            subject_id=subscription_public_id,
            now=now,
        )


def _subscribe(
    *,
    person_id: int,
    device_key: str,
    label: str,
    browser: tuple[str, str, str],
    address: str,
    now: datetime,
) -> BrowserView:
    spend(limit=LimitName.BROWSERS_PER_PERSON, key=str(person_id), now=now)
    with use_case():
        person = Person.objects.get(pk=person_id)
        try:
            made = notices.subscribe(
                recipient_id=person.recipient_id,
                browser=notices.BrowserAddress(*browser),
                device_key=device_key,
                label=label,
                welcome=events.PUSH_ON,
                place=Place("notification-settings"),
                now=now,
            )
        except notices.UnusableSubscription:
            raise ProfileRefused(ProfileReason.BROWSER, field="endpoint") from None
        if made.created_at == now:
            journal.record_security(
                by=Actor.person(person_id, address=address),
                action="browser.shown",
                subject="browser",
                subject_id=made.public_id,
                now=now,
            )
    return made
