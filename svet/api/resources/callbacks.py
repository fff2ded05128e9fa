"""Where banks knock: the body is kept as it came and only makes us ask the bank itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from svet.api.shell.addresses import client_address
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


def _take(request: HttpRequest, *, vendor: str, shop_code: str, thanks: str = "") -> HttpResponse:
    """Take a notification: 200 kept, 400 unreadable, 403 a stranger, 413 too long, 415 no JSON.

    Every shop has a door of its own: what a bank names is told apart within one shop only. 404: no such shop,
    or it is with another bank.
    """
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=413)
    try:
        operations.take_callback(
            raw=request.body,
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
]
