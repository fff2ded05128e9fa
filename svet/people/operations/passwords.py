"""Judging, hashing and changing passwords."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import forget, spend
from svet.limits.rules import LimitName
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Person
from svet.people.operations.devices import close_sessions
from svet.people.operations.tokens import revoke_all_tokens
from svet.people.rules.passwords import (
    LONGEST_PASSWORD,
    PasswordReason,
    PasswordRefused,
    check_password_rules,
)
from svet.site import queries as site


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    """The twenty thousand most used passwords, as Django ships them."""
    return frozenset(CommonPasswordValidator().passwords)


def acceptable(raw: object, *, phone: str, field: str = "password") -> str:
    """The password unchanged if the rules, the lists and this installation permit it.

    :raises PasswordRefused:
    """
    context = site.installation().site_name.split(".")[:1]
    return check_password_rules(raw, field=field, phone=phone, context=context, common=_common_passwords())


def hashed(raw: str) -> str:
    """The hash to keep (Argon2id); costs about 27 ms of one core by design."""
    return make_password(raw)


def verified(raw: str, *, encoded: str | None) -> bool:
    """Whether a password fits; with nobody to compare to the same work is done and the answer is no."""
    if not raw or len(raw) > LONGEST_PASSWORD:
        return False
    if encoded is None:
        make_password(raw)
        return False
    return check_password(raw, encoded)


def check_current(*, person: Person, password: str, field: str, now: datetime) -> None:
    """Ask a signed-in person for their password. :raises PasswordRefused: :raises LimitReached:"""
    spend(limit=LimitName.PASSWORD_CHECKS, key=str(person.pk), now=now)
    if not verified(password, encoded=person.password):
        journal.record_security(by=Actor.person(person.pk), action="password.wrong", now=now)
        raise PasswordRefused(PasswordReason.WRONG, field=field)
    forget(limit=LimitName.PASSWORD_CHECKS, key=str(person.pk))


def set_password(
    *,
    person: Person,
    encoded: str,
    by: Actor,
    now: datetime,
    keep_session: str,
    action: str,
    keep_tokens: bool = False,
) -> None:
    """Keep a new hash, end every other session, and the keys for programs unless asked, and tell."""
    require_transaction()
    Person.objects.filter(pk=person.pk).update(password=encoded, password_changed_at=now)
    close_sessions(person_id=person.pk, keep_session=keep_session)
    journal.record(by=by, action=action, subject="person", subject_id=person.public_id, now=now)
    ended = 0 if keep_tokens else revoke_all_tokens(person_id=person.pk, by=by, now=now, reason=action)
    params = {"at": moment(now), "keys": str(ended)}
    notices.notify(
        recipient_id=person.recipient_id,
        event=events.PASSWORD_CHANGED,
        params=params,
        place=Place("profile"),
        now=now,
    )


def change_password(
    *,
    person_id: int,
    current: str,
    new: str,
    session_key: str,
    address: str,
    now: datetime,
    keep_tokens: bool = False,
) -> None:
    """Replace the password; sessions other than ``session_key`` end, and so do keys unless ``keep_tokens``.

    :raises PasswordRefused: the current one is wrong, the new one breaks a rule or is the same.
    :raises LimitReached: too many wrong ones; the session lives on.
    """
    person = Person.objects.get(pk=person_id)
    acceptable(new, phone=person.phone, field="new")
    check_current(person=person, password=current, field="current", now=now)
    if new == current:
        raise PasswordRefused(PasswordReason.SAME, field="new")
    encoded = hashed(new)
    with use_case():
        if Person.objects.select_for_update().get(pk=person_id).password != person.password:
            # A recovery has set another since the check: what was right then is right no more.
            raise PasswordRefused(PasswordReason.WRONG, field="current")
        set_password(
            person=person,
            encoded=encoded,
            by=Actor.person(person_id, address=address),
            now=now,
            keep_session=session_key,
            action="password.changed",
            keep_tokens=keep_tokens,
        )
