"""Codes sent by SMS or mail: six digits, five minutes, three tries."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused

CODE_LIFE: Final = timedelta(minutes=5)
CODE_TRIES: Final = 3
#: How long a right recovery code lets the person choose a new password.
GRANT_LIFE: Final = timedelta(minutes=15)
# Against stolen SIM cards: how long bound cards rest after a recovery by SMS alone.
RECOVERY_PAUSE = timedelta(hours=24)
_LONGEST = 32
_CODE = re.compile("[0-9]{6}", re.ASCII)


class CodePurpose(StrEnum):
    """What a right code opens."""

    REGISTRATION = "registration"
    RECOVERY = "recovery"
    EMAIL = "email"
    PHONE_OLD = "phone_old"
    PHONE_NEW = "phone_new"
    OFFICE = "office"


class CodeReason(StrEnum):
    REQUIRED = "required"
    FORM = "form"
    WRONG = "wrong"
    REPEATED = "repeated"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    NO_CODE = "no_code"
    NOT_OF_APP = "not_of_app"


class CodeRefused(Refused):
    """The code does not open; ``details["tries_left"]`` says how many tries remain, where any do."""

    def __init__(self, reason: CodeReason, *, field: str = "code", tries_left: int | None = None) -> None:
        super().__init__(
            reason, field=field, details={} if tries_left is None else {"tries_left": tries_left}
        )


def normalise_code(raw: object, *, field: str = "code") -> str:
    """The six digits, however grouped. :raises CodeRefused: anything else; a try is not spent on it."""
    if not isinstance(raw, str) or len(raw) > _LONGEST:
        raise CodeRefused(CodeReason.FORM, field=field)
    text = re.sub("[ \u00a0\u202f-]", "", raw)
    if not text:
        raise CodeRefused(CodeReason.REQUIRED, field=field)
    if _CODE.fullmatch(text) is None:
        raise CodeRefused(CodeReason.FORM, field=field)
    return text
