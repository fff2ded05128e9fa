"""What is kept of secrets that only need recognising: 192 random bits and more need no slow hash."""

from __future__ import annotations

import hashlib

from django.utils.crypto import salted_hmac


def cookie_digest(cookie: str) -> str:
    """What is kept of the cookie that recognises a browser."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def phone_digest(phone: str) -> str:
    """How the journal, which never forgets, names a phone at whose door somebody failed."""
    return salted_hmac("svet.people.phone", phone, algorithm="sha256").hexdigest()[:32]
