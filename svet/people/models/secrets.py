"""Secrets that must be read back, such as the seed of an authenticator application, encrypted at rest."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from svet.kernel.boxes import SecretBox

BOX = SecretBox(b"svet.people.second-factor.1")


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    """What django-allauth asks of the installation: here, only how secrets are kept."""

    def encrypt(self, text: str) -> str:
        """The text as it may stand in the database."""
        return BOX.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The text again. :raises cryptography.fernet.InvalidToken: the installation's secret is another"""
        return BOX.open(encrypted_text)
