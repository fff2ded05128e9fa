"""Changing the e-mail (a code to the new one; the password when there was one) and the phone (both codes)."""

from __future__ import annotations

from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Code, Person
from svet.people.operations import codes
from svet.people.operations.passwords import check_current
from svet.people.operations.sealing import sealed
from svet.people.queries import Challenge, PersonView, view_of
from svet.people.rules.codes import CODE_TRIES, CodePurpose, CodeReason, CodeRefused, normalise_code
from svet.people.rules.names import ProfileReason, ProfileRefused, normalise_email
from svet.people.rules.phones import mask_phone, normalise_phone

#: The confirmed address a code was asked to replace: what stands there by then must be the same.
_INSTEAD_OF = "instead_of"


def start_email_change(
    *, person_id: int, email: str, session_key: str, now: datetime, password: str = ""
) -> Challenge:
    """Promise a code to a new e-mail address; nothing changes until it is confirmed.

    The first address is asked for like a name; in the place of a confirmed one only whoever knows the
    password puts another (ASVS 7.5.1).

    :raises ProfileRefused: not an address, or the confirmed one again. :raises PasswordRefused:
    :raises LimitReached:
    """
    address = normalise_email(email)
    person = Person.objects.get(pk=person_id)
    if _confirmed(person) == address:
        raise ProfileRefused(ProfileReason.SAME_EMAIL, field="email")
    if _confirmed(person):
        check_current(person=person, password=password, field="password", now=now)
    spend(limit=LimitName.EMAIL_CODES, key=str(person_id), now=now)
    with use_case():
        row, code = codes.challenge(
            of=codes.CodeTarget(purpose=CodePurpose.EMAIL, target=address, session_key=session_key),
            now=now,
            winnable=True,
            person_id=person_id,
            data={_INSTEAD_OF: _confirmed(person)},
        )
        notices.send_email(
            address=address,
            event=events.EMAIL_CODE,
            params={"code": code},
            now=now,
            recipient_id=person.recipient_id,
        )
    return row


def confirm_email_change(*, person_id: int, session_key: str, code: object, now: datetime) -> PersonView:
    """Keep the address whose code came back; the old and the new one are told.

    :raises CodeRefused: it is wrong, or another address was confirmed since it was asked for.
    :raises LimitReached:
    """
    given = normalise_code(code)
    refusal: CodeRefused | None = None
    with use_case():
        outcome = codes.attempt(purpose=CodePurpose.EMAIL, session_key=session_key, code=given, now=now)
        if isinstance(outcome, CodeRefused):
            refusal = outcome
        elif outcome.person_id == person_id:
            person = Person.objects.select_for_update().get(pk=person_id)
            refusal = _keep_email(person=person, row=outcome, now=now)
    if refusal is not None:
        codes.count_wrong(now=now)
        raise refusal
    return view_of(Person.objects.get(pk=person_id))


def _confirmed(person: Person) -> str:
    return person.email if person.email_confirmed_at is not None else ""


def _keep_email(*, person: Person, row: Code, now: datetime) -> CodeRefused | None:
    """Put the address where the one stands for which the code was asked; the refusal when another does."""
    standing = _confirmed(person)
    if standing == row.target:
        return None
    if standing != row.data.get(_INSTEAD_OF, ""):
        return CodeRefused(CodeReason.NO_CODE)
    old = person.email
    Person.objects.filter(pk=person.pk).update(email=row.target, email_confirmed_at=now)
    notices.set_addresses(recipient_id=person.recipient_id, email=row.target, email_confirmed=True)
    journal.record(
        by=Actor.person(person.pk),
        action="email.changed",
        subject="person",
        subject_id=person.public_id,
        now=now,
        before=sealed({"email": old}, person_id=person.pk),
        after=sealed({"email": row.target}, person_id=person.pk),
    )
    params = {"contact": row.target, "at": moment(now)}
    notices.notify(
        recipient_id=person.recipient_id,
        event=events.CONTACT_CHANGED,
        params=params,
        place=Place("profile"),
        now=now,
    )
    if old and old != row.target:
        notices.send_email(
            address=old,
            event=events.CONTACT_CHANGED,
            params=params,
            now=now,
            recipient_id=person.recipient_id,
        )
    return None


def start_phone_change(
    *, person_id: int, password: str, phone: object, session_key: str, address: str, now: datetime
) -> Challenge:
    """Promise one code to the present phone and another to the new one.

    A new phone that already has a cabinet gets the same answer; its owner is told.

    :raises PhoneRefused: :raises PasswordRefused: :raises ProfileRefused: it is the present phone.
    :raises LimitReached:
    """
    number = normalise_phone(phone)
    person = Person.objects.get(pk=person_id)
    if number == person.phone:
        raise ProfileRefused(ProfileReason.SAME_PHONE, field="phone")
    check_current(person=person, password=password, field="password", now=now)
    codes.spend_sms_limits(phone=person.phone, now=now, own=f"person-{person_id}")
    codes.spend_sms_limits(phone=number, now=now)
    may_warn = codes.take_once_a_day(phone=number, now=now)
    with use_case():
        taken = Person.objects.filter(phone=number).exists()
        _, to_old = codes.challenge(
            of=codes.CodeTarget(
                purpose=CodePurpose.PHONE_OLD,
                target=person.phone,
                session_key=session_key,
                own=f"person-{person_id}",
            ),
            now=now,
            winnable=True,
            person_id=person_id,
        )
        row, to_new = codes.challenge(
            of=codes.CodeTarget(purpose=CodePurpose.PHONE_NEW, target=number, session_key=session_key),
            now=now,
            winnable=not taken,
            person_id=person_id,
        )
        warning = events.SOMEBODY_REGISTERS if may_warn else None
        codes.send_code_sms(phone=person.phone, code=to_old, act="phone", now=now)
        codes.send_code_sms(
            phone=number, code=to_new, act="phone", now=now, event=warning if taken else events.CODE
        )
    return row


