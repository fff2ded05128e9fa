"""Secrets that must be read back, such as the seed of an authenticator application, encrypted at rest."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

_PURPOSE = b"svet.people.second-factor.1"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    """What django-allauth asks of the installation: here, only how secrets are kept."""

    def encrypt(self, text: str) -> str:
        """The text as it may stand in the database."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text again. :raises cryptography.fernet.InvalidToken: the installation's secret is another"""
        return _box().decrypt(encrypted_text.encode()).decode()


def is_newest(encrypted_text: str) -> bool:
    """Whether the present secret of the installation opens it."""
    try:
        _fernet(settings.SECRET_KEY).decrypt(encrypted_text.encode())
    except InvalidToken:
        return False
    return True


def renewed(encrypted_text: str) -> str:
    """The same under the present secret. :raises cryptography.fernet.InvalidToken: no known one opens it"""
    return _box().rotate(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    """The newest secret writes; retired ones (``SECRET_KEY_FALLBACKS``) still read."""
    return MultiFernet([_fernet(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str | bytes) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(key))
