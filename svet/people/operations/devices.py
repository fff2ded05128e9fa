"""Browsers in which a person is signed in: remembering, recognising, signing out elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.notices.operations.messengers import forget_invitation
from svet.people import events
from svet.people.models import Device, Person
from svet.people.models.digests import cookie_digest
from svet.people.queries import recipient_of
from svet.people.rules.agents import name_of_agent
from svet.people.rules.names import ProfileReason

_SEEN_EVERY = timedelta(minutes=10)


def remember_device(
    *, person_id: int, cookie: str, session_key: str, agent: str, address: str, now: datetime
) -> str:
    """Note that the person signed in here; a browser never seen before is told about to its owner.

    Says the id of the browser among theirs.
    """
    person = Person.objects.get(pk=person_id)
    with use_case():
        # One browser, one cabinet: whoever used it before, and did not sign out, reads no notices here.
        before = Device.objects.filter(cookie_digest=cookie_digest(cookie)).exclude(person=person)
        for device in before.exclude(session_key=""):
            _end(person_id=device.person_id, devices=[device])
        known = Device.objects.select_for_update().filter(person=person)
        first_ever = not known.exists()
        # One browser, one session: an earlier one of the same cookie would live on where no page lists it.
        earlier = known.filter(cookie_digest=cookie_digest(cookie)).exclude(session_key=session_key)
        Session.objects.filter(session_key__in=[device.session_key for device in earlier]).delete()
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
            notices.notify(
                recipient_id=person.recipient_id,
                event=events.NEW_DEVICE,
                params={"device": name_of_agent(agent), "at": moment(now)},
                place=Place("devices"),
                now=now,
            )
    return device.public_id


def seen(*, session_key: str, address: str, now: datetime) -> None:
    """Move the last visit of a session forward, at most once in ten minutes."""
    Device.objects.filter(session_key=session_key, last_seen_at__lt=now - _SEEN_EVERY).update(
        last_seen_at=now, address=address
    )


def move_session(*, before: str, after: str) -> None:
    """Follow a session whose key was renewed."""
    Device.objects.filter(session_key=before or "-").update(session_key=after)


def sign_out(*, session_key: str) -> None:
    """Note that the person signed out in this browser: it shows no notices of theirs any more."""
    with use_case():
        for device in Device.objects.select_for_update().filter(session_key=session_key or "-"):
            _end(person_id=device.person_id, devices=[device])


def _end(*, person_id: int, devices: Sequence[Device]) -> None:
    """What was open there is ended with the row that lists it: nothing may stay open unlisted."""
    Session.objects.filter(session_key__in=[d.session_key for d in devices if d.session_key]).delete()
    Device.objects.filter(pk__in=[device.pk for device in devices]).update(session_key="")
    notices.forget_devices(
        recipient_id=recipient_of(person_id), device_keys=[device.public_id for device in devices]
    )


def close_sessions(*, person_id: int, keep_session: str = "") -> int:
    """End the person's sessions but one and trust no other browser; says how many were open."""
    require_transaction()
    devices = Device.objects.filter(person_id=person_id)
    others = list(devices.exclude(session_key=keep_session) if keep_session else devices)
    count = sum(bool(device.session_key) for device in others)
    _end(person_id=person_id, devices=others)
    # Whoever is signed out may have made a link that connects a messenger, and have it still.
    forget_invitation(recipient_id=recipient_of(person_id))
    trusted = Device.objects.filter(person_id=person_id, trusted_until__isnull=False)
    (trusted.exclude(session_key=keep_session) if keep_session else trusted).update(trusted_until=None)
    return count


def end_session(*, person_id: int, device_public_id: str, address: str, now: datetime) -> None:
    """Sign the person out of one device. :raises NotFound: it is not theirs."""
    with use_case():
        device = (
            Device.objects.select_for_update().filter(person_id=person_id, public_id=device_public_id).first()
        )
        if device is None:
            raise NotFound(ProfileReason.NO_SUCH)
        Device.objects.filter(pk=device.pk).update(trusted_until=None)
        _end(person_id=person_id, devices=[device])
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


def forget_devices(*, before: datetime, most: int) -> int:
    """Delete browsers that nobody has come with since a moment, ``most`` of them; says how many.

    One with an open session stays on its person's list, whatever the term.
    """
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    gone = list(Device.objects.filter(~Exists(alive), last_seen_at__lt=before).order_by("pk")[:most])
    with use_case():
        for person_id in {device.person_id for device in gone}:
            keys = [device.public_id for device in gone if device.person_id == person_id]
            notices.forget_devices(recipient_id=recipient_of(person_id), device_keys=keys)
        seen_since = Device.objects.filter(pk__in=[device.pk for device in gone], last_seen_at__lt=before)
        return seen_since.delete()[0] if gone else 0
