"""Every text a customer can see is in the catalogues, and English is complete."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import trans_real

from svet.launcher.catalogues import compile_catalogues
from svet.look import catalogues

HOLE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@pytest.fixture(autouse=True)
def _fresh_catalogues() -> None:
    """Django keeps what it has read: forget it once the catalogues are compiled."""
    compile_catalogues(say=print)
    trans_real._translations.clear()  # type: ignore[attr-defined]
    trans_real._default = None  # type: ignore[attr-defined]


@cache
def texts() -> Catalog:
    return catalogues.collect()


@cache
def merged(language: str) -> list[Message]:
    """The texts of the code with their translations: read and laid over once, looked at by all."""
    return list(catalogues.merged(language, texts()))


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """When this fails run ``python -m svet.look.catalogues`` and fill in what is empty."""
    assert catalogues.missing(language, merged(language)) == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_keep_the_named_holes(language: str) -> None:
    for message in merged(language):
        sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        allowed = {hole for source in sources for hole in HOLE.findall(str(source))}
        for string in filter(None, strings):
            assert set(HOLE.findall(string)) <= allowed, f"{string!r} has a hole that {sources!r} has not"


def test_no_russian_form_forgets_its_number() -> None:
    """The first form is that of 1, 21 and 31 too: «за последний месяц» of twenty-one months was said."""
    for message in merged("ru"):
        if message.pluralizable and message.id:
            holes = {frozenset(HOLE.findall(string)) for string in message.string or ()}
            assert len(holes) == 1, message.string


def test_no_text_hides_inside_an_f_string() -> None:
    """There nobody finds it: the page would stay Russian."""
    hidden = re.compile(r"""\bf(["']).*\{n?gettext\(|\bf(["']).*\{_\(""")
    files = [path for path in catalogues.PACKAGE.rglob("*.py") if "tests" not in path.parts]
    assert [path for path in files if hidden.search(path.read_text("utf-8"))] == []


def test_english_has_no_russian_left() -> None:
    for message in merged("en"):
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for string in filter(None, strings) if message.id else ():
            assert not re.search("[а-яё]", str(string), re.IGNORECASE), string


def test_russian_is_the_source_and_has_nothing_but_plurals() -> None:
    """What stood there for a Russian text would be shown to everybody who reads Russian."""
    found = [
        message.id
        for message in catalogues.read("ru")
        if message.id and not message.pluralizable and message.string
    ]
    assert found == []


def test_english_has_one_word_for_one_thing() -> None:
    """As docs/glossary.md says: «кабинет» is "portal", «поставщик» is "supplier"."""
    another = re.compile(r"\b(cabinets?|online accounts?|customer area)\b", re.IGNORECASE)
    wrong = []
    for message in merged("en"):
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for string in filter(None, strings) if message.id else ():
            said = HOLE.sub("", string).replace("--provider", "")
            supplier = "поставщик" in str(message.id).lower() and re.search(r"\b[Pp]roviders?\b", said)
            wrong += [string] if another.search(said) or supplier else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("ru", 21, "21 день"),
        ("ru", 22, "22 дня"),
        ("ru", 25, "25 дней"),
        ("en", 1, "1 day"),
        ("en", 21, "21 days"),
    ],
)
def test_counts_choose_their_form(language: str, count: int, text: str) -> None:
    with translation.override(language):
        said = translation.ngettext("%(count)d день", "%(count)d дней", count)
    assert said % {"count": count} == text


def test_a_template_is_read_the_way_django_reads_it() -> None:
    page = Template("{% load i18n %}{% translate 'Оплата' %}")
    with translation.override("en"):
        assert page.render(Context()) == "Payment"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_translation_says_the_same_twice_in_a_row(language: str) -> None:
    """A merge of catalogues can glue a sentence to itself."""
    for message in merged(language):
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for string in filter(None, strings) if message.id else ():
            assert not re.fullmatch(r"(?s)(.{15,}?)\s*(?:\1\s*)+", str(string)), string


def test_no_percent_sign_stands_on_a_line_of_its_own() -> None:
    """«больше чем на 50 / %» on a phone; a terminal breaks no lines."""
    parted = [
        str(message.id)
        for message in texts()
        if not all("cli/" in str(file) for file, _ in message.locations)
        and re.search(r"[\d)}][sd]? %%?(?![(\w])", str(message.id).replace("\n", " "))
    ]
    assert parted == []
