"""«Проверка справки», open to everybody: what a certificate said, for whoever has its code in hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from svet.bills import operations, texts
from svet.bills.rules.certificates import (
    NO_CODE,
    CertificateNotFound,
    masked_number,
    printed_code,
    typed_code,
)
from svet.bills.rules.consumption import ConsumptionView
from svet.cabinet.shell.session import client_address, now_of
from svet.limits import texts as limit_texts
from svet.limits.operations import LimitReached

_TEMPLATE = "cabinet/check.html"


@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Where a code is typed; one that can be a code leads to its page."""
    typed = request.GET.get("code", "")[:100]
    if not typed:
        return render(request, _TEMPLATE)
    code = typed_code(typed)
    return _answer(request, typed) if code == NO_CODE else redirect("check-code", code)


@never_cache
@require_safe
def check_code(request: HttpRequest, certificate_code: str) -> HttpResponse:
    """What the certificate of this code said; nothing of what is owed today."""
    return _answer(request, certificate_code)


def _answer(request: HttpRequest, typed: str) -> HttpResponse:
    try:
        found = operations.check_certificate(
            typed=typed, address=client_address(request), now=now_of(request)
        )
    except CertificateNotFound as refused:
        return render(
            request, _TEMPLATE, {"refusal": texts.explain(refused), "typed": typed[:60]}, status=404
        )
    except LimitReached as reached:
        response = render(
            request, _TEMPLATE, {"refusal": limit_texts.explain(reached), "typed": typed[:60]}, status=429
        )
        response["Retry-After"] = str(reached.retry_after)
        return response
    if isinstance(found, ConsumptionView):
        title, words = texts.consumption_title(), texts.consumption_totals(found.statement)
    else:
        title, words = texts.certificate_title(found.debt), texts.certificate_words(found.debt)
    context = {
        "found": found,
        "title": title,
        "words": words,
        "number": masked_number(found.account_number),
        "code": printed_code(found.code),
    }
    return render(request, _TEMPLATE, context)


urlpatterns: list[URLPattern] = [
    path("check/", check, name="check"),
    path("check/<str:certificate_code>/", check_code, name="check-code"),
]
