"""What is told in a messenger: which events, which words, without whose number. No database."""

from __future__ import annotations

import pytest

from svet.notices.rules import (
    MOST_SIGNS,
    EventSpec,
    NoticeChannel,
    Words,
    for_messenger,
    is_on_by_default,
    wants,
    without_numbers,
)


def event(**terms: object) -> EventSpec:
    return EventSpec(**({"code": "x", "name": "x", "words": lambda p: Words("t", "x"), "row": 1} | terms))  # type: ignore[arg-type]


def test_title_text_and_place_are_one_message() -> None:
    said = Words("Счёт готов", "К оплате 300,00 ₽.")
    assert for_messenger(said, url="https://x/bills/1/") == (
        "Счёт готов\n\nК оплате 300,00 ₽.\n\nhttps://x/bills/1/"
    )
    assert for_messenger(said, url="") == "Счёт готов\n\nК оплате 300,00 ₽."
    assert for_messenger(Words("", "Ответ"), url="") == "Ответ"


@pytest.mark.parametrize("text", ["слово " * 2000, "я" * 10_000])
def test_a_long_text_is_cut_and_its_place_is_not(text: str) -> None:
    shown = for_messenger(Words("Работы", text), url="https://x/")
    assert len(shown) <= MOST_SIGNS + 20
    assert shown.endswith("…\n\nhttps://x/")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("0356067000", "…7000"),
        ("Дача, 0356067000", "Дача, …7000"),
        ("035606700012", "…0012"),
        ("кв. 12", "кв. 12"),
        ("", ""),
    ],
)
def test_an_account_is_known_by_its_last_signs(given: str, shown: str) -> None:
    params = {"account": given, "total": "1 234 567,00 ₽"}
    assert without_numbers(params) == {"account": shown, "total": "1 234 567,00 ₽"}


def test_what_has_no_account_stays_itself() -> None:
    params = {"total": "300,00 ₽"}
    assert without_numbers(params) is params


def test_it_is_on_as_on_a_device_until_switched_off_and_never_for_secrets() -> None:
    assert is_on_by_default(event(), NoticeChannel.MESSENGER)
    assert not is_on_by_default(event(quiet=True), NoticeChannel.MESSENGER)
    assert not is_on_by_default(event(row=None), NoticeChannel.MESSENGER)
    terms = {"preferences": {}, "email_on": True, "sms_on": True}
    secret = event(secret=True, obligatory=frozenset(NoticeChannel))
    assert not wants(secret, NoticeChannel.MESSENGER, **terms)  # type: ignore[arg-type]
    assert wants(event(obligatory=frozenset(NoticeChannel)), NoticeChannel.MESSENGER, **terms)  # type: ignore[arg-type]
    off = terms | {"preferences": {"x": {"messenger": False}}}
    assert not wants(event(), NoticeChannel.MESSENGER, **off)  # type: ignore[arg-type]
