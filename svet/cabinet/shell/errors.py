"""Pages for what went wrong: what happened, what was kept, what to do next, whom to call.

Each shows an incident number that is also in the log, so that the hotline finds the event at once.
"""

from __future__ import annotations

import logging
import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import (
    REASON_BAD_ORIGIN,
    REASON_BAD_REFERER,
    REASON_INSECURE_REFERER,
    REASON_MALFORMED_REFERER,
    REASON_NO_CSRF_COOKIE,
    REASON_NO_REFERER,
)
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svet.kernel.ids import new_receipt_number
from svet.kernel.transactions import is_away
from svet.look.forms import BUSY

log = logging.getLogger("svet.incidents")

# How Django's reasons begin that speak of where the form stood.
_ORIGIN_REASONS = tuple(
    reason.partition("%s")[0]
    for reason in (
        REASON_BAD_ORIGIN, REASON_BAD_REFERER, REASON_INSECURE_REFERER, REASON_MALFORMED_REFERER,
        REASON_NO_REFERER,
    )
)  # fmt: skip


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
    if is_away(sys.exc_info()[1]):
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


def busy(request: HttpRequest) -> HttpResponse:
    """503: somebody's large work stands before this one, and ends by itself."""
    return _page(
        request,
        status=503,
        title=_("Сейчас это занято"),
        text=BUSY,
        advice=_("Вернитесь назад: набранное осталось в форме. Отправьте её ещё раз через несколько минут."),
        cause="busy",
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
    """403 of the form's protection, in the words of what really happened."""
    if reason.startswith(_ORIGIN_REASONS):
        return _foreign_form(request, reason)
    if reason == REASON_NO_CSRF_COOKIE:
        return _page(
            request,
            status=403,
            title=_("Браузер не сохранил cookie"),
            text=_("Без них мы не знаем, что форму отправили именно вы. Ничего не изменилось."),
            advice=_("Разрешите этому сайту cookie, обновите страницу и отправьте форму ещё раз."),
            cause=reason,
        )
    return _page(
        request,
        status=403,
        title=_("Страница устарела"),
        text=_("Форма открыта слишком давно, или вы вошли заново в соседней вкладке. Ничего не изменилось."),
        advice=_("Вернитесь назад, обновите страницу и отправьте форму ещё раз."),
        cause=reason,
    )


def _foreign_form(request: HttpRequest, reason: str) -> HttpResponse:
    """The browser says that the form stood at an address this site does not call its own."""
    given = request.headers.get("Origin") or request.headers.get("Referer") or "null"
    shown = _("(браузер его скрыл)") if given == "null" else given[:100]
    # Nothing the person did: either a strange page sent the form, or the site's own address is set wrongly.
    log.warning("form refused: %s; SVET_BASE_URL is %s", reason[:300], settings.BASE_URL)
    return _page(
        request,
        status=403,
        title=_("Форма пришла с другого адреса"),
        text=_(
            "Браузер сообщил, что форма открыта по адресу %(given)s, а кабинет работает по адресу %(own)s."
            " Мы её не приняли. Ничего не изменилось."
        )
        % {"given": shown, "own": settings.BASE_URL},
        advice=_(
            "Откройте кабинет по его адресу и отправьте форму оттуда. Если вы так и сделали, это наша ошибка:"
            " позвоните нам и назовите номер."
        ),
        cause=reason,
    )
