"""A newer version of an agreement: shown once after the sign-in, and nothing else until it is agreed to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from svet.cabinet.entrance.forms import AgreementsForm
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.session import (
    AGREEMENTS_DUE,
    client_address,
    now_of,
    person_of,
    safe_next,
    signed_in_only,
)
from svet.cabinet.shell.shown_texts import said_of, texts_mark, texts_shown
from svet.people import operations as people
from svet.people import queries
from svet.people.operations.registration import RegistrationRefused
from svet.site import queries as site
from svet.site.rules import AgreementKind


@signed_in_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def due(request: HttpRequest) -> HttpResponse:
    """Every text of which a newer version is in force, each with its own tick."""
    person_id = person_of(request).person_id
    today = timezone.localdate(now_of(request))
    kinds = queries.agreements_due(person_id=person_id, today=today)
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    # Before the texts: of two moments the earlier one's mark is refused, never the earlier one's text shown.
    mark = texts_mark(request)
    try:
        shown = texts_shown(request)
    except RegistrationRefused as newer:
        # The ticks were given to other texts: none of them is carried over.
        messages.warning(request, said_of(newer))
        return redirect(f"/entrance/agreements/?{urlencode({'next': target})}")
    form = AgreementsForm(request.POST if request.method == "POST" else None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        people.give_consents(
            person_id=person_id,
            versions={kind: shown[kind] for kind in kinds},
            address=client_address(request),
            now=now_of(request),
        )
        request.session.pop(AGREEMENTS_DUE, None)
        if kinds:
            messages.success(request, _("Спасибо, согласие сохранено."))
        return redirect(target)

    def context() -> dict[str, Any]:
        rows = [
            {
                "text": site.current_agreement(kind=kind, today=today),
                "field": form[kind.value],
                "url": f"/agreement/{kind.value}/",
            }
            for kind in map(AgreementKind, kinds)
        ]
        return {"form": form, "rows": rows, "next": target, "texts": mark}

    return answer(request, "cabinet/agreements_due.html", context, form=form, refused=None)


urlpatterns: list[URLPattern] = [path("entrance/agreements/", due)]
