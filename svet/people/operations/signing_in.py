"""«Вход»: phone and password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.limits.operations import forget, require, spend
from svet.limits.rules import LimitName, Purpose
from svet.people.models import Device, Person
from svet.people.models.digests import cookie_digest, phone_digest
from svet.people.operations.passwords import verified
from svet.people.queries import PersonView, view_of
from svet.people.rules.entrance import SignInReason
from svet.people.rules.passwords import PasswordReason, PasswordRefused
from svet.people.rules.phones import normalise_phone


class SignInRefused(Refused):
    """Phone and password do not fit together; which of the two is at fault is never told."""


def sign_in(
    *, phone: object, password: str, address: str, now: datetime, device_cookie: str = "", work: str = ""
) -> PersonView:
    """Find the person whom phone and password name.

    A browser that has already been signed in has a bucket of its own, so strangers who exhaust the
    phone's bucket cannot lock its owner out.

    :raises PhoneRefused: :raises PasswordRefused: nothing typed.
    :raises SignInRefused: they do not fit, or the person was blocked.
    :raises LimitReached: too many tries. :raises WorkNeeded: the network is busy and no ``work`` came along.
    """
    number, limit, key = _knock(phone=phone, password=password, device_cookie=device_cookie)
    if limit is not LimitName.SIGN_IN_PER_DEVICE:
        # A browser its owner has used before is not asked to compute, however busy its network is.
        require(purpose=Purpose.SIGN_IN, address=address, work=work, now=now)
    return view_of(
        _enter(
            number,
            limit,
            key,
            password,
            address=address,
            now=now,
            admits=_has_cabinet,
            refusal="sign_in.refused",
        )
    )


def sign_in_with(
    *,
    phone: object,
    password: str,
    address: str,
    now: datetime,
    admits: Callable[[int], bool],
    refusal: str,
    device_cookie: str = "",
) -> Person:
    """The same at another door: same limits, same answer to everything that does not fit.

    ``admits`` says whether this is the person's door, ``refusal`` is what the journal calls a refusal here.

    :raises PhoneRefused: :raises PasswordRefused: nothing typed.
    :raises SignInRefused: :raises LimitReached:
    """
    number, limit, key = _knock(phone=phone, password=password, device_cookie=device_cookie)
    return _enter(
        number,
        limit,
        key,
        password,
        address=address,
        now=now,
        admits=lambda person: admits(person.pk),
        refusal=refusal,
    )


def _knock(*, phone: object, password: str, device_cookie: str) -> tuple[str, LimitName, str]:
    """The phone as we write it, and the bucket a try is taken from."""
    number = normalise_phone(phone)
    if not password:
        raise PasswordRefused(PasswordReason.REQUIRED)
    limit, key = _bucket(number=number, device_cookie=device_cookie)
    return number, limit, key


def _enter(
    number: str,
    limit: LimitName,
    key: str,
    password: str,
    *,
    address: str,
    now: datetime,
    admits: Callable[[Person], bool],
    refusal: str,
) -> Person:
    """Spend a try, judge the password, give the tries back to whoever was right."""
    spend(limit=limit, key=key, now=now)
    person = Person.objects.filter(phone=number).first()
    fits = verified(password, encoded=None if person is None else person.password)
    if person is None or not fits or not person.is_active or not admits(person):
        journal.record_security(
            by=Actor.anonymous(address=address),
            action=refusal,
            subject="phone",
            subject_id=phone_digest(number),
            now=now,
        )
        raise SignInRefused(SignInReason.WRONG)
    forget(limit=limit, key=key)
    return person


def _has_cabinet(person: Person) -> bool:
    """The cabinet's door: a work sign-in opens none."""
    return not person.is_staff


def _bucket(*, number: str, device_cookie: str) -> tuple[LimitName, str]:
    digest = cookie_digest(device_cookie)
    if Device.objects.filter(person__phone=number, cookie_digest=digest).exists() and device_cookie:
        return LimitName.SIGN_IN_PER_DEVICE, f"{number}:{digest}"
    return LimitName.SIGN_IN_PER_PHONE, number
