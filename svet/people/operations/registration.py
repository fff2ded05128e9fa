"""«Регистрация»: phone, password, two agreements, a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import require
from svet.limits.rules import Purpose
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Code, Consent, Person
from svet.people.operations import codes, pumping
from svet.people.operations.passwords import acceptable, hashed
from svet.people.queries import Challenge, PersonView, texts_in_force, view_of
from svet.people.rules.codes import CodePurpose, CodeReason, CodeRefused, normalise_code
from svet.people.rules.entrance import RegistrationReason
from svet.people.rules.names import normalise_email, normalise_name
from svet.people.rules.phones import normalise_phone


class RegistrationRefused(Refused):
    """An agreement is missing, or the phone has a cabinet already."""


def start_registration(
    *,
    phone: object,
    password: object,
    agreed: bool | Mapping[str, int],
    consented: bool,
    session_key: str,
    address: str,
    now: datetime,
    work: str = "",
) -> Challenge:
    """Promise a code to the phone and keep, hashed, what its right answer will create.

    ``agreed``: whether, or by kind to which versions of the texts; without them to those in force now.

    A phone that already has a cabinet gets the same answer by the same work; its owner is told, at most
    once a day, that somebody tried.

    :raises PhoneRefused: :raises PasswordRefused: :raises RegistrationRefused: :raises LimitReached:
    :raises WorkNeeded: the network is busy and no ``work`` came along
    """
    number = normalise_phone(phone)
    chosen = acceptable(password, phone=number)
    if not agreed:
        raise RegistrationRefused(RegistrationReason.NOT_AGREED, field="agreed")
    if not consented:
        raise RegistrationRefused(RegistrationReason.NOT_CONSENTED, field="consented")
    versions = agreed if isinstance(agreed, Mapping) else texts_in_force(today=timezone.localdate(now))
    pumped = pumping.suspected(phone=number, address=address, now=now)
    require(purpose=Purpose.REGISTRATION, address=address, work=work, now=now, suspicious=pumped)
    codes.spend_sms_limits(phone=number, now=now)
    pumping.note_sent(phone=number, address=address, now=now)
    may_warn = codes.take_once_a_day(phone=number, now=now)
    encoded = hashed(chosen)
    with use_case():
        known = Person.objects.filter(phone=number).exists()
        row, code = codes.challenge(
            of=codes.CodeTarget(purpose=CodePurpose.REGISTRATION, target=number, session_key=session_key),
            now=now,
            winnable=not known,
            data={"password": encoded, "agreements": dict(versions)},
        )
        warning = events.SOMEBODY_REGISTERS if may_warn else None
        codes.send_code_sms(
            phone=number, code=code, act="registration", now=now, event=warning if known else events.CODE
        )
    return row


def confirm_registration(
    *, session_key: str, code: object, address: str, now: datetime, work: str = ""
) -> PersonView:
    """Open the cabinet for whoever holds the phone.

    :raises CodeRefused: a wrong, late or spent code; the try is counted. :raises LimitReached:
    """
    given = normalise_code(code)
    codes.breaker_check(address=address, work=work, now=now)
    person: Person | None = None
    with use_case():
        outcome = codes.attempt(
            purpose=CodePurpose.REGISTRATION, session_key=session_key, code=given, now=now
        )
        if isinstance(outcome, Code):
            person = _open_cabinet(challenge=outcome, address=address, now=now)
    if person is None:
        codes.count_wrong(now=now)
        raise outcome if isinstance(outcome, CodeRefused) else CodeRefused(CodeReason.NO_CODE)
    pumping.note_confirmed(phone=person.phone, address=address, now=now)
    return view_of(person)


def _open_cabinet(*, challenge: Code, address: str, now: datetime) -> Person | None:
    """The new person, or nobody when the phone got a cabinet in another browser meanwhile."""
    # Held until the end of the transaction: two browsers may confirm the same phone at once.
    codes.hold_phone(phone=challenge.target)
    if Person.objects.filter(phone=challenge.target).exists():
        return None
    person = _create(phone=challenge.target, encoded=challenge.data["password"], now=now)
    record_consents(
        person=person, versions=challenge.data["agreements"], channel="web", address=address, now=now
    )
    journal.record(
        by=Actor.person(person.pk, address=address),
        action="person.registered",
        subject="person",
        subject_id=person.public_id,
        now=now,
        after={"agreements": challenge.data["agreements"]},
    )
    Code.objects.filter(pk=challenge.pk).update(data={})
    return person


def _create(*, phone: str, encoded: str, now: datetime, **names: str) -> Person:
    return Person.objects.create(
        phone=phone,
        password=encoded,
        recipient_id=notices.add_recipient(phone=phone),
        created_at=now,
        password_changed_at=now,
        **names,
    )


def record_consents(
    *, person: Person, versions: Mapping[str, int], channel: str, address: str, now: datetime
) -> None:
    """Keep which version of which text was agreed to, when and from where."""
    require_transaction()
    Consent.objects.bulk_create(
        Consent(person=person, kind=kind, version=version, channel=channel, address=address, given_at=now)
        for kind, version in versions.items()
    )


def register_directly(
    *,
    phone: object,
    password: str,
    now: datetime,
    first_name: str = "",
    patronymic: str = "",
    last_name: str = "",
    email: str = "",
    by: Actor | None = None,
) -> PersonView:
    """Open a cabinet at the retailer's desk or by the command line, without a code.

    The papers are signed there, so the agreements are recorded with the channel «office» and the e-mail, if
    one is given, counts as confirmed.

    :raises PhoneRefused: :raises ProfileRefused: a name or the e-mail cannot be kept.
    :raises RegistrationRefused: the phone has a cabinet already
    """
    number = normalise_phone(phone)
    if Person.objects.filter(phone=number).exists():
        raise RegistrationRefused(RegistrationReason.TAKEN)
    names = {
        "first_name": normalise_name(first_name, field="first_name"),
        "patronymic": normalise_name(patronymic, field="patronymic"),
        "last_name": normalise_name(last_name, field="last_name"),
    }
    versions = texts_in_force(today=timezone.localdate(now))
    mailbox = normalise_email(email) if email else ""
    encoded = hashed(password)
    actor = by or Actor.system("office")
    with use_case():
        person = _create(phone=number, encoded=encoded, now=now, **names)
        if mailbox:
            Person.objects.filter(pk=person.pk).update(email=mailbox, email_confirmed_at=now)
            notices.set_addresses(recipient_id=person.recipient_id, email=mailbox, email_confirmed=True)
        record_consents(person=person, versions=versions, channel="office", address=actor.address, now=now)
        journal.record(
            by=actor, action="person.registered", subject="person", subject_id=person.public_id, now=now
        )
    return view_of(person)
