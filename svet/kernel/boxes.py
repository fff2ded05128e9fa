"""Secrets that must be read back, encrypted at rest under the installation's secret, each kind for itself."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class SecretBox:
    """``purpose`` parts the keys: what one box has closed no other one opens."""

    def __init__(self, purpose: bytes) -> None:
        self._purpose = purpose

    def close(self, text: str) -> str:
        """The text as it may stand in the database."""
        return self._all().encrypt(text.encode()).decode()

    def open(self, closed: str) -> str:
        """The text again. :raises cryptography.fernet.InvalidToken: the installation's secret is another"""
        return self._all().decrypt(closed.encode()).decode()

    def is_newest(self, closed: str) -> bool:
        """Whether the present secret of the installation opens it."""
        try:
            self._one(settings.SECRET_KEY).decrypt(closed.encode())
        except InvalidToken:
            return False
        return True

    def renewed(self, closed: str) -> str:
        """The same under the present secret. :raises cryptography.fernet.InvalidToken: none opens it"""
        return self._all().rotate(closed.encode()).decode()

    def _all(self) -> MultiFernet:
        """The newest secret writes; retired ones (``SECRET_KEY_FALLBACKS``) still read."""
        return MultiFernet([self._one(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])

    def _one(self, secret: str | bytes) -> Fernet:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=self._purpose).derive(force_bytes(secret))
        return Fernet(base64.urlsafe_b64encode(key))
