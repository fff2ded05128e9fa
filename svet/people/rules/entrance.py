"""Why nobody is let in or registered: the reasons, below whoever gives and whoever explains them."""

from __future__ import annotations

from enum import StrEnum


class RegistrationReason(StrEnum):
    NOT_AGREED = "not_agreed"
    NOT_CONSENTED = "not_consented"
    TAKEN = "taken"
    NEWER_TEXT = "newer_text"


class SignInReason(StrEnum):
    WRONG = "wrong_credentials"
