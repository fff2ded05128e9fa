"""The six lines of «Требования к паролю» and what lies beyond them."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

from svet.kernel.refusals import Refused
from svet.people.rules.guessable import has_context_word, has_own_phone, is_common

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
_UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset("0123456789")


class PasswordReason(StrEnum):
    TYPE = "type"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    NON_LATIN = "non_latin"
    SHORT = "short"
    NO_UPPER = "no_upper"
    NO_LOWER = "no_lower"
    NO_DIGIT = "no_digit"
    SPACE = "space"
    COMMON = "common"
    CONTEXT = "context_word"
    SAME = "same"
    DIFFERENT = "different"
    WRONG = "wrong"


class PasswordRefused(Refused):
    """The password does not meet the rules; ``details["position"]`` counts characters from 1."""

    def __init__(
        self, reason: PasswordReason, *, field: str = "password", position: int | None = None
    ) -> None:
        super().__init__(reason, field=field, details={} if position is None else {"position": position})


@dataclass(frozen=True, slots=True)
class PasswordLine:
    """One line of the checklist; ``texts.password_line`` gives its label."""

    reason: PasswordReason
    ok: bool


def _is_space(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Zs", "Zl", "Zp"}


def _is_invisible(sign: str) -> bool:
    return not _is_space(sign) and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _is_foreign(sign: str) -> bool:
    """A letter, or a mark upon one, other than A–Z and a–z: the same letter may be typed in two ways."""
    return not sign.isascii() and unicodedata.category(sign)[0] in "LM"


def judge_password(raw: str) -> list[PasswordLine]:
    """The six lines in the order of the guide, each fulfilled or not; nothing typed fulfils none.

    Only the first 129 characters are looked at: more is refused for its length anyway.
    """
    text = raw[: LONGEST_PASSWORD + 1]
    signs = set(text)
    return [
        PasswordLine(PasswordReason.NON_LATIN, bool(text) and not any(map(_is_foreign, signs))),
        PasswordLine(PasswordReason.SHORT, len(text) >= SHORTEST_PASSWORD),
        PasswordLine(PasswordReason.NO_UPPER, bool(signs & _UPPER)),
        PasswordLine(PasswordReason.NO_LOWER, bool(signs & _LOWER)),
        PasswordLine(PasswordReason.NO_DIGIT, bool(signs & _DIGITS)),
        PasswordLine(PasswordReason.SPACE, bool(text) and not any(map(_is_space, signs))),
    ]


def check_password_rules(
    raw: object,
    *,
    field: str = "password",
    phone: str = "",
    context: Iterable[str] = (),
    common: Container[str] = (),
) -> str:
    """Give the password back if it may be used, unchanged.

    ``phone`` is the person's own (E.164), ``context`` are words of this installation such as its brand in
    Latin letters, ``common`` holds lower-case passwords everybody tries.

    :raises PasswordRefused: with the first thing wrong. Length comes first: nothing long is ever scanned.
    """
    if not isinstance(raw, str):
        raise PasswordRefused(PasswordReason.TYPE, field=field)
    if not raw:
        raise PasswordRefused(PasswordReason.REQUIRED, field=field)
    if len(raw) > LONGEST_PASSWORD:
        raise PasswordRefused(PasswordReason.TOO_LONG, field=field)
    for position, sign in enumerate(raw, start=1):
        for refuses, reason in (
            (_is_invisible, PasswordReason.INVISIBLE),
            (_is_space, PasswordReason.SPACE),
            (_is_foreign, PasswordReason.NON_LATIN),
        ):
            if refuses(sign):
                raise PasswordRefused(reason, field=field, position=position)
    for line in judge_password(raw):
        if not line.ok:
            raise PasswordRefused(line.reason, field=field)
    if raw.lower() in common or is_common(raw):
        raise PasswordRefused(PasswordReason.COMMON, field=field)
    if has_context_word(raw, words=context) or has_own_phone(raw, phone=phone):
        raise PasswordRefused(PasswordReason.CONTEXT, field=field)
    return raw