def confirm_phone_change(
    *, person_id: int, session_key: str, old_code: object, new_code: object, address: str, now: datetime
) -> None:
    """Move the cabinet to the new phone when both codes are right; both phones are told.

    :raises CodeRefused: one of them is wrong (a try of both is counted), or the phone that was to be left is
        not the present one any more. :raises LimitReached:
    """
    given_old = normalise_code(old_code, field="old_code")
    given_new = normalise_code(new_code, field="new_code")
    with use_case():
        outcome = _both(person_id=person_id, session_key=session_key, old=given_old, new=given_new, now=now)
        if isinstance(outcome, CodeRefused):
            refusal: CodeRefused | None = outcome
        else:
            left, phone = outcome
            person = Person.objects.select_for_update().get(pk=person_id)
            by = Actor.person(person_id, address=address)
            # The code of a phone that was left meanwhile, perhaps for having been stolen, moves nothing.
            refusal = (
                keep_phone(person=person, phone=phone, by=by, now=now)
                if person.phone == left
                else CodeRefused(CodeReason.NO_CODE, field="new_code")
            )
    if refusal is not None:
        codes.count_wrong(now=now)
        raise refusal


def _both(
    *, person_id: int, session_key: str, old: str, new: str, now: datetime
) -> tuple[str, str] | CodeRefused:
    """The phones to leave and to take when both codes fit, both spent together; otherwise the refusal."""
    purposes = (CodePurpose.PHONE_OLD, CodePurpose.PHONE_NEW)
    rows = {
        row.purpose: row
        for row in Code.objects.select_for_update()
        .filter(session_key=session_key, purpose__in=purposes, person_id=person_id, spent_at__isnull=True)
        .order_by("purpose")
    }
    if len(rows) < 2:
        return CodeRefused(CodeReason.NO_CODE, field="new_code")
    if any(row.expires_at <= now for row in rows.values()):
        return CodeRefused(CodeReason.EXPIRED, field="new_code")
    tries_left = min(row.tries_left for row in rows.values())
    if tries_left <= 0:
        return CodeRefused(CodeReason.EXHAUSTED, field="new_code")
    # The two are one answer: the same pair again is no further try.
    newest = rows[CodePurpose.PHONE_NEW]
    pairs = codes.digests_of(
        purpose=CodePurpose.PHONE_NEW, target=newest.target, session_key=session_key, code=f"{old} {new}"
    )
    again = not set(pairs).isdisjoint(newest.data.get("wrong", []))
    if not again:
        tries_left -= 1
        Code.objects.filter(pk__in=[row.pk for row in rows.values()]).update(tries_left=tries_left)
        newest.data["wrong"] = [*newest.data.get("wrong", []), pairs[0]]
        newest.save(update_fields=["data"])
    for purpose, given, field in (
        (CodePurpose.PHONE_OLD, old, "old_code"),
        (CodePurpose.PHONE_NEW, new, "new_code"),
    ):
        row = rows[purpose]
        digests = codes.digests_of(purpose=purpose, target=row.target, session_key=session_key, code=given)
        if not codes.is_kept(row.digest, digests):
            return codes.wrong(tries_left=tries_left, field=field, again=again)
    Code.objects.filter(pk__in=[row.pk for row in rows.values()]).update(spent_at=now)
    return rows[CodePurpose.PHONE_OLD].target, rows[CodePurpose.PHONE_NEW].target


def keep_phone(
    *, person: Person, phone: str, by: Actor, now: datetime, reason: str = ""
) -> CodeRefused | None:
    """Move the cabinet to a phone and tell both; the refusal when the phone has a cabinet meanwhile."""
    require_transaction()
    codes.hold_phone(phone=phone)
    if Person.objects.filter(phone=phone).exists():
        return codes.wrong(tries_left=CODE_TRIES - 1, field="new_code")
    old = person.phone
    Person.objects.filter(pk=person.pk).update(phone=phone)
    notices.set_addresses(recipient_id=person.recipient_id, phone=phone)
    journal.record(
        by=by,
        action="phone.changed",
        subject="person",
        subject_id=person.public_id,
        now=now,
        before=sealed({"phone": old}, person_id=person.pk),
        after=sealed({"phone": phone}, person_id=person.pk),
        reason=reason,
    )
    params = {"contact": mask_phone(phone), "at": moment(now)}
    notices.notify(
        recipient_id=person.recipient_id,
        event=events.CONTACT_CHANGED,
        params=params,
        place=Place("profile"),
        now=now,
    )
    notices.send_sms(
        phone=old,
        event=events.CONTACT_CHANGED,
        params=params,
        now=now,
        recipient_id=person.recipient_id,
    )
    return None
