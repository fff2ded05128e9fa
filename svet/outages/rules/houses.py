"""Which houses of a street a list names: «1–15 нечётные, 20, 22А, 30 корп. 2». Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from svet.accounts.rules.places import house_key, spoken
from svet.outages.rules.refusals import OutageReason, OutageRefused

LONGEST_LIST: Final = 1_000
#: The largest number a house may have: above it somebody has typed something else.
_LARGEST: Final = 9_999
_RANGE = re.compile(
    r"(?:с\s*)?(\d{1,4})\s*(?:-|–|—|по|до|\.\.)\s*(\d{1,4})(?:\s*\(?\s*([^\W\d_]+)\.?\s*\)?)?"
)
#: «1 3 5» names three houses or a slip of the keys, «1А-5» and «5А-5В» a range nobody can count.
_UNCLEAR = re.compile(r"(?<![^\W_])\d+\s+\d|\d\s*[^\W\d_]\s*[-–—]\s*\d|\d\s*[-–—]\s*\d+\s*[^\W\d_]\b")
_SIDE = re.compile(r"\(?([^\W\d_]+)\.?\)?(?:\s*сторона)?")
_WHOLE: Final = frozenset({"", "все", "все дома", "вся улица"})
_ODD: Final = ("нечет", "нечетные", "нечетная", "неч", "odd")
_EVEN: Final = ("чет", "четные", "четная", "even")
_KEY = re.compile(r"\d{1,4}[^\W\d_]?(?:[кс]\d{1,3}[^\W\d_]?)?(?:[/-]\d{1,4}[^\W\d_]?)?")


@dataclass(frozen=True, slots=True)
class HouseRange:
    """Houses from one number to another, letters and blocks of theirs among them; ``side``: 1 odd, 0 even."""

    first: int
    last: int
    side: int | None = None

    def holds(self, key: str) -> bool:
        number = re.match(r"\d+", key)
        if number is None:
            return False
        value = int(number[0])
        return self.first <= value <= self.last and self.side in (None, value % 2)


@dataclass(frozen=True, slots=True)
class Houses:
    """What a list names: everything, or these houses and ranges."""

    whole: bool
    single: frozenset[str] = frozenset()
    ranges: tuple[HouseRange, ...] = ()

    def holds(self, house: str) -> bool:
        """Whether a house, as the registry writes it, is among them."""
        key = house_key(house)
        return self.whole or key in self.single or any(each.holds(key) for each in self.ranges)


@lru_cache(maxsize=4096)
def read_houses(text: str) -> Houses:
    """The houses of a list; an empty one is the whole street.

    :raises OutageRefused: a part that is no house and no range, or a range that runs backwards
    """
    plain = " ".join(spoken(text).split())
    if len(plain) > LONGEST_LIST:
        raise OutageRefused(OutageReason.HOUSES_LONG, field="houses")
    if plain in _WHOLE:
        return Houses(whole=True)
    single: set[str] = set()
    ranges: list[HouseRange] = []
    for part in _parts(plain):
        # Digits of other scripts look like ours and are no house of the registry: it would meet nobody.
        if any(sign.isnumeric() and not sign.isascii() for sign in part):
            raise OutageRefused(OutageReason.HOUSE, field="houses", details={"part": part[:40]})
        if (found := _RANGE.fullmatch(part)) is not None:
            ranges.append(_range(found, part))
        elif (side := _side(part)) is not None:
            ranges.append(HouseRange(1, _LARGEST, side))
        elif _UNCLEAR.search(part) is None and _KEY.fullmatch(key := house_key(part)) is not None:
            single.add(key)
        else:
            raise OutageRefused(OutageReason.HOUSE, field="houses", details={"part": part[:40]})
    return Houses(False, frozenset(single), tuple(ranges))


def _parts(plain: str) -> Sequence[str]:
    # «10, корп. 2» is one house: its comma parts nothing.
    joined = re.sub(r",\s*(?=(?:корпус|корп|кор|к|строение|стр|литера|лит)\b)", " ", plain)
    return [part.strip() for part in re.split(r"[,;\n]", joined) if part.strip()]


def _range(found: re.Match[str], part: str) -> HouseRange:
    first, last, side = int(found[1]), int(found[2]), None
    if found[3]:
        side = _side(found[3])
        if side is None:
            raise OutageRefused(OutageReason.HOUSE, field="houses", details={"part": part[:40]})
    if first > last:
        raise OutageRefused(OutageReason.BACKWARDS, field="houses", details={"part": part[:40]})
    return HouseRange(first, last, side)


def _side(part: str) -> int | None:
    found = _SIDE.fullmatch(part)
    if found is None:
        return None
    return 1 if found[1] in _ODD else 0 if found[1] in _EVEN else None
