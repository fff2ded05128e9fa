"""Deleting a person's cabinet: everything personal goes, the row stays for what the law keeps."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction
from svet.people.models import Code, Consent, Device, Person, Token
from svet.people.operations.devices import close_sessions
from svet.people.operations.passwords import check_current
from svet.people.queries import PersonView, view_of


def check_leaving(*, person_id: int, password: str, now: datetime) -> PersonView:
    """Let somebody prove that it is they who leave. :raises PasswordRefused: :raises LimitReached:"""
    person = Person.objects.get(pk=person_id)
    check_current(person=person, password=password, field="password", now=now)
    return view_of(person)


def forget_person(*, person_id: int, by: Actor, now: datetime) -> None:
    """Clear the person's row and drop what only the cabinet needed. In the caller's transaction.

    Consents stay without addresses: that they were given, and when, must be provable. The phone is free.
    """
    require_transaction()
    person = Person.objects.select_for_update().get(pk=person_id)
    close_sessions(person_id=person_id)
    targets = [target for target in (person.phone, person.email) if target]
    Code.objects.filter(Q(person=person) | Q(target__in=targets)).delete()
    Authenticator.objects.filter(user=person).delete()
    Token.objects.filter(person=person).delete()
    Device.objects.filter(person=person).delete()
    Consent.objects.filter(person=person).update(address="")
    Consent.objects.filter(person=person, withdrawn_at__isnull=True).update(withdrawn_at=now)
    journal.record(by=by, action="person.deleted", subject="person", subject_id=person.public_id, now=now)
    Person.objects.filter(pk=person_id).update(
        phone=f"-{person.public_id[:15]}",
        password="!",  # noqa: S106 - no password fits this
        first_name="",
        patronymic="",
        last_name="",
        birth_on=None,
        sex="",
        email="",
        email_confirmed_at=None,
        recovered_at=None,
        simple_account="",
        journal_key="",
        is_active=False,
        closed_at=now,
    )
