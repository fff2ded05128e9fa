"""Addresses as people and registers write them: which two mean one street, which two mean one house. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Kinds of streets by every way of writing them. «Улица» is what a street is when nothing is said.
_KINDS: Final = {
    "": ("ул", "улица"),
    "проспект": ("пр", "пр-т", "пр-кт", "просп", "проспект"),
    "проезд": ("пр-д", "проезд"),
    "переулок": ("пер", "переулок"),
    "бульвар": ("б-р", "бул", "бульвар"),
    "шоссе": ("ш", "шоссе"),
    "набережная": ("наб", "набережная"),
    "площадь": ("пл", "площадь"),
    "микрорайон": ("мкр", "мкрн", "м-н", "мкр-н", "микрорайон"),
    "тупик": ("туп", "тупик"),
}
_KIND: Final = {written: kind for kind, ways in _KINDS.items() for written in ways}
#: What a settlement is called before its name, by every way of writing it (ё as е).
_SETTLEMENT_KINDS: Final = {
    "город": ("г", "гор", "город"),
    "поселок": ("п", "пос", "поселок", "рп", "пгт", "дп", "кп"),
    "село": ("с", "село"),
    "деревня": ("д", "дер", "деревня"),
    "станция": ("ст", "станция"),
    "станица": ("ст-ца", "станица"),
    "хутор": ("х", "хут", "хутор"),
}
_SETTLEMENT: Final = {written: kind for kind, ways in _SETTLEMENT_KINDS.items() for written in ways}
#: «р.п. Мишкино» is «рп Мишкино».
_PARTED = re.compile(r"\b([рдк])\.\s*п\.\s*|\bп\.\s*г\.\s*т\.\s*")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PLAIN = re.compile(r"[^\W_]+")
_PARTS: Final = (
    (re.compile(r"[,.]?\s*\b(?:корпус|корп|кор|к)\b\.?\s*(?=\d)|(?<=\d)к(?:орп)?\.?(?=\d)"), "к"),
    (re.compile(r"[,.]?\s*\b(?:строение|стр)\b\.?\s*(?=\d)|(?<=\d)с(?:тр)?\.?(?=\d)"), "с"),
    (re.compile(r"[,.]?\s*\b(?:литера|литер|лит)\b\.?\s*(?=[^\W\d_])"), ""),
)
_HOUSE = re.compile(r"\A(?:дом|д)\b\.?\s*")
#: A Latin letter that looks like one of ours was meant for it: «22A» is «22А».
_ALIKE: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")
#: «10 Б», «10-Б», «10 "Б"» and «10Б» are one house.
_LETTER = re.compile(r"(?<=\d)[\s-]*[\"«]?([^\W\d_])[\"»]?(?=\Z|[^\w])")


def spoken(text: str) -> str:
    """A text as two people mean the same by it: small letters, ё as е."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е")


def street_words(street: str) -> tuple[str, tuple[str, ...]]:
    """What kind of a street it is, and the words of its name; a name of nothing but a kind is that word."""
    words = _WORD.findall(spoken(street))
    kinds = [_KIND[word] for word in words if word in _KIND]
    name = tuple(word for word in words if word not in _KIND)
    return (kinds[0] if kinds else "", name) if name else ("", tuple(words))


def city_words(city: str) -> tuple[str, ...]:
    """The words of a settlement's name, without what it is."""
    words = _settlement_words(city)
    return tuple(word for word in words if word not in _SETTLEMENT) or words


@lru_cache(maxsize=16_384)
def same_settlement_kind(one: str, other: str) -> bool:
    """Whether two settlements of one name may be one: unless each says what it is, and they differ."""
    here, there = settlement_kinds(one), settlement_kinds(other)
    return not here or not there or not set(here).isdisjoint(there)


def settlement_kinds(city: str) -> list[str]:
    """What a settlement says it is, in one form: город, село; nothing where it does not say."""
    return sorted({_SETTLEMENT[word] for word in _settlement_words(city) if word in _SETTLEMENT})


def _settlement_words(city: str) -> tuple[str, ...]:
    plain = _PARTED.sub(lambda found: f"{found[1]}п " if found[1] else "пгт ", spoken(city))
    return tuple(_WORD.findall(plain))


@lru_cache(maxsize=16_384)
def place_key(city: str, street: str) -> str:
    """One text for one street of one settlement, however it is written; without a street the settlement."""
    kind, name = street_words(street) if street.strip() else ("", ())
    return f"{' '.join(sorted(city_words(city)))}|{' '.join([*sorted(name), kind]).strip()}"


def index_words(city: str, street: str) -> list[str]:
    """The words by which the index of premises finds a street: those every way of writing it has."""
    _kind, name = street_words(street) if street.strip() else ("", ())
    return [part for word in (*city_words(city), *name) for part in _PLAIN.findall(word)]


@lru_cache(maxsize=16_384)
def house_key(house: str) -> str:
    """One text for one house: «д. 10, корп. 2» is «10к2», «10-Б» is «10б»; «10/2» is another house."""
    text = _HOUSE.sub("", spoken(house).strip().translate(_ALIKE))
    for way, sign in _PARTS:
        text = way.sub(sign, text)
    # Two numbers apart are not one: «10 2» is no «102».
    apart = re.sub(r"(?<=\d)\s+(?=\d)", " ", _LETTER.sub(r"\1", text))
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", apart)
