"""Requests to the office: the old phone is lost; where a request stands; taking it back."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.cabinet.profile.forms import LostPhoneForm
from svet.cabinet.shell.code_forms import CodeForm
from svet.cabinet.shell.form_pages import answer, resend_answer
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import client_address, flow_key, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound, Refused
from svet.office import operations as office
from svet.office import queries as office_queries
from svet.office import texts
from svet.people import queries
from svet.people.rules import mask_phone
from svet.people.rules.codes import CodePurpose

_HOME = "/profile/office/"
_LOST = "/profile/phone/lost/"
_CODE = "/profile/phone/lost/code/"


@signed_in
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Every request and where it stands."""
    rows = [
        {
            "request": row,
            "about": texts.OFFICE_KINDS[row.kind],
            "state": texts.OFFICE_STATES[row.state],
            "phone": mask_phone(row.phone) if row.phone else "",
        }
        for row in office_queries.office_requests(person_id=person_of(request).person_id)
    ]
    return render(request, "cabinet/office.html", {"rows": rows})


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def lost_phone(request: HttpRequest) -> HttpResponse:
    """Ask the office to move the cabinet to a new number; first that number has to answer."""
    form = LostPhoneForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        office.start_office_phone_change(
            **form.cleaned_data,
            person_id=person_of(request).person_id,
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
        )
        return redirect(_CODE)

    return answer(
        request,
        "cabinet/phone_lost.html",
        lambda: {"form": form, "person": person_of(request)},
        form=form,
        act=act,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def lost_phone_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code sent to the new number; the right one hands the request in."""
    standing = queries.challenge(purpose=CodePurpose.OFFICE, session_key=flow_key(request))
    if standing is None:
        return redirect(_LOST)
    form = CodeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        asked = office.confirm_office_phone_change(
            person_id=person_of(request).person_id,
            session_key=flow_key(request),
            code=form.cleaned_data["code"],
            address=client_address(request),
            now=now_of(request),
        )
        said = _("Заявка %(number)s передана в офис. Возьмите с собой паспорт.")
        messages.success(request, said % {"number": asked.number})
        return redirect(_HOME)

    def context() -> dict[str, Any]:
        wait = (standing.next_send_at - now_of(request)).total_seconds()
        return {"form": form, "new": mask_phone(standing.target), "wait": max(0, math.ceil(wait))}

    return answer(request, "cabinet/phone_lost_code.html", context, form=form, act=act)


@signed_in
@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """A fresh code to the new number, when the pause is over."""
    return resend_answer(request, purpose=CodePurpose.OFFICE, back=_CODE, start=_LOST)


@signed_in
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a request back."""
    try:
        office.withdraw_office_request(
            person_id=person_of(request).person_id,
            public_id=public_id,
            address=client_address(request),
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="office_request", public_id=public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Заявка отозвана."))
    return redirect(_HOME)


urlpatterns: list[URLPattern] = [
    path(_HOME.lstrip("/"), requests, name="office-requests"),
    path("profile/office/<public_id:public_id>/withdraw/", withdraw),
    path(_LOST.lstrip("/"), lost_phone),
    path(_CODE.lstrip("/"), lost_phone_code),
    path("profile/phone/lost/code/resend/", resend),
]
