"""Passkeys (WebAuthn): registering them, and signing in or taking the second step with one.

``state`` goes from a ``begin_…`` to its end through the caller's session, so a challenge serves the browser
it was made for; the caller takes it out of the session before it is used, so it serves once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import F
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.limits.operations import forget, spend
from svet.limits.rules import LimitName, network_of
from svet.people.models import Person
from svet.people.operations.factors import RecoverySheet, first_sheet, keep_one, note_change, tidy_up
from svet.people.operations.sealing import sealed
from svet.people.queries import PersonView, view_of
from svet.people.rules.factors import LONGEST_PASSKEY_NAME, MOST_PASSKEYS, FactorReason, FactorRefused
from svet.people.rules.names import ProfileReason

_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """The site a passkey belongs to: the browser refuses it anywhere else."""

    host: str
    name: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the browser is asked (``options``, for its script) and what the end needs to check the answer."""

    options: dict[str, Any]
    state: dict[str, Any]


def begin_passkey(*, person_id: int, site: Site) -> Ceremony:
    """Ask a browser to make a passkey; those the person has already are not made twice."""
    person = Person.objects.get(pk=person_id)
    name = " ".join(filter(None, (person.first_name, person.last_name))) or person.phone
    options, state = _server(site).register_begin(
        user=PublicKeyCredentialUserEntity(
            id=person.public_id.encode(), name=person.phone, display_name=name
        ),
        credentials=[_credential(row) for row in _kept(person_id)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
    )
    return Ceremony(dict(options), dict(state))


def add_passkey(
    *,
    person_id: int,
    site: Site,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    name: str,
    address: str,
    now: datetime,
) -> RecoverySheet | None:
    """Keep the passkey a browser has made; the person's first factor brings a sheet of recovery codes.

    :raises FactorRefused: the answer does not fit, or there are ten already
    """
    title = _title(name)
    try:
        made = _server(site).register_complete(state, answer)
    except (ValueError, TypeError, KeyError) as wrong:
        raise FactorRefused(FactorReason.PASSKEY) from wrong
    by = Actor.person(person_id, address=address)
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        if len(_kept(person_id)) >= MOST_PASSKEYS:
            raise FactorRefused(FactorReason.TOO_MANY)
        Authenticator.objects.create(
            user=person,
            type=Authenticator.Type.WEBAUTHN,
            data={
                "name": title,
                "public_id": new_public_id(),
                "credential": _plain(answer),
                "counter": made.counter,
            },
            created_at=now,
        )
        note_change(person=person, change="passkey_on", by=by, now=now)
        return first_sheet(person=person, by=by, now=now)


def rename_passkey(*, person_id: int, public_id: str, name: str, address: str, now: datetime) -> None:
    """Call a passkey otherwise. :raises NotFound: it is not theirs. :raises FactorRefused: no such name"""
    title = _title(name)
    with use_case():
        row = _mine(person_id=person_id, public_id=public_id)
        row.data["name"] = title
        row.save(update_fields=["data"])
        journal.record(
            by=Actor.person(person_id, address=address),
            action="passkey.renamed",
            subject="passkey",
            subject_id=public_id,
            now=now,
            after=sealed({"name": title}, person_id=person_id),
        )


def remove_passkey(*, person_id: int, public_id: str, address: str, now: datetime) -> None:
    """Let a passkey open nothing any more.

    :raises NotFound: it is not theirs
    :raises FactorRefused: it is their last factor, and everybody needs one here
    """
    with use_case():
        person = Person.objects.select_for_update().get(pk=person_id)
        _mine(person_id=person_id, public_id=public_id).delete()
        keep_one(person=person)
        tidy_up(person=person)
        by = Actor.person(person_id, address=address)
        note_change(person=person, change="passkey_off", by=by, now=now)


def begin_passkey_step(*, site: Site, person_id: int | None = None) -> Ceremony:
    """Ask a browser for a passkey: one of the person's, or, with nobody named, any it has for the site."""
    credentials = None if person_id is None else [_credential(row) for row in _kept(person_id)]
    options, state = _server(site).authenticate_begin(credentials=credentials, user_verification=_REQUIRED)
    return Ceremony(dict(options), dict(state))


def sign_in_by_passkey(
    *, site: Site, state: Mapping[str, Any], answer: Mapping[str, Any], address: str, now: datetime
) -> PersonView:
    """Find the person whose passkey answers; device and finger are two factors, nothing else is asked.

    :raises FactorRefused: it does not fit, or its owner is blocked. :raises LimitReached:
    """
    spend(limit=LimitName.SIGN_IN_PER_NETWORK, key=network_of(address), now=now)
    person = _owner(answer)
    if person is None:
        raise FactorRefused(FactorReason.PASSKEY)
    _check(person=person, site=site, state=state, answer=answer, address=address, now=now)
    return view_of(person)


def pass_second_step_by_passkey(
    *,
    person_id: int,
    site: Site,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    address: str,
    now: datetime,
) -> None:
    """Take the second step of a sign-in with a passkey. :raises FactorRefused: :raises LimitReached:"""
    spend(limit=LimitName.SECOND_FACTOR, key=str(person_id), now=now)
    person = Person.objects.get(pk=person_id)
    _check(person=person, site=site, state=state, answer=answer, address=address, now=now)
    forget(limit=LimitName.SECOND_FACTOR, key=str(person_id))


def _check(
    *,
    person: Person,
    site: Site,
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    address: str,
    now: datetime,
) -> None:
    """The signature fits, and the key's own counter has moved on (a copied key falls behind)."""
    kept = {_credential(row).credential_id: row for row in _kept(person.pk)}
    try:
        used = _server(site).authenticate_complete(state, [_credential(row) for row in kept.values()], answer)
        counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (ValueError, TypeError, KeyError) as wrong:
        _note_wrong(person=person, address=address, now=now)
        raise FactorRefused(FactorReason.PASSKEY) from wrong
    row = kept[used.credential_id]
    mine = Authenticator.objects.filter(pk=row.pk)
    with use_case():
        held = mine.select_for_update().first()
        fresh = held is not None and (counter == 0 or counter > held.data["counter"])
        if held is not None and fresh:
            held.data["counter"] = counter
            held.last_used_at = now
            held.save(update_fields=["data", "last_used_at"])
    if not fresh:
        _note_wrong(person=person, address=address, now=now)
        raise FactorRefused(FactorReason.PASSKEY)


def _note_wrong(*, person: Person, address: str, now: datetime) -> None:
    journal.record_security(
        by=Actor.anonymous(address=address),
        action="passkey.wrong",
        subject="person",
        subject_id=person.public_id,
        now=now,
    )


def _server(site: Site) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=site.host, name=site.name))


