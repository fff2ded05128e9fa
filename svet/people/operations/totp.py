"""Codes of an authenticator application (TOTP, RFC 6238), kept by django-allauth.

The library keeps the authenticators and computes the codes. Which steps of time count and that a code opens
once is decided here: the library remembers used codes in a cache that worker processes do not share.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote, urlencode

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.limits.operations import LimitReached, check, count, forget, spend
from svet.limits.rules import LimitName
from svet.people.models import Person
from svet.people.rules.codes import CodeReason, CodeRefused, normalise_code

log = structlog.get_logger(__name__)

STEP_SECONDS = 30

# A step that was used closes itself and every earlier one, over all workers at once.
_USE = """
UPDATE mfa_authenticator
SET data = jsonb_set(data, '{step}', to_jsonb(%(step)s::bigint)), last_used_at = %(now)s
WHERE id = %(id)s AND coalesce((data->>'step')::bigint, -1) < %(step)s
RETURNING id
"""


def has_totp(*, person_id: int) -> bool:
    """Whether the person has an authenticator application."""
    return bool(Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.TOTP).exists())


def new_totp_secret() -> str:
    """A fresh secret to be shown once, as text and as a picture."""
    return str(generate_totp_secret())


def totp_url(*, secret: str, label: str, issuer: str) -> str:
    """What the picture says: the address applications read."""
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?{query}"


def enrol_totp(*, person_id: int, secret: str, code: object, by: Actor, now: datetime) -> None:
    """Keep the application whose code fits the secret; one that is there already is not replaced.

    :raises CodeRefused: wrong code. :raises LimitReached: too many tries.
    """
    given = normalise_code(code)
    seen = seen_key(person_id, secret, given, now=now)
    if was_wrong(seen, now=now):
        raise CodeRefused(CodeReason.NOT_OF_APP)
    spend(limit=LimitName.SECOND_FACTOR, key=str(person_id), now=now)
    step = _step_of(secret, given, now=now)
    if step is None:
        count(limit=LimitName.SECOND_FACTOR_SEEN, key=seen, now=now)
        raise CodeRefused(CodeReason.NOT_OF_APP)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if has_totp(person_id=person_id):
            raise CodeRefused(CodeReason.NO_CODE)
        keep_totp(person_id=person.pk, secret=secret, by=by, now=now)
        _use(person_id=person_id, step=step, now=now)
    forget(limit=LimitName.SECOND_FACTOR, key=str(person_id))


def keep_totp(*, person_id: int, secret: str, by: Actor, now: datetime) -> None:
    """Write the authenticator down, in the caller's transaction."""
    require_transaction()
    person = Person.objects.get(pk=person_id)
    TOTP.activate(person, secret)
    journal.record(by=by, action="totp.added", subject="person", subject_id=person.public_id, now=now)


def check_totp(*, person_id: int, code: object, by: Actor, now: datetime) -> None:
    """Let a code of the person's application open once.

    :raises CodeRefused: wrong, used before, or there is no application. :raises LimitReached:
    """
    given = normalise_code(code)
    seen = seen_key(person_id, "", given, now=now)
    if was_wrong(seen, now=now):
        raise CodeRefused(CodeReason.NOT_OF_APP)
    spend(limit=LimitName.SECOND_FACTOR, key=str(person_id), now=now)
    kept = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.TOTP).first()
    secret = None if kept is None else _secret_of(kept)
    step = None if secret is None else _step_of(secret, given, now=now)
    if step is None or not _use(person_id=person_id, step=step, now=now):
        journal.record_security(by=by, action="totp.wrong", now=now, details={"replayed": step is not None})
        count(limit=LimitName.SECOND_FACTOR_SEEN, key=seen, now=now)
        raise CodeRefused(CodeReason.NOT_OF_APP)
    forget(limit=LimitName.SECOND_FACTOR, key=str(person_id))


def _secret_of(kept: Authenticator) -> str | None:
    """The seed of an application, or nothing when the installation has lost the key to it."""
    try:
        return str(decrypt(kept.data["secret"]))
    except InvalidToken:
        log.error("a second factor lies under a key that is not known", factor=kept.pk)
        return None


def forget_totp(*, person: Person, by: Actor, reason: str, now: datetime) -> None:
    """Drop the person's application: the next sign-in enrols a new one. In the caller's transaction."""
    require_transaction()
    Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).delete()
    journal.record(
        by=by, action="totp.removed", subject="person", subject_id=person.public_id, now=now, reason=reason
    )


def totp_code(*, secret: str, now: datetime) -> str:
    """The code an application shows now; for tests and the demonstration."""
    return str(format_hotp_value(hotp_value(secret, int(now.timestamp()) // STEP_SECONDS)))


def seen_key(person_id: int, about: str, code: str, *, now: datetime | None) -> str:
    """Under which name a judged wrong code is remembered: never the code itself.

    With ``now`` it is remembered for one step of time only. Later the same digits would be another guess.
    """
    step = "" if now is None else str(int(now.timestamp()) // STEP_SECONDS)
    text = "\n".join((str(person_id), about, step, code))
    return salted_hmac("svet.people.second-factor.seen", text, algorithm="sha256").hexdigest()


def was_wrong(seen: str, *, now: datetime) -> bool:
    """Whether this very answer was judged and found wrong: a double press costs no further try."""
    try:
        check(limit=LimitName.SECOND_FACTOR_SEEN, key=seen, now=now)
    except LimitReached:
        return True
    return False


def _step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The step of time whose code this is, the newest first; every one is compared.

    A clock may differ by a step, and a code may be typed when it has just changed: so many steps around.
    """
    current, around = int(now.timestamp()) // STEP_SECONDS, settings.TOTP_TOLERANCE
    fitting = [
        step
        for step in range(current + around, current - around - 1, -1)
        if compare_digest(format_hotp_value(hotp_value(secret, step)), code)
    ]
    return fitting[0] if fitting else None


def _use(*, person_id: int, step: int, now: datetime) -> bool:
    """Close the step and all before it; False when that was done already."""
    kept = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.TOTP).first()
    if kept is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_USE, {"id": kept.pk, "step": step, "now": now})
        return cursor.fetchone() is not None
