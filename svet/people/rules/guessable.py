"""Passwords that satisfy the six lines and are still tried first."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Words from which most of the passwords that people think strong are made: Password1, Qwerty123, Privet2024!
_WORD_LIST = """
password passwort passw0rd pass parol moiparol mypassword qwerty qwertyui qwertyuiop qwert qwertz qwer
asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc wsxedc admin administrator
root user test testtest guest login welcome letmein iloveyou loveyou love sunshine princess dragon
monkey football baseball superman batman master shadow michael jordan killer trustno hello freedom
whatever starwars pokemon computer internet secret changeme default samsung iphone google yandex
vkontakte telegram privet zdravstvuy lubov lyubov ljubov lublu solnce solnyshko zaika kotik koshka
sobaka mama papa mamapapa mamochka rodina rossiya russia moscow moskva chelyabinsk chelyaba ural
spartak zenit dinamo natasha tatyana tatiana svetlana marina elena olga irina ekaterina katya masha
mariya anastasia anastasiya nastya alexandr aleksandr alexander sergey sergei andrey andrei dmitry
dmitriy maksim maxim vladimir vladimirovich ivan ivanov ivanova petrov nikita artem denis viktor
viktoriya kristina ksenia polina alina yulia julia summer winter spring autumn leto zima vesna osen
january december monday friday abcd abcde abcdef abcdefg abcdefgh abc aaa aaaa
"""
_WORDS = frozenset(_WORD_LIST.split())
# What this cabinet is about: the first guess of anybody who knows whose cabinet it is.
_CONTEXT = (
    "energosbyt",
    "energosbit",
    "energo",
    "energy",
    "elektro",
    "electro",
    "svetlana",
    "svet",
    "kabinet",
    "cabinet",
    "pokazan",
    "schetchik",
    "kvitanc",
)
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm",
)
_LEET = str.maketrans("@$430!5", "aseoois")
# One sign three times, two signs three times, three and more twice: what comes again tells nothing new.
_REPETITION = re.compile(r"(.)\1{2,}|(.{2})\2{2,}|(.{3,}?)\3+", re.DOTALL)
#: What is left without repetitions has to be worth something by itself: as long as a whole password.
_SHORTEST_LEFT = 8
#: How much has to be there beside a guessable word to make a password worth something.
_ENOUGH_BESIDE = 6


def _is_run(text: str) -> bool:
    """A piece of the keyboard or the alphabet, there or back, or one sign again and again."""
    if len(set(text)) <= 1:
        return True
    return any(text in row or text in row[::-1] for row in _ROWS)


def is_common(raw: str) -> bool:
    """Whether the password is a usual word or a keyboard run with a little decoration."""
    text = raw.lower()
    if _is_run(text):
        return True
    for folded in (text, text.translate(_LEET)):
        letters = "".join(sign for sign in folded if sign.isalpha())
        rest = "".join(sign for sign in folded if not sign.isalpha())
        plain = letters in _WORDS or _is_run(letters) or _is_doubled(letters)
        if plain and (len(rest) < _ENOUGH_BESIDE or _is_run("".join(filter(str.isalnum, rest)))):
            return True
    return _is_made_of_runs(text) or _is_repetition(text)


def _is_repetition(text: str) -> bool:
    """Whether little is left when every piece that comes again and again is said once, wherever it stands."""
    once = _REPETITION.sub(lambda found: found[1] or found[2] or found[3], text)
    while once != text:
        text, once = once, _REPETITION.sub(lambda found: found[1] or found[2] or found[3], once)
        if len(once) < _SHORTEST_LEFT:
            return True
    return False


def _is_doubled(letters: str) -> bool:
    half = len(letters) // 2
    return letters[:half] == letters[half:] and letters[:half] in _WORDS


def _is_made_of_runs(text: str) -> bool:
    """Whether the letters and digits fall into few runs, as in ``Abcd1234`` or ``1q2w3e4r!``."""
    body = "".join(sign for sign in text if sign.isascii() and sign.isalnum())
    if len(text) - len(body) >= _ENOUGH_BESIDE:
        return False
    pieces = 0
    start = 0
    while start < len(body):
        end = start + 1
        while end < len(body) and _is_run(body[start : end + 1]):
            end += 1
        pieces += 1
        start = end
    return pieces <= max(1, len(body) // 4)


def has_context_word(raw: str, *, words: Iterable[str] = ()) -> bool:
    """Whether little is left of the password without words of this very service."""
    text = raw.lower()
    for folded in (text, text.translate(_LEET)):
        left = folded
        for word in sorted({*_CONTEXT, *(word.lower() for word in words if len(word) >= 4)}, key=len)[::-1]:
            left = left.replace(word, "")
        if left != folded and len(left) < _ENOUGH_BESIDE:
            return True
    return False


def has_own_phone(raw: str, *, phone: str) -> bool:
    """Whether seven digits of the person's own phone stand in the password in a row."""
    national = phone[-10:] if len(phone) >= 10 else ""
    digits = "".join(sign for sign in raw if sign.isascii() and sign.isdigit())
    return any(national[start : start + 7] in digits for start in range(len(national) - 6))
