"""Personal keys to the API: shown once, kept as digests."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.notices import operations as notices
from svet.people.models import Person, Token
from svet.people.queries import recipient_of, token_digest
from svet.people.rules.names import ProfileReason, ProfileRefused
from svet.people.rules.scopes import Scope
from svet.people.sealing import sealed

_PREFIX = "svet_"
_MOST_TOKENS = 20
_LONGEST_NAME = 60
_TOUCH_EVERY = timedelta(minutes=1)


def issue_token(
    *, person_id: int, name: str, scopes: Sequence[str], now: datetime, address: str = ""
) -> tuple[Token, str]:
    """Make a key with the given rights; the secret is returned here and never again.

    :raises ProfileRefused: no name, no or unknown rights, too many keys.
    """
    title = " ".join(name.split())
    if not title:
        raise ProfileRefused(ProfileReason.REQUIRED, field="name")
    if len(title) > _LONGEST_NAME:
        raise ProfileRefused(ProfileReason.TOO_LONG, field="name")
    chosen = sorted(set(scopes))
    if not chosen or not set(chosen) <= {scope.value for scope in Scope}:
        raise ProfileRefused(ProfileReason.SCOPES, field="scopes")
    secret = _PREFIX + secrets.token_urlsafe(32)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if Token.objects.filter(person=person, revoked_at__isnull=True).count() >= _MOST_TOKENS:
            raise ProfileRefused(ProfileReason.TOO_MANY, field="name")
        token = Token.objects.create(
            person=person,
            name=title,
            scopes=chosen,
            digest=token_digest(secret),
            hint=secret[-4:],
            created_at=now,
        )
        journal.record(
            by=Actor.person(person_id, address=address),
            action="token.issued",
            subject="token",
            subject_id=token.public_id,
            now=now,
            after=sealed({"name": title, "scopes": chosen}, person_id=person_id),
        )
    return token, secret


def revoke_token(*, person_id: int, token_public_id: str, now: datetime, address: str = "") -> None:
    """Make a key useless at once. :raises NotFound: it is not theirs or was revoked already."""
    with use_case():
        mine = Token.objects.filter(person_id=person_id, public_id=token_public_id, revoked_at__isnull=True)
        if not mine.update(revoked_at=now):
            raise NotFound(ProfileReason.NO_SUCH)
        notices.forget_devices(recipient_id=recipient_of(person_id), device_keys=[token_public_id])
        journal.record(
            by=Actor.person(person_id, address=address),
            action="token.revoked",
            subject="token",
            subject_id=token_public_id,
            now=now,
        )


def touch_token(*, token_id: int, now: datetime, last_used_at: datetime | None = None) -> None:
    """Note that a key was used, at most once a minute; ``last_used_at`` as far as the caller knows it."""
    if last_used_at is not None and last_used_at >= now - _TOUCH_EVERY:
        return
    rows = Token.objects.filter(pk=token_id)
    (rows.filter(last_used_at=None) | rows.filter(last_used_at__lt=now - _TOUCH_EVERY)).update(
        last_used_at=now
    )
