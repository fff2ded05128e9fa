"""English pages are English: what is left in Cyrillic is somebody's name, address or number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils.translation import trans_real

from svet.gateways import acquiring
from svet.launcher.catalogues import compile_catalogues
from svet.payments.tests.factories import StubBank
from tests.authorisation.world import World, build
from tests.face import sheets

pytestmark = [pytest.mark.django_db]

#: Built in Russian: the demonstration and the page of the design system; agreements and tariffs quote law.
RUSSIAN = ("/look/", "/sandbox/", "/agreement/", "/staff/setup/agreements/", "/tariffs/")
#: Data of the world here: names, streets, the retailer, titles of law; the switch names each language itself.
DATA = re.compile(
    r"Русский|Уралэнергосбыт\w*|ООО|пример|Челябинск\w*|область|ул\.|Лесная|кв\.|д\.|г\.|Моя группа|Родители"
    r"|Иванов\w*|Анна|Анны|Петровна|Смирнов\w*|Ольга|Не согласна|Браузер|Мир|Население.*"
    r"|НКО|Перевод по договору|ЮМани|Ю(?=Kassa)"
    r"|Банк России|(?:ПП|ТК) РФ|ст\.|п\.|с продлениями"
    r"|Почему в октябре больше|обход участка|замена опор|жалоба|заявление|письмо банка|Крапивина|[ОПР]-…"
    r"|ПАО Банк|АО|Свет Поволжья|Самарская|Банк «?Пример»?"
    r"|Пользовательское соглашение|Согласие на обработку персональных данных"
    r"|\b[А-Я]-[0-9A-Z]{4}-[0-9A-Z]{4}\b"
)
CYRILLIC = re.compile(r"[А-Яа-яЁё]+(?:[ -][А-Яа-яЁё]+)*")


class Words(HTMLParser):
    """The words of a page and of the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        spoken = ("title", "alt", "placeholder", "aria-label", "data-label")
        self.words += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def russian(html: str) -> set[str]:
    """What of a page is still Russian."""
    page = Words()
    page.feed(html)
    return {found for text in page.words for found in CYRILLIC.findall(DATA.sub(" ", text))}


def test_what_is_russian_is_found_in_texts_and_in_labels() -> None:
    assert russian('<p>Paid <b title="Оплата">now</b> № 1, П-AB12-CD34</p><script>"скрипт"</script>') == {
        "Оплата"
    }


@pytest.fixture
def english(settings: Any) -> Iterator[None]:
    """The retailer's own language is English; Django keeps what it has read, so it is told to forget."""

    def forget() -> None:
        trans_real._translations.clear()  # type: ignore[attr-defined]
        trans_real._default = None  # type: ignore[attr-defined]

    compile_catalogues(say=print)
    settings.LANGUAGE_CODE = "en"
    forget()
    yield
    forget()


def test_english_pages_are_english(db: None, english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    world: World = build()
    left = [
        f"{sheet.name}: {', '.join(sorted(words))}"
        for sheet in sheets.sheets(world)
        if not sheet.path.startswith(RUSSIAN) and (words := russian(sheet.html))
    ]
    assert not left, "\n".join(left)
