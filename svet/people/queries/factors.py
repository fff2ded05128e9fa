"""Reads: what a person's second step of a sign-in consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet

from svet.people.models import Device
from svet.people.models.digests import cookie_digest
from svet.people.rules.factors import RECOVERY_CODES


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One passkey as the profile shows it."""

    public_id: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What a person has for the second step; ``codes_left`` of the recovery sheet, 0 without one."""

    app_since: datetime | None
    passkeys: tuple[PasskeyView, ...]
    codes_left: int

    @property
    def on(self) -> bool:
        """Whether a sign-in by password asks for a second step."""
        return self.app_since is not None or bool(self.passkeys)


def second_factor(*, person_id: int) -> SecondFactor:
    """What the person has for the second step."""
    kept = list(Authenticator.objects.filter(user_id=person_id).order_by("id"))
    kinds = Authenticator.Type
    apps = [row.created_at for row in kept if row.type == kinds.TOTP]
    sheets = [row for row in kept if row.type == kinds.RECOVERY_CODES]
    return SecondFactor(
        app_since=apps[0] if apps else None,
        passkeys=tuple(
            PasskeyView(row.data["public_id"], row.data["name"], row.created_at, row.last_used_at)
            for row in kept
            if row.type == kinds.WEBAUTHN
        ),
        codes_left=_left(sheets[0].data) if sheets else 0,
    )


def lacks_second_step(*, person_id: int) -> bool:
    """Whether the installation asks a second step of everybody, and the person has none yet."""
    return settings.SECOND_STEP_FOR_ALL and not _factors(person_id).exists()


def _factors(person_id: int) -> QuerySet[Authenticator]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=person_id, type__in=kinds)
    return found


def _left(sheet: Mapping[str, Any]) -> int:
    """How many codes of a sheet were not used; nothing of it is opened for that."""
    hashed: list[str] | None = sheet.get("migrated_codes")
    if hashed is not None:
        return len(hashed)
    return RECOVERY_CODES - int(sheet["used_mask"]).bit_count()


def asks_second_step(*, person_id: int, device_cookie: str, now: datetime) -> bool:
    """Whether the right password is not enough in this browser."""
    if not _factors(person_id).exists():
        return False
    trusted = Device.objects.filter(
        person_id=person_id, cookie_digest=cookie_digest(device_cookie), trusted_until__gt=now
    )
    return not (device_cookie and trusted.exists())
