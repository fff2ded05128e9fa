"""The second step of a sign-in: asking for it, recovery codes, trusted browsers, telling about changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_receipt_number
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import count, forget, spend
from svet.limits.rules import LimitName
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Device, Person
from svet.people.models.digests import cookie_digest
from svet.people.operations import totp
from svet.people.operations.passwords import check_current
from svet.people.operations.recovery_sheets import make_sheet, use_code
from svet.people.queries import factors as queries
from svet.people.rules.codes import CodeRefused
from svet.people.rules.factors import TRUST_LIFE, FactorReason, FactorRefused, recovery_code_in, spaced


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """Fresh recovery codes, shown once, and the number under which that is journalled."""

    number: str
    codes: tuple[str, ...]
    made_at: datetime


def confirm_password(*, person_id: int, password: str, now: datetime) -> None:
    """Let a signed-in person prove that it is they. :raises PasswordRefused: :raises LimitReached:"""
    check_current(person=Person.objects.get(pk=person_id), password=password, field="password", now=now)


def pass_second_step(*, person_id: int, code: object, address: str, now: datetime) -> None:
    """Take the second step by a code: six digits of the application or ten of a recovery sheet.

    :raises FactorRefused: :raises CodeRefused: neither fits. :raises LimitReached: too many tries.
    """
    by = Actor.person(person_id, address=address)
    recovery = recovery_code_in(code)
    if recovery is None:
        totp.check_totp(person_id=person_id, code=code, by=by, now=now)
        return
    seen = totp.seen_key(person_id, "recovery", recovery, now=None)
    if totp.was_wrong(seen, now=now):
        raise FactorRefused(FactorReason.WRONG, field="code")
    spend(limit=LimitName.SECOND_FACTOR, key=str(person_id), now=now)
    with use_case():
        fits = use_code(person_id=person_id, code=recovery)
        if fits:
            person = Person.objects.get(pk=person_id)
            note_change(person=person, change="code_used", by=by, now=now)
    if not fits:
        journal.record_security(by=by, action="recovery_code.wrong", now=now)
        count(limit=LimitName.SECOND_FACTOR_SEEN, key=seen, now=now)
        raise FactorRefused(FactorReason.WRONG, field="code")
    forget(limit=LimitName.SECOND_FACTOR, key=str(person_id))


def turn_on_totp(
    *, person_id: int, secret: str, code: object, address: str, now: datetime
) -> RecoverySheet | None:
    """Connect an application; the first factor of a person brings a sheet of recovery codes.

    :raises CodeRefused: the code does not fit. :raises LimitReached:
    """
    by = Actor.person(person_id, address=address)
    totp.enrol_totp(person_id=person_id, secret=secret, code=code, by=by, now=now)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        note_change(person=person, change="app_on", by=by, now=now)
        return first_sheet(person=person, by=by, now=now)


def turn_off_totp(*, person_id: int, address: str, now: datetime) -> None:
    """Disconnect the application; with the last factor the recovery codes and the trust go too.

    :raises FactorRefused: it is the last one, and everybody needs one here
    """
    by = Actor.person(person_id, address=address)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if not totp.has_totp(person_id=person_id):
            return
        totp.forget_totp(person=person, by=by, reason="", now=now)
        keep_one(person=person)
        tidy_up(person=person)
        note_change(person=person, change="app_off", by=by, now=now)


def make_recovery_codes(*, person_id: int, address: str, now: datetime) -> RecoverySheet:
    """Replace the sheet of recovery codes. :raises FactorRefused: there is nothing to recover"""
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if not queries.second_factor(person_id=person_id).on:
            raise FactorRefused(FactorReason.NONE)
        by = Actor.person(person_id, address=address)
        note_change(person=person, change="codes", by=by, now=now)
        return _sheet(person=person, by=by, now=now)


def first_sheet(*, person: Person, by: Actor, now: datetime) -> RecoverySheet | None:
    """Recovery codes for somebody who has none yet, in the caller's transaction."""
    require_transaction()
    if queries.second_factor(person_id=person.pk).codes_left:
        return None
    return _sheet(person=person, by=by, now=now)


