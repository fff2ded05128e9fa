"""What is said without a thread: plain pages made once, when the process starts, in every language."""

from __future__ import annotations

import json
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from svet.config.front.bridge import Answer, RequestHead

#: By status: title, what happened, what to do.
TEXTS: Final[dict[int, tuple[str | Promise, str | Promise, str | Promise]]] = {
    400: (
        _("Связь прервалась"),
        _("То, что вы отправляли, пришло не целиком. Ничего не изменилось."),
        _("Попробуйте ещё раз."),
    ),
    408: (
        _("Связь слишком медленная"),
        _("Мы так и не дождались всего, что вы отправляли. Ничего не изменилось."),
        _("Попробуйте ещё раз там, где сеть лучше. Фото можно приложить позже."),
    ),
    413: (
        _("Слишком много за один раз"),
        _("То, что вы отправляли, больше, чем мы принимаем. Ничего не изменилось."),
        _("Вернитесь назад и приложите меньше фотографий."),
    ),
    500: (
        _("Страница не открылась"),
        _("Это наша ошибка, мы о ней уже знаем. Всё, что вы успели отправить, сохранено."),
        _("Попробуйте ещё раз через несколько минут."),
    ),
    503: (
        _("Сейчас очень много посетителей"),
        _("Мы не успели открыть страницу. То, что вы отправили сейчас, не принято и не изменило ничего."),
        _("Подождите полминуты и попробуйте ещё раз. Начатые платежи идут своим чередом."),
    ),
}
RETRY_AFTER: Final = "30"
_FOR_MACHINES: Final = ("/api/", "/callbacks/")
_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{title}</h1><p>{text}</p><p>{advice}</p></main></body></html>
"""


class Pages:
    """All the pages of :data:`TEXTS`, ready to be sent."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, bool], Answer] = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for status in TEXTS:
                    self._made[status, language, False] = _page(status, language)
                    self._made[status, language, True] = _problem(status)

    def answer(self, status: int, scope: RequestHead) -> Answer:
        """The page or, for programs, the problem, in the language the browser has been told to use."""
        cookies = scope.headers.get("cookie", "")
        language = "en" if f"{settings.LANGUAGE_COOKIE_NAME}=en" in cookies else settings.LANGUAGE_CODE
        return self._made[status, language, scope.path.startswith(_FOR_MACHINES)]


def _page(status: int, language: str) -> Answer:
    title, text, advice = (escape(each) for each in TEXTS[status])
    body = _PAGE.format(language=language, title=title, text=text, advice=advice).encode()
    policy = ("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
    return Answer(status, [("content-type", "text/html; charset=utf-8"), policy, *_common(status)], body)


def _problem(status: int) -> Answer:
    title, text, _advice = (str(each) for each in TEXTS[status])
    words = {"type": "about:blank", "title": title, "status": status, "detail": text}
    body = json.dumps(words, ensure_ascii=False).encode()
    return Answer(status, [("content-type", "application/problem+json"), *_common(status)], body)


def _common(status: int) -> list[tuple[str, str]]:
    headers = [("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    if status in (400, 408, 413):
        # What is left of the body is not waited for.
        headers.append(("connection", "close"))
    return [*headers, ("retry-after", RETRY_AFTER)] if status == 503 else headers
