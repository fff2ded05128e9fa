"""Reads: persons, their devices, consents and keys, and where a challenge stands."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.ids import PersonId, RecipientId
from svet.kernel.refusals import NotFound
from svet.people.models import Consent, Device, Person, Token
from svet.people.queries.agreements import agreements_due as agreements_due
from svet.people.queries.agreements import texts_in_force as texts_in_force
from svet.people.queries.agreements import texts_mark as texts_mark
from svet.people.queries.challenges import Challenge as Challenge
from svet.people.queries.challenges import challenge as challenge
from svet.people.queries.challenges import challenge_of as challenge_of
from svet.people.queries.challenges import may_set_password as may_set_password
from svet.people.rules.agents import name_of_agent
from svet.people.rules.codes import RECOVERY_PAUSE
from svet.people.rules.names import ProfileReason
from svet.people.rules.phones import PhoneRefused, normalise_phone
from svet.people.rules.scopes import KeyBound

_SECRET_LENGTH = 48


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as other rooms and the faces know them; nothing that opens a cabinet is in it."""

    person_id: PersonId
    public_id: str
    recipient_id: RecipientId
    phone: str
    first_name: str
    patronymic: str
    last_name: str
    birth_on: date | None
    sex: str
    email: str
    email_confirmed_at: datetime | None
    language: str
    large_text: bool
    theme: str
    simple_account: str
    simple_decided_at: datetime | None
    created_at: datetime
    password_changed_at: datetime


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who holds an API key and what the key may do."""

    person: PersonView
    token_id: int
    token_public_id: str
    scopes: frozenset[str]
    expires_at: datetime
    last_used_at: datetime | None
    bounds: frozenset[KeyBound] | None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One browser of «Устройства»."""

    public_id: str
    name: str
    address: str
    last_seen_at: datetime
    first_seen_at: datetime
    here: bool
    signed_in: bool
    trusted_until: datetime | None

    @property
    def trusted(self) -> bool:
        """Whether it was made a trusted one; that the time is over is told by the date."""
        return self.trusted_until is not None


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One version of one text agreed to, and when that was taken back."""

    kind: str
    version: int
    channel: str
    address: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenView:
    """A key for programs as its holder sees it; what opens anything is not in it. ``bounds`` None: all."""

    public_id: str
    name: str
    scopes: tuple[str, ...]
    hint: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    bounds: tuple[KeyBound, ...] | None = None


def person(person_id: int) -> PersonView:
    """The person with this key. :raises NotFound:"""
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotFound(ProfileReason.NO_SUCH)
    return view_of(row)


def people_by_id(person_ids: Collection[int]) -> dict[int, PersonView]:
    """These people by their keys, in one query."""
    return {row.pk: view_of(row) for row in Person.objects.filter(pk__in=person_ids)}


def view_of(row: Person) -> PersonView:
    """A row as it may leave the room."""
    return PersonView(
        person_id=PersonId(row.pk),
        public_id=row.public_id,
        recipient_id=RecipientId(row.recipient_id),
        phone=row.phone,
        first_name=row.first_name,
        patronymic=row.patronymic,
        last_name=row.last_name,
        birth_on=row.birth_on,
        sex=row.sex,
        email=row.email,
        email_confirmed_at=row.email_confirmed_at,
        language=row.language,
        large_text=row.large_text,
        theme=row.theme,
        simple_account=row.simple_account,
        simple_decided_at=row.simple_decided_at,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
    )


def signed_in_person(user: object) -> PersonView | None:
    """The person behind ``request.user``, or nobody: the one place where a face meets Django's own row."""
    return view_of(user) if isinstance(user, Person) else None


def session_seals(person_id: int) -> list[str]:
    """What changes with the password, under each key of the installation; none for the blocked and staff."""
    row = Person.objects.filter(pk=person_id, is_active=True, is_staff=False).first()
    if row is None:
        return []
    return [each[:32] for each in (row.get_session_auth_hash(), *row.get_session_auth_fallback_hash())]


def token_digest(secret: str) -> str:
    """What is kept of a key: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


@frozen
def _by_digest(digest: str) -> QuerySet[Token]:
    live = Token.objects.filter(digest=digest, revoked_at__isnull=True, person__is_active=True)
    return live.select_related("person")


def person_by_token(secret: str) -> TokenHolder | None:
    """Who holds this key, unless it was revoked or its holder blocked; it may have expired."""
    if len(secret) != _SECRET_LENGTH or not secret.isascii():
        return None
    token = _by_digest.first(token_digest(secret))
    if token is None:
        return None
    scopes, person = frozenset(token.scopes), view_of(token.person)
    return TokenHolder(
        person=person,
        token_id=token.pk,
        token_public_id=token.public_id,
        scopes=scopes,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        bounds=None if token.bounds is None else frozenset(_bounds(token.bounds)),
    )


def _bounds(kept: list[dict[str, str]]) -> tuple[KeyBound, ...]:
    return tuple(KeyBound(**each) for each in kept)


def recipient_of(person_id: int) -> int:
    """The key by which ``notices`` knows the person. :raises NotFound:"""
    found = _recipient.first(person_id)
    if found is None:
        raise NotFound(ProfileReason.NO_SUCH)
    return int(found)


@frozen
def _recipient(person_id: int) -> QuerySet[Person, int]:
    return Person.objects.filter(pk=person_id).values_list("recipient_id", flat=True)


def recipients_of(person_ids: Collection[int]) -> dict[int, int]:
    """The keys by which ``notices`` knows these people; the blocked ones are absent."""
    rows = Person.objects.filter(pk__in=person_ids, is_active=True)
    return dict(rows.values_list("pk", "recipient_id"))


def phones_of(person_ids: Collection[int]) -> dict[int, str]:
    """The phones by which the office knows these people."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "phone"))


