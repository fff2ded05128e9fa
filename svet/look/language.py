"""Which language a page speaks: the one chosen in the footer, otherwise the retailer's own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse  # noqa: TID251 a middleware is HTTP by its nature
from django.utils import translation


class LanguageMiddleware:
    """Follows the cookie of the switch only.

    The browser's list of languages is not asked: many phones of Russian customers are set to English, and
    the labels must be those of the paper bill and of the hotline.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response
