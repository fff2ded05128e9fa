"""People for tests: each with a cabinet, a phone of the made-up range and a known password."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password

from svet.kernel.transactions import use_case
from svet.notices import operations as notices
from svet.people.models import Person
from svet.site import operations as site
from svet.site.models import Agreement
from svet.site.rules import AgreementKind

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "Kx7#mVq2p"
_numbers = itertools.count(1)


#: Made at once: a test that patches the hasher must not leave its own hash to the tests after it.
_ENCODED = make_password(PASSWORD)


def make_person(
    *,
    phone: str = "",
    first_name: str = "Анна",
    patronymic: str = "Петровна",
    last_name: str = "Иванова",
    email: str = "",
    now: datetime = NOW,
    is_staff: bool = False,
) -> Person:
    """A person whose password is ``PASSWORD``; a given e-mail is confirmed."""
    number = phone or f"+7900{next(_numbers):07d}"
    with use_case():
        recipient_id = notices.add_recipient(phone=number, email=email)
        if email:
            notices.set_addresses(recipient_id=recipient_id, email_confirmed=True)
        return Person.objects.create(
            phone=number,
            password=_ENCODED,
            first_name=first_name,
            patronymic=patronymic,
            last_name=last_name,
            email=email,
            email_confirmed_at=now if email else None,
            recipient_id=recipient_id,
            created_at=now,
            password_changed_at=now,
            is_staff=is_staff,
        )


def publish_missing_agreements() -> None:
    """Publish a text of each kind where none is left, as after a test that emptied the tables."""
    for kind in AgreementKind:
        if not Agreement.objects.filter(kind=kind).exists():
            site.publish_agreement(kind=kind, title=kind.value, body="Текст", published_on=NOW.date())
