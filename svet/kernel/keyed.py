"""Digests under the installation's key that outlive its rotation: the present key writes, former ones read.

``salted_hmac`` alone forgets everything on the day the key changes: docs/adr/0152.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def keyed_digest(purpose: str, text: str) -> str:
    """The digest of a text for one purpose under the present key, as hexadecimal SHA-256."""
    return _under(settings.SECRET_KEY, purpose, text)


def keyed_digests(purpose: str, text: str) -> list[str]:
    """The same under the present key and each retired one, the present first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_under(secret, purpose, text) for secret in secrets]


def is_keyed_digest(given: str, purpose: str, text: str, *, length: int = 64) -> bool:
    """Whether the beginning of one of those digests was given; compared in constant time."""
    return any(constant_time_compare(given, known[:length]) for known in keyed_digests(purpose, text))


def _under(secret: str | bytes, purpose: str, text: str) -> str:
    return salted_hmac(purpose, text, secret=secret, algorithm="sha256").hexdigest()
