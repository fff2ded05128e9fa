"""REST v1: one document, one parser, one form of failure. A public contract: additions only."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from svet.api.resources import (
    absences,
    accounts,
    appeals,
    autopay,
    bills,
    budgets,
    cabinet,
    cards,
    certificates,
    consumption,
    entrance,
    history,
    household,
    instalments,
    moves,
    notifications,
    outages,
    payments,
    personal,
    promises,
    reading_sets,
    readings,
    refunds,
    today,
    webhooks,
    what_if,
)
from svet.api.shell.contract import finish
from svet.api.shell.parsing import StrictParser
from svet.api.shell.problems import ApiProblem, handle
from svet.kernel.refusals import Refused

api = NinjaAPI(
    title="Svet",
    version="1",
    description="The customer portal's operations for programs. Money is whole kopecks, volumes are kWh in "
    "text, dates are the provider's local ones. Every write takes an Idempotency-Key; failures are "
    "application/problem+json with a stable code.",
    parser=StrictParser(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-1",
)
#: Addresses are tried in this order: where most calls go comes first.
_RESOURCES = (
    readings,
    entrance,
    accounts,
    today,
    outages,
    cabinet,
    household,
    notifications,
    reading_sets,
    absences,
    bills,
    what_if,
    budgets,
    certificates,
    consumption,
    payments,
    refunds,
    moves,
    promises,
    instalments,
    cards,
    autopay,
    appeals,
    history,
    personal,
    webhooks,
)
for resource in _RESOURCES:
    api.add_router("", resource.router)
for failure in (ApiProblem, Refused, ValidationError, HttpError, Http404, RequestDataTooBig):
    api.add_exception_handler(failure, handle)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document with what all operations have in common; made once, for it takes a second."""
    return finish(dict(api.get_openapi_schema(path_prefix="/api/v1/")))


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The document itself, public."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document as a page to read."""
    found = document()
    return render(request, "api/page.html", {"title": _("API для программ"), "operations": _listed(found)})


def _listed(found: dict[str, Any]) -> list[dict[str, object]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "tag": operation["tags"][0],
            "summary": operation["summary"],
            "description": operation.get("description", ""),
            "parameters": [
                found["components"]["parameters"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                for each in operation["parameters"]
            ],
            "statuses": sorted(operation["responses"], key=str),
            "signed": bool(operation.get("security")),
        }
        for path, operations in found["paths"].items()
        for method, operation in operations.items()
    ]
