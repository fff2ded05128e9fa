"""The e-mail and the phone of the profile: nothing changes until the codes come back."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from svet.cabinet.profile.forms import EmailCodeForm, EmailForm, OtherEmailForm, PhoneCodesForm, PhoneForm
from svet.cabinet.shell import delivery_choice
from svet.cabinet.shell.form_pages import answer, resend_answer
from svet.cabinet.shell.session import client_address, flow_key, now_of, person_of, safe_next, signed_in
from svet.people import operations as people
from svet.people import queries
from svet.people.rules import mask_phone
from svet.people.rules.codes import CodePurpose

_NEXT = "email_next"


def _wait(request: HttpRequest, *, purpose: CodePurpose) -> int:
    standing = queries.challenge(purpose=purpose, session_key=flow_key(request))
    if standing is None:
        return 0
    return max(0, math.ceil((standing.next_send_at - now_of(request)).total_seconds()))


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Ask for an address and promise a code to it; ``next`` is where to return afterwards."""
    person = person_of(request)
    asked = OtherEmailForm if person.email and person.email_confirmed_at else EmailForm
    form = asked(request.POST if request.method == "POST" else None, initial={"email": person.email})
    if request.method == "GET":
        request.session[_NEXT] = safe_next(request, request.GET.get("next") or "/profile/")

    def act() -> HttpResponse:
        people.start_email_change(
            **form.cleaned_data,
            person_id=person.person_id,
            session_key=flow_key(request),
            now=now_of(request),
        )
        return redirect("/profile/email/code/")

    return answer(request, "cabinet/email.html", lambda: {"form": form, "person": person}, form=form, act=act)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def email_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the letter."""
    standing = queries.challenge(purpose=CodePurpose.EMAIL, session_key=flow_key(request))
    if standing is None:
        return redirect("/profile/email/")
    form = EmailCodeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        confirmed = people.confirm_email_change(
            person_id=person_of(request).person_id,
            session_key=flow_key(request),
            code=form.cleaned_data["code"],
            now=now_of(request),
        )
        going_to = safe_next(request, request.session.pop(_NEXT, "/profile/"))
        finished = delivery_choice.finish(request, email=confirmed.email)
        if finished is None:
            messages.success(request, _("Адрес почты подтверждён."))
        return redirect(finished or going_to)

    def context() -> dict[str, Any]:
        return {
            "form": form,
            "address": standing.target,
            "wait": _wait(request, purpose=CodePurpose.EMAIL),
        }

    return answer(request, "cabinet/email_code.html", context, form=form, act=act)


@signed_in
@require_POST
def email_resend(request: HttpRequest) -> HttpResponse:
    """A fresh letter, when the pause is over."""
    return resend_answer(
        request, purpose=CodePurpose.EMAIL, back="/profile/email/code/", start="/profile/email/"
    )


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the new number and the password; promise a code to each phone."""
    form = PhoneForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        people.start_phone_change(
            **form.cleaned_data,
            person_id=person_of(request).person_id,
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
        )
        return redirect("/profile/phone/codes/")

    return answer(
        request,
        "cabinet/phone.html",
        lambda: {"form": form, "person": person_of(request)},
        form=form,
        act=act,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def phone_codes(request: HttpRequest) -> HttpResponse:
    """Ask for both codes; the cabinet moves when both are right."""
    old = queries.challenge(purpose=CodePurpose.PHONE_OLD, session_key=flow_key(request))
    new = queries.challenge(purpose=CodePurpose.PHONE_NEW, session_key=flow_key(request))
    if old is None or new is None:
        return redirect("/profile/phone/")
    form = PhoneCodesForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        people.confirm_phone_change(
            **form.cleaned_data,
            person_id=person_of(request).person_id,
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
        )
        messages.success(request, _("Номер телефона изменён. Входите теперь с ним."))
        return redirect("/profile/")

    def context() -> dict[str, Any]:
        return {
            "form": form,
            "old": mask_phone(old.target),
            "new": mask_phone(new.target),
        }

    return answer(request, "cabinet/phone_codes.html", context, form=form, act=act)


urlpatterns: list[URLPattern] = [
    path("profile/email/", email),
    path("profile/email/code/", email_code),
    path("profile/email/code/resend/", email_resend),
    path("profile/phone/", phone),
    path("profile/phone/codes/", phone_codes),
]
