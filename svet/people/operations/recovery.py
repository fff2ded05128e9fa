"""«Вспомнить пароль»: phone, code, new password."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.limits.operations import require, spend
from svet.limits.rules import LimitName, Purpose
from svet.people import events
from svet.people.models import Code, Device, Person
from svet.people.models.digests import cookie_digest
from svet.people.operations import codes
from svet.people.operations.messengers import cut_messenger_off
from svet.people.operations.passwords import acceptable, hashed, set_password
from svet.people.queries import Challenge, PersonView, view_of
from svet.people.rules.codes import GRANT_LIFE, CodePurpose, CodeReason, CodeRefused, normalise_code
from svet.people.rules.phones import normalise_phone


def start_recovery(
    *,
    phone: object,
    session_key: str,
    address: str,
    now: datetime,
    device_cookie: str = "",
    work: str = "",
) -> Challenge:
    """Promise a code to the phone if it has a cabinet; the answer is the same if it has none.

    :raises PhoneRefused: :raises LimitReached: a browser the person has used has its own daily count.
    """
    number = normalise_phone(phone)
    digest = cookie_digest(device_cookie)
    at_home = bool(device_cookie) & Device.objects.filter(person__phone=number, cookie_digest=digest).exists()
    own = digest if at_home else ""
    require(purpose=Purpose.RECOVERY, address=address, work=work, now=now)
    spend(limit=LimitName.RECOVERY_PER_PHONE, key=codes.bucket_of(phone=number, own=own), now=now)
    codes.spend_sms_limits(phone=number, now=now, own=own)
    with use_case():
        # A work password is set anew by the administrator, never by whoever holds the phone.
        person = Person.objects.filter(phone=number, is_active=True, is_staff=False).first()
        row, code = codes.challenge(
            of=codes.CodeTarget(
                purpose=CodePurpose.RECOVERY, target=number, session_key=session_key, own=own
            ),
            now=now,
            winnable=person is not None,
            person_id=None if person is None else person.pk,
        )
        codes.send_code_sms(
            phone=number, code=code, act="recovery", now=now, event=events.CODE if person else None
        )
    return row


def confirm_recovery(*, session_key: str, code: object, address: str, now: datetime, work: str = "") -> None:
    """Spend the code; for a quarter of an hour this browser may set a new password.

    :raises CodeRefused: :raises LimitReached:
    """
    given = normalise_code(code)
    codes.breaker_check(address=address, work=work, now=now)
    with use_case():
        outcome = codes.attempt(purpose=CodePurpose.RECOVERY, session_key=session_key, code=given, now=now)
    if isinstance(outcome, CodeRefused):
        codes.count_wrong(now=now)
        raise outcome


def finish_recovery(*, session_key: str, new_password: object, address: str, now: datetime) -> PersonView:
    """Set the new password, end every session, key for programs and messenger, and tell the person.

    :raises PasswordRefused: the grant stays. :raises CodeRefused: there is no grant, it has run out,
        or the phone was left.
    """
    grant = _grant(session_key=session_key, now=now)
    if grant is None or grant.person is None:
        raise CodeRefused(CodeReason.NO_CODE, field="")
    chosen = acceptable(new_password, phone=grant.target, field="new")
    encoded = hashed(chosen)
    person = grant.person
    with use_case():
        used, _ = Code.objects.filter(pk=grant.pk, spent_at=grant.spent_at).delete()
        if not used:
            raise CodeRefused(CodeReason.NO_CODE, field="")
        set_password(
            person=person,
            encoded=encoded,
            by=Actor.person(person.pk, address=address),
            now=now,
            keep_session="",
            action="password.recovered",
        )
        cut_messenger_off(person_id=person.pk, by=Actor.person(person.pk, address=address), now=now)
        Person.objects.filter(pk=person.pk).update(recovered_at=now)
    return view_of(person)


def _grant(*, session_key: str, now: datetime) -> Code | None:
    return (
        Code.objects.select_related("person")
        .filter(
            session_key=session_key,
            purpose=CodePurpose.RECOVERY,
            spent_at__gt=now - GRANT_LIFE,
            person__is_active=True,
            # The code went to a phone that the cabinet has left meanwhile: it opens nothing any more.
            person__phone=F("target"),
        )
        .first()
    )
