"""Personal keys to the API: shown once, kept as digests, good for a term, ended with the password."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import commit_lazily, require_transaction, use_case
from svet.look.formats import day, moment
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.people import events
from svet.people.models import Person, Token
from svet.people.operations.keys_ending import keys_ended
from svet.people.operations.sealing import sealed
from svet.people.queries import TokenView, recipient_of, token_digest, token_of
from svet.people.rules.names import ProfileReason, ProfileRefused
from svet.people.rules.scopes import KEEP_EXPIRED, WARN_BEFORE, KeyBound, Scope, check_bounds, term_of

_PREFIX = "svet_"
_MOST_TOKENS = 20
_LONGEST_NAME = 60
_TOUCH_EVERY = timedelta(minutes=1)
_BATCH = 200
_TOUCH = """
UPDATE people_token SET last_used_at = %(now)s FROM lazily
WHERE id = %(token)s AND (last_used_at IS NULL OR last_used_at < %(before)s)
"""


def issue_token(
    *,
    person_id: int,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    expires_in_days: int | None = None,
    bounds: Collection[KeyBound] | None = None,
    address: str = "",
) -> tuple[TokenView, str]:
    """Make a key with the given rights for some days (the longest usual term, unless it is said) and tell.

    With ``bounds`` it opens nothing but these; that they are the person's is judged by whoever calls.
    The secret is returned here and never again.

    :raises ProfileRefused: no name, no or unknown rights, impossible bounds or term, too many keys.
    """
    title = " ".join(name.split())
    if not title:
        raise ProfileRefused(ProfileReason.REQUIRED, field="name")
    if len(title) > _LONGEST_NAME:
        raise ProfileRefused(ProfileReason.TOO_LONG, field="name")
    chosen = sorted(set(scopes))
    if not chosen or not set(chosen) <= {scope.value for scope in Scope}:
        raise ProfileRefused(ProfileReason.SCOPES, field="scopes")
    check_bounds(bounds, chosen)
    kept = None if bounds is None else [asdict(each) for each in sorted(set(bounds))]
    expires_at = now + term_of(expires_in_days, most_days=settings.TOKEN_DAYS)
    secret = _PREFIX + secrets.token_urlsafe(32)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if _live(person_id=person_id, now=now).count() >= _MOST_TOKENS:
            raise ProfileRefused(ProfileReason.TOO_MANY, field="name")
        token = Token.objects.create(
            person=person,
            name=title,
            scopes=chosen,
            bounds=kept,
            digest=token_digest(secret),
            hint=secret[-4:],
            created_at=now,
            expires_at=expires_at,
        )
        journal.record(
            by=Actor.person(person_id, address=address),
            action="token.issued",
            subject="token",
            subject_id=token.public_id,
            now=now,
            after=sealed(
                {"name": title, "scopes": chosen, "bounds": kept, "expires_at": expires_at.isoformat()},
                person_id=person_id,
            ),
        )
        notices.notify(
            recipient_id=person.recipient_id,
            event=events.TOKEN_ISSUED,
            params={"name": title, "at": moment(now)},
            place=page_of(token),
            now=now,
        )
    return token_of(token), secret


def revoke_token(*, person_id: int, token_public_id: str, now: datetime, address: str = "") -> None:
    """Make a key useless at once. :raises NotFound: it is not theirs or was revoked already."""
    with use_case():
        mine = Token.objects.filter(person_id=person_id, public_id=token_public_id, revoked_at__isnull=True)
        token = mine.select_for_update().first()
        if token is None:
            raise NotFound(ProfileReason.NO_SUCH)
        by = Actor.person(person_id, address=address)
        revoke_each([token], person_id=person_id, by=by, now=now)
        keys_ended(person_id=person_id, keys=[token.public_id], by=by, now=now)


def revoke_all_tokens(*, person_id: int, by: Actor, now: datetime, reason: str = "") -> int:
    """Make every key of the person useless at once (a step); says how many were in force."""
    require_transaction()
    tokens = list(_live(person_id=person_id, now=now).select_for_update())
    revoke_each(tokens, person_id=person_id, by=by, now=now, reason=reason)
    # Also where no key is in force any more: what one of them set up may listen still.
    keys_ended(person_id=person_id, keys=None, by=by, now=now)
    return len(tokens)


def revoke_each(
    tokens: Sequence[Token], *, person_id: int, by: Actor, now: datetime, reason: str = ""
) -> None:
    """Make these keys of the person useless (a step)."""
    require_transaction()
    Token.objects.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=now)
    notices.forget_devices(
        recipient_id=recipient_of(person_id), device_keys=[token.public_id for token in tokens]
    )
    for token in tokens:
        journal.record(
            by=by,
            action="token.revoked",
            subject="token",
            subject_id=token.public_id,
            now=now,
            reason=reason,
        )


def touch_token(*, token_id: int, now: datetime, last_used_at: datetime | None = None) -> None:
    """Note that a key was used, at most once a minute; ``last_used_at`` as far as the caller knows it."""
    if last_used_at is not None and last_used_at >= now - _TOUCH_EVERY:
        return
    commit_lazily(_TOUCH, {"token": token_id, "now": now, "before": now - _TOUCH_EVERY})


def warn_of_expiry(*, now: datetime) -> int:
    """Tell whose keys end within a week, once for each; says how many. Keys of a fortnight tell nothing."""
    warned = 0
    near = Token.objects.filter(
        revoked_at__isnull=True,
        warned_at__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + WARN_BEFORE,
        person__is_active=True,
    )
    while rows := list(near.select_related("person").order_by("pk")[:_BATCH]):
        with use_case():
            keys = [row.pk for row in rows]
            fresh = set(
                Token.objects.select_for_update()
                .filter(pk__in=keys, warned_at__isnull=True)
                .values_list("pk", flat=True)
            )
            Token.objects.filter(pk__in=fresh).update(warned_at=now)
            long_lived = [row for row in rows if row.expires_at - row.created_at > 2 * WARN_BEFORE]
            due = [row for row in long_lived if row.pk in fresh]
            notices.notify_many(
                event=events.TOKEN_EXPIRES,
                tidings=[
                    NoticeMessage(
                        row.person.recipient_id,
                        {"name": row.name, "until": day(row.expires_at)},
                        page_of(row),
                    )
                    for row in due
                ],
                now=now,
            )
            warned += len(due)
    return warned


def sweep_tokens(*, now: datetime) -> int:
    """Show no notices any more where a key has expired, and forget keys that expired a month ago.

    Until then a program that still uses one is told so. Says how many were forgotten.
    """
    with use_case():
        over = Token.objects.filter(revoked_at__isnull=True, expires_at__lte=now).select_related("person")
        for token in over:
            notices.forget_devices(recipient_id=token.person.recipient_id, device_keys=[token.public_id])
        gone, _each = Token.objects.filter(expires_at__lte=now - KEEP_EXPIRED).delete()
    return gone


def _live(*, person_id: int, now: datetime) -> QuerySet[Token]:
    return Token.objects.filter(person_id=person_id, revoked_at__isnull=True, expires_at__gt=now)


def page_of(token: Token) -> Place:
    """Where the person revokes it."""
    return Place("token", (token.public_id,))
