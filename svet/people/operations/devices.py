"""Browsers in which a person is signed in: remembering, recognising, signing out elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.notices import operations as notices
from svet.notices.rules import Event
from svet.people.digests import cookie_digest
from svet.people.models import Device, Person
from svet.people.rules.agents import name_of_agent
from svet.people.rules.names import ProfileReason
from svet.people.rules.stamps import stamp

_SEEN_EVERY = timedelta(minutes=10)


def remember_device(
    *, person_id: int, cookie: str, session_key: str, agent: str, address: str, now: datetime
) -> Device:
    """Note that the person signed in here; a browser never seen before is told about to its owner."""
    person = Person.objects.get(pk=person_id)
    with use_case():
        known = Device.objects.select_for_update().filter(person=person)
        first_ever = not known.exists()
        device, created = Device.objects.update_or_create(
            person=person,
            cookie_digest=cookie_digest(cookie),
            defaults={
                "session_key": session_key,
                "agent": agent[:200],
                "address": address,
                "last_seen_at": now,
            },
            create_defaults={
                "session_key": session_key,
                "agent": agent[:200],
                "address": address,
                "first_seen_at": now,
                "last_seen_at": now,
            },
        )
        journal.record_security(
            by=Actor.person(person_id, address=address),
            action="session.opened",
            subject="device",
            subject_id=device.public_id,
            now=now,
        )
        if created and not first_ever:
            notices.tell(
                recipient_id=person.recipient_id,
                event=Event.NEW_DEVICE,
                params={"device": name_of_agent(agent), "at": stamp(now)},
                url="/profile/devices/",
                now=now,
            )
    return device


def seen(*, session_key: str, address: str, now: datetime) -> None:
    """Move the last visit of a session forward, at most once in ten minutes."""
    Device.objects.filter(session_key=session_key, last_seen_at__lt=now - _SEEN_EVERY).update(
        last_seen_at=now, address=address
    )


def move_session(*, before: str, after: str) -> None:
    """Follow a session whose key was renewed."""
    Device.objects.filter(session_key=before).update(session_key=after)


def close_sessions(*, person_id: int, keep_session: str = "") -> int:
    """End the person's sessions but one and trust no other browser; says how many were open."""
    require_transaction()
    devices = Device.objects.filter(person_id=person_id).exclude(session_key="")
    keys = list(devices.exclude(session_key=keep_session).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    Device.objects.filter(person_id=person_id, session_key__in=keys).update(session_key="")
    trusted = Device.objects.filter(person_id=person_id, trusted_until__isnull=False)
    (trusted.exclude(session_key=keep_session) if keep_session else trusted).update(trusted_until=None)
    return len(keys)


def end_session(*, person_id: int, device_public_id: str, address: str, now: datetime) -> None:
    """Sign the person out of one device. :raises NotFound: it is not theirs."""
    with use_case():
        device = (
            Device.objects.select_for_update().filter(person_id=person_id, public_id=device_public_id).first()
        )
        if device is None:
            raise NotFound(ProfileReason.NO_SUCH)
        Session.objects.filter(session_key=device.session_key).delete()
        Device.objects.filter(pk=device.pk).update(session_key="", trusted_until=None)
        journal.record_security(
            by=Actor.person(person_id, address=address),
            action="session.ended",
            subject="device",
            subject_id=device.public_id,
            now=now,
        )


def end_other_sessions(*, person_id: int, session_key: str, address: str, now: datetime) -> int:
    """Sign the person out everywhere but here; says of how many devices."""
    with use_case():
        count = close_sessions(person_id=person_id, keep_session=session_key)
        journal.record_security(
            by=Actor.person(person_id, address=address),
            action="session.ended_elsewhere",
            now=now,
            details={"count": count},
        )
    return count
