"""What makes a phone, a password, a name, a code acceptable. Pure."""

from svet.people.rules.codes import (
    CODE_LIFE,
    CODE_TRIES,
    GRANT_LIFE,
    CodePurpose,
    CodeReason,
    normalise_code,
)
from svet.people.rules.names import ProfileReason, normalise_email, normalise_name, refuse_birth_date
from svet.people.rules.passwords import (
    LONGEST_PASSWORD,
    PasswordLine,
    PasswordReason,
    PasswordRefused,
    check_password_rules,
    judge_password,
)
from svet.people.rules.phones import PhoneReason, PhoneRefused, mask_phone, normalise_phone
from svet.people.rules.scopes import KeyBound, Scope

__all__ = [
    "CODE_LIFE",
    "CODE_TRIES",
    "GRANT_LIFE",
    "LONGEST_PASSWORD",
    "CodePurpose",
    "CodeReason",
    "KeyBound",
    "PasswordLine",
    "PasswordReason",
    "PasswordRefused",
    "PhoneReason",
    "PhoneRefused",
    "ProfileReason",
    "Scope",
    "check_password_rules",
    "judge_password",
    "mask_phone",
    "normalise_code",
    "normalise_email",
    "normalise_name",
    "normalise_phone",
    "refuse_birth_date",
]
