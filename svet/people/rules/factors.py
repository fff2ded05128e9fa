"""The second step of a sign-in: which codes there are and how long a device is trusted. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused

#: How long a browser the person calls their own opens with the password alone.
TRUST_LIFE: Final = timedelta(days=30)
#: How long a half-way sign-in waits for its second step, and a password just typed opens the safety pages.
STEP_LIFE: Final = timedelta(minutes=10)
MOST_PASSKEYS: Final = 10
LONGEST_PASSKEY_NAME: Final = 40
#: Codes of a recovery sheet, and the digits of each: 33 bits.
RECOVERY_CODES: Final = 10
RECOVERY_DIGITS: Final = 10
_LONGEST = 32
_RECOVERY = re.compile(f"[0-9]{{{RECOVERY_DIGITS}}}", re.ASCII)


class FactorReason(StrEnum):
    REQUIRED = "second_factor_required"
    WRONG = "second_factor_wrong"
    NONE = "no_second_factor"
    PASSKEY = "passkey_refused"
    TOO_MANY = "too_many_passkeys"
    NAME = "passkey_name"
    NEEDED = "second_step_needed"
    LAST = "last_second_step"


class FactorRefused(Refused):
    """The second step was not taken."""


def recovery_code_in(raw: object) -> str | None:
    """The ten digits of a recovery code, however grouped, or nothing when it is not of that form."""
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        return None
    text = re.sub("[ \u00a0\u202f-]", "", raw)
    return text if _RECOVERY.fullmatch(text) else None


def spaced(code: str) -> str:
    """``12345-67890``: a recovery code as it is shown."""
    return f"{code[:5]}-{code[5:]}"
