"""The parts of the profile that need no confirmation, each kept on its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.notices import operations as notices
from svet.notices.rules import Preferences
from svet.people.models import Consent, Person, Theme
from svet.people.operations.sealing import sealed
from svet.people.rules.names import (
    FullName,
    ProfileReason,
    ProfileRefused,
    Sex,
    normalise_name,
    refuse_birth_date,
)
from svet.site import queries as site
from svet.site.rules import AgreementKind


def lock_person(*, person_id: int) -> None:
    """Let changes of one cabinet go one after another, until the end of the transaction (a step)."""
    require_transaction()
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person_id)


def _keep(*, person_id: int, changes: Mapping[str, Any], action: str, address: str, now: datetime) -> Person:
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        before = {name: _plain(getattr(person, name)) for name in changes}
        after = {name: _plain(value) for name, value in changes.items()}
        if before != after:
            for name, value in changes.items():
                setattr(person, name, value)
            person.save(update_fields=list(changes))
            journal.record(
                by=Actor.person(person_id, address=address),
                action=action,
                subject="person",
                subject_id=person.public_id,
                now=now,
                before=sealed(before, person_id=person_id),
                after=sealed(after, person_id=person_id),
            )
    return person


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def change_names(
    *, person_id: int, first_name: str, patronymic: str, last_name: str, now: datetime, address: str = ""
) -> None:
    """Keep the three parts of the name. :raises ProfileRefused:"""
    changes = {
        "first_name": normalise_name(first_name, field="first_name"),
        "patronymic": normalise_name(patronymic, field="patronymic"),
        "last_name": normalise_name(last_name, field="last_name"),
    }
    _keep(person_id=person_id, changes=changes, action="names.changed", address=address, now=now)


def change_birth_date(
    *, person_id: int, birth_on: date | None, today: date, now: datetime, address: str = ""
) -> None:
    """Keep the day of birth, or forget it. :raises ProfileRefused: no such day can be."""
    refuse_birth_date(birth_on, today=today)
    _keep(
        person_id=person_id,
        changes={"birth_on": birth_on},
        action="birth_date.changed",
        address=address,
        now=now,
    )


def change_person(
    *,
    person_id: int,
    name: FullName,
    birth_on: date | None,
    sex: str,
    today: date,
    now: datetime,
    address: str = "",
) -> None:
    """Keep name, day of birth and sex together, as one part of the page. :raises ProfileRefused:"""
    refuse_birth_date(birth_on, today=today)
    if sex not in list(Sex):
        raise ProfileRefused(ProfileReason.SEX, field="sex")
    changes = {
        **asdict(name.normalised()),
        "birth_on": birth_on,
        "sex": sex,
    }
    _keep(person_id=person_id, changes=changes, action="person.changed", address=address, now=now)


def change_language(*, person_id: int, language: str, now: datetime, address: str = "") -> None:
    """Keep the language of pages and notices: «ru» or «en»; anything else is Russian."""
    chosen = "en" if language == "en" else "ru"
    person = _keep(
        person_id=person_id,
        changes={"language": chosen},
        action="language.changed",
        address=address,
        now=now,
    )
    with use_case():
        notices.set_addresses(recipient_id=person.recipient_id, language=chosen)


def change_appearance(
    *, person_id: int, now: datetime, theme: str | None = None, large_text: bool | None = None
) -> None:
    """Keep how the pages should look for this person; what is None stays."""
    changes: dict[str, Any] = {}
    if theme is not None:
        changes["theme"] = theme if theme in Theme.values else ""
    if large_text is not None:
        changes["large_text"] = large_text
    _keep(person_id=person_id, changes=changes, action="appearance.changed", address="", now=now)


def change_notifications(
    *,
    person_id: int,
    preferences: Preferences,
    now: datetime,
    email_on: bool = True,
    sms_on: bool = True,
    address: str = "",
) -> None:
    """Keep «Настройки уведомлений»; obligatory notices stay on whatever is asked."""
    with use_case():
        person = Person.objects.get(pk=person_id)
        notices.set_preferences(
            recipient_id=person.recipient_id, preferences=preferences, email_on=email_on, sms_on=sms_on
        )
        journal.record(
            by=Actor.person(person_id, address=address),
            action="notifications.changed",
            subject="person",
            subject_id=person.public_id,
            now=now,
            after={"email_on": email_on, "sms_on": sms_on},
        )


def give_consent(
    *, person_id: int, kind: AgreementKind, address: str, now: datetime, version: int | None = None
) -> None:
    """Keep the agreement to a version, without one to that in force; given already, nothing changes."""
    if version is None:
        version = site.current_agreement(kind=kind, today=timezone.localdate(now)).version
    give_consents(person_id=person_id, versions={kind.value: version}, address=address, now=now)


def give_consents(*, person_id: int, versions: Mapping[str, int], address: str, now: datetime) -> None:
    """Keep the agreement to what was shown: versions by kind; what is given already stays as it is."""
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        for kind, version in versions.items():
            terms = {"person": person, "kind": kind, "version": version}
            if Consent.objects.filter(**terms, withdrawn_at__isnull=True).exists():
                continue
            Consent.objects.create(**terms, address=address, given_at=now)
            journal.record(
                by=Actor.person(person_id, address=address),
                action="consent.given",
                subject="person",
                subject_id=person.public_id,
                now=now,
                after={"kind": kind, "version": version},
            )


def withdraw_consent(*, person_id: int, kind: AgreementKind, address: str, now: datetime) -> None:
    """Take every standing consent of one kind back; the record that it stood remains."""
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        standing = Consent.objects.filter(person=person, kind=kind.value, withdrawn_at__isnull=True)
        if not standing.update(withdrawn_at=now):
            return
        journal.record(
            by=Actor.person(person_id, address=address),
            action="consent.withdrawn",
            subject="person",
            subject_id=person.public_id,
            now=now,
            after={"kind": kind.value},
        )
