"""Made-up recipients."""

from __future__ import annotations

from django.db import transaction

from svet.notices.models import Recipient
from svet.notices.operations import add_recipient


def make_recipient(
    *, phone: str = "+79000000001", email: str = "", confirmed: bool = True, language: str = "ru"
) -> Recipient:
    """A recipient with a phone and, when given, a confirmed e-mail."""
    with transaction.atomic():
        key = add_recipient(phone=phone, email=email, language=language)
        Recipient.objects.filter(id=key).update(email_confirmed=bool(email) and confirmed)
    return Recipient.objects.get(id=key)