def _sheet(*, person: Person, by: Actor, now: datetime) -> RecoverySheet:
    codes = make_sheet(person=person)
    number = new_receipt_number("К")
    journal.record(
        by=by,
        action="recovery_codes.made",
        subject="person",
        subject_id=person.public_id,
        now=now,
        after={"sheet": number},
    )
    return RecoverySheet(number, tuple(map(spaced, codes)), now)


def remove_factors(*, person: Person, by: Actor, reason: str, now: datetime) -> None:
    """Take every factor away, as the office does when they are lost. In the caller's transaction."""
    require_transaction()
    Authenticator.objects.filter(user=person).delete()
    tidy_up(person=person)
    journal.record(
        by=by,
        action="second_factor.removed",
        subject="person",
        subject_id=person.public_id,
        now=now,
        reason=reason,
    )


def keep_one(*, person: Person) -> None:
    """Let nobody take their last factor away where everybody needs one. In the caller's transaction.

    :raises FactorRefused: there is none left
    """
    require_transaction()
    if queries.lacks_second_step(person_id=person.pk):
        raise FactorRefused(FactorReason.LAST)


def tidy_up(*, person: Person) -> None:
    """Without any factor there is nothing to recover and no second step to trust a browser with."""
    require_transaction()
    if not queries.second_factor(person_id=person.pk).on:
        Authenticator.objects.filter(user=person).delete()
        forget_trust(person_id=person.pk)


def note_change(*, person: Person, change: str, by: Actor, now: datetime) -> None:
    """Tell the person what happened to their second step, by every channel."""
    require_transaction()
    journal.record_security(
        by=by, action=f"second_factor.{change}", subject="person", subject_id=person.public_id, now=now
    )
    notices.notify(
        recipient_id=person.recipient_id,
        event=events.SECOND_FACTOR,
        params={"change": change, "at": moment(now)},
        place=Place("second-factor"),
        now=now,
    )


def trust_device(*, person_id: int, cookie: str, address: str, now: datetime) -> None:
    """Ask this browser for no second step during a month."""
    with use_case():
        mine = Device.objects.filter(person_id=person_id, cookie_digest=cookie_digest(cookie))
        if mine.update(trusted_until=now + TRUST_LIFE):
            journal.record_security(
                by=Actor.person(person_id, address=address), action="device.trusted", now=now
            )


def distrust_device(*, person_id: int, device_public_id: str, address: str, now: datetime) -> None:
    """Ask a browser for the second step again; nothing happens if it was not trusted."""
    with use_case():
        if forget_trust(person_id=person_id, device_public_id=device_public_id):
            journal.record_security(
                by=Actor.person(person_id, address=address),
                action="device.distrusted",
                subject="device",
                subject_id=device_public_id,
                now=now,
            )


def forget_trust(*, person_id: int, device_public_id: str = "", keep_session: str = "") -> int:
    """Stop trusting the person's browsers, or one of them; says how many were trusted."""
    require_transaction()
    trusted = Device.objects.filter(person_id=person_id, trusted_until__isnull=False)
    if device_public_id:
        trusted = trusted.filter(public_id=device_public_id)
    if keep_session:
        trusted = trusted.exclude(session_key=keep_session)
    return trusted.update(trusted_until=None)


def check_api_step(*, person_id: int, code: str, address: str, now: datetime) -> None:
    """The second step of a sign-in without a browser: asked whenever the person has one.

    :raises FactorRefused: it was not given, is wrong, or has to be connected first. :raises LimitReached:
    """
    if queries.lacks_second_step(person_id=person_id):
        raise FactorRefused(FactorReason.NEEDED, field="second_factor")
    if not queries.second_factor(person_id=person_id).on:
        return
    if not code:
        raise FactorRefused(FactorReason.REQUIRED, field="second_factor")
    try:
        pass_second_step(person_id=person_id, code=code, address=address, now=now)
    except (FactorRefused, CodeRefused) as refused:
        raise FactorRefused(FactorReason.WRONG, field="second_factor") from refused
