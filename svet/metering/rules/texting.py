"""What a text message with readings says: «4036», «Д 1200 Н 300», «дача 4036», «ДА 4036». Nothing is guessed.

Only the shape is read here; whether the digits are a reading is for ``parse_value``, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from svet.metering.rules.zones import Zone

LONGEST_TEXT = 160
LEAST_TAIL = 4
_YES = frozenset({"да", "yes"})
_NAMES: Mapping[str, Zone] = {
    "д": Zone.DAY,
    "день": Zone.DAY,
    "day": Zone.DAY,
    "н": Zone.NIGHT,
    "ночь": Zone.NIGHT,
    "night": Zone.NIGHT,
    "п": Zone.PEAK,
    "пик": Zone.PEAK,
    "peak": Zone.PEAK,
    "пп": Zone.SEMIPEAK,
    "полупик": Zone.SEMIPEAK,
    "semipeak": Zone.SEMIPEAK,
    "к": Zone.SINGLE,
    "круглосуточный": Zone.SINGLE,
}
#: «Т1», «T2=»: how the face of a meter numbers its scales; Cyrillic and Latin letters look the same.
_NUMBERED = re.compile(r"[тt]([1-3])(?:[:=](.*))?", re.DOTALL | re.IGNORECASE)
_ZONED = re.compile(r"([^\W\d_]+)[:=]?(.*)", re.DOTALL)
_GROUP = re.compile(r"[0-9]{3}", re.ASCII)
_HEAD = re.compile(r"[0-9]{1,3}", re.ASCII)
_TAIL = re.compile(rf"[0-9]{{{LEAST_TAIL},}}", re.ASCII)


class Scale(IntEnum):
    """A scale called by its number on the face of the meter: which zone it is, the meter tells."""

    FIRST = 1
    SECOND = 2
    THIRD = 3


class TextReason(StrEnum):
    """Why a text cannot be understood."""

    NO_ACCOUNT = "text_no_account"
    WHICH = "text_which_account"
    SCALES = "text_scales"
    NOTHING_ASKED = "text_nothing_asked"


@dataclass(frozen=True, slots=True)
class SentText:
    """``address`` tells the account: an alias or the last digits of its number; ``raw`` are digits as sent.

    ``yes`` answers the guard's question. Digits without the name of a scale stand under ``None``, those of a
    numbered one under its number.
    """

    yes: bool
    address: str
    raw: Mapping[Zone | Scale | None, str]
    twice: bool = False


def read_text(text: str) -> SentText:
    """Take a text apart; too long a one has nothing in it that could be meant."""
    if len(text) > LONGEST_TEXT:
        return SentText(yes=False, address="", raw={None: text[: LONGEST_TEXT + 1]})
    words = re.split(r"[ \u00a0\u202f\t\r\n;]+", text.strip(" \u00a0\u202f\t\r\n;"))
    yes = words[0].casefold().strip(",.!") in _YES
    # The sign that stands before a number on a bill says nothing here.
    words = [word.rstrip(",").removeprefix("№") for word in (words[1:] if yes else words)]
    words = [word for word in words if word and word not in ("=", ":")]
    address, words = _address(words)
    raw: dict[Zone | Scale | None, list[str]] = {}
    zone: Zone | Scale | None = None
    twice = False
    for word in words:
        named, rest = _named(word)
        if named is not None:
            twice = twice or named in raw
            zone = named
            raw.setdefault(zone, [])
            word = rest
        if word:
            raw.setdefault(zone, []).append(word)
    return SentText(yes, address, {key: _digits(parts) for key, parts in raw.items()}, twice)


def _address(words: list[str]) -> tuple[str, list[str]]:
    """The words before the digits, and a first long number when another number follows it."""
    at = 0
    while at < len(words) and words[at].isalpha() and _named(words[at])[0] is None:
        at += 1
    said, left = words[:at], words[at:]
    if len(left) > 1 and not said and _TAIL.fullmatch(left[0]):
        follows = left[1][:1]
        if (follows.isascii() and follows.isdigit()) or _named(left[1])[0] is not None:
            return left[0], left[1:]
    return " ".join(said), left


def _named(word: str) -> tuple[Zone | Scale | None, str]:
    numbered = _NUMBERED.fullmatch(word)
    if numbered is not None:
        return Scale(int(numbered[1])), numbered[2] or ""
    found = _ZONED.fullmatch(word)
    if found is None:
        return None, word
    zone = _NAMES.get(found[1].casefold())
    return (None, word) if zone is None else (zone, found[2])


def _digits(parts: list[str]) -> str:
    """«3 600» is one number; two numbers side by side are not, and no digits make them one."""
    whole = _HEAD.fullmatch(parts[0]) and all(_GROUP.fullmatch(part) for part in parts[1:]) if parts else True
    return (" " if whole else "|").join(parts)


def means(address: str, *, number: str, alias: str) -> bool:
    """Whether the words before the digits tell this account."""
    if _TAIL.fullmatch(address):
        return number.endswith(address)
    return bool(alias) and alias.casefold() == address.casefold()
