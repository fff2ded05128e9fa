"""Where banks and the messenger knock: what they say is kept, and jobs do the rest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from svet.api.shell.addresses import client_address
from svet.notices.operations.messengers import NotTheMessenger, hear_update
from svet.payments import operations
from svet.payments.rules.refusals import CallbackReason

LONGEST = 64 * 1024


@csrf_exempt
@require_POST
def yookassa(request: HttpRequest, shop_code: str = "") -> HttpResponse:
    """Take a notification of YooKassa: :func:`_take`; the bank wants 200."""
    return _take(request, vendor="yookassa", shop_code=shop_code)


@csrf_exempt
@require_POST
def tbank(request: HttpRequest, shop_code: str = "") -> HttpResponse:
    """Take a notification of T-Bank: :func:`_take`; the bank wants 200 and ``OK``, or repeats for a day."""
    return _take(request, vendor="tbank", shop_code=shop_code, thanks="OK")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def sber(request: HttpRequest, shop_code: str = "") -> HttpResponse:
    """Take a callback of Sber, the query of a GET or the form of a POST: :func:`_take`; it wants 200."""
    has_form = request.method == "POST" and int(request.headers.get("Content-Length") or 0) > 0
    if has_form and request.content_type != "application/x-www-form-urlencoded":
        return HttpResponse(status=415)
    raw = None if has_form else request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    return _keep(request, vendor="sber", shop_code=shop_code, raw=raw)


@csrf_exempt
@require_POST
def messenger(request: HttpRequest) -> HttpResponse:
    """Take what somebody did to the bot: 200 kept or no matter of ours, 400 unreadable, 403 a stranger.

    What tells it shows the secret it was given; it tells again for hours what was not answered by 200.
    """
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=413)
    secret = request.headers.get("X-Max-Bot-Api-Secret", "")
    try:
        hear_update(raw=request.body, secret=secret, now=timezone.now())
    except NotTheMessenger:
        return HttpResponse(status=403)
    except ValueError:
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def _take(request: HttpRequest, *, vendor: str, shop_code: str, thanks: str = "") -> HttpResponse:
    """Take a notification in JSON: :func:`_keep`; 415 no JSON."""
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    return _keep(request, vendor=vendor, shop_code=shop_code, thanks=thanks)


def _keep(
    request: HttpRequest, *, vendor: str, shop_code: str, thanks: str = "", raw: bytes | None = None
) -> HttpResponse:
    """Keep a notification: 200 kept, 400 unreadable, 403 a stranger, 413 too long.

    Every shop has a door of its own: what a bank names is told apart within one shop only. 404: no such shop,
    or it is with another bank.
    """
    if int(request.headers.get("Content-Length") or 0) > LONGEST or len(raw or b"") > LONGEST:
        return HttpResponse(status=413)
    try:
        operations.take_callback(
            raw=request.body if raw is None else raw,
            address=client_address(request),
            now=timezone.now(),
            shop_code=shop_code,
            vendor=vendor,
        )
    except operations.NoSuchShop:
        return HttpResponse(status=404)
    except operations.CallbackRejected as refusal:
        return HttpResponse(status=400 if refusal.reason is CallbackReason.MALFORMED else 403)
    return HttpResponse(thanks, status=200, content_type="text/plain")


urlpatterns: list[URLPattern] = [
    path("callbacks/yookassa/", yookassa, name="callback-yookassa"),
    path("callbacks/yookassa/<slug:shop_code>/", yookassa, name="callback-yookassa-shop"),
    path("callbacks/tbank/", tbank, name="callback-tbank"),
    path("callbacks/tbank/<slug:shop_code>/", tbank, name="callback-tbank-shop"),
    path("callbacks/messenger/", messenger, name="callback-messenger"),
    path("callbacks/sber/", sber, name="callback-sber"),
    path("callbacks/sber/<slug:shop_code>/", sber, name="callback-sber-shop"),
]