def _kept(person_id: int) -> list[Any]:
    mine = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.WEBAUTHN)
    return list(mine.order_by(F("id")))


def _mine(*, person_id: int, public_id: str) -> Any:
    row = (
        Authenticator.objects.select_for_update()
        .filter(user_id=person_id, type=Authenticator.Type.WEBAUTHN, data__public_id=public_id)
        .first()
    )
    if row is None:
        raise NotFound(ProfileReason.NO_SUCH)
    return row


def _credential(row: Any) -> AttestedCredentialData:
    made = RegistrationResponse.from_dict(row.data["credential"])
    found: AttestedCredentialData | None = made.response.attestation_object.auth_data.credential_data
    assert found is not None  # it was there when the passkey was added
    return found


def _owner(answer: Mapping[str, Any]) -> Person | None:
    """Whose passkey says it answers; the signature is checked afterwards."""
    try:
        handle = AuthenticationResponse.from_dict(answer).response.user_handle
        public_id = (handle or b"").decode("ascii")
    except (ValueError, TypeError, KeyError):
        return None
    return Person.objects.filter(public_id=public_id, is_active=True, is_staff=False).first()


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Of what the browser sent, only what a passkey consists of."""
    return dict(RegistrationResponse.from_dict(answer))


def _title(name: str) -> str:
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_PASSKEY_NAME:
        raise FactorRefused(FactorReason.NAME, field="name")
    return title
