"""Names, birth dates and e-mail addresses as a person may give them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svet.kernel.refusals import Refused

LONGEST_NAME = 60
LONGEST_EMAIL = 254
_EARLIEST_BIRTH = date(1900, 1, 1)
_NAME_SIGNS = frozenset(" -'’.")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullName:
    """A name as it is typed; a patronymic is not everybody's."""

    first_name: str
    patronymic: str
    last_name: str

    def normalised(self) -> FullName:
        """The parts as they are kept. :raises ProfileRefused: ``field`` names the part"""
        return FullName(
            first_name=normalise_name(self.first_name, field="first_name"),
            patronymic=normalise_name(self.patronymic, field="patronymic"),
            last_name=normalise_name(self.last_name, field="last_name"),
        )


class Sex(StrEnum):
    """As the person gives it; nobody has to."""

    UNKNOWN = ""
    MALE = "male"
    FEMALE = "female"


class ProfileReason(StrEnum):
    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    EMAIL = "email"
    BIRTH = "birth"
    SEX = "sex"
    SAME_PHONE = "same_phone"
    SAME_EMAIL = "same_email"
    NO_SUCH = "no_such"
    SCOPES = "scopes"
    NO_BOUNDS = "no_bounds"
    MANY_BOUNDS = "many_bounds"
    ACCOUNT_SCOPES = "account_scopes"
    METER_SCOPES = "meter_scopes"
    TOO_MANY = "too_many"
    TERM = "term"
    BROWSER = "browser"
    MESSENGER = "messenger"


class ProfileRefused(Refused):
    """A part of the profile cannot be kept as given."""


def normalise_name(raw: str, *, field: str) -> str:
    """A name with single spaces; letters of any alphabet, hyphens, apostrophes. May be empty.

    :raises ProfileRefused: too long or with signs no name has.
    """
    if len(raw) > LONGEST_NAME * 2:
        raise ProfileRefused(ProfileReason.TOO_LONG, field=field)
    name = unicodedata.normalize("NFC", " ".join(raw.split()))
    if len(name) > LONGEST_NAME:
        raise ProfileRefused(ProfileReason.TOO_LONG, field=field)
    if not all(sign in _NAME_SIGNS or unicodedata.category(sign)[0] in "LM" for sign in name):
        raise ProfileRefused(ProfileReason.CHARS, field=field)
    return name


def refuse_birth_date(born: date | None, *, today: date) -> None:
    """Refuse days in the future and before 1900. :raises ProfileRefused:"""
    if born is not None and not _EARLIEST_BIRTH <= born <= today:
        raise ProfileRefused(ProfileReason.BIRTH, field="birth_on")


def normalise_email(raw: str) -> str:
    """An address with its domain in lower case; only plain ASCII ones can surely be written to.

    :raises ProfileRefused: not an e-mail address.
    """
    if len(raw) > LONGEST_EMAIL + 16:
        raise ProfileRefused(ProfileReason.TOO_LONG, field="email")
    text = raw.strip(" \u00a0")
    if not text:
        raise ProfileRefused(ProfileReason.REQUIRED, field="email")
    local, at, domain = text.rpartition("@")
    labels = domain.lower().split(".")
    fits = (
        at
        and len(text) <= LONGEST_EMAIL
        and _LOCAL.fullmatch(local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and len(labels) >= 2
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not fits:
        raise ProfileRefused(ProfileReason.EMAIL, field="email")
    return f"{local}@{domain.lower()}"
