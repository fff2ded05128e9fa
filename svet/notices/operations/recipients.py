"""Whom to tell: addresses and switches."""

from __future__ import annotations

from svet.kernel.transactions import require_transaction
from svet.notices.models import Recipient
from svet.notices.rules import Preferences, differences


def add_recipient(*, phone: str, email: str = "", language: str = "ru") -> int:
    """Make somebody tellable; the key goes to the caller's own row."""
    require_transaction()
    return Recipient.objects.create(phone=phone, email=email, language=language).id


def set_addresses(
    *,
    recipient_id: int,
    phone: str | None = None,
    email: str | None = None,
    email_confirmed: bool | None = None,
    language: str | None = None,
) -> None:
    """Change the given addresses; what is None stays."""
    require_transaction()
    given = {"phone": phone, "email": email, "email_confirmed": email_confirmed, "language": language}
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        Recipient.objects.filter(id=recipient_id).update(**changes)


def set_preferences(
    *,
    recipient_id: int,
    preferences: Preferences | None = None,
    email_on: bool | None = None,
    sms_on: bool | None = None,
) -> None:
    """Move the switches; locked ones stay on whatever is asked."""
    require_transaction()
    changes: dict[str, object] = {}
    if preferences is not None:
        changes["preferences"] = differences(preferences)
    if email_on is not None:
        changes["email_on"] = email_on
    if sms_on is not None:
        changes["sms_on"] = sms_on
    if changes:
        Recipient.objects.filter(id=recipient_id).update(**changes)