def email_of(person_id: int) -> str:
    """The confirmed e-mail of the person, or an empty text."""
    return _email.first(person_id) or ""


@frozen
def _email(person_id: int) -> QuerySet[Person, str]:
    rows = Person.objects.filter(pk=person_id, email_confirmed_at__isnull=False)
    return rows.values_list("email", flat=True)


def recovered_recently(person_id: int, *, now: datetime) -> bool:
    """Whether the password was set within a day by nothing but an SMS, as a stolen SIM card could do."""
    return Person.objects.filter(pk=person_id, recovered_at__gt=now - RECOVERY_PAUSE).exists()


def recoveries(person_ids: Collection[int]) -> dict[int, datetime]:
    """When the password of these people was last set by nothing but an SMS; who never did is absent."""
    return {key: at for key, at in _recovered.all([*person_ids]) if at is not None}


@frozen
def _recovered(person_ids: Collection[int]) -> QuerySet[Person, tuple[int, datetime | None]]:
    rows = Person.objects.filter(pk__in=person_ids, recovered_at__isnull=False)
    return rows.values_list("pk", "recovered_at")


def devices(*, person_id: int, session_key: str = "") -> list[DeviceView]:
    """The person's browsers: this one first, then by the last visit. Wherever they are signed in is there."""
    known = Device.objects.filter(person_id=person_id).order_by("-last_seen_at")
    rows = [*known.exclude(session_key=""), *known.filter(session_key="")[:50]]
    views = [
        DeviceView(
            public_id=row.public_id,
            name=name_of_agent(row.agent),
            address=row.address,
            last_seen_at=row.last_seen_at,
            first_seen_at=row.first_seen_at,
            here=bool(session_key) and row.session_key == session_key,
            signed_in=bool(row.session_key),
            trusted_until=row.trusted_until,
        )
        for row in rows
    ]
    views.sort(key=lambda view: view.last_seen_at, reverse=True)
    return sorted(views, key=lambda view: not view.here)


def device_here(*, person_id: int, session_key: str) -> str:
    """The id of the browser of this session, or an empty text."""
    here = Device.objects.filter(person_id=person_id, session_key=session_key or "-")
    return here.values_list("public_id", flat=True).first() or ""


def consents(*, person_id: int) -> list[ConsentView]:
    """Every agreement given and taken back, newest first."""
    return [
        ConsentView(row.kind, row.version, row.channel, row.address, row.given_at, row.withdrawn_at)
        for row in Consent.objects.filter(person_id=person_id).order_by("-given_at", "-id")
    ]


def tokens(*, person_id: int) -> list[TokenView]:
    """The keys that were not revoked, newest first; the expired ones of the last month too."""
    kept = Token.objects.filter(person_id=person_id, revoked_at__isnull=True)
    return [token_of(row) for row in kept.order_by("-created_at")]


def live_tokens(*, person_id: int, now: datetime) -> list[TokenView]:
    """The keys that open something now, newest first."""
    return [token for token in tokens(person_id=person_id) if token.expires_at > now]


def token_of(row: Token) -> TokenView:
    """A key as it may leave the room."""
    return TokenView(
        public_id=row.public_id,
        name=row.name,
        scopes=tuple(row.scopes),
        hint=row.hint,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        bounds=None if row.bounds is None else _bounds(row.bounds),
    )


def phone_is_known(phone: str) -> bool:
    """Whether a cabinet or a sign-in for work has this phone, written as we write it."""
    return Person.objects.filter(phone=phone).exists()


def cabinet_with_phone(phone: str) -> int | None:
    """The key of the person whose cabinet this phone opens; sign-ins for work are none."""
    rows = Person.objects.filter(phone=phone, is_active=True, is_staff=False)
    return rows.values_list("pk", flat=True).first()


def person_by_phone(phone: str) -> PersonView | None:
    """The person whose name this phone is, in whatever spelling it comes; nobody for a spoilt one."""
    try:
        name = normalise_phone(phone)
    except PhoneRefused:
        return None
    row = Person.objects.filter(phone=name, is_active=True).first()
    return None if row is None else view_of(row)
