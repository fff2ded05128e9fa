"""Pages for what went wrong: what happened, what was kept, what to do next, whom to call.

Each shows an incident number that is also in the log, so that the hotline finds the event at once.
"""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svet.kernel.ids import new_receipt_number

log = logging.getLogger("svet.incidents")


def _page(
    request: HttpRequest,
    *,
    status: int,
    title: str | Promise,
    text: str | Promise,
    advice: str | Promise,
    cause: str = "",
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    incident = new_receipt_number("И")
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(
        level, "incident=%s status=%d path=%s cause=%s", incident, status, request.path[:200], cause[:200]
    )
    body = render_to_string(
        "cabinet/error.html",
        {"status": status, "title": title, "text": text, "advice": advice, "incident": incident},
        request,
    )
    return HttpResponse(body, status=status, headers={"Cache-Control": "no-store"} | (headers or {}))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return _page(
        request,
        status=400,
        title=_("Мы не поняли запрос"),
        text=_("Страница получила данные, которые нельзя прочитать. Ничего не изменилось."),
        advice=_("Вернитесь назад, обновите страницу и попробуйте ещё раз."),
        cause=type(exception).__name__,
    )


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the person may not do this."""
    return _page(
        request,
        status=403,
        title=_("Сюда вам нельзя"),
        text=_("Это действие разрешено не всем. Ничего не изменилось."),
        advice=_("Если доступ вам нужен, попросите его у владельца лицевого счёта или позвоните нам."),
        cause=type(exception).__name__,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or it belongs to somebody else; the two look the same."""
    return _page(
        request,
        status=404,
        title=_("Такой страницы нет"),
        text=_("Возможно, в адресе опечатка или страницу убрали."),
        advice=_("Проверьте адрес или начните с главной страницы."),
        cause=type(exception).__name__,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the page works even when the database does not (which is a 503)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return _page(
        request,
        status=500,
        title=_("Страница не открылась"),
        text=_("Это наша ошибка, мы о ней уже знаем. Всё, что вы успели отправить, сохранено."),
        advice=_(
            "Попробуйте ещё раз через несколько минут. Если не получится, позвоните нам и назовите номер."
        ),
        cause="server_error",
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer; worth another try."""
    return _page(
        request,
        status=503,
        title=_("Кабинет ненадолго недоступен"),
        text=_("Мы уже чиним. Всё, что вы успели отправить, сохранено."),
        advice=_("Попробуйте ещё раз через несколько минут. Показания можно продиктовать по горячей линии."),
        cause="unavailable",
        headers={"Retry-After": "60"},
    )


def maintenance(request: HttpRequest) -> HttpResponse:
    """503: closed on purpose, while the installation is being renewed."""
    return _page(
        request,
        status=503,
        title=_("Мы обновляем кабинет"),
        text=_("Это ненадолго. Переданные показания и платежи сохранены, ничего повторять не нужно."),
        advice=_("Загляните через полчаса. Показания можно продиктовать по горячей линии."),
        cause="maintenance",
        headers={"Retry-After": "1800"},
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the form's protection: usually an old tab or refused cookies."""
    return _page(
        request,
        status=403,
        title=_("Страница устарела"),
        text=_("Форма была открыта слишком давно или браузер не сохранил cookie. Ничего не изменилось."),
        advice=_("Вернитесь назад, обновите страницу и отправьте форму ещё раз."),
        cause=reason,
    )
