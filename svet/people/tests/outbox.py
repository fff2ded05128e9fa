"""What was promised to phones and mailboxes, for tests to read."""

from __future__ import annotations

import re

from svet.notices.models import Delivery


def sms_to(phone: str) -> list[str]:
    """The bodies of the SMS promised to a phone, oldest first."""
    rows = Delivery.objects.filter(channel="sms", address=phone).order_by("id")
    return list(rows.values_list("body", flat=True))


def events_to(address: str) -> list[str]:
    """The events told to a phone or a mailbox, oldest first."""
    return list(Delivery.objects.filter(address=address).order_by("id").values_list("event", flat=True))


def last_code(address: str) -> str:
    """The six digits of the newest message to an address."""
    body = Delivery.objects.filter(address=address).latest("id").body
    found = re.search(r"\b[0-9]{6}\b", body)
    assert found is not None, body
    return found[0]


def other_code(code: str, nth: int = 1) -> str:
    """The ``nth`` well-formed code that is surely wrong."""
    return f"{(int(code) + nth) % 1_000_000:06d}"
